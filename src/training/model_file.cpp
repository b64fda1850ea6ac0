// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Writing and reading model files.
#include "training/model_file.hpp"

#include <farstep/approximators/conditions.hpp>
#include <farstep/approximators/polynomial.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "parallel/agree.hpp"

namespace farstep {

namespace {

/// The corrector's inputs beside the state: names, units, and ranges it was trained for.
struct ConditionTable {
    std::vector<std::string> names, units;
    std::vector<double> low, high;
};

ConditionTable condition_table(const Setup& setup, const SampleScaling& scaling) {
    const TrainOptions& train = *setup.options.train;
    const SystemInfo& info = setup.system->info();
    const auto numbers = condition_numbers(info, train.conditions);
    ConditionTable table{train.conditions, {}, {}, {}};
    for (std::size_t e = 0; e < numbers.size(); ++e) {
        // What the samples hold; a range that was drawn from is a little wider.
        double low = scaling.low[info.components.size() + e];
        double high = scaling.high[info.components.size() + e];
        if (numbers[e] != step_condition) {
            const ParameterRule& rule = setup.plan.rules[std::size_t(numbers[e])];
            if (rule.has_range()) {
                low = rule.low();
                high = rule.high();
            }
        }
        table.units.push_back(numbers[e] == step_condition
                                  ? info.time_unit
                                  : info.parameters[std::size_t(numbers[e])].unit);
        table.low.push_back(low);
        table.high.push_back(high);
    }
    return table;
}

/// Inputs and outputs of a network that sees the whole state.
void define_state(OutputFile& file, const SystemInfo& info, const ConditionTable& conditions) {
    std::vector<std::string> names, units;
    for (const ComponentInfo& component : info.components) {
        names.push_back(component.name);
        units.push_back(component.unit);
    }
    file.coordinate("output", names,
                    {"", "component of the correction", {{"component_units", units}}});
    names.insert(names.end(), conditions.names.begin(), conditions.names.end());
    units.insert(units.end(), conditions.units.begin(), conditions.units.end());
    file.coordinate("input", names,
                    {"", "component of the state, then conditions", {{"component_units", units}}});
    if (conditions.names.empty()) return;
    file.coordinate("condition", conditions.names, {"", "input beside the state", {}});
    file.variable("condition_low", {"condition"}, NumberType::float64,
                  {"", "smallest value that the corrector serves", {}});
    file.variable("condition_high", {"condition"}, NumberType::float64,
                  {"", "largest value that the corrector serves", {}});
}

/// Inputs and outputs of a network that the variables of a ring share.
void define_window(OutputFile& file, const DeployedNetwork& network) {
    std::vector<double> offsets;
    for (int i = -network.neighbours; i <= network.neighbours; ++i) offsets.push_back(double(i));
    file.coordinate("input", offsets,
                    {"1", "place on the ring relative to the variable that is corrected", {}});
    file.coordinate("output", std::vector<double>{0.0},
                    {"1", "place on the ring of the variable that is corrected", {}});
    file.attribute("/", "neighbours", std::int64_t(network.neighbours));
}

void define_network(OutputFile& file, const DeployedNetwork& network, const SystemInfo& info,
                    const ConditionTable& conditions) {
    if (network.is_local()) {
        define_window(file, network);
    } else {
        define_state(file, info, conditions);
    }
    file.dimension("coefficient", rational_coefficient_count);
    if (network.hidden > 0) {
        file.dimension("hidden", network.hidden);
        file.variable("weights", {"hidden", "input"}, NumberType::float64,
                      {"", "first layer, in the units of the state", {}});
        file.variable("biases", {"hidden"}, NumberType::float64, {"", "of the hidden units", {}});
        file.variable("outgoing", {"hidden", "output"}, NumberType::float64,
                      {"", "second layer, in the units of the state", {}});
    }
    if (!network.linear.empty()) {
        file.variable("linear", {"output", "input"}, NumberType::float64,
                      {"", "linear map, in the units of the state", {}});
    }
    if (!network.monomials.empty()) {
        const auto count = std::int64_t(network.monomials.size()) / network.outputs;
        file.dimension("monomial", count);
        file.variable("monomials", {"monomial", "output"}, NumberType::float64,
                      {"", "coefficients of the polynomial, in the units of the state", {}});
        file.variable("exponents", {"monomial", "input"}, NumberType::float64,
                      {"1", "of the variables in each monomial", {}});
    }
    file.attribute("/", "degree", std::int64_t(network.degree));
    file.variable("bias", {"output"}, NumberType::float64, {"", "of the outputs", {}});
    file.variable("centre", {"input"}, NumberType::float64,
                  {"", "subtracted from the state first", {}});
    file.variable("coefficients", {"coefficient"}, NumberType::float64,
                  {"", "a0 a1 a2 a3 b0 b1 b2 of a rational activation", {}});
    file.attribute("/", "activation", name_of(network.activation));
}

void define_scaling(OutputFile& file) {
    file.variable("input_scale", {"input"}, NumberType::float64,
                  {"", "standard deviation of the training inputs", {}});
    file.variable("target_scale", {"output"}, NumberType::float64,
                  {"", "unit of the training targets", {}});
    file.variable("box_low", {"component"}, NumberType::float64,
                  {"", "smallest state in training", {}});
    file.variable("box_high", {"component"}, NumberType::float64,
                  {"", "largest state in training", {}});
}

void define_history(OutputFile& file, const std::vector<HistoryEntry>& history) {
    std::vector<double> iterations;
    for (const HistoryEntry& entry : history) iterations.push_back(double(entry.iteration));
    file.group("history");
    file.coordinate("history/iteration", iterations, {"1", "iterations of the fit", {}});
    file.variable("history/training_loss", {"iteration"}, NumberType::float64,
                  {"1", "mean squared error in standardised units", {}});
    file.variable("history/validation_loss", {"iteration"}, NumberType::float64,
                  {"1", "the same on trajectories set aside", {}});
    file.variable("history/learning_rate", {"iteration"}, NumberType::float64,
                  {"1", "learning rate", {}});
}

void define_rollout(OutputFile& file, const LongRollout& rollout, const SystemInfo& info) {
    if (rollout.until == 0) return;
    file.attribute("/", "rollout", rollout.description(info));
    file.attribute("/", "rollout_until", rollout.until);
    file.attribute("/", "rollout_survived", rollout.survived);
    file.attribute("/", "rollout_trajectories", rollout.trajectories);
    file.attribute("/", "rollout_lost", rollout.lost);
    file.attribute("/", "rollout_left_box", rollout.left_box);
    if (rollout.energy_drift) {
        file.attribute("/", "rollout_energy_drift", *rollout.energy_drift);
    }
}

void write_values(OutputFile& file, const std::string& path, const std::vector<double>& values) {
    if (!values.empty()) file.write_whole(path, values.data());
}

void write_history(OutputFile& file, const std::vector<HistoryEntry>& history) {
    std::vector<double> training, validation, rate;
    for (const HistoryEntry& entry : history) {
        training.push_back(entry.training_loss);
        validation.push_back(entry.validation_loss);
        rate.push_back(entry.learning_rate);
    }
    write_values(file, "history/training_loss", training);
    write_values(file, "history/validation_loss", validation);
    write_values(file, "history/learning_rate", rate);
}

std::vector<double> flat_exponents(const DeployedNetwork& network) {
    std::vector<double> flat;
    for (const auto& exponents :
         monomial_exponents(network.inputs, network.degree, network.neighbours)) {
        flat.insert(flat.end(), exponents.begin(), exponents.end());
    }
    return flat;
}

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

/// `conditions` is the number of inputs beside the state.
DeployedNetwork read_network(const InputFile& file, const SystemModel& system, int conditions) {
    DeployedNetwork network;
    network.neighbours = read_neighbours(file, system);
    network.inputs = network.is_local() ? 2 * network.neighbours + 1
                                         : system.dimension() + conditions;
    network.outputs = network.is_local() ? 1 : system.dimension();
    const std::int64_t d = network.inputs, out = network.outputs;
    network.activation = parse_activation(file.text("/", "activation"));
    network.centre = read_shaped(file, "centre", {d});
    network.bias = read_shaped(file, "bias", {out});
    if (file.has("linear")) network.linear = read_shaped(file, "linear", {out, d});
    const double degree = file.number("/", "degree");
    if (!(degree >= 0 && degree <= largest_degree)) {
        throw EnvironmentError(fmt::format("{}: a polynomial of degree {:g}; at most {} is possible",
                                           file.name().string(), degree, largest_degree));
    }
    network.degree = int(degree);
    const auto monomials = std::int64_t(
        monomial_exponents(network.inputs, network.degree, network.neighbours).size());
    if (monomials > 0) network.monomials = read_shaped(file, "monomials", {monomials, out});
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

int target_power(const Setup& setup) {
    const bool many = setup.options.train->is_for_many_steps();
    return many ? scheme_order(setup.options.scheme) + 1 : 0;
}

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

void write_model(const Communicator& comm, const Setup& setup, const Fit& fit,
                 const SampleScaling& scaling, const ModelQuality& quality,
                 const LongRollout& rollout, const Provenance& provenance) {
    const DeployedNetwork network = fit.network.deploy(scaling);
    OutputFile file(comm, setup.model_path(), FileKind::model);
    const ConditionTable conditions = condition_table(setup, scaling);
    define_components(file, setup.system->info());
    define_network(file, network, setup.system->info(), conditions);
    define_scaling(file);
    define_history(file, fit.history);
    define_system(file, setup);
    file.attribute("/", "corrector", setup.options.train->corrector);
    file.attribute("/", "scheme", setup.options.scheme);
    file.attribute("/", "step", setup.options.step);
    file.attribute("/", "step_power", std::int64_t(target_power(setup)));
    file.attribute("/", "fit", fit.description);
    file.attribute("/", "validation_loss", quality.validation_loss);
    file.attribute("/", "single_step_reduction", quality.single_step_reduction);
    file.attribute("/", "linear_reduction", quality.linear_reduction);
    define_rollout(file, rollout, setup.system->info());
    write_provenance(file, provenance);
    file.begin_parallel();
    write_values(file, "weights", network.weights);
    write_values(file, "biases", network.biases);
    write_values(file, "outgoing", network.outgoing);
    write_values(file, "linear", network.linear);
    write_values(file, "monomials", network.monomials);
    write_values(file, "exponents", flat_exponents(network));
    write_values(file, "bias", network.bias);
    write_values(file, "centre", network.centre);
    file.write_whole("coefficients", network.coefficients.values);
    write_values(file, "input_scale", scaling.input_scale);
    write_values(file, "target_scale", scaling.target_scale);
    const auto d = std::ptrdiff_t(setup.system->dimension());
    write_values(file, "box_low", {scaling.low.begin(), scaling.low.begin() + d});
    write_values(file, "box_high", {scaling.high.begin(), scaling.high.begin() + d});
    write_values(file, "condition_low", conditions.low);
    write_values(file, "condition_high", conditions.high);
    write_history(file, fit.history);
    file.commit();
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
        fix_shared_conditions(setup, double(file.integer("/", "step_power")), conditions,
                              model.network);
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
