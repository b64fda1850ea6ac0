// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Small symmetric positive definite systems, solved in registers.
#pragma once

#include <farstep/numerics/vector.hpp>

namespace farstep {

/// Solves A x = b in place (b becomes x) by A = L D Lᵀ without pivoting, for A symmetric positive
/// definite; only the lower triangle of A is read, and it is overwritten. No square roots.
template <class Real, int N>
KOKKOS_FORCEINLINE_FUNCTION void solve_symmetric(Vector<Vector<Real, N>, N>& a,
                                                 Vector<Real, N>& b) {
    Vector<Real, N> inverse_diagonal;
    unrolled<N>([&](auto j) FARSTEP_INLINE {
        inverse_diagonal[j] = 1 / a[j][j];
        unrolled<N>([&](auto i) FARSTEP_INLINE {
            if (i > j) {
                const Real factor = a[i][j] * inverse_diagonal[j];
                b[i] -= factor * b[j];
                unrolled<N>([&](auto k) FARSTEP_INLINE {
                    if (k > j && k <= i) a[i][k] -= factor * a[k][j];
                });
            }
        });
    });
    unrolled<N>([&](auto reversed) FARSTEP_INLINE {
        const int i = N - 1 - reversed;
        b[i] *= inverse_diagonal[i];
        unrolled<N>([&](auto k) FARSTEP_INLINE {
            if (k < i) b[k] -= a[i][k] * b[i];
        });
    });
}

}  // namespace farstep
