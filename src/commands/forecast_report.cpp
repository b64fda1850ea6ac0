// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "commands/forecast_report.hpp"

#include <fmt/format.h>

#include "parallel/log.hpp"

namespace farstep {

namespace {

/// `steps` are those of all trajectories.
void report_guard(const Communicator& comm, const GuardOptions& guard, const GuardSummary& seen,
                  double steps) {
    if (seen.trajectories == 0) return;
    const std::string what =
        guard.action == GuardAction::plain
            ? fmt::format("taken by rk4 in {} substeps", guard.substeps)
        : guard.action == GuardAction::stop ? std::string("which ended them")
                                            : std::string("where the corrector is a guess");
    say(comm, "  {} trajectories left the training box, for {:.2g} % of all steps, {}",
        seen.trajectories, 100 * double(seen.steps) / steps, what);
}

}  // namespace

void warn_of_long_rollout(const Communicator& comm, const Setup& setup,
                          const LongRollout& rollout) {
    const double until = setup.options.forecast->until;
    if (rollout.until == 0) return;
    if (rollout.lost > 0) {
        say(comm, "  warning: the corrector lost trajectories when it was trained: {}",
            rollout.description(setup.system->info()));
    } else if (until > rollout.until) {
        say(comm, "  warning: a forecast to t = {:g}, but the corrector was tried to t = {:g} "
                  "only (train.rollout.until)", until, rollout.until);
    }
}

void report_forecast(const Communicator& comm, const Setup& setup, const ForecastCounts& counts,
                     const StageResult& result, const ForecastTimes& times, double seconds) {
    const ForecastOptions& options = *setup.options.forecast;
    const double steps =
        double(options.ensemble.size) * double(steps_in(options.until, setup.options.step));
    say(comm, "  {} trajectories to t = {:g}, {} {} at step {:g}; {} failed",
        options.ensemble.size, options.until, options.corrected ? "corrected" : "plain",
        setup.options.scheme, setup.options.step, result.failed);
    if (setup.options.is_adaptive()) {
        say(comm, "  at tolerance {:g} a trajectory took {} to {} steps of its own, {:.4g} in the "
                  "mean", setup.options.tolerance, counts.own_steps().least,
            counts.own_steps().most, counts.mean_steps());
    }
    report_guard(comm, options.guard, counts.guard(), steps);
    say(comm, "  {:.3g} trajectory steps per second, initial states, statistics and files included",
        steps / seconds);
    say(comm, "  {:.0f} % of the time went into steps, {:.0f} % into statistics, {:.0f} % into files",
        100 * times.stepping / seconds, 100 * times.statistics / seconds,
        100 * times.files / seconds);
    say(comm, "  {} ({})", setup.forecast_path().string(), describe_duration(seconds));
}

}  // namespace farstep
