// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Reading model files, and whether they fit a deck.
#include <farstep/approximators/polynomial.hpp>
#include <farstep/approximators/side_inputs.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "parallel/agree.hpp"
#include "training/model_file.hpp"

namespace farstep {

namespace {

bool finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}


std::vector<double> read_shaped(const InputFile& file, const std::string& path,
                                const Shape& shape) {
    file.require_shape(path, shape);
    return file.read(path);
}

/// Neighbours of a local network on a ring of `ring` variables, or -1.
int read_neighbours(const InputFile& file, const SystemModel& system) {
    if (!file.has_attribute("/", "neighbours")) return -1;
    const std::int64_t neighbours = file.integer("/", "neighbours");
    if (system.info().ring && neighbours >= 0 && neighbours <= (system.dimension() - 1) / 2) {
        return int(neighbours);
    }
    throw EnvironmentError(fmt::format("{}: a local network of {} neighbours on each side does not "
                                       "fit {}", file.name().string(), neighbours,
                                       system.info().name));
}

const CorrectorInfo& read_corrector(const InputFile& file) {
    const std::string name = file.text("/", "corrector");
    if (const CorrectorInfo* corrector = find_corrector(name)) return *corrector;
    throw EnvironmentError(fmt::format("{}: the corrector '{}' is not known to this version of "
                                       "farstep", file.name().string(), name));
}

ApproximatorInput read_input(const InputFile& file) {
    const std::string name = file.text("/", "input");
    for (const ApproximatorInput input : {ApproximatorInput::state, ApproximatorInput::slope,
                                          ApproximatorInput::increment, ApproximatorInput::both}) {
        if (name_of(input) == name) return input;
    }
    throw EnvironmentError(fmt::format("{}: a network that sees '{}' is not known to this version "
                                       "of farstep", file.name().string(), name));
}

Activation read_activation(const InputFile& file) {
    const std::string name = file.text("/", "activation");
    const Choices& known = activation_choices();
    if (std::any_of(known.begin(), known.end(),
                    [&](const Choice& choice) { return choice.name == name; })) {
        return parse_activation(name);
    }
    throw EnvironmentError(fmt::format("{}: the activation '{}' is not known to this version of "
                                       "farstep", file.name().string(), name));
}

/// The network's degree, and its monomials if it has any. They are counted before anyone lists them:
/// a file of a few bytes could ask for a billion.
void read_polynomial(const InputFile& file, DeployedNetwork& network) {
    const double degree = file.number("/", "degree");
    if (!(degree >= 0 && degree <= largest_degree)) {
        throw EnvironmentError(fmt::format("{}: a polynomial of degree {:g}; at most {} is possible",
                                           file.name().string(), degree, largest_degree));
    }
    network.degree = int(degree);
    const std::int64_t monomials = network.is_local()
                                       ? std::max(0, network.degree - 1)
                                       : monomial_count(network.inputs, network.degree);
    if (monomials == 0) return;
    network.monomials = read_shaped(file, "monomials", {monomials, network.outputs});
}

/// `conditions` is the number of inputs that are conditions.
DeployedNetwork read_network(const InputFile& file, const SystemModel& system, int conditions) {
    DeployedNetwork network;
    network.neighbours = read_neighbours(file, system);
    network.input = read_input(file);
    network.multiplies = read_corrector(file).multiplies;
    const int slopes = network.input == ApproximatorInput::both ? system.dimension() : 0;
    network.inputs = network.is_local() ? 2 * network.neighbours + 1
                                         : system.dimension() + conditions + slopes;
    network.outputs = network.is_local() ? 1 : system.dimension();
    const std::int64_t d = network.inputs, out = network.outputs;
    if (network.is_local() && conditions > 0) {
        throw EnvironmentError(fmt::format("{}: a local network that sees conditions, which none "
                                           "does; train it anew", file.name().string()));
    }
    network.activation = read_activation(file);
    network.centre = read_shaped(file, "centre", {d});
    network.bias = read_shaped(file, "bias", {out});
    if (file.has("linear")) network.linear = read_shaped(file, "linear", {out, d});
    read_polynomial(file, network);
    if (file.has("weights")) {
        file.require_shape("weights", {-1, d});
        const std::int64_t hidden = file.shape("weights")[0];
        network.hidden = int(hidden);
        network.weights = file.read("weights");
        network.biases = read_shaped(file, "biases", {hidden});
        network.outgoing = read_shaped(file, "outgoing", {hidden, out});
    }
    const auto coefficients = read_shaped(file, "coefficients", {rational_coefficient_count});
    std::copy(coefficients.begin(), coefficients.end(), network.coefficients.values);
    const std::vector<double>* const all[] = {&network.centre,  &network.bias,
                                              &network.linear,  &network.weights,
                                              &network.biases,  &network.outgoing,
                                              &network.monomials, &coefficients};
    for (const std::vector<double>* values : all) {
        if (!finite(*values)) {
            throw EnvironmentError(fmt::format(
                "{}: the model holds weights that are not finite; train it anew",
                file.name().string()));
        }
    }
    return network;
}

/// The network's outputs are to be multiplied by the step to this power.
double read_step_power(const InputFile& file) {
    constexpr std::int64_t largest = 20;  // no scheme has an order near it
    const std::int64_t power = file.integer("/", "step_power");
    if (power >= 0 && power <= largest) return double(power);
    throw EnvironmentError(fmt::format("{}: 'step_power' is {}, expected 0 to {}; train it anew",
                                       file.name().string(), power, largest));
}

LongRollout read_rollout(const InputFile& file) {
    LongRollout rollout;
    if (!file.has_attribute("/", "rollout_until")) return rollout;
    rollout.until = file.number("/", "rollout_until");
    rollout.survived = file.number("/", "rollout_survived");
    rollout.trajectories = file.integer("/", "rollout_trajectories");
    rollout.lost = file.integer("/", "rollout_lost");
    rollout.left_box = file.integer("/", "rollout_left_box");
    if (file.has_attribute("/", "rollout_energy_drift")) {
        rollout.energy_drift = file.number("/", "rollout_energy_drift");
    }
    return rollout;
}

/// What a model was trained for beside the state.
struct StoredCondition {
    std::string name;
    int number;  ///< of a parameter, or step_condition
    double low, high;

    bool contains(double value) const {
        const double slack = 1e-12 * std::max(std::abs(low), std::abs(high));
        return value >= low - slack && value <= high + slack;
    }
};

std::vector<StoredCondition> read_conditions(const InputFile& file, const SystemInfo& info) {
    if (!file.has("condition")) return {};
    const std::vector<std::string> names = file.read_texts("condition");
    if (names.size() > largest_condition_count) {
        throw EnvironmentError(fmt::format("{}: {} conditions; at most {} are possible",
                                           file.name().string(), names.size(),
                                           largest_condition_count));
    }
    const auto numbers = condition_numbers(info, names);
    const auto size = std::int64_t(names.size());
    const auto low = read_shaped(file, "condition_low", {size});
    const auto high = read_shaped(file, "condition_high", {size});
    std::vector<StoredCondition> conditions;
    for (std::size_t e = 0; e < names.size(); ++e) {
        if (numbers[e] == step_condition && names[e] != "step") {
            throw EnvironmentError(fmt::format("{}: its input '{}' is no parameter of {}",
                                               file.name().string(), names[e], info.name));
        }
        conditions.push_back({names[e], numbers[e], low[e], high[e]});
    }
    return conditions;
}

std::string outside(const InputFile& file, const StoredCondition& condition,
                    const std::string& found) {
    return fmt::format("{}: trained for {} from {:g} to {:g}, but the deck says {}; stay inside, or "
                       "train a corrector of a wider range", file.name().string(), condition.name,
                       condition.low, condition.high, found);
}

const StoredCondition* find_condition(const std::vector<StoredCondition>& conditions, int number) {
    for (const StoredCondition& condition : conditions) {
        if (condition.number == number) return &condition;
    }
    return nullptr;
}

/// Parameters that the network sees lie in its ranges; the others are those it was trained with.
void require_parameters(const InputFile& file, const Setup& setup,
                        const std::vector<StoredCondition>& conditions) {
    const SystemInfo& info = setup.system->info();
    const std::vector<double> trained = file.numbers("/", "parameters");
    std::vector<std::string> texts;
    if (file.has_attribute("/", "parameter_distributions")) {
        const AttributeValue value = file.attribute("/", "parameter_distributions");
        if (const auto* stored = std::get_if<std::vector<std::string>>(&value)) texts = *stored;
    }
    for (std::size_t p = 0; p < info.parameters.size(); ++p) {
        const ParameterRule& rule = setup.plan.rules[p];
        const std::string key = "system.parameters." + info.parameters[p].name;
        if (const StoredCondition* condition = find_condition(conditions, int(p))) {
            const bool known = rule.has_range();
            if (known && !(condition->contains(rule.low()) && condition->contains(rule.high()))) {
                throw EnvironmentError(outside(file, *condition, rule.text()));
            }
            continue;
        }
        const bool same = p < trained.size() && trained[p] == setup.parameters[p] &&
                          (p < texts.size() ? texts[p] == rule.text() : !rule.varies());
        if (same) continue;
        throw EnvironmentError(fmt::format(
            "{}: trained for {} = {}, but the deck says {}, and {} is no condition of the "
            "corrector; train it anew, with {} among train.conditions", file.name().string(), key,
            p < texts.size()     ? texts[p]
            : p < trained.size() ? fmt::format("{}", trained[p])
                                 : "nothing",
            rule.text(), info.parameters[p].name, info.parameters[p].name));
    }
}

void require_step(const InputFile& file, const Setup& setup,
                  const std::vector<StoredCondition>& conditions) {
    const std::string scheme = file.text("/", "scheme");
    double step = file.number("/", "step");
    if (read_corrector(file).scales_with_step) step = setup.options.step;
    if (const StoredCondition* condition = find_condition(conditions, step_condition)) {
        if (!condition->contains(setup.options.step)) {
            throw EnvironmentError(outside(file, *condition, fmt::format("{:g}", setup.options.step)));
        }
        step = setup.options.step;
    }
    if (std::abs(step - setup.options.step) > 1e-12 * step || scheme != setup.options.scheme) {
        throw EnvironmentError(fmt::format(
            "{}: trained for {} at step {:g}, but the deck says {} at step {:g}; a corrector mends "
            "only the step it was trained for", file.name().string(), scheme, step,
            setup.options.scheme, setup.options.step));
    }
}

void multiply(std::vector<double>& values, double factor) {
    for (double& value : values) value *= factor;
}

/// Conditions of one value for all trajectories become part of the network. Its outputs are times
/// step^power.
void fix_shared_conditions(const Setup& setup, double power,
                           std::vector<StoredCondition>& conditions, DeployedNetwork& network) {
    for (auto* values : {&network.outgoing, &network.linear, &network.bias, &network.monomials}) {
        multiply(*values, std::pow(setup.options.step, power));
    }
    for (std::size_t e = conditions.size(); e-- > 0;) {
        const int number = conditions[e].number;
        const bool is_step = number == step_condition;
        if (!is_step && setup.plan.rules[std::size_t(number)].varies()) continue;
        const double value =
            is_step ? setup.options.step : setup.parameters[std::size_t(number)];
        network = with_condition_fixed(network, e, value);
        conditions.erase(conditions.begin() + std::ptrdiff_t(e));
    }
}

}  // namespace

void Model::require_in_range(const Communicator& comm, const Setup& setup,
                             const EnsembleView& ensemble) const {
    if (network.conditions.empty()) return;
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), ensemble.parameters);
    std::vector<double> low(condition_low.size(), std::numeric_limits<double>::infinity());
    std::vector<double> high(low.size(), -std::numeric_limits<double>::infinity());
    for (std::size_t e = 0; e < low.size() && ensemble.state.extent(0) > 0; ++e) {
        for (std::size_t i = 0; i < host.extent(0) * tile_width; ++i) {
            const double value = host(i / tile_width, network.conditions[e], i % tile_width);
            low[e] = std::min(low[e], value);
            high[e] = std::max(high[e], value);
        }
    }
    comm.allreduce(std::span<double>(low), Reduce::min);
    comm.allreduce(std::span<double>(high), Reduce::max);
    for (std::size_t e = 0; e < low.size(); ++e) {
        if (low[e] >= condition_low[e] && high[e] <= condition_high[e]) continue;
        const std::string& name =
            setup.system->info().parameters[std::size_t(network.conditions[e])].name;
        throw EnvironmentError(fmt::format(
            "the corrector was trained for {} from {:g} to {:g}, but trajectories have {:g} to "
            "{:g}; stay inside, or train a corrector of a wider range", name, condition_low[e],
            condition_high[e], low[e], high[e]));
    }
}

namespace {

/// Throws unless the model has what the deck says.
template <class T>
void require_same(const InputFile& file, const std::string& key, const T& trained, const T& wanted) {
    if (trained == wanted) return;
    throw EnvironmentError(fmt::format(
        "{}: cannot start from it: it was trained with {}: {}, but the deck says {}; train from "
        "scratch, or give the deck the model's", file.name().string(), key, trained, wanted));
}

std::string names_of(const std::vector<StoredCondition>& conditions) {
    std::vector<std::string> names;
    for (const StoredCondition& condition : conditions) names.push_back(condition.name);
    return fmt::format("[{}]", fmt::join(names, ", "));
}

void require_same_form(const InputFile& file, const DeployedNetwork& network,
                       const ApproximatorOptions& wanted) {
    const bool has_units = wanted.type == ApproximatorType::Perceptron;
    const std::int64_t degree = wanted.type == ApproximatorType::Linear ? 1 : wanted.degree;
    require_same<std::int64_t>(file, "train.approximator.hidden", network.hidden,
                               has_units ? wanted.hidden : 0);
    require_same<std::int64_t>(file, "train.approximator.degree", network.degree, degree);
    require_same<std::int64_t>(file, "train.approximator.neighbours", network.neighbours,
                               wanted.neighbours.value_or(-1));
    require_same(file, "train.approximator.linear", !network.linear.empty(),
                 !has_units || wanted.linear || degree > 1);
    if (has_units) {
        require_same(file, "train.approximator.activation", name_of(network.activation),
                     wanted.activation);
    }
}

}  // namespace

DeployedNetwork read_start(const Communicator& comm, const Setup& setup) {
    return together(comm, [&] {
        const TrainOptions& train = *setup.options.train;
        const InputFile file(*train.start, FileKind::model);
        require_system(file, setup);
        const auto conditions = read_conditions(file, setup.system->info());
        require_same(file, "train.corrector", file.text("/", "corrector"), train.corrector);
        require_same(file, "train.input", file.text("/", "input"), name_of(train.seen()));
        require_same(file, "scheme", file.text("/", "scheme"), setup.options.scheme);
        require_same(file, "train.conditions", names_of(conditions),
                     fmt::format("[{}]", fmt::join(train.conditions, ", ")));
        if (!train.is_for_many_steps() && !read_corrector(file).scales_with_step) {
            require_same(file, "step", file.number("/", "step"), setup.options.step);
        }
        const DeployedNetwork network =
            read_network(file, *setup.system, int(conditions.size()));
        require_same_form(file, network, train.approximator);
        return network;
    });
}

Model read_model(const Communicator& comm, const std::filesystem::path& path, const Setup& setup) {
    return together(comm, [&] {
        const InputFile file(path, FileKind::model);
        require_system(file, setup);
        const SystemInfo& info = setup.system->info();
        std::vector<StoredCondition> conditions = read_conditions(file, info);
        require_parameters(file, setup, conditions);
        require_step(file, setup, conditions);
        const int d = setup.system->dimension();
        Model model;
        model.network = read_network(file, *setup.system, int(conditions.size()));
        for (const StoredCondition& condition : conditions) {
            model.network.conditions.push_back(condition.number);
        }
        fix_shared_conditions(setup, read_step_power(file), conditions, model.network);
        if (!conditions.empty() && !model.network.monomials.empty()) {
            throw EnvironmentError(fmt::format(
                "{}: a polynomial of degree {} cannot see a parameter that differs from trajectory "
                "to trajectory ({}); use hidden units with degree 1, or one value for all",
                file.name().string(), model.network.degree, conditions.front().name));
        }
        for (const StoredCondition& condition : conditions) {
            model.condition_low.push_back(condition.low);
            model.condition_high.push_back(condition.high);
        }
        model.quality = {file.number("/", "validation_loss"),
                         file.number("/", "single_step_reduction"),
                         file.number("/", "linear_reduction")};
        model.rollout = read_rollout(file);
        model.recipe = read_provenance(file).recipe;
        model.box_low = read_shaped(file, "box_low", {d});
        model.box_high = read_shaped(file, "box_high", {d});
        return model;
    });
}

}  // namespace farstep
