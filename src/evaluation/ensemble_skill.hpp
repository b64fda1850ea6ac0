// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Whether an ensemble from perturbed states spreads as far as it errs, and where the truth ranks
// among its members.
#pragma once

#include "evaluation/rollout_error.hpp"

namespace farstep {

/// By lead time, over all components and initial states whose members all last.
struct EnsembleSkill {
    /// [lead][rank]: how often the truth exceeds `rank` of the members; flat if the two are alike.
    std::vector<std::vector<std::int64_t>> ranks;
    /// Root mean square over components in units of the truth's deviation: of the members about
    /// their mean, and of that mean about the truth. Equal, but for a factor of
    /// √(1 + 1/members), where spread tells the error.
    std::vector<double> spread, error;
};

/// Every initial state is observed with a normal error of `perturbation` deviations; members scatter
/// about the observation as much as the truth does. Collective.
EnsembleSkill measure_ensembles(const Context& context, const Setup& setup,
                                const ReferenceRun& reference, const Stepper& stepper);

}  // namespace farstep
