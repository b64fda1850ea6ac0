// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Writing model files.
#include "training/model_file.hpp"

#include <fmt/format.h>

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

std::string per(const std::string& unit, const std::string& time_unit) {
    return time_unit == "1" ? unit : unit + "/" + time_unit;
}

/// Inputs of a network that sees the whole state, or what else of the step it sees.
struct InputTable {
    std::vector<std::string> names, units;

    void add_components(const SystemInfo& info, ApproximatorInput input) {
        for (const ComponentInfo& component : info.components) {
            const bool is_state = input == ApproximatorInput::state;
            names.push_back(is_state ? component.name : name_of(input) + " of " + component.name);
            units.push_back(input == ApproximatorInput::slope ? per(component.unit, info.time_unit)
                                                              : component.unit);
        }
    }
};

/// Inputs and outputs of a network that sees the whole state, or what else of the step it sees.
void define_state(OutputFile& file, const SystemInfo& info, ApproximatorInput input,
                  const ConditionTable& conditions) {
    const bool sees_both = input == ApproximatorInput::both;
    InputTable outputs, inputs;
    outputs.add_components(info, ApproximatorInput::state);
    file.coordinate(
        "output", outputs.names,
        {"", "component of the correction", {{"component_units", outputs.units}}});
    inputs.add_components(info, sees_both ? ApproximatorInput::state : input);
    inputs.names.insert(inputs.names.end(), conditions.names.begin(), conditions.names.end());
    inputs.units.insert(inputs.units.end(), conditions.units.begin(), conditions.units.end());
    if (sees_both) inputs.add_components(info, ApproximatorInput::slope);
    file.coordinate("input", inputs.names,
                    {"", "what the network sees of a step, and conditions",
                     {{"component_units", inputs.units}}});
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
        define_state(file, info, network.input, conditions);
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

void define_history(OutputFile& file, const Fit& fit) {
    std::vector<double> iterations;
    for (const HistoryEntry& entry : fit.history) iterations.push_back(double(entry.iteration));
    file.group("history");
    file.coordinate("history/iteration", iterations, {"1", "iterations of the fit", {}});
    file.variable("history/training_loss", {"iteration"}, NumberType::float64,
                  {"1", "mean squared error in standardised units", {}});
    file.variable("history/validation_loss", {"iteration"}, NumberType::float64,
                  {"1", "the same on trajectories set aside", {}});
    file.variable("history/learning_rate", {"iteration"}, NumberType::float64,
                  {"1", "learning rate", {}});
    if (!fit.network.multiplies) return;
    file.variable("history/mean_factor", {"iteration"}, NumberType::float64,
                  {"1", "mean factor of the increment on trajectories set aside", {}});
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

void write_history(OutputFile& file, const Fit& fit) {
    std::vector<double> training, validation, rate, factor;
    for (const HistoryEntry& entry : fit.history) {
        training.push_back(entry.training_loss);
        validation.push_back(entry.validation_loss);
        rate.push_back(entry.learning_rate);
        factor.push_back(entry.mean_factor);
    }
    write_values(file, "history/training_loss", training);
    write_values(file, "history/validation_loss", validation);
    write_values(file, "history/learning_rate", rate);
    if (fit.network.multiplies) write_values(file, "history/mean_factor", factor);
}

std::vector<double> flat_exponents(const DeployedNetwork& network) {
    std::vector<double> flat;
    for (const auto& exponents :
         monomial_exponents(network.inputs, network.degree, network.neighbours)) {
        flat.insert(flat.end(), exponents.begin(), exponents.end());
    }
    return flat;
}

}  // namespace

int target_power(const Setup& setup) {
    const TrainOptions& train = *setup.options.train;
    const CorrectorInfo& corrector = *find_corrector(train.corrector);
    // A factor has no unit, and what it multiplies is of the size of the step already.
    const bool is_scaled = corrector.scales_with_step ||
                           (train.is_for_many_steps() && !corrector.multiplies);
    return is_scaled ? scheme_order(setup.options.scheme) + 1 : 0;
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
    define_history(file, fit);
    define_system(file, setup);
    file.attribute("/", "corrector", setup.options.train->corrector);
    file.attribute("/", "input", name_of(setup.options.train->seen()));
    file.attribute("/", "scheme", setup.options.scheme);
    file.attribute("/", "step", setup.options.step);
    file.attribute("/", "step_power", std::int64_t(target_power(setup)));
    file.attribute("/", "fit", fit.description);
    if (fit.diverged_after > 0) file.attribute("/", "diverged_after", fit.diverged_after);
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
    write_history(file, fit);
    file.commit();
}

}  // namespace farstep
