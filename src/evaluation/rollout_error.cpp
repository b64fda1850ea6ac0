// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Reference runs and the comparison with them.
#include "evaluation/rollout_error.hpp"

#include <farstep/numerics/compensated_sum.hpp>

#include <cmath>
#include <limits>

#include "checkpoint/ensemble_state.hpp"
#include "checkpoint/sliced_advance.hpp"
#include "ensemble/projection.hpp"
#include "parallel/agree.hpp"
#include "training/network.hpp"

namespace farstep {

namespace {

using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;

struct SquaredError {
    StateView state, reference;
    ValueView error;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t tile = i / tile_width, lane = i % tile_width;
        double sum = 0;
        for (std::size_t c = 0; c < state.extent(1); ++c) {
            const double difference = state(tile, c, lane) - reference(tile, c, lane);
            sum += difference * difference;
        }
        error(tile, lane) = sum / double(state.extent(1));
    }
};

KOKKOS_INLINE_FUNCTION bool is_finite(const StateView& state, std::int64_t i) {
    double sum = 0;
    for (std::size_t c = 0; c < state.extent(1); ++c) {
        sum += math::fabs(state(i / tile_width, c, i % tile_width));
    }
    return sum <= std::numeric_limits<double>::max();
}

/// Ends trajectories whose reference has failed: there is nothing to judge them by.
struct EndWithReference {
    StateView reference;
    EnsembleView ensemble;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t tile = i / tile_width, lane = i % tile_width;
        std::int8_t& mine = ensemble.status(tile, lane);
        if (mine != 0 || is_finite(reference, i)) return;
        mine = std::int8_t(TrajectoryStatus::non_finite);
        for (std::size_t c = 0; c < ensemble.state.extent(1); ++c) {
            ensemble.state(tile, c, lane) = std::numeric_limits<double>::quiet_NaN();
        }
    }
};

/// Products of the departures of a forecast and of the truth from the climatological mean.
struct AnomalyProducts {
    StateView state, reference;
    ParameterView mean;
    ValueView both, forecast, truth;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t tile = i / tile_width, lane = i % tile_width;
        double product = 0, forecast_square = 0, truth_square = 0;
        for (std::size_t c = 0; c < state.extent(1); ++c) {
            const double a = state(tile, c, lane) - mean(c);
            const double b = reference(tile, c, lane) - mean(c);
            product += a * b;
            forecast_square += a * a;
            truth_square += b * b;
        }
        both(tile, lane) = product;
        forecast(tile, lane) = forecast_square;
        truth(tile, lane) = truth_square;
    }
};

struct AbsoluteDifference {
    ValueView now, start;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        double& value = now(i / tile_width, i % tile_width);
        value = math::fabs(value - start(i / tile_width, i % tile_width));
    }
};

ValueView values_for(const Ensemble& ensemble, const char* label) {
    return ValueView(std::string(label), std::size_t(ensemble.tiles()), tile_width);
}

/// Statistics of one value a trajectory. The median is taken on a logarithmic grid wide enough for
/// any squared error, by way of the logarithm.
Summary summarise(const Communicator& comm, const Ensemble& ensemble, const ValueView& values) {
    Accumulator accumulator({{0, 0}}, 0);
    accumulator.add({value_column(values)}, ensemble.view().status, ensemble.size());
    return accumulator.summarise(comm, {}).front();
}

struct LogarithmKernel {
    ValueView values, logarithms;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        const double x = values(i / tile_width, i % tile_width);
        logarithms(i / tile_width, i % tile_width) = math::log(x > 1e-300 ? x : 1e-300);
    }
};

double median(const Communicator& comm, const Ensemble& ensemble, const ValueView& values,
              const ValueView& work) {
    constexpr int bins = 16384;
    Kokkos::parallel_for("farstep::logarithm", Policy(0, ensemble.tiles() * tile_width),
                         LogarithmKernel{values, work});
    Accumulator accumulator({{std::log(1e-300), std::log(1e300)}}, bins);
    accumulator.add({value_column(work)}, ensemble.view().status, ensemble.size());
    return std::exp(accumulator.summarise(comm, {0.5}).front().quantiles.front());
}

Ensemble initial_ensemble(const Setup& setup, const StateView& state, const StateView& parameters,
                          const Range& range) {
    Ensemble ensemble = Ensemble::at(state, parameters, range);
    ensemble.end_outside(setup.limit_low, setup.limit_high);
    return ensemble;
}

void end_with_reference(const Ensemble& ensemble, const StateView& reference) {
    Kokkos::parallel_for("farstep::end_with_reference", Policy(0, ensemble.tiles() * tile_width),
                         EndWithReference{reference, ensemble.view()});
}

/// Trajectories whose reference has not failed, on all ranks.
std::int64_t count_judged(const Communicator& comm, const StateView& reference,
                          std::int64_t trajectories) {
    std::int64_t count = 0;
    Kokkos::parallel_reduce(
        "farstep::count_judged", Policy(0, trajectories),
        KOKKOS_LAMBDA(const std::int64_t i, std::int64_t& sum) { sum += is_finite(reference, i); },
        count);
    return comm.allreduce(count, Reduce::sum);
}

/// Infinite if a trajectory failed whose reference did not.
double mean_squared_error(const Context& context, const Ensemble& ensemble, const StateView& state,
                          const StateView& reference) {
    end_with_reference(ensemble, reference);
    const ValueView error = values_for(ensemble, "farstep::squared_error");
    Kokkos::parallel_for("farstep::squared_error", Policy(0, ensemble.tiles() * tile_width),
                         SquaredError{state, reference, error});
    const Summary square = summarise(context.comm, ensemble, error);
    const std::int64_t judged = count_judged(context.comm, reference, ensemble.size());
    return judged > 0 && square.count == judged ? square.mean : std::numeric_limits<double>::infinity();
}

StateView copy_of(const StateView& state) {
    const StateView copy("farstep::reference", state.extent(0), state.extent(1), tile_width);
    Kokkos::deep_copy(copy, state);
    return copy;
}

Climatology find_climatology(const Communicator& comm, const ReferenceRun& run) {
    const std::size_t d = run.states.front().extent(1);
    std::vector<CompensatedSum> sums(2 * d);
    std::int64_t count = 0;
    for (const StateView& state : run.states) {
        const auto rows = rows_of(state, run.range.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!std::isfinite(rows[i])) continue;
            sums[i % d].add(rows[i]);
            sums[d + i % d].add(rows[i] * rows[i]);
            count += i % d == 0;
        }
    }
    std::vector<double> totals;
    for (const CompensatedSum& sum : sums) totals.push_back(sum.value());
    comm.allreduce(std::span<double>(totals), Reduce::sum);
    const double all = double(comm.allreduce(count, Reduce::sum));
    Climatology result;
    for (std::size_t c = 0; c < d; ++c) {
        const double mean = totals[c] / all;
        result.mean.push_back(mean);
        result.deviation.push_back(std::sqrt(totals[d + c] / all - mean * mean));
    }
    return result;
}

/// Anomaly correlation over all running trajectories.
double correlation(const Communicator& comm, const Ensemble& ensemble, const StateView& reference,
                   const ParameterView& mean) {
    const ValueView both = values_for(ensemble, "farstep::anomaly_product");
    const ValueView forecast = values_for(ensemble, "farstep::forecast_anomaly");
    const ValueView truth = values_for(ensemble, "farstep::true_anomaly");
    Kokkos::parallel_for(
        "farstep::anomaly", Policy(0, ensemble.tiles() * tile_width),
        AnomalyProducts{ensemble.view().state, reference, mean, both, forecast, truth});
    return summarise(comm, ensemble, both).mean /
           std::sqrt(summarise(comm, ensemble, forecast).mean *
                     summarise(comm, ensemble, truth).mean);
}

/// The states so far; `size` is the number of trajectories on all ranks.
void save_past(SavedState& state, const ReferenceRun& run, std::int64_t size) {
    const auto times = std::int64_t(run.states.size());
    const auto d = std::int64_t(run.states.front().extent(1));
    std::vector<double> rows;
    for (const StateView& states : run.states) {
        const std::vector<double> more = rows_of(states, run.range.size());
        rows.insert(rows.end(), more.begin(), more.end());
    }
    state.part("past_state", {times, size, d},
               Slab{{0, run.range.begin, 0}, {times, run.range.size(), d}}, std::move(rows));
}

/// Those at the outputs before number `outputs`.
void load_past(const Checkpoint& checkpoint, int d, std::int64_t outputs, ReferenceRun& run) {
    for (std::int64_t n = 0; n < outputs; ++n) {
        Ensemble past(d, run.range);
        past.set_rows(checkpoint.read<double>(
            "past_state", Slab{{n, run.range.begin, 0}, {1, run.range.size(), d}}));
        run.states.push_back(past.view().state);
    }
}

/// A rollout's errors to numbers and back, but for states.
void write(NumberWriter& writer, const RolloutError& errors) {
    for (const auto member :
         {&RolloutError::mean_square, &RolloutError::minimum, &RolloutError::maximum,
          &RolloutError::median, &RolloutError::energy_mean, &RolloutError::energy_maximum,
          &RolloutError::anomaly_correlation}) {
        writer.add(errors.*member);
    }
    writer.add(std::vector<double>(errors.running.begin(), errors.running.end()));
}

/// Of so many times. Throws EnvironmentError if the numbers are of others.
RolloutError read_errors(NumberReader& reader, std::size_t times) {
    RolloutError errors;
    for (const auto member :
         {&RolloutError::mean_square, &RolloutError::minimum, &RolloutError::maximum,
          &RolloutError::median, &RolloutError::energy_mean, &RolloutError::energy_maximum,
          &RolloutError::anomaly_correlation}) {
        errors.*member = reader.numbers();
        // Those of energy or skill are not always wanted.
        if (!(errors.*member).empty() && (errors.*member).size() != times) refuse_numbers();
    }
    errors.running = reader.integers(times);
    return errors;
}

RolloutError compare_rollout(const Context& context, const Setup& setup, const ReferenceRun& reference,
                      const Stepper& stepper) {
    const Communicator& comm = context.comm;
    const Ensemble ensemble = initial_ensemble(setup, reference.states.front(),
                                               reference.parameters, reference.range);
    const std::int64_t steps = steps_in(setup.options.evaluate->every, stepper.step());
    const ValueView error = values_for(ensemble, "farstep::squared_error");
    const ValueView work = values_for(ensemble, "farstep::logarithm");
    const ValueView energy = values_for(ensemble, "farstep::energy");
    const ValueView start = values_for(ensemble, "farstep::initial_energy");
    const bool has_energy = setup.system->info().has_energy;
    if (has_energy) setup.system->energy(ensemble.view().state, reference.parameters, start);
    const Policy all(0, ensemble.tiles() * tile_width);
    const ParameterView mean = to_device(reference.climatology.mean);
    RolloutError result;
    for (std::size_t n = 0; n < reference.times.size(); ++n) {
        if (n > 0) stepper.advance(ensemble.view(), std::int64_t(n - 1) * steps, steps);
        end_with_reference(ensemble, reference.states[n]);
        Kokkos::parallel_for("farstep::squared_error", all,
                             SquaredError{ensemble.view().state, reference.states[n], error});
        const Summary square = summarise(comm, ensemble, error);
        result.mean_square.push_back(square.mean);
        result.minimum.push_back(square.minimum);
        result.maximum.push_back(square.maximum);
        result.median.push_back(median(comm, ensemble, error, work));
        result.running.push_back(square.count);
        const auto rows = ensemble.rows(reference.chosen.local);
        result.states.insert(result.states.end(), rows.begin(), rows.end());
        if (setup.options.evaluate->skill) {
            result.anomaly_correlation.push_back(
                correlation(comm, ensemble, reference.states[n], mean));
        }
        if (!has_energy) continue;
        setup.system->energy(ensemble.view().state, reference.parameters, energy);
        Kokkos::parallel_for("farstep::energy_error", all, AbsoluteDifference{energy, start});
        const Summary drift = summarise(comm, ensemble, energy);
        result.energy_mean.push_back(drift.mean);
        result.energy_maximum.push_back(drift.maximum);
    }
    return result;
}

}  // namespace

std::string reference_recipe(const Setup& setup) {
    return canonical(setup.options, {"system", "reference", "limits", "evaluate"});
}

ReferenceRun run_reference(const Context& context, const Setup& setup, Checkpoint& checkpoint) {
    const EvaluateOptions& options = *setup.options.evaluate;
    const Communicator& comm = context.comm;
    ReferenceRun run;
    run.range = partition(options.ensemble.size, comm.rank(), comm.size());
    run.chosen = ChosenTrajectories(options.trajectories, options.ensemble.size).in(run.range);
    Ensemble ensemble =
        draw_reference_states(comm, setup, options.ensemble, "evaluate.ensemble", run.range);
    run.start = copy_of(ensemble.view().state);
    run.start_parameters = ensemble.view().parameters;
    run.parameters = setup.is_closure()
                         ? parameters_of(setup.plan, run.range, options.ensemble.size, 0)
                         : run.start_parameters;
    const auto stepper = setup.reference_stepper();
    const std::int64_t outputs = steps_in(options.until, options.every);
    const std::int64_t steps = steps_in(options.every, setup.options.reference.step);
    Progress progress(comm, "reference", outputs, "output times", context.progress);
    Position at{{0, options.ensemble.size}};
    if (checkpoint.saved()) {
        together(comm, [&] {
            at = load(checkpoint, ensemble, {options.ensemble.size, outputs + 1, steps}, nullptr);
            load_past(checkpoint, setup.system->dimension(), at.output, run);
        });
        checkpoint.loaded();
    }
    SlicedAdvance advance(comm, *stepper);
    for (; at.output <= outputs; at = at.next()) {
        advance(ensemble.view(), at, steps, [&](std::int64_t) {
            checkpoint.offer([&](SavedState& state) {
                save(state, ensemble, at, nullptr);
                save_past(state, run, at.chunk.size());
            });
        });
        run.states.push_back(copy_of(project(ensemble.view().state, setup.projection)));
        progress.update(at.output);
    }
    for (std::int64_t n = 0; n <= outputs; ++n) run.times.push_back(double(n) * options.every);
    progress.finish();
    if (options.skill) run.climatology = find_climatology(comm, run);
    return run;
}

RolloutError measure_rollout(const Context& context, const Setup& setup,
                             const ReferenceRun& reference, const Stepper& stepper) {
    // States are many, and each rank has its own.
    const bool is_kept = ChosenTrajectories(setup.options.evaluate->trajectories,
                                            setup.options.evaluate->ensemble.size).none();
    return kept(
        is_kept ? context.journal : nullptr,
        [](NumberWriter& writer, const RolloutError& errors) { write(writer, errors); },
        [&](NumberReader& reader) { return read_errors(reader, reference.times.size()); },
        [&] { return compare_rollout(context, setup, reference, stepper); });
}

double final_error(const Context& context, const Setup& setup, const ReferenceRun& reference,
                   const Stepper& stepper) {
    return kept_number(context, [&] {
        const Ensemble ensemble = initial_ensemble(setup, reference.states.front(),
                                                   reference.parameters, reference.range);
        stepper.advance(ensemble.view(), 0, steps_in(reference.times.back(), stepper.step()));
        return mean_squared_error(context, ensemble, ensemble.view().state,
                                  reference.states.back());
    });
}

double final_error_of_reference(const Context& context, const Setup& setup,
                                const ReferenceRun& reference, const Stepper& stepper) {
    return kept_number(context, [&] {
        const Ensemble ensemble =
            initial_ensemble(setup.of_reference(), reference.start, reference.start_parameters,
                             reference.range);
        stepper.advance(ensemble.view(), 0, steps_in(reference.times.back(), stepper.step()));
        return mean_squared_error(context, ensemble,
                                  project(ensemble.view().state, setup.projection),
                                  reference.states.back());
    });
}

}  // namespace farstep
