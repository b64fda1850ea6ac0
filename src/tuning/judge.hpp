// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// How candidates of a search are judged: by the rollout error of an ensemble, and by the clock.
#pragma once

#include "evaluation/work_precision.hpp"

namespace farstep {

/// A plain scheme or a corrected step, and what was measured of it.
struct Candidate {
    std::string scheme;
    Precision precision = Precision::Double;
    double step = 0;                                  ///< the mean one, of an adaptive scheme
    double tolerance = 0;                             ///< of an adaptive scheme; 0 for fixed steps
    std::optional<ApproximatorOptions> approximator = {};  ///< none: the plain scheme
    double cost = 0;                                  ///< [ns per trajectory and unit of time]
    double error = 0;  ///< mean squared error at the end; infinite if a trajectory failed

    /// For people: "rk4", "none + 16 hidden units, float".
    std::string name() const;
};

/// An ensemble with its reference run. All members but the constructor's results are collective.
class Judge {
public:
    /// The ensemble of the deck's `tune`, drawn with another seed for each `number`. Collective.
    Judge(const Context& context, const Setup& setup, std::int64_t number);

    /// The stepper of a candidate; `network` null for a plain one.
    std::unique_ptr<Stepper> stepper(const Candidate& candidate,
                                     const DeployedNetwork* network = nullptr) const;

    double error(const Stepper& stepper) const;
    AdaptiveRollout adaptive_rollout(const Stepper& stepper) const;
    /// [ns per trajectory and step], roughly, within a few hundredths of a second. The candidate's
    /// step does not matter: a short one is timed, with which no trajectory can fail.
    double quick_step_cost(Candidate candidate, const DeployedNetwork* network) const;
    /// [ns per trajectory and unit of time], roughly, of an adaptive scheme.
    double quick_cost(const Stepper& stepper) const;
    /// [ns per trajectory and unit of time] of two steppers, measured in turns.
    std::pair<double, double> costs(const Stepper& a, const Stepper& b) const;

    /// Mean squared error of the reference against itself at half its step.
    double reference_error() const;
    /// Mean squared distance of the ensemble's states from their mean at the end: the error of
    /// knowing nothing.
    double spread() const { return m_spread; }

    /// The search is over: removes the checkpoint of the reference run. Collective.
    void finish() { m_checkpoint.finish(); }

private:
    Context m_context;
    Setup m_setup;
    Checkpoint m_checkpoint;  ///< of the reference run
    ReferenceRun m_reference;
    double m_spread = 0;
};

}  // namespace farstep
