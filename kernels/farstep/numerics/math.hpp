// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Elementary functions on scalars and packs, and on dual numbers and Taylor coefficients of either.
// On CPUs packs go through SLEEF where it is available (stated error at most 1.0 ULP), otherwise lane
// by lane through the C library.
#pragma once

#include <farstep/numerics/dual.hpp>
#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/taylor_coefficient.hpp>

#include <Kokkos_Core.hpp>
#include <cmath>

#if defined(FARSTEP_HAVE_SLEEF) && !defined(__CUDACC__) && !defined(__HIPCC__) && \
    defined(__x86_64__)
#define FARSTEP_USE_SLEEF
#include <sleef.h>
#endif

namespace farstep {

namespace math {

#if defined(KOKKOS_VERSION) && KOKKOS_VERSION >= 30700
namespace scalar = Kokkos;
#else
namespace scalar = Kokkos::Experimental;  // where Kokkos kept its math functions before 3.7
#endif

namespace detail {

template <class Chunk, class F>
inline Chunk each_lane(const Chunk& x, const F& f) {
    Chunk result;
    constexpr int lanes = int(sizeof(Chunk) / sizeof(x[0]));
    for (int i = 0; i < lanes; ++i) result[i] = f(x[i]);
    return result;
}

#if defined(FARSTEP_USE_SLEEF) && defined(__AVX512F__)
inline constexpr bool sleef_matches = true;
inline auto sleef_sin(const __m512d& x) { return Sleef_sind8_u10avx512f(x); }
inline auto sleef_sin(const __m512& x) { return Sleef_sinf16_u10avx512f(x); }
inline auto sleef_cos(const __m512d& x) { return Sleef_cosd8_u10avx512f(x); }
inline auto sleef_cos(const __m512& x) { return Sleef_cosf16_u10avx512f(x); }
inline auto sleef_sincos(const __m512d& x) { return Sleef_sincosd8_u10avx512f(x); }
inline auto sleef_sincos(const __m512& x) { return Sleef_sincosf16_u10avx512f(x); }
inline auto sleef_exp(const __m512d& x) { return Sleef_expd8_u10avx512f(x); }
inline auto sleef_exp(const __m512& x) { return Sleef_expf16_u10avx512f(x); }
inline auto sleef_tanh(const __m512d& x) { return Sleef_tanhd8_u10avx512f(x); }
inline auto sleef_tanh(const __m512& x) { return Sleef_tanhf16_u10avx512f(x); }
#elif defined(FARSTEP_USE_SLEEF) && defined(__AVX2__)
inline constexpr bool sleef_matches = true;
inline auto sleef_sin(const __m256d& x) { return Sleef_sind4_u10avx2(x); }
inline auto sleef_sin(const __m256& x) { return Sleef_sinf8_u10avx2(x); }
inline auto sleef_cos(const __m256d& x) { return Sleef_cosd4_u10avx2(x); }
inline auto sleef_cos(const __m256& x) { return Sleef_cosf8_u10avx2(x); }
inline auto sleef_sincos(const __m256d& x) { return Sleef_sincosd4_u10avx2(x); }
inline auto sleef_sincos(const __m256& x) { return Sleef_sincosf8_u10avx2(x); }
inline auto sleef_exp(const __m256d& x) { return Sleef_expd4_u10avx2(x); }
inline auto sleef_exp(const __m256& x) { return Sleef_expf8_u10avx2(x); }
inline auto sleef_tanh(const __m256d& x) { return Sleef_tanhd4_u10avx2(x); }
inline auto sleef_tanh(const __m256& x) { return Sleef_tanhf8_u10avx2(x); }
#else
inline constexpr bool sleef_matches = false;
template <class Chunk>
Chunk sleef_sin(const Chunk&);
template <class Chunk>
Chunk sleef_cos(const Chunk&);
template <class Chunk>
Chunk sleef_exp(const Chunk&);
template <class Chunk>
Chunk sleef_tanh(const Chunk&);
#endif

}  // namespace detail

KOKKOS_FORCEINLINE_FUNCTION double sin(double x) { return scalar::sin(x); }
KOKKOS_FORCEINLINE_FUNCTION float sin(float x) { return scalar::sin(x); }
KOKKOS_FORCEINLINE_FUNCTION double cos(double x) { return scalar::cos(x); }
KOKKOS_FORCEINLINE_FUNCTION float cos(float x) { return scalar::cos(x); }
KOKKOS_FORCEINLINE_FUNCTION double exp(double x) { return scalar::exp(x); }
KOKKOS_FORCEINLINE_FUNCTION float exp(float x) { return scalar::exp(x); }
KOKKOS_FORCEINLINE_FUNCTION double tanh(double x) { return scalar::tanh(x); }
KOKKOS_FORCEINLINE_FUNCTION float tanh(float x) { return scalar::tanh(x); }
KOKKOS_FORCEINLINE_FUNCTION double sqrt(double x) { return scalar::sqrt(x); }
KOKKOS_FORCEINLINE_FUNCTION double log(double x) { return scalar::log(x); }
KOKKOS_FORCEINLINE_FUNCTION double fabs(double x) { return scalar::fabs(x); }

namespace detail {

template <class Chunk>
KOKKOS_FORCEINLINE_FUNCTION Chunk chunk_sin(const Chunk& x) {
    if constexpr (std::is_arithmetic_v<Chunk>) {
        return math::sin(x);
    } else if constexpr (sleef_matches) {
        return sleef_sin(x);
    } else {
        return each_lane(x, [](auto v) FARSTEP_INLINE { return math::sin(v); });
    }
}

template <class Chunk>
KOKKOS_FORCEINLINE_FUNCTION Chunk chunk_cos(const Chunk& x) {
    if constexpr (std::is_arithmetic_v<Chunk>) {
        return math::cos(x);
    } else if constexpr (sleef_matches) {
        return sleef_cos(x);
    } else {
        return each_lane(x, [](auto v) FARSTEP_INLINE { return math::cos(v); });
    }
}

template <class Chunk>
KOKKOS_FORCEINLINE_FUNCTION Chunk chunk_exp(const Chunk& x) {
    if constexpr (std::is_arithmetic_v<Chunk>) {
        return math::exp(x);
    } else if constexpr (sleef_matches) {
        return sleef_exp(x);
    } else {
        return each_lane(x, [](auto v) FARSTEP_INLINE { return math::exp(v); });
    }
}

template <class Chunk>
KOKKOS_FORCEINLINE_FUNCTION Chunk chunk_tanh(const Chunk& x) {
    if constexpr (std::is_arithmetic_v<Chunk>) {
        return math::tanh(x);
    } else if constexpr (sleef_matches) {
        return sleef_tanh(x);
    } else {
        return each_lane(x, [](auto v) FARSTEP_INLINE { return math::tanh(v); });
    }
}

template <class Chunk>
KOKKOS_FORCEINLINE_FUNCTION void chunk_sincos(const Chunk& x, Chunk& sine, Chunk& cosine) {
#ifdef FARSTEP_USE_SLEEF
    if constexpr (sleef_matches) {
        const auto both = sleef_sincos(x);
        sine = both.x;
        cosine = both.y;
        return;
    }
#endif
    sine = chunk_sin(x);
    cosine = chunk_cos(x);
}

}  // namespace detail

template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<T, W> sin(const Pack<T, W>& x) {
    return Pack<T, W>::map([](const auto& c) FARSTEP_INLINE { return detail::chunk_sin(c); }, x);
}
template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<T, W> cos(const Pack<T, W>& x) {
    return Pack<T, W>::map([](const auto& c) FARSTEP_INLINE { return detail::chunk_cos(c); }, x);
}
template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<T, W> exp(const Pack<T, W>& x) {
    return Pack<T, W>::map([](const auto& c) FARSTEP_INLINE { return detail::chunk_exp(c); }, x);
}
template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<T, W> tanh(const Pack<T, W>& x) {
    return Pack<T, W>::map([](const auto& c) FARSTEP_INLINE { return detail::chunk_tanh(c); }, x);
}

/// Sine and cosine of the same angle [rad] at little more than the cost of one of them.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION void sincos(const Real& x, Real& sine, Real& cosine) {
    if constexpr (lanes_of<Real> == 1) {
        sine = math::sin(x);
        cosine = math::cos(x);
    } else {
        for (int c = 0; c < Real::count; ++c) {
            detail::chunk_sincos(x.chunks[c], sine.chunks[c], cosine.chunks[c]);
        }
    }
}

template <class Real>
KOKKOS_FORCEINLINE_FUNCTION void sincos(const Dual<Real>& x, Dual<Real>& sine, Dual<Real>& cosine) {
    Real s, c;
    math::sincos(x.value, s, c);
    sine = {s, c * x.derivative};
    cosine = {c, -(s * x.derivative)};
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Dual<Real> sin(const Dual<Real>& x) {
    return {math::sin(x.value), math::cos(x.value) * x.derivative};
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Dual<Real> cos(const Dual<Real>& x) {
    return {math::cos(x.value), -(math::sin(x.value) * x.derivative)};
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Dual<Real> exp(const Dual<Real>& x) {
    const Real power = math::exp(x.value);
    return {power, power * x.derivative};
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Dual<Real> tanh(const Dual<Real>& x) {
    const Real t = math::tanh(x.value);
    return {t, (1 - t * t) * x.derivative};
}

/// s = sin x, c = cos x: s' = c x', c' = −s x'.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION void sincos(const TaylorCoefficient<Real>& x,
                                        TaylorCoefficient<Real>& sine,
                                        TaylorCoefficient<Real>& cosine) {
    using Scalar = ScalarOf<Real>;
    if (x.is_constant()) {
        Real s, c;
        math::sincos(x.value(), s, c);
        sine = s;
        cosine = c;
        return;
    }
    auto* memory = x.memory();
    const int k = memory->order();
    Real *slope = memory->next_row(), *s = memory->next_row(), *c = memory->next_row();
    if (k == 0) {
        math::sincos(x.value(), s[0], c[0]);
    } else {
        slope[k] = Scalar(k) * x.value();
        s[k] = farstep::detail::integral_coefficient(slope, c, k);
        c[k] = -farstep::detail::integral_coefficient(slope, s, k);
    }
    sine = {s, memory};
    cosine = {c, memory};
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient<Real> sin(const TaylorCoefficient<Real>& x) {
    TaylorCoefficient<Real> sine, cosine;
    math::sincos(x, sine, cosine);
    return sine;
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient<Real> cos(const TaylorCoefficient<Real>& x) {
    TaylorCoefficient<Real> sine, cosine;
    math::sincos(x, sine, cosine);
    return cosine;
}
/// e = exp x: e' = e x'.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient<Real> exp(const TaylorCoefficient<Real>& x) {
    using Scalar = ScalarOf<Real>;
    if (x.is_constant()) return math::exp(x.value());
    auto* memory = x.memory();
    const int k = memory->order();
    Real *slope = memory->next_row(), *e = memory->next_row();
    slope[k] = Scalar(k) * x.value();
    e[k] = k == 0 ? math::exp(x.value()) : farstep::detail::integral_coefficient(slope, e, k);
    return {e, memory};
}
/// t = tanh x: t' = w x' with w = 1 − t².
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient<Real> tanh(const TaylorCoefficient<Real>& x) {
    using Scalar = ScalarOf<Real>;
    if (x.is_constant()) return math::tanh(x.value());
    auto* memory = x.memory();
    const int k = memory->order();
    Real *slope = memory->next_row(), *t = memory->next_row(), *w = memory->next_row();
    slope[k] = Scalar(k) * x.value();
    if (k == 0) {
        t[0] = math::tanh(x.value());
        w[0] = Scalar(1) - t[0] * t[0];
    } else {
        t[k] = farstep::detail::integral_coefficient(slope, w, k);
        w[k] = Scalar(-2) * (t[0] * t[k]) - farstep::detail::inner_convolution(t, t, k);
    }
    return {t, memory};
}

KOKKOS_INLINE_FUNCTION constexpr void sincos(TaylorRows x, TaylorRows& sine, TaylorRows& cosine) {
    sine = cosine = x.with(3);
}
KOKKOS_INLINE_FUNCTION constexpr TaylorRows sin(TaylorRows x) { return x.with(3); }
KOKKOS_INLINE_FUNCTION constexpr TaylorRows cos(TaylorRows x) { return x.with(3); }
KOKKOS_INLINE_FUNCTION constexpr TaylorRows exp(TaylorRows x) { return x.with(2); }
KOKKOS_INLINE_FUNCTION constexpr TaylorRows tanh(TaylorRows x) { return x.with(3); }

}  // namespace math

}  // namespace farstep
