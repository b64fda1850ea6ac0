// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep forecast: advances an ensemble of any size, chunk by chunk, and keeps statistics and
// chosen trajectories. The main loop is in Forecast::run_chunk.
#include <algorithm>
#include <chrono>
#include <limits>

#include "chosen_trajectories.hpp"
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

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Adds the time that f takes.
template <class F>
void timed(double& seconds, F&& f) {
    const auto start = std::chrono::steady_clock::now();
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
          m_mine(partition(m_options.ensemble.size, m_comm.rank(), m_comm.size())),
          m_chosen(m_options.save.trajectories, m_options.ensemble.size),
          m_steps(steps_in(m_options.save.every, setup.options.step)) {
        for (std::int64_t n = 0; n < outputs(); ++n) {
            m_times.push_back(double(n) * m_options.save.every);
        }
        plan_chunks();
    }

    StageResult run() {
        require_enough_trajectories(m_comm, m_setup, m_options.ensemble.size, "forecast.ensemble");
        heading(m_comm, "forecast");
        const auto start = std::chrono::steady_clock::now();
        if (m_options.corrected) m_model = read_model(m_comm, m_options.model, m_setup);
        if (m_model) warn_of_long_rollout(m_model->rollout);
        m_stepper = m_model ? m_setup.guarded_stepper(m_model->network,
                                                      guard_on(m_options.guard, m_model->box_low,
                                                               m_model->box_high))
                            : m_setup.stepper(m_setup.options.scheme, m_setup.options.step,
                                              m_setup.options.precision);
        ForecastStatistics statistics(m_comm, m_setup, m_times, m_chunks > 1);
        OutputFile file(m_comm, m_setup.forecast_path(), FileKind::forecast);
        Provenance provenance = make_provenance(m_comm, m_setup, forecast_recipe(m_setup),
                                                m_options.ensemble.seed);
        define(file, statistics);
        write_provenance(file, provenance);
        state_storage(m_comm, file.name(), m_chosen.size() * output_bytes(1) * outputs());
        file.begin_parallel();
        file.set_memory(m_write_memory);
        timed(m_shares.statistics, [&] {
            statistics.find_ranges(*m_stepper, m_steps, std::min(m_chunk_size, m_mine.size()));
        });
        integrate(file, statistics);
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
        write_provenance(file, provenance);
        timed(m_shares.files, [&] { file.commit(); });
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

    /// As many trajectories at a time as fit the memory, whole tiles; the same number of chunks on
    /// every rank, so that collective calls match.
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
        m_chunk_size = std::min(fit, std::max<std::int64_t>(1, m_mine.size()));
        m_chunks = m_comm.allreduce((m_mine.size() + m_chunk_size - 1) / m_chunk_size, Reduce::max);
        m_chunks = std::max<std::int64_t>(1, m_chunks);
        m_write_memory = output_bytes(std::min(m_chunk_size, m_chosen.size()));
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

    void integrate(OutputFile& file, ForecastStatistics& statistics) {
        const std::int64_t outputs = std::int64_t(m_times.size());
        Progress progress(m_comm, m_options.corrected ? "forecast, corrected" : "forecast, plain",
                          m_mine.size() * (outputs - 1) * m_steps, "trajectory steps",
                          m_context.progress);
        for (std::int64_t chunk = 0; chunk < m_chunks; ++chunk) {
            const std::int64_t begin =
                std::min(m_mine.begin + chunk * m_chunk_size, m_mine.end);
            const Range range{begin, std::min(begin + m_chunk_size, m_mine.end)};
            run_chunk(range, file, statistics, progress);
        }
        for (std::size_t n = 0; m_chunks > 1 && n < m_times.size(); ++n) statistics.finish_time(n);
        progress.finish();
    }

    /// The main loop: from output time to output time.
    void run_chunk(const Range& range, OutputFile& file, ForecastStatistics& statistics,
                   Progress& progress) {
        Ensemble ensemble(m_setup.system->dimension(), range);
        draw_initial_states(m_comm, m_setup, m_options.ensemble, "forecast.ensemble", ensemble);
        if (m_model) m_model->require_in_range(m_comm, m_setup, ensemble.view());
        const ChosenTrajectories::Part chosen = m_chosen.in(range);
        RowCopier copier =
            m_options.save.trajectories.all ? RowCopier() : RowCopier(chosen.local);
        timed(m_shares.files, [&] { write_parameters(file, ensemble, chosen, copier); });
        for (std::size_t n = 0; n < m_times.size(); ++n) {
            if (n > 0) {
                timed(m_shares.stepping, [&] {
                    m_stepper->advance(ensemble.view(), std::int64_t(n - 1) * m_steps, m_steps);
                    Kokkos::fence();
                });
                progress.advance(range.size() * m_steps);
            }
            timed(m_shares.statistics, [&] {
                statistics.add(n, ensemble);
                if (m_chunks == 1) statistics.finish_time(n);
            });
            timed(m_shares.files, [&] {
                write_chosen(file, std::int64_t(n), ensemble, chosen, copier);
            });
        }
        const auto failures = ensemble.failures();
        m_failures.insert(m_failures.end(), failures.begin(), failures.end());
        if (m_stepper->record()) count_steps(file, range);
        if (is_guarded()) count_exits(file, ensemble);
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

    /// The failed trajectories of all ranks, in the order of their numbers.
    StageResult write_failures(OutputFile& file) const {
        std::vector<double> mine;
        for (const FailedTrajectory& failed : m_failures) {
            mine.insert(mine.end(), {double(failed.index), double(failed.status),
                                     double(failed.step) * m_setup.options.step});
        }
        std::vector<double> all = m_comm.gather(mine);
        m_comm.broadcast(all);
        const std::size_t count = all.size() / 3;
        file.attribute("/", "failed_trajectories", std::int64_t(count));
        if (count == 0) return {0, m_options.ensemble.size};
        std::vector<double> index, time;
        std::vector<std::int8_t> status;
        for (std::size_t k = 0; k < count; ++k) {
            index.push_back(all[3 * k]);
            status.push_back(std::int8_t(all[3 * k + 1]));
            time.push_back(all[3 * k + 2]);
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
    Range m_mine;
    ChosenTrajectories m_chosen;
    std::int64_t m_steps;
    std::int64_t m_chunk_size = 0, m_chunks = 1, m_write_memory = 0;
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
