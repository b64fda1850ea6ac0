// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Small linear systems, solved in registers: symmetric positive definite ones, and any.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

/// Solves A x = b in place (b becomes x) by A = L D Lᵀ without pivoting, for A symmetric positive
/// definite; only the lower triangle of A is read, and it is overwritten. No square roots.
template <class Real, int N>
KOKKOS_FORCEINLINE_FUNCTION constexpr void solve_symmetric(Vector<Vector<Real, N>, N>& a,
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

namespace detail {

/// Exchanges two equations, from column `first` on, in the lanes where `lower` has the larger
/// coefficient there.
template <class Real, int N>
KOKKOS_FORCEINLINE_FUNCTION void pivot(int first, Vector<Real, N>& upper, Real& upper_b,
                                       Vector<Real, N>& lower, Real& lower_b) {
    const auto stays = magnitude(lower[first]) <= magnitude(upper[first]);
    const auto exchange = [&](Real& x, Real& y) FARSTEP_INLINE {
        const Real upper_one = select(stays, x, y);
        y = select(stays, y, x);
        x = upper_one;
    };
    for (int k = first; k < N; ++k) exchange(upper[k], lower[k]);
    exchange(upper_b, lower_b);
}

}  // namespace detail

/// Solves A x = b in place (b becomes x) by Gaussian elimination with partial pivoting, in each
/// lane on its own; A is overwritten. Where A is singular and rounding does not hide it, x is not
/// finite. Golub and Van Loan, "Matrix Computations" (2013), section 3.4. The loops are the
/// compiler's to unroll: written out for N = 8, they take more code than the first-level cache
/// holds.
template <class Real, int N>
KOKKOS_FORCEINLINE_FUNCTION void solve_general(Vector<Vector<Real, N>, N>& a, Vector<Real, N>& b) {
    for (int j = 0; j < N; ++j) {
        for (int i = j + 1; i < N; ++i) detail::pivot(j, a[j], b[j], a[i], b[i]);
        const Real inverse = 1 / a[j][j];
        for (int k = j + 1; k < N; ++k) a[j][k] *= inverse;
        b[j] *= inverse;
        for (int i = j + 1; i < N; ++i) {
            const Real factor = a[i][j];
            b[i] -= factor * b[j];
            for (int k = j + 1; k < N; ++k) a[i][k] -= factor * a[j][k];
        }
    }
    for (int j = N - 1; j > 0; --j) {
        for (int i = 0; i < j; ++i) b[i] -= a[i][j] * b[j];
    }
}

}  // namespace farstep
