// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Inputs of an approximator beside the state that stay the same along a trajectory: parameters of
// the system that differ from trajectory to trajectory.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

/// Most conditions of an approximator.
inline constexpr int largest_condition_count = 8;

/// A corrector that has none.
struct NoConditions {};

/// Values of the conditions in the lanes of a work item, less their centres.
template <class Real>
struct Conditions {
    int count = 0;
    Vector<Real, largest_condition_count> values;
};

/// result[j] += Σe weights[e][j] · condition e, for `size` numbers a condition.
template <int size, class Real, class Scalar>
KOKKOS_FORCEINLINE_FUNCTION void add_conditions(const Scalar* weights,
                                                const Conditions<Real>& conditions,
                                                Vector<Real, size>& result) {
    for (int e = 0; e < conditions.count; ++e) {
        const Real value = conditions.values[e];
        unrolled<size>([&](auto j) FARSTEP_INLINE { result[j] += weights[e * size + j] * value; });
    }
}

}  // namespace farstep
