// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep forecast: advances an ensemble of any size, chunk by chunk, and keeps statistics and
// chosen trajectories. The main loop is in Forecast::run_chunk.
#include <algorithm>
#include <array>
#include <limits>

#include "checkpoint/ensemble_state.hpp"
#include "checkpoint/sliced_advance.hpp"
#include "chosen_trajectories.hpp"
#include "clock.hpp"
#include "commands/forecast_statistics.hpp"
#include "commands/inform.hpp"
#include "commands/stages.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"
#include "training/model_file.hpp"

namespace farstep {

namespace {

/// How many steps an adaptive scheme took.
struct StepSummary {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0, sum = 0;

    void add(std::int64_t steps) {
        least = std::min(least, steps);
        most = std::max(most, steps);
        sum += steps;
    }
};

/// What a guard saw.
struct GuardSummary {
    std::int64_t trajectories = 0;  ///< that were ever outside
    std::int64_t steps = 0;         ///< begun outside
};

/// Wall time of this rank's parts of a forecast [s]. What is written while steps go on counts as
/// far as it is waited for.
struct Shares {
    double stepping = 0, statistics = 0, files = 0;
};

/// Adds the time that f takes.
template <class F>
void timed(double& seconds, F&& f) {
    const auto start = Clock::now();
    f();
    seconds += seconds_since(start);
}

class Forecast {
public:
    Forecast(const Context& context, const Setup& setup)
        : m_context(context),
          m_comm(context.comm),
          m_setup(setup),
          m_options(*setup.options.forecast),
          m_chosen(m_options.save.trajectories, m_options.ensemble.size),
          m_steps(steps_in(m_options.save.every, setup.options.step)) {
        for (std::int64_t n = 0; n < outputs(); ++n) {
            m_times.push_back(double(n) * m_options.save.every);
        }
        plan_chunks();
        m_at.chunk = chunk_from(0);
    }

    StageResult run() {
        require_enough_trajectories(m_comm, m_setup, m_options.ensemble.size, "forecast.ensemble");
        heading(m_comm, "forecast");
        const auto start = Clock::now();
        if (m_options.corrected) m_model = read_model(m_comm, m_options.model, m_setup);
        if (m_model) warn_of_long_rollout(m_model->rollout);
        m_stepper = m_model ? m_setup.guarded_stepper(m_model->network,
                                                      guard_on(m_options.guard, m_model->box_low,
                                                               m_model->box_high))
                            : m_setup.stepper(m_setup.options.scheme, m_setup.options.step,
                                              m_setup.options.precision);
        Checkpoint checkpoint(m_context, m_setup, "forecast", forecast_recipe(m_setup),
                              m_setup.forecast_path());
        if (checkpoint.saved()) load_plan(checkpoint);
        ForecastStatistics statistics(m_context, m_setup, m_times, is_chunked());
        OutputFile file(m_comm, m_setup.forecast_path(), FileKind::forecast,
                        checkpoint.skeleton());
        Provenance provenance = make_provenance(m_comm, m_setup, forecast_recipe(m_setup),
                                                m_options.ensemble.seed);
        define(file, statistics);
        write_provenance(file, provenance);
        state_storage(m_comm, file.name(), m_chosen.size() * output_bytes(1) * outputs());
        file.begin_parallel();
        file.set_memory(m_write_memory);
        if (checkpoint.saved()) together(m_comm, [&] { statistics.load(checkpoint); });
        timed(m_shares.statistics, [&] {
            statistics.find_ranges(*m_stepper, m_steps,
                                   m_at.chunk.begin == 0 ? share_of(m_at.chunk).size() : 0);
        });
        integrate(file, statistics, checkpoint);
        timed(m_shares.files, [&] {
            statistics.write(file);
            file.end_parallel();
        });
        const StageResult result = write_failures(file);
        if (m_setup.options.is_adaptive()) summarise_steps(file);
        if (is_guarded()) summarise_guard(file);
        provenance.timings_s["forecast"] = seconds_since(start);
        provenance.timings_s["forecast_stepping"] = m_shares.stepping;
        provenance.timings_s["forecast_statistics"] = m_shares.statistics;
        add_earlier_runs(provenance, checkpoint.earlier(), "forecast");
        write_provenance(file, provenance);
        timed(m_shares.files, [&] { file.commit(); });
        checkpoint.finish();
        report(file, result, seconds_since(start));
        return result;
    }

private:
    /// What training has seen of the corrector's long rollouts, if this forecast may see worse.
    void warn_of_long_rollout(const LongRollout& rollout) const {
        if (rollout.until == 0) return;
        if (rollout.lost > 0) {
            say(m_comm, "  warning: the corrector lost trajectories when it was trained: {}",
                rollout.description(m_setup.system->info()));
        } else if (m_options.until > rollout.until) {
            say(m_comm, "  warning: a forecast to t = {:g}, but the corrector was tried to t = {:g} "
                        "only (train.rollout.until)", m_options.until, rollout.until);
        }
    }

    std::int64_t outputs() const { return steps_in(m_options.until, m_options.save.every) + 1; }

    /// Of so many trajectories' states at one time.
    std::int64_t output_bytes(std::int64_t trajectories) const {
        return trajectories * m_setup.system->dimension() * std::int64_t(sizeof(double));
    }

    /// As many trajectories at a time as fit the memory, on all ranks together: chunks of whole
    /// tiles that every rank has its share of.
    void plan_chunks() {
        const int d = m_setup.system->dimension();
        const bool keeps_steps = m_setup.options.is_adaptive();
        const std::size_t own = m_setup.plan.varies() ? m_setup.parameters.size() : 0;
        const bool all_stored = m_options.save.trajectories.all;
        const std::int64_t each = Ensemble::bytes_per_trajectory(d, own) +
                                  (all_stored ? output_bytes(1) : 0) +
                                  std::int64_t(sizeof(double)) * (keeps_steps ? 3 : 1);
        const std::int64_t budget = memory_budget(m_comm, m_setup.options);
        const std::int64_t fit = std::max<std::int64_t>(1, budget / each / tile_width) * tile_width;
        const std::int64_t share = share_of({0, m_options.ensemble.size}).size();
        const bool fits = m_comm.allreduce(std::int64_t(share > fit), Reduce::max) == 0;
        m_chunk_size = fits ? m_options.ensemble.size
                            : m_comm.allreduce(fit, Reduce::min) * m_comm.size();
        m_write_memory = output_bytes(std::min(share_of(chunk_from(0)).size(), m_chosen.size()));
    }

    bool is_chunked() const { return m_chunk_size < m_options.ensemble.size; }

    Range chunk_from(std::int64_t begin) const {
        return {begin, std::min(begin + m_chunk_size, m_options.ensemble.size)};
    }

    /// This rank's part of a chunk.
    Range share_of(const Range& chunk) const {
        const Range part = partition(chunk.size(), m_comm.rank(), m_comm.size());
        return {chunk.begin + part.begin, chunk.begin + part.end};
    }

    void define(OutputFile& file, const ForecastStatistics& statistics) const {
        const SystemInfo& info = m_setup.system->info();
        file.coordinate("time", m_times, {info.time_unit, "time", {}});
        define_components(file, info);
        statistics.define(file);
        if (!m_chosen.none()) {
            m_chosen.define(file);
            file.variable("state", {"time", "trajectory", "component"}, NumberType::float64,
                          {"", "state; see component_units of 'component'", {}});
            define_parameter_values(file, info, m_setup.plan);
        }
        if (!m_chosen.none() && m_setup.options.is_adaptive()) {
            file.variable("steps_taken", {"trajectory"}, NumberType::int64,
                          {"1", "steps of the adaptive scheme, rejected ones included", {}});
        }
        if (!m_chosen.none() && is_guarded()) {
            file.variable("steps_outside", {"trajectory"}, NumberType::int64,
                          {"1", "steps begun outside the training box", {}});
        }
        define_system(file, m_setup);
        file.attribute("/", "scheme", m_setup.options.scheme);
        if (m_setup.options.is_adaptive()) {
            file.attribute("/", "tolerance", m_setup.options.tolerance);
        }
        file.attribute("/", "step", m_setup.options.step);
        file.attribute("/", "corrected", std::int64_t(m_options.corrected));
        file.attribute("/", "precision", name_of(m_setup.options.precision));
        file.attribute("/", "trajectories", m_options.ensemble.size);
    }

    void integrate(OutputFile& file, ForecastStatistics& statistics, Checkpoint& checkpoint) {
        Progress progress(m_comm, m_options.corrected ? "forecast, corrected" : "forecast, plain",
                          steps_left(), "trajectory steps", m_context.progress);
        for (; m_at.chunk.size() > 0; m_at = {chunk_from(m_at.chunk.end)}) {
            run_chunk(file, statistics, checkpoint, progress);
        }
        for (std::size_t n = 0; is_chunked() && n < m_times.size(); ++n) statistics.finish_time(n);
        progress.finish();
    }

    /// Of this rank's trajectories, from where the forecast is.
    std::int64_t steps_left() const {
        const std::int64_t all = (outputs() - 1) * m_steps;
        const std::int64_t taken = m_at.output > 0 ? (m_at.output - 1) * m_steps + m_at.steps : 0;
        return share_of({m_at.chunk.begin, m_options.ensemble.size}).size() * all -
               share_of(m_at.chunk).size() * taken;
    }

    /// The main loop: from output time to output time.
    void run_chunk(OutputFile& file, ForecastStatistics& statistics, Checkpoint& checkpoint,
                   Progress& progress) {
        const Range range = share_of(m_at.chunk);
        Ensemble ensemble(m_setup.system->dimension(), range);
        draw_initial_states(m_comm, m_setup, m_options.ensemble, "forecast.ensemble", ensemble);
        if (m_model) m_model->require_in_range(m_comm, m_setup, ensemble.view());
        if (checkpoint.saved()) load_states(checkpoint, ensemble);
        const ChosenTrajectories::Part chosen = m_chosen.in(range);
        RowCopier copier =
            m_options.save.trajectories.all ? RowCopier() : RowCopier(chosen.local);
        timed(m_shares.files, [&] { write_parameters(file, ensemble, chosen, copier); });
        SlicedAdvance advance(m_comm, *m_stepper);
        const auto after_slice = [&](std::int64_t taken) {
            progress.advance(range.size() * taken);
            double saving = 0;
            timed(saving, [&] {
                checkpoint.offer(
                    [&](SavedState& state) { save_state(state, ensemble, statistics); }, &file);
            });
            m_shares.files += saving;
            m_shares.stepping -= saving;
        };
        for (; m_at.output < outputs(); m_at = m_at.next()) {
            const std::int64_t n = m_at.output;
            timed(m_shares.stepping,
                  [&] { advance(ensemble.view(), m_at, m_steps, after_slice); });
            timed(m_shares.statistics, [&] {
                statistics.add(std::size_t(n), ensemble);
                if (!is_chunked()) statistics.finish_time(std::size_t(n));
            });
            timed(m_shares.files, [&] { write_chosen(file, n, ensemble, chosen, copier); });
        }
        const auto failures = ensemble.failures();
        m_failures.insert(m_failures.end(), failures.begin(), failures.end());
        if (m_stepper->record()) count_steps(file, range);
        if (is_guarded()) count_exits(file, ensemble);
    }

    /// All that the main loop knows. Collective.
    void save_state(SavedState& state, const Ensemble& ensemble,
                    const ForecastStatistics& statistics) const {
        save(state, ensemble, m_at, m_stepper->record());
        statistics.save(state);
        state.attribute("chunk_size", m_chunk_size);
        state.whole("failures", all_failures());
        const auto sum = [&](std::int64_t value) { return m_comm.allreduce(value, Reduce::sum); };
        state.attribute("guard_trajectories", sum(m_guard.trajectories));
        state.attribute("guard_steps", sum(m_guard.steps));
        state.attribute("own_steps_sum", sum(m_own_steps.sum));
        state.attribute("own_steps_least", m_comm.allreduce(m_own_steps.least, Reduce::min));
        state.attribute("own_steps_most", m_comm.allreduce(m_own_steps.most, Reduce::max));
    }

    /// Where to go on, and what was counted before, which rank 0 takes. Chunks stay as they were,
    /// but on another number of ranks those that have not begun are cut anew. Collective.
    void load_plan(const Checkpoint& checkpoint) {
        const InputFile& saved = *checkpoint.saved();
        const std::int64_t planned = m_chunk_size;
        together(m_comm, [&] {
            m_at = load_position(saved);
            m_chunk_size = saved.integer("/", "chunk_size");
            if (m_comm.is_root()) load_counts(checkpoint);
        });
        const bool same_ranks = saved.integer("/", "ranks") == m_comm.size();
        if (is_chunked() && !same_ranks) m_chunk_size = std::min(m_chunk_size, planned);
    }

    void load_counts(const Checkpoint& checkpoint) {
        const InputFile& saved = *checkpoint.saved();
        const auto failures = checkpoint.read<double>("failures");
        for (std::size_t k = 0; k + 2 < failures.size(); k += 3) {
            m_failures.push_back({std::int64_t(failures[k]), TrajectoryStatus(failures[k + 1]),
                                  std::int64_t(failures[k + 2])});
        }
        m_guard = {saved.integer("/", "guard_trajectories"), saved.integer("/", "guard_steps")};
        m_own_steps = {saved.integer("/", "own_steps_least"), saved.integer("/", "own_steps_most"),
                       saved.integer("/", "own_steps_sum")};
    }

    /// Collective.
    void load_states(Checkpoint& checkpoint, Ensemble& ensemble) const {
        together(m_comm, [&] { load(checkpoint, ensemble, m_stepper->record()); });
        checkpoint.loaded();
    }

    bool is_guarded() const {
        return m_options.corrected && m_options.guard.action != GuardAction::off;
    }

    /// Steps outside the training box: into the file for chosen trajectories, and into the summary.
    void count_exits(OutputFile& file, const Ensemble& ensemble) {
        const auto counts =
            Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), ensemble.view().steps_outside);
        for (std::int64_t i = 0; i < ensemble.size(); ++i) {
            m_guard.steps += counts.data()[i];
            m_guard.trajectories += counts.data()[i] > 0;
        }
        if (m_chosen.none()) return;
        const ChosenTrajectories::Part chosen = m_chosen.in(ensemble.range());
        std::vector<std::int64_t> outside;
        for (const std::int64_t i : chosen.local) outside.push_back(counts.data()[i]);
        file.write("steps_outside", Slab{{chosen.first}, {std::int64_t(outside.size())}},
                   outside.data());
    }

    void summarise_guard(OutputFile& file) {
        m_guard.steps = m_comm.allreduce(m_guard.steps, Reduce::sum);
        m_guard.trajectories = m_comm.allreduce(m_guard.trajectories, Reduce::sum);
        file.attribute("/", "guard", name_of(m_options.guard.action));
        file.attribute("/", "trajectories_outside", m_guard.trajectories);
        file.attribute("/", "steps_outside", m_guard.steps);
    }

    void report_guard(double steps) const {
        if (m_guard.trajectories == 0) return;
        const GuardOptions& guard = m_options.guard;
        const std::string what =
            guard.action == GuardAction::plain
                ? fmt::format("taken by rk4 in {} substeps", guard.substeps)
            : guard.action == GuardAction::stop ? std::string("which ended them")
                                                : std::string("where the corrector is a guess");
        say(m_comm, "  {} trajectories left the training box, for {:.2g} % of all steps, {}",
            m_guard.trajectories, 100 * double(m_guard.steps) / steps, what);
    }

    /// The states of chosen trajectories go to disk while the next steps are taken.
    void write_chosen(OutputFile& file, std::int64_t n, const Ensemble& ensemble,
                      const ChosenTrajectories::Part& chosen, RowCopier& copier) const {
        if (m_chosen.none()) return;
        const std::int64_t d = ensemble.dimension();
        file.write_behind<double>(
            "state", Slab{{n, chosen.first, 0}, {1, std::int64_t(chosen.local.size()), d}},
            [&](std::int64_t first, std::int64_t count, double* rows) {
                copier.copy(ensemble.view().state, first / d, count / d, rows);
            });
    }

    void write_parameters(OutputFile& file, const Ensemble& ensemble,
                          const ChosenTrajectories::Part& chosen, RowCopier& copier) const {
        if (m_chosen.none() || !m_setup.plan.varies()) return;
        const auto count = std::int64_t(m_setup.parameters.size());
        file.write_behind<double>(
            "parameter_values", Slab{{chosen.first, 0}, {std::int64_t(chosen.local.size()), count}},
            [&](std::int64_t first, std::int64_t numbers, double* rows) {
                copier.copy(ensemble.view().parameters, first / count, numbers / count, rows);
            });
    }

    /// Steps of an adaptive scheme: into the file for chosen trajectories, and into the summary.
    void count_steps(OutputFile& file, const Range& range) {
        const auto counts =
            Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_stepper->record()->steps);
        for (std::int64_t i = 0; i < range.size(); ++i) m_own_steps.add(counts.data()[i]);
        if (m_chosen.none()) return;
        const ChosenTrajectories::Part chosen = m_chosen.in(range);
        std::vector<std::int64_t> taken;
        for (const std::int64_t i : chosen.local) taken.push_back(counts.data()[i]);
        file.write("steps_taken", Slab{{chosen.first}, {std::int64_t(taken.size())}},
                   taken.data());
    }

    /// Least, mean and most steps of a trajectory, over all ranks.
    void summarise_steps(OutputFile& file) {
        m_own_steps.least = m_comm.allreduce(m_own_steps.least, Reduce::min);
        m_own_steps.most = m_comm.allreduce(m_own_steps.most, Reduce::max);
        m_own_steps.sum = m_comm.allreduce(m_own_steps.sum, Reduce::sum);
        file.attribute("/", "steps_minimum", m_own_steps.least);
        file.attribute("/", "steps_mean", mean_steps());
        file.attribute("/", "steps_maximum", m_own_steps.most);
    }

    double mean_steps() const {
        return double(m_own_steps.sum) / double(m_options.ensemble.size);
    }

    /// Number, status and step of the failed trajectories of all ranks, in the order of their
    /// numbers. Collective.
    std::vector<double> all_failures() const {
        std::vector<double> mine;
        for (const FailedTrajectory& failed : m_failures) {
            mine.insert(mine.end(), {double(failed.index), double(failed.status),
                                     double(failed.step)});
        }
        const std::vector<double> gathered = m_comm.gather(mine);
        std::vector<std::array<double, 3>> failures(gathered.size() / 3);
        for (std::size_t k = 0; k < failures.size(); ++k) {
            failures[k] = {gathered[3 * k], gathered[3 * k + 1], gathered[3 * k + 2]};
        }
        std::sort(failures.begin(), failures.end());
        std::vector<double> sorted;
        for (const auto& failure : failures) sorted.insert(sorted.end(), failure.begin(), failure.end());
        m_comm.broadcast(sorted);
        return sorted;
    }

    StageResult write_failures(OutputFile& file) const {
        const std::vector<double> all = all_failures();
        const std::size_t count = all.size() / 3;
        file.attribute("/", "failed_trajectories", std::int64_t(count));
        if (count == 0) return {0, m_options.ensemble.size};
        std::vector<double> index, time;
        std::vector<std::int8_t> status;
        for (std::size_t k = 0; k < count; ++k) {
            index.push_back(all[3 * k]);
            status.push_back(std::int8_t(all[3 * k + 1]));
            time.push_back(all[3 * k + 2] * m_setup.options.step);
        }
        file.coordinate("failed_trajectory", index, {"1", "number of a failed trajectory", {}});
        file.variable("failed_status", {"failed_trajectory"}, NumberType::int8,
                      {"", "1: became non-finite, 2: left the limits, 3: needed too many steps, "
                          "4: left the training box", {}});
        file.variable("failed_time", {"failed_trajectory"}, NumberType::float64,
                      {m_setup.system->info().time_unit, "time of the failure", {}});
        file.write_whole("failed_status", status.data());
        file.write_whole("failed_time", time.data());
        return {std::int64_t(count), m_options.ensemble.size};
    }

    void report(const OutputFile& file, const StageResult& result, double seconds) const {
        const double steps = double(m_options.ensemble.size) *
                             double(steps_in(m_options.until, m_setup.options.step));
        say(m_comm, "  {} trajectories to t = {:g}, {} {} at step {:g}; {} failed",
            m_options.ensemble.size, m_options.until,
            m_options.corrected ? "corrected" : "plain", m_setup.options.scheme,
            m_setup.options.step, result.failed);
        if (m_setup.options.is_adaptive()) {
            say(m_comm, "  at tolerance {:g} a trajectory took {} to {} steps of its own, {:.4g} in "
                        "the mean", m_setup.options.tolerance, m_own_steps.least, m_own_steps.most,
                mean_steps());
        }
        report_guard(steps);
        say(m_comm, "  {:.3g} trajectory steps per second, initial states, statistics and files "
                    "included", steps / seconds);
        say(m_comm, "  {:.0f} % of the time went into steps, {:.0f} % into statistics, {:.0f} % into "
                    "files", 100 * m_shares.stepping / seconds, 100 * m_shares.statistics / seconds,
            100 * m_shares.files / seconds);
        say(m_comm, "  {} ({})", file.name().string(), describe_duration(seconds));
    }

    const Context& m_context;
    const Communicator& m_comm;
    const Setup& m_setup;
    const ForecastOptions& m_options;
    ChosenTrajectories m_chosen;
    std::int64_t m_steps;
    std::int64_t m_chunk_size = 0;  ///< of all ranks together
    std::int64_t m_write_memory = 0;
    Position m_at;
    std::vector<double> m_times;
    std::optional<Model> m_model;
    std::unique_ptr<Stepper> m_stepper;
    std::vector<FailedTrajectory> m_failures;
    StepSummary m_own_steps;
    GuardSummary m_guard;
    Shares m_shares;
};

}  // namespace

std::string forecast_recipe(const Setup& setup) {
    std::string recipe = canonical(
        setup.options, {"system", "step", "scheme", "tolerance", "precision", "limits", "forecast"});
    if (setup.options.forecast->corrected) {
        recipe += "model:\n" + stored_recipe(setup.options.forecast->model, FileKind::model);
    }
    return recipe;
}

StageResult forecast(const Context& context, const Setup& setup) {
    return Forecast(context, setup).run();
}

}  // namespace farstep
