// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Columns, pilot ranges, and the statistics' part of a forecast file.
#include "commands/forecast_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checkpoint/ensemble_state.hpp"
#include "checkpoint/sliced_advance.hpp"
#include "commands/stages.hpp"
#include "parallel/agree.hpp"

namespace farstep {

namespace {

int bins_needed(const SaveOptions& save) {
    return save.wants(Statistic::Quantiles) ? quantile_bins : 0;
}

/// The unit of a product of a quantity with itself.
std::string squared_unit(const std::string& unit) {
    return unit == "1" || unit.empty() ? unit : "(" + unit + ")2";
}

/// A range a little wider than the pilot's; a point if the pilot has no trajectory left.
Bins bins_around(const Summary& pilot) {
    if (pilot.count == 0 || !std::isfinite(pilot.minimum) || !std::isfinite(pilot.maximum)) {
        return {0, 0};
    }
    const double margin = 0.1 * (pilot.maximum - pilot.minimum);
    return {pilot.minimum - margin, pilot.maximum + margin};
}

}  // namespace

ForecastStatistics::ForecastStatistics(const Context& context, const Setup& setup,
                                       std::vector<double> times, bool chunked)
    : m_context(context),
      m_comm(context.comm),
      m_setup(setup),
      m_save(setup.options.forecast->save),
      m_times(std::move(times)),
      m_chunked(chunked),
      m_with_energy(m_save.energy && setup.system->info().has_energy),
      m_results(m_times.size()),
      m_running(m_times.size(), 0) {}

std::int64_t ForecastStatistics::bytes(const Setup& setup, std::size_t times) {
    return std::int64_t(times) *
           Accumulator::bytes(std::size_t(setup.system->dimension()) + 1,
                              bins_needed(setup.options.forecast->save));
}

std::vector<Column> ForecastStatistics::columns(const Ensemble& ensemble) {
    std::vector<Column> result;
    for (int c = 0; c < ensemble.dimension(); ++c) {
        result.push_back(component_column(ensemble.view().state, c));
    }
    if (m_with_energy) {
        if (std::int64_t(m_energy.extent(0)) < ensemble.tiles()) {
            m_energy = ValueView("farstep::energy", std::size_t(ensemble.tiles()), tile_width);
        }
        m_setup.system->energy(ensemble.view().state, ensemble.view().parameters, m_energy);
        result.push_back(value_column(m_energy));
    }
    return result;
}

void ForecastStatistics::find_ranges(const Stepper& stepper, std::int64_t steps_per_output,
                                     std::int64_t first_chunk) {
    const EnsembleOptions& options = m_setup.options.forecast->ensemble;
    const std::int64_t size = std::min(options.size, pilot_trajectories);
    std::int64_t at_hand = first_chunk >= size;
    m_comm.broadcast(at_hand);
    const bool known = m_bins.size() == m_times.size();
    if (at_hand != 0 || known || m_save.statistics.empty()) return;
    m_bins.clear();
    run_pilot(stepper, steps_per_output, size);
}

void ForecastStatistics::run_pilot(const Stepper& stepper, std::int64_t steps_per_output,
                                   std::int64_t size) {
    Ensemble pilot(m_setup.system->dimension(), {0, size});
    draw_initial_states(m_comm, m_setup, m_setup.options.forecast->ensemble, "forecast.ensemble",
                        pilot);
    Checkpoint checkpoint(m_context, m_setup, "forecast.pilot", forecast_recipe(m_setup));
    Position at{pilot.range()};
    if (checkpoint.saved()) {
        together(m_comm, [&] {
            const Course course{size, std::int64_t(m_times.size()), steps_per_output};
            at = farstep::load(checkpoint, pilot, course, stepper.record());
            load_bins(checkpoint);
            if (std::ssize(m_bins) != at.output) checkpoint.fail();
        });
        checkpoint.loaded();
    }
    // Every rank runs the pilot, and rank 0 saves it.
    const Ensemble nobody(pilot.dimension(), {0, 0});
    SlicedAdvance advance(m_comm, stepper);
    for (; at.output < std::int64_t(m_times.size()); at = at.next()) {
        advance(pilot.view(), at, steps_per_output, [&](std::int64_t) {
            checkpoint.offer([&](SavedState& state) {
                farstep::save(state, m_comm.is_root() ? pilot : nobody, at, stepper.record());
                save_bins(state);
            });
        });
        m_bins.push_back(bins_of(columns(pilot), pilot.view().status, size));
    }
    checkpoint.finish();
}

std::vector<Bins> ForecastStatistics::bins_of(const std::vector<Column>& columns,
                                              const StatusView& status, std::int64_t size) const {
    Accumulator extremes(std::vector<Bins>(columns.size()), 0);
    extremes.add(columns, status, size);
    std::vector<Bins> bins;
    for (const Summary& summary : extremes.summarise(Communicator(), {})) {
        bins.push_back(bins_around(summary));
    }
    return bins;
}

std::vector<Bins> ForecastStatistics::bins_of_root(const std::vector<Column>& columns,
                                                   const Ensemble& ensemble) const {
    std::vector<double> ends;
    if (m_comm.is_root()) {
        const std::int64_t size = std::min(ensemble.size(), pilot_trajectories);
        for (const Bins& range : bins_of(columns, ensemble.view().status, size)) {
            ends.insert(ends.end(), {range.low, range.high});
        }
    }
    m_comm.broadcast(ends);
    std::vector<Bins> bins;
    for (std::size_t c = 0; c < ends.size(); c += 2) bins.push_back({ends[c], ends[c + 1]});
    return bins;
}

void ForecastStatistics::add(std::size_t n, const Ensemble& ensemble) {
    if (m_save.statistics.empty()) {
        m_running[n] += ensemble.size() - ensemble.failure_count();
        return;
    }
    const std::vector<Column> values = columns(ensemble);
    if (m_bins.size() == n) m_bins.push_back(bins_of_root(values, ensemble));
    if (!m_chunked) m_accumulators.clear();
    if (m_accumulators.size() == slot(n)) {
        m_accumulators.emplace_back(m_bins[n], bins_needed(m_save));
    }
    if (ensemble.size() == 0) return;
    m_accumulators[slot(n)].add(values, ensemble.view().status, ensemble.size());
}

void ForecastStatistics::finish_time(std::size_t n) {
    if (m_save.statistics.empty()) {
        m_running[n] = m_comm.allreduce(m_running[n], Reduce::sum);
        return;
    }
    const auto& wanted = m_save.wants(Statistic::Quantiles) ? m_save.quantiles
                                                            : std::vector<double>();
    m_results[n] = m_accumulators[slot(n)].summarise(m_comm, wanted);
    m_running[n] = m_results[n].front().count;
}

std::size_t ForecastStatistics::column_count() const {
    return std::size_t(m_setup.system->dimension()) + (m_with_energy ? 1 : 0);
}

void ForecastStatistics::save(SavedState& state) const {
    std::vector<std::int64_t> running = m_running;
    // With several chunks, each rank has counted its own.
    if (m_chunked) m_comm.allreduce(std::span<std::int64_t>(running), Reduce::sum);
    state.whole("running", std::move(running));
    save_bins(state);
    save_results(state);
    if (m_chunked) save_accumulators(state);
}

void ForecastStatistics::save_bins(SavedState& state) const {
    std::vector<double> ends;
    for (const std::vector<Bins>& columns : m_bins) {
        for (const Bins& bins : columns) ends.insert(ends.end(), {bins.low, bins.high});
    }
    state.whole("bins", std::move(ends));
}

void ForecastStatistics::load(const Checkpoint& checkpoint, std::size_t done, bool first_chunk) {
    if (!m_chunked || m_comm.is_root()) {
        m_running = checkpoint.read<std::int64_t>("running", m_times.size());
        for (const std::int64_t count : m_running) require_count(checkpoint, double(count));
    }
    load_bins(checkpoint);
    const bool has_any = !m_save.statistics.empty();
    const std::size_t times = !has_any ? 0 : first_chunk ? done : m_times.size();
    if (m_bins.size() != times && m_bins.size() != m_times.size()) checkpoint.fail();
    load_results(checkpoint, m_chunked || !has_any ? 0 : done);
    if (m_chunked) load_accumulators(checkpoint, times);
}

void ForecastStatistics::require_count(const Checkpoint& checkpoint, double count) const {
    const auto size = double(m_setup.options.forecast->ensemble.size);
    if (!(count >= 0 && count <= size)) checkpoint.fail();
}

void ForecastStatistics::load_bins(const Checkpoint& checkpoint) {
    const std::vector<double> ends = checkpoint.read<double>("bins");
    const std::size_t columns = column_count();
    m_bins.assign(ends.size() / (2 * columns), std::vector<Bins>(columns));
    if (ends.size() % (2 * columns) != 0 || m_bins.size() > m_times.size()) checkpoint.fail();
    for (std::size_t k = 0; k < ends.size() / 2; ++k) {
        m_bins[k / columns][k % columns] = {ends[2 * k], ends[2 * k + 1]};
    }
}

/// Of the times that are finished: count, mean, variance, minimum, maximum, quantiles by column.
void ForecastStatistics::save_results(SavedState& state) const {
    std::vector<double> numbers;
    for (const std::vector<Summary>& columns : m_results) {
        for (const Summary& s : columns) {
            numbers.insert(numbers.end(),
                           {double(s.count), s.mean, s.variance, s.minimum, s.maximum});
            numbers.insert(numbers.end(), s.quantiles.begin(), s.quantiles.end());
        }
    }
    state.whole("results", std::move(numbers));
}

void ForecastStatistics::load_results(const Checkpoint& checkpoint, std::size_t times) {
    const std::size_t quantiles = m_save.wants(Statistic::Quantiles) ? m_save.quantiles.size() : 0;
    const std::size_t columns = column_count(), length = 5 + quantiles;
    const auto numbers = checkpoint.read<double>("results", times * columns * length);
    for (std::size_t n = 0; n < times; ++n) {
        for (std::size_t c = 0; c < columns; ++c) {
            const double* const s = &numbers[(n * columns + c) * length];
            require_count(checkpoint, s[0]);
            m_results[n].push_back({std::int64_t(s[0]), s[1], s[2], s[3], s[4],
                                    std::vector<double>(s + 5, s + length)});
        }
    }
}

/// Moments by rank, since their sum over ranks would be rounded; counts of all ranks together.
void ForecastStatistics::save_accumulators(SavedState& state) const {
    std::vector<double> moments;
    std::vector<std::int64_t> counts;
    for (const Accumulator& accumulator : m_accumulators) {
        const std::vector<double> more = accumulator.moments();
        moments.insert(moments.end(), more.begin(), more.end());
        std::vector<std::int64_t> here = accumulator.counts();
        m_comm.allreduce(std::span<std::int64_t>(here), Reduce::sum);
        counts.insert(counts.end(), here.begin(), here.end());
    }
    const auto length = std::int64_t(moments.size());
    state.part("moments", {m_comm.size(), length}, Slab{{m_comm.rank(), 0}, {1, length}},
               std::move(moments));
    state.whole("counts", std::move(counts));
}

/// Ranks take the moments of those before them in turns; rank 0 takes the counts.
void ForecastStatistics::load_accumulators(const Checkpoint& checkpoint, std::size_t times) {
    const std::size_t columns = column_count();
    const std::size_t bins = std::size_t(bins_needed(m_save));
    const std::size_t each = columns * Accumulator::numbers_per_column, length = times * each;
    const std::int64_t ranks =
        checkpoint.integer("ranks", 1, std::numeric_limits<std::int32_t>::max());
    const auto moments = checkpoint.read<double>("moments", std::size_t(ranks) * length);
    const auto counts = m_comm.is_root()
                            ? checkpoint.read<std::int64_t>("counts", times * columns * bins)
                            : std::vector<std::int64_t>();
    for (std::size_t k = 0; k < moments.size(); k += Accumulator::numbers_per_column) {
        const double minimum = moments[k + 4], maximum = moments[k + 5], count = moments[k + 6];
        require_count(checkpoint, count);
        if (count > 0 && !(minimum <= maximum)) checkpoint.fail();
    }
    for (const std::int64_t count : counts) require_count(checkpoint, double(count));
    for (std::size_t k = 0; k < times; ++k) {
        Accumulator& accumulator = m_accumulators.emplace_back(m_bins[k], int(bins));
        for (std::int64_t rank = m_comm.rank(); rank < ranks; rank += m_comm.size()) {
            const auto from = moments.begin() + std::ptrdiff_t(std::size_t(rank) * length + k * each);
            accumulator.add_collected({from, from + std::ptrdiff_t(each)}, {});
        }
        if (counts.empty()) continue;
        const auto from = counts.begin() + std::ptrdiff_t(k * columns * bins);
        accumulator.add_collected(Accumulator(m_bins[k], 0).moments(),
                                  {from, from + std::ptrdiff_t(columns * bins)});
    }
}

void ForecastStatistics::define_statistic(OutputFile& file, const std::string& name,
                                          const std::string& long_name, bool squared) const {
    const SystemInfo& info = m_setup.system->info();
    std::vector<std::string> units;
    for (const ComponentInfo& component : info.components) {
        units.push_back(squared ? squared_unit(component.unit) : component.unit);
    }
    file.variable(name, {"time", "component"}, NumberType::float64,
                  {"", long_name + " of the running trajectories", {{"component_units", units}}});
    if (!m_with_energy) return;
    file.variable("energy_" + name, {"time"}, NumberType::float64,
                  {squared ? squared_unit(info.energy_unit) : info.energy_unit,
                   long_name + " of their energy", {}});
}

void ForecastStatistics::define(OutputFile& file) const {
    file.variable("running", {"time"}, NumberType::int64,
                  {"1", "trajectories that have not failed", {}});
    if (m_save.wants(Statistic::Mean)) define_statistic(file, "mean", "mean", false);
    if (m_save.wants(Statistic::Variance)) define_statistic(file, "variance", "variance", true);
    if (m_save.wants(Statistic::Minimum)) define_statistic(file, "minimum", "minimum", false);
    if (m_save.wants(Statistic::Maximum)) define_statistic(file, "maximum", "maximum", false);
    if (!m_save.wants(Statistic::Quantiles)) return;
    const SystemInfo& info = m_setup.system->info();
    std::vector<std::string> units;
    for (const ComponentInfo& component : info.components) units.push_back(component.unit);
    const std::string note = "interpolated in a histogram of 4096 bins over the range of the "
                             "first 2048 trajectories and a tenth more on either side";
    file.coordinate("quantile", m_save.quantiles, {"1", "probability", {}});
    file.variable("quantiles", {"time", "quantile", "component"}, NumberType::float64,
                  {"", "quantiles of the running trajectories",
                   {{"component_units", units}, {"comment", note}}});
    if (m_with_energy) {
        file.variable("energy_quantiles", {"time", "quantile"}, NumberType::float64,
                      {info.energy_unit, "quantiles of their energy", {{"comment", note}}});
    }
}

void ForecastStatistics::write_statistic(OutputFile& file, const std::string& name,
                                         double Summary::*member) const {
    std::vector<double> components, energy;
    for (const auto& columns : m_results) {
        const std::size_t d = std::size_t(m_setup.system->dimension());
        for (std::size_t c = 0; c < d; ++c) components.push_back(columns[c].*member);
        if (m_with_energy) energy.push_back(columns[d].*member);
    }
    file.write_whole(name, components.data());
    if (m_with_energy) file.write_whole("energy_" + name, energy.data());
}

void ForecastStatistics::write_quantiles(OutputFile& file) const {
    std::vector<double> components, energy;
    const std::size_t d = std::size_t(m_setup.system->dimension());
    for (const auto& columns : m_results) {
        for (std::size_t q = 0; q < m_save.quantiles.size(); ++q) {
            for (std::size_t c = 0; c < d; ++c) components.push_back(columns[c].quantiles[q]);
            if (m_with_energy) energy.push_back(columns[d].quantiles[q]);
        }
    }
    file.write_whole("quantiles", components.data());
    if (m_with_energy) file.write_whole("energy_quantiles", energy.data());
}

void ForecastStatistics::write(OutputFile& file) const {
    file.write_whole("running", m_running.data());
    if (m_save.wants(Statistic::Mean)) write_statistic(file, "mean", &Summary::mean);
    if (m_save.wants(Statistic::Variance)) write_statistic(file, "variance", &Summary::variance);
    if (m_save.wants(Statistic::Minimum)) write_statistic(file, "minimum", &Summary::minimum);
    if (m_save.wants(Statistic::Maximum)) write_statistic(file, "maximum", &Summary::maximum);
    if (m_save.wants(Statistic::Quantiles)) write_quantiles(file);
}

}  // namespace farstep
