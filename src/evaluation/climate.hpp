// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The climate of a system: how often long runs visit which states.
#pragma once

#include "evaluation/rollout_error.hpp"

namespace farstep {

/// Counts in equal bins, one row a component or one for all of them; states beyond the range count
/// in the first and the last bin.
struct Histogram {
    std::vector<Bins> range;                        ///< [row]
    std::vector<std::vector<std::int64_t>> counts;  ///< [row][bin]
};

/// How far two histograms are apart; the largest of all rows.
struct ClimateDistance {
    double kolmogorov_smirnov = 0;  ///< largest difference of the distribution functions
    double hellinger = 0;           ///< √(1 − Σ√(pq)) over a hundred bins
};

ClimateDistance distance(const Histogram& a, const Histogram& b);

/// The climate of the truth, and how far others are from it.
struct Climate {
    Histogram truth;
    ClimateDistance floor;  ///< of a second, independent run of the truth: what sampling leaves
    std::vector<Histogram> others;
    std::vector<ClimateDistance> distances;  ///< of the others
};

/// Long runs of the reference, twice, and of every stepper. Collective.
Climate measure_climate(const Context& context, const Setup& setup, const ReferenceRun& reference,
                        const std::vector<const Stepper*>& steppers);

}  // namespace farstep
