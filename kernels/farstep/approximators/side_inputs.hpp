// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Inputs of an approximator beside its first: conditions, which are parameters of the system that
// stay the same along a trajectory, and then the slope, if the corrector sees state and slope.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

/// Most conditions of an approximator.
inline constexpr int largest_condition_count = 8;

/// An approximator that has none.
struct NoSideInputs {};

/// Values in the lanes of a work item, less their centres; at most `capacity`.
template <class Real, int capacity>
struct SideInputs {
    int count = 0;
    Vector<Real, capacity> values;
};

/// result[j] += Σe weights[e][j] · side input e, for `size` numbers an input.
template <int size, class Real, class Scalar, int capacity>
KOKKOS_FORCEINLINE_FUNCTION void add_side_inputs(const Scalar* weights,
                                                 const SideInputs<Real, capacity>& side,
                                                 Vector<Real, size>& result) {
    for (int e = 0; e < side.count; ++e) {
        const Real value = side.values[e];
        unrolled<size>([&](auto j) FARSTEP_INLINE { result[j] += weights[e * size + j] * value; });
    }
}

}  // namespace farstep
