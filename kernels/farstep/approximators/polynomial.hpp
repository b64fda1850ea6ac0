// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Monomials of several variables in a fixed order, each one multiplication away from a shorter one.
#pragma once

#include <farstep/numerics/inline.hpp>
#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

#include <cstdint>

namespace farstep {

/// Total degree beyond which polynomials are refused: they oscillate, and their monomials multiply.
inline constexpr int largest_degree = 6;

/// Monomials of total degree 2 … `degree` in `variables` variables; constant and linear terms are
/// kept apart, since every approximator has them.
constexpr std::int64_t monomial_count(int variables, int degree) {
    std::int64_t all = 1;  // binomial(variables + degree, degree), which stays whole on the way
    for (int k = 1; k <= degree; ++k) all = all * (variables + k) / k;
    return degree < 2 ? 0 : all - 1 - variables;
}

namespace detail {

/// Visits `product`·xi and all that extend it, for i ≥ first; `level` is the degree of these.
template <int level, int In, class Real, class Visit>
KOKKOS_FORCEINLINE_FUNCTION void extend_monomial(const Real& product, int first,
                                                 const Vector<Real, In>& x, int degree,
                                                 const Visit& visit) {
    FARSTEP_KEEP_LOOP
    for (int i = first; i < In; ++i) {
        const Real longer = product * x[i];
        visit(longer);
        if constexpr (level < largest_degree) {
            if (level < degree) extend_monomial<level + 1>(longer, i, x, degree, visit);
        }
    }
}

}  // namespace detail

/// Calls visit(value) for every monomial of degree 2 … `degree` of x. The order is depth first,
/// with variables in ascending order: x1², x1³, …, x1²x2, …
template <int In, class Real, class Visit>
KOKKOS_FORCEINLINE_FUNCTION void for_each_monomial(const Vector<Real, In>& x, int degree,
                                                   const Visit& visit) {
    if (degree < 2) return;
    FARSTEP_KEEP_LOOP
    for (int i = 0; i < In; ++i) detail::extend_monomial<2>(x[i], i, x, degree, visit);
}

/// result[j] += Σm coefficients[m][j] · monomial m of x: one multiplication for the monomial, one
/// multiply-add an output.
template <int In, int Out, class Real, class Scalar>
FARSTEP_LAYER_FUNCTION void add_polynomial(const Scalar* coefficients, int degree,
                                           const Vector<Real, In>& x, Vector<Real, Out>& result) {
    Vector<Real, Out> sum;
    unrolled<Out>([&](auto j) FARSTEP_INLINE { sum[j] = result[j]; });
    for_each_monomial(x, degree, [&](const Real& monomial) FARSTEP_INLINE {
        unrolled<Out>([&](auto j) FARSTEP_INLINE { sum[j] += coefficients[j] * monomial; });
        coefficients += Out;
    });
    unrolled<Out>([&](auto j) FARSTEP_INLINE { result[j] = sum[j]; });
}

}  // namespace farstep
