// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep generate: integrates the training ensemble with the reference scheme and streams its
// states to the dataset, one time after the other.
#include <algorithm>

#include "checkpoint/ensemble_state.hpp"
#include "checkpoint/sliced_advance.hpp"
#include "clock.hpp"
#include "commands/inform.hpp"
#include "commands/stages.hpp"
#include "ensemble/projection.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"

namespace farstep {

namespace {

std::vector<double> sample_times(double until, double every) {
    std::vector<double> times(std::size_t(steps_in(until, every)) + 1);
    for (std::size_t n = 0; n < times.size(); ++n) times[n] = double(n) * every;
    return times;
}

/// Of the states.
std::int64_t dataset_bytes(const Setup& setup) {
    const GenerateOptions& options = *setup.options.generate;
    return (steps_in(options.until, options.every) + 1) * setup.options.ensemble->size *
           setup.system->dimension() * std::int64_t(sizeof(double));
}

void define_dataset(OutputFile& file, const Setup& setup, const std::vector<double>& times) {
    const SystemInfo& info = setup.system->info();
    file.coordinate("time", times, {info.time_unit, "time", {}});
    file.dimension("trajectory", setup.options.ensemble->size);
    define_components(file, info);
    define_parameter_values(file, info, setup.plan);
    file.variable("state", {"time", "trajectory", "component"}, NumberType::float64,
                  {"", "state; see component_units of 'component'", {}});
    file.variable("status", {"trajectory"}, NumberType::int8,
                  {"", "0: complete, 1: became non-finite, 2: left the limits, 3: needed too many steps", {}});
    file.variable("failure_time", {"trajectory"}, NumberType::float64,
                  {info.time_unit, "time at which the trajectory failed; NaN if it did not", {}});
    define_system(file, setup);
    file.attribute("/", "reference_system", setup.reference_system->info().name);
    file.attribute("/", "reference_scheme", setup.options.reference.scheme);
    file.attribute("/", "reference_step", setup.options.reference.step);
    file.attribute("/", "sampling_step", setup.options.generate->every);
}

void write_failures(OutputFile& file, const Ensemble& ensemble, double step) {
    const auto size = std::size_t(ensemble.size());
    std::vector<std::int8_t> status(size, 0);
    std::vector<double> time(size, std::numeric_limits<double>::quiet_NaN());
    for (const FailedTrajectory& failed : ensemble.failures()) {
        const auto local = std::size_t(failed.index - ensemble.range().begin);
        status[local] = std::int8_t(failed.status);
        time[local] = double(failed.step) * step;
    }
    const Slab slab{{ensemble.range().begin}, {ensemble.size()}};
    file.write("status", slab, status.data());
    file.write("failure_time", slab, time.data());
}

/// The states at one time go to disk while the next steps are taken.
void write_states(OutputFile& file, const Setup& setup, std::int64_t n, const Ensemble& ensemble,
                  RowCopier& copier) {
    const std::int64_t d = setup.system->dimension();
    const StateView state = project(ensemble.view().state, setup.projection);
    file.write_behind<double>(
        "state", Slab{{n, ensemble.range().begin, 0}, {1, ensemble.size(), d}},
        [&](std::int64_t first, std::int64_t count, double* rows) {
            copier.copy(state, first / d, count / d, rows);
        });
}

void write_parameters(OutputFile& file, const Setup& setup, const Ensemble& ensemble) {
    if (!setup.plan.varies()) return;
    const Slab slab{{ensemble.range().begin, 0},
                    {ensemble.size(), std::int64_t(setup.parameters.size())}};
    file.write("parameter_values", slab, ensemble.parameter_rows().data());
}

}  // namespace

std::string generate_recipe(const Setup& setup) {
    return canonical(setup.options, {"system", "ensemble", "reference", "limits", "generate"});
}

StageResult make_dataset(const Context& context, const Setup& setup) {
    const Communicator& comm = context.comm;
    const Options& options = setup.options;
    const EnsembleOptions& members = *options.ensemble;
    const auto start = Clock::now();

    const auto times = sample_times(options.generate->until, options.generate->every);
    Checkpoint checkpoint(context, setup, "generate", generate_recipe(setup), setup.dataset_path());
    OutputFile file(comm, setup.dataset_path(), FileKind::dataset, checkpoint.skeleton());
    define_dataset(file, setup, times);
    Provenance provenance = make_provenance(comm, setup, generate_recipe(setup), members.seed);
    write_provenance(file, provenance);
    file.begin_parallel();

    Ensemble ensemble = draw_reference_states(comm, setup, members, "ensemble",
                                              partition(members.size, comm.rank(), comm.size()));
    write_parameters(file, setup, ensemble);
    file.set_memory(std::min(memory_budget(comm, options),
                             ensemble.size() * setup.system->dimension() *
                                 std::int64_t(sizeof(double))));
    const auto stepper = setup.reference_stepper();
    const std::int64_t steps = steps_in(options.generate->every, options.reference.step);
    RowCopier copier;
    Position at{{0, members.size}};
    if (checkpoint.saved()) {
        const Course course{members.size, std::int64_t(times.size()), steps};
        at = together(comm, [&] { return load(checkpoint, ensemble, course, nullptr); });
        checkpoint.loaded();
    }
    Progress progress(comm, "generate", std::int64_t(times.size()) - 1, "samples",
                      context.progress);
    SlicedAdvance advance(comm, *stepper);
    for (; at.output < std::int64_t(times.size()); at = at.next()) {
        advance(ensemble.view(), at, steps, [&](std::int64_t) {
            checkpoint.offer([&](SavedState& state) { save(state, ensemble, at, nullptr); }, &file);
        });
        write_states(file, setup, at.output, ensemble, copier);
        progress.update(at.output);
    }
    progress.finish();
    write_failures(file, ensemble, options.reference.step);
    const StageResult result{comm.allreduce(ensemble.failure_count(), Reduce::sum), members.size};

    file.end_parallel();
    file.attribute("/", "trajectories", result.total);
    file.attribute("/", "failed_trajectories", result.failed);
    provenance.timings_s["generate"] = seconds_since(start);
    add_earlier_runs(provenance, checkpoint.earlier(), "generate");
    write_provenance(file, provenance);
    file.commit();
    checkpoint.finish();
    return result;
}

StageResult generate(const Context& context, const Setup& setup) {
    const Communicator& comm = context.comm;
    const Options& options = setup.options;
    require_enough_trajectories(comm, setup, options.ensemble->size, "ensemble");
    heading(comm, "generate");
    state_storage(comm, setup.dataset_path(), dataset_bytes(setup));
    const auto start = Clock::now();
    const StageResult result = make_dataset(context, setup);
    say(comm, "  {} trajectories to t = {:g} by {} at step {:g}, sampled every {:g}; {} failed",
        result.total, options.generate->until, options.reference.scheme, options.reference.step,
        options.generate->every, result.failed);
    say(comm, "  {} ({})", setup.dataset_path().string(), describe_duration(seconds_since(start)));
    return result;
}

}  // namespace farstep
