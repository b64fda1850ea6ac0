// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Timing, the ladder of steps, and the verdict.
#include "evaluation/work_precision.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "clock.hpp"

namespace farstep {

namespace {

/// The first states of a reference run, over and over, for so many trajectories.
Ensemble repeated(const ReferenceRun& reference, std::int64_t trajectories) {
    const StateView& first = reference.states.front();
    const auto dimension = first.extent(1);
    const auto rows = rows_of(first, reference.range.size());
    std::vector<double> all(std::size_t(trajectories) * dimension);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = rows[i % rows.size()];
    Ensemble ensemble(int(dimension), {0, trajectories});
    ensemble.set_rows(all);
    ensemble.set_parameters(reference.parameters);
    return ensemble;
}

/// The states that timed runs begin with. Collective.
Ensemble timing_ensemble(const Context& context, const Setup& setup,
                         const ReferenceRun& reference) {
    const TimingOptions& options = setup.options.evaluate->timing;
    if (setup.is_closure()) {
        // States drawn for the deck's system may be far from where the reference lives and the
        // corrector has learnt, and there trajectories fail too soon to be timed.
        const bool have_own_parameters = setup.plan.columns > 0;
        return repeated(reference,
                        have_own_parameters ? reference.range.size() : options.trajectories);
    }
    EnsembleOptions members = setup.options.evaluate->ensemble;
    members.size = std::max(members.size, options.trajectories);
    const bool from_file = members.initial.file || setup.plan.columns > 0;
    if (from_file) members.size = setup.options.evaluate->ensemble.size;
    Ensemble start(setup.system->dimension(), {0, std::min(members.size, options.trajectories)});
    draw_initial_states(context.comm, setup, members, "evaluate.ensemble", start);
    return start;
}

/// Runs of steps against the clock, all from the same states of an ensemble of this rank's own.
class Stopwatch {
public:
    /// Collective.
    Stopwatch(const Context& context, const Setup& setup, const ReferenceRun& reference)
        : m_comm(context.comm),
          m_options(setup.options.evaluate->timing),
          m_start(timing_ensemble(context, setup, reference)),
          m_ensemble(m_start.dimension(), m_start.range()) {}

    /// Steps that make a run last as long as the deck asks, but no longer than nearly all
    /// trajectories last: failed ones cost nothing. Collective.
    std::int64_t enough_steps(const Stepper& stepper) {
        std::int64_t steps = 1;
        while (m_comm.allreduce(fastest(stepper, steps, 2), Reduce::min) < m_options.seconds) {
            steps *= 2;
            seconds_of(stepper, steps);
            const std::int64_t failed = m_comm.allreduce(m_ensemble.failure_count(), Reduce::max);
            if (failed <= m_start.size() / 100) continue;
            steps /= 2;
            break;
        }
        return steps;
    }

    /// Wall time of one step [ns per trajectory], the fastest of some runs. Collective.
    double step_cost(const Stepper& stepper, std::int64_t steps, std::int64_t runs) {
        const double seconds = m_comm.allreduce(fastest(stepper, steps, runs), Reduce::max);
        return seconds * 1e9 / double(m_start.size() * steps);
    }

private:
    double seconds_of(const Stepper& stepper, std::int64_t steps) {
        m_ensemble.assign(m_start);
        Kokkos::fence();
        const auto begin = Clock::now();
        stepper.advance(m_ensemble.view(), 0, steps);
        Kokkos::fence();
        return seconds_since(begin);
    }

    /// What else the machine does only ever adds time.
    double fastest(const Stepper& stepper, std::int64_t steps, std::int64_t runs) {
        double seconds = std::numeric_limits<double>::infinity();
        for (std::int64_t r = 0; r < runs; ++r) {
            seconds = std::min(seconds, seconds_of(stepper, steps));
        }
        return seconds;
    }

    const Communicator& m_comm;
    const TimingOptions& m_options;
    Ensemble m_start, m_ensemble;
};

/// Costs of single runs of some steppers, taken in turn [stepper][turn].
std::vector<std::vector<double>> take_samples(const Context& context, const Setup& setup,
                                              const ReferenceRun& reference,
                                              const std::vector<const Stepper*>& steppers) {
    const std::int64_t samples = setup.options.evaluate->timing.samples;
    Progress progress(context.comm, "timing samples", samples, "turns", context.progress);
    Stopwatch stopwatch(context, setup, reference);
    std::vector<std::int64_t> steps;
    for (const Stepper* stepper : steppers) steps.push_back(stopwatch.enough_steps(*stepper));
    std::vector<std::vector<double>> costs(steppers.size());
    for (std::int64_t turn = 0; turn < samples; ++turn) {
        for (std::size_t i = 0; i < steppers.size(); ++i) {
            costs[i].push_back(stopwatch.step_cost(*steppers[i], steps[i], 1) /
                               steppers[i]->step());
        }
        progress.advance(1);
    }
    progress.finish();
    return costs;
}

/// Steps that an adaptive stepper tried in its last rollout, over all trajectories of all ranks.
double mean_step_count(const Communicator& comm, const Stepper& stepper) {
    const auto counts =
        Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), stepper.record()->steps);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) sum += counts.data()[i];
    return double(comm.allreduce(sum, Reduce::sum)) /
           double(comm.allreduce(std::int64_t(counts.size()), Reduce::sum));
}

std::vector<double> ladder_steps(const Setup& setup) {
    const LadderOptions& ladder = setup.options.evaluate->ladder;
    std::vector<double> steps = ladder.steps;
    for (std::int64_t k = 0; ladder.steps.empty() && k <= ladder.refinements; ++k) {
        steps.push_back(setup.options.step / double(std::int64_t(1) << k));
    }
    return steps;
}

/// Of the reference's system, if it is another than the deck's.
std::string name_of_reference(const Setup& setup) {
    return setup.is_closure() ? setup.reference_system->info().name : "";
}

WorkCurve climb_steps(const Context& context, const Setup& setup, const ReferenceRun& reference,
                      const std::string& scheme, Precision precision, double /*enough*/) {
    const Setup full = setup.of_reference();
    WorkCurve curve{scheme, precision, {}, name_of_reference(setup)};
    // The cost of a step does not depend on its length; with a short one, no trajectory fails.
    const double step_cost = measure_step_cost(
        context, full, reference, *full.stepper(scheme, setup.options.reference.step, precision));
    for (const double step : ladder_steps(setup)) {
        const auto stepper = full.stepper(scheme, step, precision);
        const double error = final_error_of_reference(context, setup, reference, *stepper);
        curve.points.push_back({step, error, step_cost / step});
    }
    return curve;
}

/// Down to the first error below `enough`, and timed in shorter runs: every tolerance has a cost of
/// its own.
WorkCurve climb_tolerances(const Context& context, const Setup& setup,
                           const ReferenceRun& reference, const std::string& scheme,
                           Precision precision, double enough) {
    // Below, a step's error drowns in rounding and steps shrink for nothing.
    const double smallest = precision == Precision::Float ? 1e-6 : 1e-14;
    const double span = reference.times.back();
    Setup quick = setup.of_reference();
    quick.options.evaluate->timing.seconds /= 5;
    WorkCurve curve{scheme, precision, {}, name_of_reference(setup)};
    double tolerance = 0.01;
    for (std::int64_t k = 0; k <= setup.options.evaluate->ladder.refinements; ++k) {
        if (tolerance < smallest) break;
        const auto stepper = quick.adaptive_stepper(scheme, span, precision, tolerance);
        const auto [error, step] = adaptive_rollout(context, setup, reference, *stepper);
        const double cost = measure_step_cost(context, quick, reference, *stepper) / span;
        curve.points.push_back({step, error, cost, tolerance});
        if (error <= enough) break;
        tolerance /= 10;
    }
    return curve;
}

}  // namespace

std::string WorkCurve::name() const {
    const std::string of = system.empty() ? "" : " of " + system;
    return scheme + of + (precision == Precision::Double ? "" : ", " + name_of(precision));
}

AdaptiveRollout adaptive_rollout(const Context& context, const Setup& setup,
                                 const ReferenceRun& reference, const Stepper& stepper) {
    // One result, since the steps can be counted only behind the rollout.
    Context alone = context;
    alone.journal = nullptr;
    const auto write = [](NumberWriter& writer, const AdaptiveRollout& rollout) {
        writer.add(rollout.error);
        writer.add(rollout.mean_step);
    };
    const auto read = [](NumberReader& reader) {
        const double error = reader.number();
        return AdaptiveRollout{error, reader.number()};
    };
    return kept(context.journal, write, read, [&] {
        const double error = final_error_of_reference(alone, setup, reference, stepper);
        const double steps = mean_step_count(context.comm, stepper);
        return AdaptiveRollout{error, reference.times.back() / steps};
    });
}

double measure_step_cost(const Context& context, const Setup& setup, const ReferenceRun& reference,
                         const Stepper& stepper) {
    return kept_number(context, [&] {
        Stopwatch stopwatch(context, setup, reference);
        return stopwatch.step_cost(stepper, stopwatch.enough_steps(stepper),
                                   setup.options.evaluate->timing.repeats);
    });
}

std::vector<std::vector<double>> sample_costs(const Context& context, const Setup& setup,
                                              const ReferenceRun& reference,
                                              const std::vector<const Stepper*>& steppers) {
    using Costs = std::vector<std::vector<double>>;
    const auto samples = std::size_t(setup.options.evaluate->timing.samples);
    const auto write = [](NumberWriter& writer, const Costs& costs) {
        for (const auto& of_one : costs) writer.add(of_one);
    };
    const auto read = [&](NumberReader& reader) {
        Costs costs;
        for (std::size_t i = 0; i < steppers.size(); ++i) costs.push_back(reader.numbers(samples));
        return costs;
    };
    return kept(context.journal, write, read, [&] { return take_samples(context, setup, reference, steppers); });
}

WorkPrecision measure_work_precision(const Context& context, const Setup& setup,
                                     const ReferenceRun& reference, const Stepper& corrected) {
    WorkPrecision result;
    result.corrected = {corrected.step(), final_error(context, setup, reference, corrected),
                        measure_step_cost(context, setup, reference, corrected) / corrected.step()};
    const auto finer =
        setup.of_reference().stepper(setup.options.reference.scheme,
                                     setup.options.reference.step / 2, Precision::Double);
    result.reference_error = final_error_of_reference(context, setup, reference, *finer);
    const LadderOptions& ladder = setup.options.evaluate->ladder;
    const Vocabulary words = vocabulary();
    Progress progress(context.comm, "work and precision",
                      std::int64_t(ladder.schemes.size() * ladder.precisions.size()), "schemes",
                      context.progress);
    for (const std::string& scheme : ladder.schemes) {
        const auto climb = words.is_adaptive(scheme) ? climb_tolerances : climb_steps;
        for (const Precision precision : ladder.precisions) {
            result.curves.push_back(
                climb(context, setup, reference, scheme, precision, result.common_error()));
            result.competitors.push_back(meet(result.curves.back(), result.common_error()));
            progress.advance(1);
        }
    }
    progress.finish();
    return result;
}

Competitor meet(const WorkCurve& curve, double error) {
    Competitor competitor{curve.name(), false, 0, 0};
    for (std::size_t k = 0; k < curve.points.size(); ++k) {
        const WorkPoint& here = curve.points[k];
        if (!(here.error <= error)) continue;
        competitor.reaches = true;
        competitor.step = here.step;
        competitor.cost = here.cost;
        if (k == 0 || !std::isfinite(curve.points[k - 1].error) || !(here.error > 0)) break;
        const WorkPoint& before = curve.points[k - 1];
        const double share = std::log(error / before.error) / std::log(here.error / before.error);
        competitor.step = before.step * std::pow(here.step / before.step, share);
        competitor.cost = before.cost * std::pow(here.cost / before.cost, share);
        break;
    }
    return competitor;
}

std::string verdict(const WorkPrecision& measured, double time) {
    const WorkPoint& corrected = measured.corrected;
    if (!std::isfinite(corrected.error)) {
        return "The corrected rollout lost trajectories, so it does not pay.";
    }
    const Competitor* best = nullptr;
    for (const Competitor& competitor : measured.competitors) {
        if (competitor.reaches && (!best || competitor.cost < best->cost)) best = &competitor;
    }
    if (!best) {
        return fmt::format(
            "No plain scheme of the ladder reaches the corrector's error (MSE {:.2g} at t = {:g}); "
            "raise evaluate.ladder.refinements to compare costs.",
            measured.common_error(), time);
    }
    const double factor = best->cost / corrected.cost;
    const std::string at = fmt::format("At the corrector's error (MSE {:.2g} at t = {:g})",
                                       measured.common_error(), time);
    if (factor >= 1) {
        return fmt::format(
            "{} the corrected step is cheapest: {:.3g} ns per trajectory and unit of time, {:.2g} "
            "times cheaper than {} at step {:.3g}. The corrector pays.",
            at, corrected.cost, factor, best->scheme, best->step);
    }
    return fmt::format(
        "{} plain {} at step {:.3g} is cheapest: {:.3g} ns per trajectory and unit of time, {:.2g} "
        "times cheaper than the corrected step. The corrector does not pay.",
        at, best->scheme, best->step, best->cost, 1 / factor);
}

}  // namespace farstep
