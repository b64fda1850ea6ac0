// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Vector<T, N>: a small array in registers, and the loop that keeps it there.
#pragma once

#include <farstep/numerics/inline.hpp>

#include <Kokkos_Macros.hpp>

#include <type_traits>
#include <utility>

namespace farstep {

/// N values of T; an aggregate that works in host and device code.
template <class T, int N>
struct Vector {
    static constexpr int size = N;
    T values[N > 0 ? N : 1];

    KOKKOS_FORCEINLINE_FUNCTION constexpr T& operator[](int i) { return values[i]; }
    KOKKOS_FORCEINLINE_FUNCTION constexpr const T& operator[](int i) const { return values[i]; }
};

namespace detail {

template <class F, int... i>
KOKKOS_FORCEINLINE_FUNCTION constexpr void expand(const F& f, std::integer_sequence<int, i...>) {
    (f(std::integral_constant<int, i>{}), ...);
}

}  // namespace detail

/// Longest loop that `unrolled` expands at compile time. Beyond it the arrays exceed the registers
/// anyway, and a rolled loop keeps code and compile time small.
inline constexpr int unroll_limit = 8;

/// Calls f(0), …, f(N − 1). Short loops are expanded with constant indices, so that arrays indexed
/// by them live in registers.
template <int N, class F>
KOKKOS_FORCEINLINE_FUNCTION constexpr void unrolled(const F& f) {
    if constexpr (N <= unroll_limit) {
        detail::expand(f, std::make_integer_sequence<int, N>{});
    } else {
        for (int i = 0; i < N; ++i) f(i);
    }
}

}  // namespace farstep
