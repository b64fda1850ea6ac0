// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep forecast: advances an ensemble of any size, chunk by chunk, and keeps statistics and
// chosen trajectories. The main loop is in Forecast::run_chunk.
#include <algorithm>

#include "checkpoint/ensemble_state.hpp"
#include "checkpoint/sliced_advance.hpp"
#include "chosen_trajectories.hpp"
#include "clock.hpp"
#include "commands/forecast_report.hpp"
#include "commands/forecast_statistics.hpp"
#include "commands/inform.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"
#include "training/model_file.hpp"

namespace farstep {

namespace {

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
          m_counts(m_comm, m_setup, m_chosen),
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
        if (m_model) warn_of_long_rollout(m_comm, m_setup, m_model->rollout);
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
        if (checkpoint.saved()) {
            together(m_comm, [&] {
                statistics.load(checkpoint, std::size_t(m_at.output), m_at.chunk.begin == 0);
            });
        }
        timed(m_spent.statistics, [&] {
            statistics.find_ranges(*m_stepper, m_steps,
                                   m_at.chunk.begin == 0 ? share_of(m_at.chunk).size() : 0);
        });
        integrate(file, statistics, checkpoint);
        timed(m_spent.files, [&] {
            statistics.write(file);
            file.end_parallel();
        });
        const StageResult result = m_counts.write(file);
        provenance.timings_s["forecast"] = seconds_since(start);
        provenance.timings_s["forecast_stepping"] = m_spent.stepping;
        provenance.timings_s["forecast_statistics"] = m_spent.statistics;
        add_earlier_runs(provenance, checkpoint.earlier(), "forecast");
        write_provenance(file, provenance);
        timed(m_spent.files, [&] { file.commit(); });
        checkpoint.finish();
        report_forecast(m_comm, m_setup, m_counts, result, m_spent, seconds_since(start));
        return result;
    }

private:
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

    Course course() const { return {m_options.ensemble.size, outputs(), m_steps, true}; }

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
        m_counts.define(file);
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
        timed(m_spent.files, [&] { write_parameters(file, ensemble, chosen, copier); });
        SlicedAdvance advance(m_comm, *m_stepper);
        const auto after_slice = [&](std::int64_t taken) {
            progress.advance(range.size() * taken);
            double saving = 0;
            timed(saving, [&] {
                checkpoint.offer(
                    [&](SavedState& state) { save_state(state, ensemble, statistics); }, &file);
            });
            m_spent.files += saving;
            m_spent.stepping -= saving;
        };
        for (; m_at.output < outputs(); m_at = m_at.next()) {
            const std::int64_t n = m_at.output;
            timed(m_spent.stepping, [&] { advance(ensemble.view(), m_at, m_steps, after_slice); });
            timed(m_spent.statistics, [&] {
                statistics.add(std::size_t(n), ensemble);
                if (!is_chunked()) statistics.finish_time(std::size_t(n));
            });
            timed(m_spent.files, [&] { write_chosen(file, n, ensemble, chosen, copier); });
        }
        m_counts.add(file, ensemble, *m_stepper);
    }

    /// All that the main loop knows. Collective.
    void save_state(SavedState& state, const Ensemble& ensemble,
                    const ForecastStatistics& statistics) const {
        save(state, ensemble, m_at, m_stepper->record());
        statistics.save(state);
        state.attribute("chunk_size", m_chunk_size);
        m_counts.save(state);
    }

    /// Where to go on, and what was counted before, which rank 0 takes. Chunks stay as they were,
    /// but on another number of ranks those that have not begun are cut anew. Collective.
    void load_plan(const Checkpoint& checkpoint) {
        const InputFile& saved = *checkpoint.saved();
        const std::int64_t planned = m_chunk_size;
        together(m_comm, [&] {
            m_at = load_position(checkpoint, course());
            m_chunk_size = checkpoint.integer("chunk_size", 1, m_options.ensemble.size);
            if (!is_chunked() && m_at.chunk.size() < m_options.ensemble.size) checkpoint.fail();
            m_counts.load(checkpoint);
        });
        const bool same_ranks = saved.integer("/", "ranks") == m_comm.size();
        if (is_chunked() && !same_ranks) m_chunk_size = std::min(m_chunk_size, planned);
    }

    /// Collective.
    void load_states(Checkpoint& checkpoint, Ensemble& ensemble) const {
        together(m_comm, [&] { load(checkpoint, ensemble, course(), m_stepper->record()); });
        checkpoint.loaded();
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

    const Context& m_context;
    const Communicator& m_comm;
    const Setup& m_setup;
    const ForecastOptions& m_options;
    ChosenTrajectories m_chosen;
    ForecastCounts m_counts;
    std::int64_t m_steps;
    std::int64_t m_chunk_size = 0;  ///< of all ranks together
    std::int64_t m_write_memory = 0;
    Position m_at;
    std::vector<double> m_times;
    std::optional<Model> m_model;
    std::unique_ptr<Stepper> m_stepper;
    ForecastTimes m_spent;
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
