// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The one place that knows how a target divides best: one by one, by Newton's iteration, or many
// numbers by the reciprocal of their product.
#pragma once

#include <farstep/numerics/math.hpp>
#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/processor.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

namespace math {

namespace detail {

#ifdef FARSTEP_USE_AVX512

// The forms with a mask of ones: g++ 12 warns of the others, whose source it takes for uninitialised.
// y of 14 bits, so that e = 1 − xy is below 2⁻¹⁴; 1/x = y/(1 − e) = y(1 + e)(1 + e²) + O(e⁴).
KOKKOS_FORCEINLINE_FUNCTION __m512d chunk_reciprocal(const __m512d& x) {
    const __m512d y = _mm512_maskz_rcp14_pd(0xFF, x);
    const __m512d e = 1.0 - x * y;
    const __m512d refined = y + e * y;
    return refined + (e * e) * refined;
}
KOKKOS_FORCEINLINE_FUNCTION __m512 chunk_reciprocal(const __m512& x) {
    const __m512 y = _mm512_maskz_rcp14_ps(0xFFFF, x);
    return y + (1.0F - x * y) * y;
}

// By halves. On a Zen 4 a division of 512 bits keeps multiply-adds waiting for the time of three, two of
// 256 bits for that of two; moving halves takes none. In float whole vectors are as fast.
KOKKOS_FORCEINLINE_FUNCTION __m512d chunk_reciprocal_by_halves(const __m512d& x) {
    const auto low = 1.0 / __builtin_shufflevector(x, x, 0, 1, 2, 3);
    const auto high = 1.0 / __builtin_shufflevector(x, x, 4, 5, 6, 7);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
KOKKOS_FORCEINLINE_FUNCTION __m512 chunk_reciprocal_by_halves(const __m512& x) { return 1.0F / x; }

#endif

}  // namespace detail

/// 1/x, within two units in the last place. Vector division keeps the divider of some cores busy for
/// 8 to 16 cycles; Newton's iteration from an approximation shares the multiply-add units instead.
/// The reciprocal of infinity is then not a number. `by_halves`: see most_divisions_by_halves.
template <bool by_halves = true, class T, int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<T, W> reciprocal(const Pack<T, W>& x) {
#ifdef FARSTEP_USE_AVX512
    if constexpr (!divides_quickly) {
        return Pack<T, W>::map(
            [](const auto& c) FARSTEP_INLINE { return detail::chunk_reciprocal(c); }, x);
    } else if constexpr (by_halves) {
        return Pack<T, W>::map(
            [](const auto& c) FARSTEP_INLINE { return detail::chunk_reciprocal_by_halves(c); }, x);
    }
#endif
    return T(1) / x;
}
template <bool by_halves = true>
KOKKOS_FORCEINLINE_FUNCTION double reciprocal(double x) {
    return 1 / x;
}
template <bool by_halves = true>
KOKKOS_FORCEINLINE_FUNCTION float reciprocal(float x) {
    return 1 / x;
}

}  // namespace math

/// Replaces `size` numbers by their inverses with one reciprocal, which takes as much time as 5 to 30
/// multiply-adds: that of the product of all, from which those of pairs follow, and of single numbers
/// from these. 3 (size − 1) multiplications in chains of 2 log2(size).
template <int size, bool by_halves = true, class Real>
KOKKOS_FORCEINLINE_FUNCTION void invert_together(Real* x) {
    if constexpr (size == 1) {
        x[0] = math::reciprocal<by_halves>(x[0]);
    } else {
        constexpr int pairs = size / 2;
        Vector<Real, size - pairs> products;
        unrolled<pairs>([&](auto i) FARSTEP_INLINE { products[i] = x[2 * i] * x[2 * i + 1]; });
        if constexpr (size % 2 != 0) products[pairs] = x[size - 1];
        invert_together<size - pairs, by_halves>(&products[0]);
        unrolled<pairs>([&](auto i) FARSTEP_INLINE {
            const Real first = x[2 * i];
            x[2 * i] = products[i] * x[2 * i + 1];
            x[2 * i + 1] = products[i] * first;
        });
        if constexpr (size % 2 != 0) x[size - 1] = products[pairs];
    }
}

/// Divisions of native vectors in a row that are better done by halves. More of them wait for the one
/// divider: the 12 of a block of a large layer took 1 to 2 % more time of the layer by halves.
inline constexpr int most_divisions_by_halves = 4;

/// Replaces every x by 1/x with one reciprocal per group of `group`.
template <int group, class Real, int N>
KOKKOS_FORCEINLINE_FUNCTION void invert_all(Vector<Real, N>& x) {
    static_assert(N % group == 0);
    constexpr int divisions = N / group * (lanes_of<Real> / native_lanes<ScalarOf<Real>>);
    constexpr bool by_halves = divisions <= most_divisions_by_halves;
    unrolled<N / group>(
        [&](auto g) FARSTEP_INLINE { invert_together<group, by_halves>(&x[g * group]); });
}

/// Numbers that share a reciprocal in a layer of so many. Products of 1 + y² stay finite up to |y| of 1e9 in float (two numbers)
/// and 1e38 in double (three or four); a state that far out is lost already.
template <class Scalar, int units>
inline constexpr int inversion_group = sizeof(Scalar) != 8 ? (divides_quickly ? 1 : 2)
                                       : divides_quickly   ? 2
                                       : units % 4 == 0    ? 4
                                                           : 3;

/// Replaces every numerator by its quotient; what becomes of the denominators is not said.
template <class Real, int N>
KOKKOS_FORCEINLINE_FUNCTION void divide_all(Vector<Real, N>& numerators,
                                            Vector<Real, N>& denominators) {
    if constexpr (divides_quickly) {
        unrolled<N>([&](auto i) FARSTEP_INLINE { numerators[i] = numerators[i] / denominators[i]; });
    } else {
        invert_all<inversion_group<ScalarOf<Real>, N>>(denominators);
        unrolled<N>([&](auto i) FARSTEP_INLINE { numerators[i] = numerators[i] * denominators[i]; });
    }
}

}  // namespace farstep
