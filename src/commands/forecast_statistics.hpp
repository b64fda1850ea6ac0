// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The statistics of a forecast over its output times: which columns, which bins, which variables.
#pragma once

#include "checkpoint/checkpoint.hpp"
#include "ensemble/statistics.hpp"
#include "setup.hpp"

namespace farstep {

/// Quantiles are read off histograms of this many bins over the range of a pilot ensemble.
inline constexpr int quantile_bins = 4096;
/// Trajectories of the pilot ensemble, the first of the forecast, so that the bins do not depend on
/// the number of ranks and chunks. Where they are not all in rank 0's first chunk, every rank runs
/// all of them beforehand.
inline constexpr std::int64_t pilot_trajectories = 2048;

/// Collects statistics per output time. With one chunk a rank, the accumulator of one time serves
/// all; with several, there is one for each time, since every chunk passes through all times.
class ForecastStatistics {
public:
    ForecastStatistics(const Context& context, const Setup& setup, std::vector<double> times,
                       bool chunked);

    const std::vector<double>& times() const { return m_times; }
    bool with_energy() const { return m_with_energy; }

    /// Takes the range of all columns at each time from a pilot run, unless rank 0's first chunk of
    /// so many trajectories holds the pilot's and will do. The pilot run has a checkpoint of its own.
    /// Collective.
    void find_ranges(const Stepper& stepper, std::int64_t steps_per_output,
                     std::int64_t first_chunk);

    /// Adds the trajectories of an ensemble at output time n. For the first chunk of every rank
    /// collective.
    void add(std::size_t n, const Ensemble& ensemble);

    /// Collects time n over the ranks. Collective.
    void finish_time(std::size_t n);

    /// What has been collected so far, to a checkpoint and back: so many times of the chunk under
    /// way, which may be the first. Collective.
    void save(SavedState& state) const;
    void load(const Checkpoint& checkpoint, std::size_t done, bool first_chunk);

    void define(OutputFile& file) const;
    void write(OutputFile& file) const;

    /// Memory for the accumulators [bytes].
    static std::int64_t bytes(const Setup& setup, std::size_t times);

private:
    void run_pilot(const Stepper& stepper, std::int64_t steps_per_output, std::int64_t size);
    std::vector<Bins> bins_of(const std::vector<Column>& columns, const StatusView& status,
                              std::int64_t size) const;
    void save_bins(SavedState& state) const;
    void load_bins(const Checkpoint& checkpoint);
    std::vector<Bins> bins_of_root(const std::vector<Column>& columns,
                                   const Ensemble& ensemble) const;
    std::vector<Column> columns(const Ensemble& ensemble);
    std::size_t slot(std::size_t n) const { return m_chunked ? n : 0; }
    std::size_t column_count() const;
    void save_results(SavedState& state) const;
    void load_results(const Checkpoint& checkpoint, std::size_t times);
    void save_accumulators(SavedState& state) const;
    void load_accumulators(const Checkpoint& checkpoint, std::size_t times);
    /// Throws EnvironmentError unless 0 ≤ count ≤ trajectories of the forecast.
    void require_count(const Checkpoint& checkpoint, double count) const;
    void define_statistic(OutputFile& file, const std::string& name, const std::string& long_name,
                          bool squared) const;
    void write_statistic(OutputFile& file, const std::string& name,
                         double Summary::*member) const;
    void write_quantiles(OutputFile& file) const;

    const Context& m_context;
    Communicator m_comm;
    const Setup& m_setup;
    const SaveOptions& m_save;
    std::vector<double> m_times;
    bool m_chunked, m_with_energy;
    ValueView m_energy;
    std::vector<std::vector<Bins>> m_bins;        // [time][column]
    std::vector<Accumulator> m_accumulators;      // [slot]
    std::vector<std::vector<Summary>> m_results;  // [time][column]
    std::vector<std::int64_t> m_running;          // [time]
};

}  // namespace farstep
