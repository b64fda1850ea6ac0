// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "training/long_rollout.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "catalog/parameter_tile.hpp"
#include "parallel/agree.hpp"

namespace farstep {

namespace {

/// How often the energy is looked at.
constexpr std::int64_t looks = 10;

/// The rollout's length as a multiple of the dataset's, unless the deck gives it.
constexpr double default_length = 10;

double length_of(const Setup& setup, const InputFile& dataset) {
    const RolloutOptions& options = setup.options.train->rollout;
    if (options.until) return *options.until;
    dataset.require_shape("time", {dataset.shape("state")[0]});
    const double last = dataset.read("time").back();
    constexpr double most_steps = 1e8;
    if (last >= 0 && last / setup.options.step <= most_steps) return default_length * last;
    throw EnvironmentError(fmt::format("{}: its last time is {:g}; make it anew, or give the deck "
                                       "train.rollout.until", dataset.name().string(), last));
}

/// The first states of some validation trajectories, this rank's among them.
Ensemble first_states(const InputFile& dataset, const std::vector<std::int64_t>& trajectories,
                      const Range& mine, int d) {
    std::vector<double> rows;
    for (std::int64_t k = mine.begin; k < mine.end; ++k) {
        const Slab first{{0, trajectories[std::size_t(k)], 0}, {1, 1, d}};
        const auto row = dataset.read("state", first);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    Ensemble ensemble(d, mine);
    ensemble.set_rows(rows);
    return ensemble;
}

/// A guard that only counts, on the box of the training inputs.
GuardSpec counting_guard(const SampleScaling& scaling) {
    return guard_on(GuardOptions{}, scaling.low, scaling.high);
}

std::vector<double> energies(const Setup& setup, const Ensemble& ensemble) {
    const ValueView values("farstep::energy", std::size_t(ensemble.tiles()), tile_width);
    setup.system->energy(ensemble.view().state, parameter_tile(setup.parameters), values);
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), values);
    return {host.data(), host.data() + ensemble.size()};
}

/// Those of lost trajectories are not a number, and never the largest.
double largest_change(const std::vector<double>& now, const std::vector<double>& before) {
    double largest = 0;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const double change = std::abs(now[i] - before[i]);
        if (change > largest) largest = change;
    }
    return largest;
}

std::int64_t count_exits(const Ensemble& ensemble) {
    const auto steps =
        Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), ensemble.view().steps_outside);
    return std::count_if(steps.data(), steps.data() + ensemble.size(),
                         [](std::int64_t count) { return count > 0; });
}

/// Advances the ensemble; returns the largest energy drift at any look.
double advance_and_watch(const Setup& setup, const Stepper& stepper, const Ensemble& ensemble,
                         std::int64_t steps) {
    const bool has_energy = setup.system->info().has_energy;
    std::vector<double> before;
    if (has_energy) before = energies(setup, ensemble);
    double drift = 0;
    for (std::int64_t look = 0; look < looks; ++look) {
        const std::int64_t first = steps * look / looks, last = steps * (look + 1) / looks;
        stepper.advance(ensemble.view(), first, last - first);
        Kokkos::fence();
        if (has_energy) drift = std::max(drift, largest_change(energies(setup, ensemble), before));
    }
    return drift;
}

/// When the first trajectory was lost, at the start of the step that lost it.
double first_loss(const Ensemble& ensemble, double step, double otherwise) {
    double time = otherwise;
    for (const FailedTrajectory& failed : ensemble.failures()) {
        time = std::min(time, double(std::max<std::int64_t>(failed.step - 1, 0)) * step);
    }
    return time;
}

}  // namespace

std::string LongRollout::description(const SystemInfo& info) const {
    std::string text = fmt::format("to t = {:g}: {} of {} survive", until, trajectories - lost,
                                   trajectories);
    if (lost > 0) text += fmt::format(", all to t = {:g}", survived);
    text += fmt::format(", {} left the training box", left_box);
    if (!energy_drift || lost == trajectories) return text;
    return text + fmt::format(", energy drift up to {:.2g}{}", *energy_drift,
                              info.energy_unit == "1" ? "" : " " + info.energy_unit);
}

LongRollout roll_out(const Communicator& comm, const Setup& setup, const InputFile& dataset,
                     const TrainingData& data, const DeployedNetwork& network) {
    // Where parameters vary there is no one system to roll out.
    if (setup.plan.varies() || !setup.options.train->conditions.empty()) return {};
    const double step = setup.options.step;
    const std::int64_t steps =
        together(comm, [&] { return steps_in(length_of(setup, dataset), step); });
    LongRollout result;
    if (steps == 0) return result;
    result.until = double(steps) * step;
    result.trajectories = std::min(setup.options.train->rollout.trajectories,
                                   std::int64_t(data.validation_trajectories.size()));
    const Range mine = partition(result.trajectories, comm.rank(), comm.size());
    const Ensemble ensemble = together(comm, [&] {
        return first_states(dataset, data.validation_trajectories, mine,
                            setup.system->dimension());
    });
    Setup in_double = setup;
    in_double.options.precision = Precision::Double;
    const auto stepper = in_double.guarded_stepper(network, counting_guard(data.scaling));
    const double drift = advance_and_watch(setup, *stepper, ensemble, steps);
    result.survived = comm.allreduce(first_loss(ensemble, step, result.until), Reduce::min);
    result.lost = comm.allreduce(ensemble.failure_count(), Reduce::sum);
    result.left_box = comm.allreduce(count_exits(ensemble), Reduce::sum);
    if (setup.system->info().has_energy) result.energy_drift = comm.allreduce(drift, Reduce::max);
    return result;
}

}  // namespace farstep
