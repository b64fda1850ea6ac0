// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Reference runs and the comparison with them.
#include "evaluation/rollout_error.hpp"

#include <cmath>

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

Ensemble initial_ensemble(const Setup& setup, const ReferenceRun& reference) {
    Ensemble ensemble(setup.system->dimension(), reference.range);
    Kokkos::deep_copy(ensemble.view().state, reference.states.front());
    return ensemble;
}

}  // namespace

ReferenceRun run_reference(const Context& context, const Setup& setup) {
    const EvaluateOptions& options = *setup.options.evaluate;
    const Communicator& comm = context.comm;
    ReferenceRun run;
    run.range = partition(options.ensemble.size, comm.rank(), comm.size());
    Ensemble ensemble(setup.system->dimension(), run.range);
    draw_initial_states(comm, setup, options.ensemble, "evaluate.ensemble", ensemble);
    const auto stepper = setup.reference_stepper();
    const std::int64_t outputs = steps_in(options.until, options.every);
    const std::int64_t steps = steps_in(options.every, setup.options.reference.step);
    Progress progress(comm, "reference", outputs, "output times", context.progress);
    for (std::int64_t n = 0; n <= outputs; ++n) {
        if (n > 0) stepper->advance(ensemble.view(), (n - 1) * steps, steps);
        Kokkos::fence();
        StateView copy("farstep::reference", ensemble.view().state.extent(0),
                       ensemble.view().state.extent(1), tile_width);
        Kokkos::deep_copy(copy, ensemble.view().state);
        run.states.push_back(copy);
        run.times.push_back(double(n) * options.every);
        progress.update(n);
    }
    progress.finish();
    return run;
}

RolloutError measure_rollout(const Context& context, const Setup& setup,
                             const ReferenceRun& reference, const Stepper& stepper) {
    const Communicator& comm = context.comm;
    Ensemble ensemble = initial_ensemble(setup, reference);
    const std::int64_t steps = steps_in(setup.options.evaluate->every, stepper.step());
    const ValueView error = values_for(ensemble, "farstep::squared_error");
    const ValueView work = values_for(ensemble, "farstep::logarithm");
    const ValueView energy = values_for(ensemble, "farstep::energy");
    const ValueView start = values_for(ensemble, "farstep::initial_energy");
    const bool has_energy = setup.system->info().has_energy;
    if (has_energy) setup.system->energy(ensemble.view().state, setup.parameters, start);
    const Policy all(0, ensemble.tiles() * tile_width);
    RolloutError result;
    for (std::size_t n = 0; n < reference.times.size(); ++n) {
        if (n > 0) stepper.advance(ensemble.view(), std::int64_t(n - 1) * steps, steps);
        Kokkos::parallel_for("farstep::squared_error", all,
                             SquaredError{ensemble.view().state, reference.states[n], error});
        const Summary square = summarise(comm, ensemble, error);
        result.mean_square.push_back(square.mean);
        result.minimum.push_back(square.minimum);
        result.maximum.push_back(square.maximum);
        result.median.push_back(median(comm, ensemble, error, work));
        result.running.push_back(square.count);
        if (!has_energy) continue;
        setup.system->energy(ensemble.view().state, setup.parameters, energy);
        Kokkos::parallel_for("farstep::energy_error", all, AbsoluteDifference{energy, start});
        const Summary drift = summarise(comm, ensemble, energy);
        result.energy_mean.push_back(drift.mean);
        result.energy_maximum.push_back(drift.maximum);
    }
    return result;
}

double final_error(const Context& context, const Setup& setup, const ReferenceRun& reference,
                   const Stepper& stepper) {
    Ensemble ensemble = initial_ensemble(setup, reference);
    stepper.advance(ensemble.view(), 0, steps_in(reference.times.back(), stepper.step()));
    const ValueView error = values_for(ensemble, "farstep::squared_error");
    Kokkos::parallel_for("farstep::squared_error", Policy(0, ensemble.tiles() * tile_width),
                         SquaredError{ensemble.view().state, reference.states.back(), error});
    const Summary square = summarise(context.comm, ensemble, error);
    const bool complete = square.count == setup.options.evaluate->ensemble.size;
    return complete ? square.mean : std::numeric_limits<double>::infinity();
}

}  // namespace farstep
