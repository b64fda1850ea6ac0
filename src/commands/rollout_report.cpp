// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Defining, writing and printing it.
#include "commands/rollout_report.hpp"

#include <cmath>

#include <fmt/format.h>

#include "evaluation/work_precision.hpp"
#include "parallel/log.hpp"

namespace farstep {

namespace {

void define_states(OutputFile& file, const Setup& setup) {
    const EvaluateOptions& options = *setup.options.evaluate;
    const ChosenTrajectories chosen(options.trajectories, options.ensemble.size);
    if (chosen.none()) return;
    const SystemInfo& info = setup.system->info();
    define_components(file, info);
    chosen.define(file);
    file.variable("state", {"rollout", "time", "trajectory", "component"}, NumberType::float64,
                  {"", "state; see component_units of 'component'", {}});
    file.variable("reference_state", {"time", "trajectory", "component"}, NumberType::float64,
                  {"", "state of the reference; see component_units of 'component'", {}});
    define_parameter_values(file, info, setup.plan);
}

/// Every rank writes those that it holds.
void write_states(OutputFile& file, const Setup& setup, const ReferenceRun& reference,
                  const std::vector<Contender>& contenders) {
    if (setup.options.evaluate->trajectories.none()) return;
    const ChosenTrajectories::Part& chosen = reference.chosen;
    const std::int64_t times = std::int64_t(reference.times.size());
    const std::int64_t count = std::int64_t(chosen.local.size());
    const std::int64_t dimension = setup.system->dimension();
    std::vector<double> truth;
    for (const StateView& state : reference.states) {
        const auto rows = rows_of(state, chosen.local);
        truth.insert(truth.end(), rows.begin(), rows.end());
    }
    file.write("reference_state", Slab{{0, chosen.first, 0}, {times, count, dimension}},
               truth.data());
    for (std::size_t r = 0; r < contenders.size(); ++r) {
        file.write("state",
                   Slab{{std::int64_t(r), 0, chosen.first, 0}, {1, times, count, dimension}},
                   contenders[r].errors.states.data());
    }
    if (!setup.plan.varies()) return;
    file.write("parameter_values",
               Slab{{chosen.first, 0}, {count, std::int64_t(setup.parameters.size())}},
               rows_of(reference.parameters, chosen.local).data());
}

struct Spread {
    double mean = 0, deviation = 0;
};

/// The deviation is that of a sample: its square is unbiased.
Spread spread_of(const std::vector<double>& values) {
    Spread result;
    for (const double x : values) result.mean += x / double(values.size());
    if (values.size() < 2) return result;
    double sum = 0;
    for (const double x : values) sum += (x - result.mean) * (x - result.mean);
    result.deviation = std::sqrt(sum / double(values.size() - 1));
    return result;
}

}  // namespace

void define_rollout_details(OutputFile& file, const Setup& setup) {
    define_states(file, setup);
    const std::int64_t samples = setup.options.evaluate->timing.samples;
    if (samples == 0) return;
    std::vector<double> numbers;
    for (std::int64_t run = 0; run < samples; ++run) numbers.push_back(double(run));
    file.coordinate("run", numbers, {"1", "number of the timed run, in the order of time", {}});
    file.variable("run_cost", {"rollout", "run"}, NumberType::float64,
                  {"ns", "wall time per trajectory and unit of time, one timed run", {}});
}

void write_rollout_details(OutputFile& file, const Setup& setup, const ReferenceRun& reference,
                           const std::vector<Contender>& contenders) {
    write_states(file, setup, reference, contenders);
    if (setup.options.evaluate->timing.samples == 0) return;
    std::vector<double> costs;
    for (const Contender& contender : contenders) {
        costs.insert(costs.end(), contender.run_costs.begin(), contender.run_costs.end());
    }
    file.write_whole("run_cost", costs.data());
}

void measure_run_costs(const Context& context, const Setup& setup, const ReferenceRun& reference,
                       std::vector<Contender>& contenders) {
    if (setup.options.evaluate->timing.samples == 0) return;
    std::vector<const Stepper*> steppers;
    for (const Contender& contender : contenders) steppers.push_back(contender.stepper.get());
    const auto costs = sample_costs(context, setup, reference, steppers);
    for (std::size_t i = 0; i < contenders.size(); ++i) contenders[i].run_costs = costs[i];
}

void print_curves(const Communicator& comm, const Setup& setup,
                  const std::vector<Contender>& contenders, double time) {
    const EvaluateOptions& options = *setup.options.evaluate;
    if (options.curves.empty()) return;
    say(comm, "\n  further plain schemes at t = {:g}", time);
    say(comm, "  {:<22} {:<16} {:>10} {:>10} {:>12} {:>8}", "rollout", "scheme", "step",
        "precision", "MSE", "failed");
    std::size_t number = contenders.size() - options.curves.size();
    for (const auto& [name, curve] : options.curves) {
        const RolloutError& errors = contenders[number++].errors;
        const double error = errors.mean_square.back();
        say(comm, "  {:<22} {:<16} {:>10.4g} {:>10} {:>12} {:>8}", name, curve.scheme, curve.step,
            name_of(*curve.precision),
            std::isfinite(error) ? fmt::format("{:.2e}", error) : "failed",
            options.ensemble.size - errors.running.back());
    }
}

void print_run_costs(const Communicator& comm, const std::vector<Contender>& contenders) {
    const std::size_t runs = contenders.front().run_costs.size();
    if (runs == 0) return;
    say(comm, "\n  cost of {} timed runs in turn [ns per trajectory and unit of time]", runs);
    say(comm, "  {:<22} {:>12} {:>12} {:>14}", "rollout", "mean", "deviation", "mean / plain");
    const double plain = spread_of(contenders.front().run_costs).mean;
    for (const Contender& contender : contenders) {
        const Spread cost = spread_of(contender.run_costs);
        say(comm, "  {:<22} {:>12.5g} {:>12} {:>14.4g}", contender.name, cost.mean,
            runs > 1 ? fmt::format("{:.2g}", cost.deviation) : "-", cost.mean / plain);
    }
}

}  // namespace farstep
