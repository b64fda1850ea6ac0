// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// How far a rollout is off its reference: mean squared error and energy error over time.
#pragma once

#include "checkpoint/journal.hpp"
#include "chosen_trajectories.hpp"
#include "ensemble/statistics.hpp"
#include "setup.hpp"

namespace farstep {

/// Means and standard deviations of the truth by component, over all trajectories and times.
struct Climatology {
    std::vector<double> mean, deviation;
};

/// States of an ensemble at the output times by the reference scheme.
struct ReferenceRun {
    std::vector<double> times;
    std::vector<StateView> states;  ///< [time], of the deck's system
    StateView parameters;           ///< of the deck's system, as in an EnsembleView
    StateView start;                ///< of the reference's system at the first time
    StateView start_parameters;     ///< of the reference's system
    Range range;                    ///< of this rank
    ChosenTrajectories::Part chosen;  ///< whose states are stored, of this rank
    Climatology climatology;
};

/// Error of a rollout at each output time. The squared error of a trajectory is the mean over its
/// components; failed trajectories are counted, and not part of the means.
struct RolloutError {
    std::vector<double> mean_square, minimum, maximum, median;  ///< of the squared error
    std::vector<double> energy_mean, energy_maximum;            ///< of |H(t) − H(0)|
    /// Correlation of the departures from the climatological mean; only where the deck asks for it.
    std::vector<double> anomaly_correlation;
    std::vector<std::int64_t> running;
    std::vector<double> states;  ///< [time][chosen][component], of this rank
};

/// Integrates the evaluation ensemble with the reference scheme, from where the checkpoint, which is
/// this run's own, has been. Collective.
ReferenceRun run_reference(const Context& context, const Setup& setup, Checkpoint& checkpoint);

/// What a reference run hangs on.
std::string reference_recipe(const Setup& setup);

/// Rolls the ensemble out with a stepper and compares at every output time from the first given.
/// Collective.
RolloutError measure_rollout(const Context& context, const Setup& setup,
                             const ReferenceRun& reference, const Stepper& stepper);

/// Mean squared error at the last output time only; infinite if a trajectory failed. Collective.
double final_error(const Context& context, const Setup& setup, const ReferenceRun& reference,
                   const Stepper& stepper);

/// The same for a stepper of the reference's system; where that is the deck's, there is no
/// difference. Collective.
double final_error_of_reference(const Context& context, const Setup& setup,
                                const ReferenceRun& reference, const Stepper& stepper);

}  // namespace farstep
