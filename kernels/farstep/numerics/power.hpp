// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A power to a few percent and a reciprocal to half a percent, each for a few cycles: enough for
// step-size control, where standard functions and divisions would cost as much as the slopes.
#pragma once

#include <farstep/numerics/pack.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace farstep {

namespace detail {

/// The bits of a floating-point number, read as an integer, are an affine function of its logarithm
/// to within 0.09 of an octave: bits ≈ (log2 x + bias) 2^mantissa. A power is an affine map of them.
template <class T>
struct FloatBits {
    using Integer = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    static constexpr int mantissa = std::numeric_limits<T>::digits - 1;
    static constexpr int bias = std::numeric_limits<T>::max_exponent - 1;
    static constexpr T one = T(bias) * T(Integer(1) << mantissa);  ///< the bits of 1
};

/// Numbers of a chunk: of a native vector, or the one of a scalar.
template <class Scalar, class Chunk>
KOKKOS_FORCEINLINE_FUNCTION Chunk chunk_power(const Chunk& x, Scalar exponent) {
    using Bits = FloatBits<Scalar>;
    Chunk result;
    if constexpr (std::is_arithmetic_v<Chunk>) {
        typename Bits::Integer bits;
        std::memcpy(&bits, &x, sizeof(bits));
        bits = typename Bits::Integer(exponent * Scalar(bits) + (1 - exponent) * Bits::one);
        std::memcpy(&result, &bits, sizeof(bits));
    } else {
#if !defined(__CUDACC__) && !defined(__HIPCC__)
        using Integers = typename NativeVector<Scalar, native_vector_bytes>::mask;
        const Integers bits = reinterpret_cast<Integers>(x);
        const Chunk power = exponent * __builtin_convertvector(bits, Chunk) +
                            (1 - exponent) * Bits::one;
        result = reinterpret_cast<Chunk>(__builtin_convertvector(power, Integers));
#endif
    }
    return result;
}

/// A first guess of 1/x: minus the logarithm of x. The constant makes its error, up to 5 percent,
/// the same on either side.
template <class Scalar, class Chunk>
KOKKOS_FORCEINLINE_FUNCTION Chunk chunk_reciprocal_guess(const Chunk& x) {
    using Integer = typename FloatBits<Scalar>::Integer;
    constexpr Integer minuend =
        sizeof(Scalar) == 8 ? Integer(0x7fde6238502484ba) : Integer(0x7ef311c3);
    Chunk result;
    if constexpr (std::is_arithmetic_v<Chunk>) {
        Integer bits;
        std::memcpy(&bits, &x, sizeof(bits));
        bits = minuend - bits;
        std::memcpy(&result, &bits, sizeof(bits));
    } else {
#if !defined(__CUDACC__) && !defined(__HIPCC__)
        using Integers = typename NativeVector<Scalar, native_vector_bytes>::mask;
        result = reinterpret_cast<Chunk>(minuend - reinterpret_cast<Integers>(x));
#endif
    }
    return result;
}

}  // namespace detail

/// 1/x within 0.3 percent for 1 <= x < 1e30; no sensible number if x is not finite.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real approximate_reciprocal(const Real& x) {
    using Scalar = ScalarOf<Real>;
    Real guess;
    if constexpr (lanes_of<Real> == 1) {
        guess = detail::chunk_reciprocal_guess<Scalar>(x);
    } else {
        guess = Real::map(
            [](const auto& chunk) FARSTEP_INLINE {
                return detail::chunk_reciprocal_guess<Scalar>(chunk);
            },
            x);
    }
    return guess * (Scalar(2) - x * guess);  // one step of Newton's iteration squares the error
}

/// x^exponent within 4 percent, for finite x >= 0 and −0.25 <= exponent <= 0; the power of 0 is
/// some large number.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real approximate_power(const Real& x, ScalarOf<Real> exponent) {
    // Uncorrected, the result is up to 7 percent too large and never too small.
    using Scalar = ScalarOf<Real>;
    if constexpr (lanes_of<Real> == 1) {
        return Scalar(0.965) * detail::chunk_power(x, exponent);
    } else {
        return Scalar(0.965) * Real::map(
                                   [exponent](const auto& chunk) FARSTEP_INLINE {
                                       return detail::chunk_power(chunk, exponent);
                                   },
                                   x);
    }
}

}  // namespace farstep
