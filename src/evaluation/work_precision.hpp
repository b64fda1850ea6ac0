// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Work and precision: what error costs how much, and whether the corrector pays.
#pragma once

#include "evaluation/rollout_error.hpp"

#include <algorithm>

namespace farstep {

/// Error at the last output time, and cost.
struct WorkPoint {
    double step = 0;   ///< the mean one, of an adaptive scheme
    double error = 0;  ///< mean squared error; infinite if a trajectory failed
    double cost = 0;   ///< wall time of this rank's cores [ns per trajectory and unit of time]
    double tolerance = 0;  ///< of an adaptive scheme
};

/// A plain scheme over a ladder of steps or tolerances, longest or largest first.
struct WorkCurve {
    std::string scheme;
    Precision precision = Precision::Double;
    std::vector<WorkPoint> points;
    std::string system = {};  ///< the richer one that it solves; empty for the deck's

    /// For people: "rk4", "rk4, float", "rk4 of lorenz96_two_scale".
    std::string name() const;
};

/// What a plain scheme would have to pay for the corrector's error.
struct Competitor {
    std::string scheme;
    bool reaches = false;  ///< whether the ladder goes as far down as the corrector's error
    double step = 0, cost = 0;
};

struct WorkPrecision {
    std::vector<WorkCurve> curves;
    WorkPoint corrected;
    double reference_error = 0;  ///< of the reference against itself at half the step
    std::vector<Competitor> competitors;

    /// The error to compare costs at: no claim is made below the reference's own.
    double common_error() const { return std::max(corrected.error, reference_error); }
};

/// Measured wall time of one step [ns per trajectory]: the fastest of some runs. A closure's begin
/// with the states of the reference run. Collective.
double measure_step_cost(const Context& context, const Setup& setup, const ReferenceRun& reference,
                         const Stepper& stepper);

/// Wall times [ns per trajectory and unit of time] of single runs, by stepper; the steppers take
/// turns, so that a drift of the machine hits all alike. Collective.
std::vector<std::vector<double>> sample_costs(const Context& context, const Setup& setup,
                                              const ReferenceRun& reference,
                                              const std::vector<const Stepper*>& steppers);

/// What an adaptive stepper of the reference's system makes of the whole horizon.
struct AdaptiveRollout {
    double error = 0;      ///< mean squared error at the end; infinite if a trajectory failed
    double mean_step = 0;  ///< over the steps that it tried [time]
};
/// Collective.
AdaptiveRollout adaptive_rollout(const Context& context, const Setup& setup,
                                 const ReferenceRun& reference, const Stepper& stepper);

/// Collective.
WorkPrecision measure_work_precision(const Context& context, const Setup& setup,
                                     const ReferenceRun& reference, const Stepper& corrected);

/// Where a curve meets an error, by interpolation in logarithms.
Competitor meet(const WorkCurve& curve, double error);

/// One sentence: which scheme is cheapest at the corrector's error, and by what factor.
std::string verdict(const WorkPrecision& measured, double time);

}  // namespace farstep
