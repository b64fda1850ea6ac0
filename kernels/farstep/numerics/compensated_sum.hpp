// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// CompensatedSum: a sum that carries its own rounding error, so that statistics do not depend on
// how an ensemble is split over lanes, threads and ranks.
#pragma once

#include <Kokkos_Macros.hpp>

namespace farstep {

/// Sum in twice the working precision: `high` holds the rounded sum, `low` what it lost.
/// TwoSum of Knuth ("The Art of Computer Programming", vol. 2); needs IEEE semantics, so Farstep is
/// never compiled with -fassociative-math.
struct CompensatedSum {
    double high = 0, low = 0;

    KOKKOS_FORCEINLINE_FUNCTION void add(double x) {
        const double sum = high + x;
        const double from_x = sum - high;
        low += (high - (sum - from_x)) + (x - from_x);
        high = sum;
    }

    KOKKOS_FORCEINLINE_FUNCTION CompensatedSum& operator+=(const CompensatedSum& other) {
        add(other.high);
        low += other.low;
        return *this;
    }

    KOKKOS_FORCEINLINE_FUNCTION double value() const { return high + low; }
};

}  // namespace farstep
