// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a forecast counts beside its statistics: trajectories that failed, steps of an adaptive
// scheme, steps outside the training box; to its file, and to its checkpoint and back.
#pragma once

#include <limits>
#include <vector>

#include "checkpoint/checkpoint.hpp"
#include "chosen_trajectories.hpp"
#include "commands/stages.hpp"

namespace farstep {

/// How many steps of an adaptive scheme trajectories took.
struct StepSummary {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0, sum = 0;

    void add(std::int64_t steps);
};

/// What a guard saw.
struct GuardSummary {
    std::int64_t trajectories = 0;  ///< that were ever outside
    std::int64_t steps = 0;         ///< begun outside
};

class ForecastCounts {
public:
    ForecastCounts(const Communicator& comm, const Setup& setup, const ChosenTrajectories& chosen);

    /// Variables of the chosen trajectories. Collective.
    void define(OutputFile& file) const;

    /// Counts this rank's trajectories of a chunk that is done, and writes what was counted of the
    /// chosen ones. Collective.
    void add(OutputFile& file, const Ensemble& ensemble, const Stepper& stepper);

    /// Counts of all ranks so far. Collective.
    void save(SavedState& state) const;
    /// The same, for rank 0, which takes them all.
    void load(const Checkpoint& checkpoint);

    /// Sums over ranks, and writes the whole: failed trajectories as variables, the rest as
    /// attributes. In the file's final phase. Collective.
    StageResult write(OutputFile& file);

    bool is_guarded() const;
    /// Of all ranks, once written.
    const StepSummary& own_steps() const { return m_own_steps; }
    const GuardSummary& guard() const { return m_guard; }
    double mean_steps() const;

private:
    void add_steps(OutputFile& file, const Range& range, const Stepper& stepper);
    void add_exits(OutputFile& file, const Ensemble& ensemble);
    void write_chosen(OutputFile& file, const std::string& name, const Range& range,
                      const std::int64_t* counts) const;
    std::vector<double> all_failures() const;
    StepSummary all_own_steps() const;
    GuardSummary all_exits() const;
    std::int64_t write_failures(OutputFile& file) const;
    void load_failures(const Checkpoint& checkpoint);

    const Communicator& m_comm;
    const Setup& m_setup;
    const ForecastOptions& m_options;
    const ChosenTrajectories& m_chosen;
    std::vector<FailedTrajectory> m_failures;
    StepSummary m_own_steps;
    GuardSummary m_guard;
};

}  // namespace farstep
