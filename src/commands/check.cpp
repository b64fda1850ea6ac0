// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep check: the resolved deck, and what it will cost, from a short measurement on this
// machine.
#include <cmath>

#include <fmt/format.h>

#include "clock.hpp"
#include "commands/forecast_statistics.hpp"
#include "commands/inform.hpp"
#include "parallel/log.hpp"
#include "training/memory.hpp"
#include "training/network.hpp"

namespace farstep {

namespace {

std::string bytes_text(double bytes) {
    const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    while (bytes >= 1024 && unit < 4) {
        bytes /= 1024;
        ++unit;
    }
    return fmt::format("{:.3g} {}", bytes, units[unit]);
}

/// Wall time of one step of one trajectory on this rank [s], from a few thousand trajectories of
/// the published ensemble. They take a few steps at a time, always from its beginning: a step that is
/// too long for its scheme would let all of them fail, and then they cost nothing.
double seconds_per_step(const Setup& setup, const Stepper& stepper) {
    constexpr std::int64_t size = 4096, steps = 8;
    constexpr double enough = 0.01;
    constexpr int most_turns = 200;
    double elapsed = 0;
    int turns = 0;
    while (elapsed < enough && turns < most_turns) {
        Ensemble ensemble(setup.system->dimension(), {0, size});
        ensemble.set_parameters(parameter_tile(setup.parameters));
        setup.system->sample(ensemble.view().state, 0, size - 1, setup.system->info().initial,
                             ensemble.view().parameters, 1);
        Kokkos::fence();
        const auto start = Clock::now();
        stepper.advance(ensemble.view(), 0, steps);
        Kokkos::fence();
        elapsed += seconds_since(start);
        ++turns;
    }
    return elapsed / double(size * steps * turns);
}

class Estimate {
public:
    Estimate(const Context& context, const Setup& setup)
        : m_comm(context.comm), m_setup(setup), m_d(double(setup.system->dimension())) {}

    void print() const {
        const Options& o = m_setup.options;
        say(m_comm, "\n# estimates on {} rank{} ({}), from a short measurement",
            m_comm.size(), m_comm.size() == 1 ? "" : "s", Device::name());
        if (o.generate) print_generate(*o.generate, *o.ensemble);
        if (o.train) print_train(*o.train);
        if (o.forecast) print_forecast(*o.forecast);
        if (o.evaluate) print_evaluate(*o.evaluate);
    }

private:
    void line(const char* stage, double seconds, double memory, double disk) const {
        say(m_comm, "#   {:<9} about {:>10}, memory per rank {:>9}, file {:>9}", stage,
            describe_duration(seconds / m_comm.size()), bytes_text(memory / m_comm.size()),
            bytes_text(disk));
    }

    /// What trajectories in full add, which is written while steps go on.
    void storage_line(const std::filesystem::path& file, double bytes) const {
        if (bytes == 0 || !m_comm.is_root()) return;
        say(m_comm, "#             trajectories in full: {}",
            storage_text(file, std::int64_t(bytes)));
    }

    double reference_seconds(double size, double until) const {
        const auto stepper = m_setup.reference_stepper();
        const ReferenceOptions& reference = m_setup.options.reference;
        return size * (until + reference.spin_up) / reference.step *
               seconds_per_step(m_setup.of_reference(), *stepper);
    }

    double state_bytes(double trajectories) const { return trajectories * m_d * 8; }

    /// Of the trajectories stored in full, at one time.
    double stored_bytes(const Selection& selection, double size) const {
        return state_bytes(selection.all ? size : double(selection.indices.size()));
    }

    void print_generate(const GenerateOptions& options, const EnsembleOptions& members) const {
        const double size = double(members.size);
        const double stored = state_bytes(size) * (options.until / options.every + 1);
        line("generate", reference_seconds(size, options.until), 2 * state_bytes(size), stored);
        storage_line(m_setup.dataset_path(), stored);
    }

    void print_train(const TrainOptions& options) const {
        if (!m_setup.options.generate) return;
        const TrainingEstimate estimate = estimate_training(m_setup, m_comm.size());
        say(m_comm, "#   {:<9} {:.3g} samples, {} hidden units, memory per rank {}", "train",
            estimate.samples, options.approximator.hidden, bytes_text(estimate.bytes));
    }

    void print_forecast(const ForecastOptions& options) const {
        const double size = double(options.ensemble.size);
        const auto network = m_setup.options.train ? std::optional<DeployedNetwork>(
                                   blank_network(m_setup.system->dimension(),
                                                 m_setup.options.train->approximator))
                                                   : std::nullopt;
        const bool corrected = options.corrected && network;
        const auto stepper =
            m_setup.stepper(m_setup.options.scheme, m_setup.options.step,
                            m_setup.options.precision, corrected ? &*network : nullptr);
        const double outputs = options.until / options.save.every + 1;
        const double columns = m_d + 1;
        const double stored = stored_bytes(options.save.trajectories, size) * outputs;
        line("forecast",
             size * options.until / m_setup.options.step * seconds_per_step(m_setup, *stepper) +
                 size * outputs * columns * 5e-9,
             state_bytes(size) * (m_d + 2) / m_d + stored / outputs,
             stored + outputs * columns * 8 * 10);
        storage_line(m_setup.forecast_path(), stored);
    }

    /// Of the further plain schemes.
    double curve_seconds(const EvaluateOptions& options) const {
        double seconds = 0;
        for (const auto& [name, curve] : options.curves) {
            const auto stepper = m_setup.stepper(curve.scheme, curve.step, *curve.precision);
            seconds += double(options.ensemble.size) * options.until / curve.step *
                       seconds_per_step(m_setup, *stepper);
        }
        return seconds;
    }

    void print_evaluate(const EvaluateOptions& options) const {
        const double size = double(options.ensemble.size);
        const double outputs = options.until / options.every + 1;
        const double rollouts = 2.0 + double(options.rivals.size() + options.curves.size());
        const double repeated =
            double(options.timing.repeats + 2) *
            double(options.ladder.schemes.size() * options.ladder.precisions.size() + 1);
        const double sampled =
            options.timing.samples > 0 ? double(options.timing.samples + 2) * rollouts : 0;
        const double timing = options.timing.seconds * (repeated + sampled) * m_comm.size();
        const double stored = stored_bytes(options.trajectories, size) * outputs;
        line("evaluate", reference_seconds(size, options.until) + curve_seconds(options) + timing,
             state_bytes(size) * (outputs + 4) + stored * (rollouts + 1),
             stored * (rollouts + 1) +
                 rollouts * (outputs * 7 + double(options.timing.samples)) * 8);
    }

    const Communicator& m_comm;
    const Setup& m_setup;
    double m_d;
};

}  // namespace

void check(const Context& context, const Setup& setup) {
    say(context.comm, "{}", resolved_text(setup.options));
    Estimate(context, setup).print();
}

}  // namespace farstep
