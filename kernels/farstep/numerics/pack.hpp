// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Pack<T, W>: W trajectories side by side, the number type that kernels compute with on CPUs.
// On GPUs a work item handles one trajectory and computes with plain scalars.
#pragma once

#include <farstep/numerics/inline.hpp>

#include <Kokkos_Macros.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#if defined(__AVX512F__) && !defined(__CUDACC__) && !defined(__HIPCC__)
#define FARSTEP_USE_AVX512
#include <immintrin.h>
#endif

namespace farstep {

#if defined(__CUDACC__) || defined(__HIPCC__)
// Native vector types do not exist in device passes, and host and device must agree on the layout.
inline constexpr int native_vector_bytes = 0;
#elif defined(__AVX512F__)
inline constexpr int native_vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int native_vector_bytes = 32;
#else
inline constexpr int native_vector_bytes = 16;
#endif

namespace detail {

template <class T, int bytes>
struct NativeVector {
    typedef T type __attribute__((vector_size(bytes)));
    typedef std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t> mask
        __attribute__((vector_size(bytes)));
    static constexpr int lanes = bytes / int(sizeof(T));
};

template <class T>
struct NativeVector<T, 0> {
    using type = T;
    using mask = bool;
    static constexpr int lanes = 1;
};

KOKKOS_FORCEINLINE_FUNCTION bool both(bool a, bool b) { return a && b; }
template <class Chunk>
KOKKOS_FORCEINLINE_FUNCTION Chunk both(const Chunk& a, const Chunk& b) {
    return a & b;
}

}  // namespace detail

/// Lanes of one native vector of T on this target (1 on GPUs).
template <class T>
inline constexpr int native_lanes = detail::NativeVector<T, native_vector_bytes>::lanes;

/// The result of comparing two packs, lane by lane.
template <class T, int W>
struct Mask {
    using Chunk = typename detail::NativeVector<T, native_vector_bytes>::mask;
    static constexpr int count = W / native_lanes<T>;
    Chunk chunks[count];

    KOKKOS_FORCEINLINE_FUNCTION bool lane(int i) const {
        if constexpr (native_lanes<T> == 1) {
            return chunks[i];
        } else {
            return chunks[i / native_lanes<T>][i % native_lanes<T>] != 0;
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION friend Mask operator&(const Mask& a, const Mask& b) {
        Mask result;
        for (int c = 0; c < count; ++c) result.chunks[c] = detail::both(a.chunks[c], b.chunks[c]);
        return result;
    }
};

/// W lanes of T, held in native vectors where the target has them. W is a multiple of
/// native_lanes<T>. All operations act lane by lane.
template <class T, int W>
struct Pack {
    using Scalar = T;
    using Chunk = typename detail::NativeVector<T, native_vector_bytes>::type;
    static constexpr int lanes = W;
    static constexpr int count = W / native_lanes<T>;
    static_assert(count * native_lanes<T> == W);

    Chunk chunks[count];

    Pack() = default;

    // Compilers copy aggregates of this size through memory, in pieces of their own choice; chunk by
    // chunk the copy stays in registers.
    KOKKOS_FORCEINLINE_FUNCTION Pack(const Pack& other) {
        copy_chunks(other.chunks, indices);
    }
    KOKKOS_FORCEINLINE_FUNCTION Pack& operator=(const Pack& other) {
        copy_chunks(other.chunks, indices);
        return *this;
    }

    /// Broadcasts a number to all lanes.
    template <class S, class = std::enable_if_t<std::is_arithmetic_v<S>>>
    KOKKOS_FORCEINLINE_FUNCTION explicit Pack(S value) {
        // x - 0 is x for every x, so this compiles to a plain broadcast (x + 0 would not).
        for (int c = 0; c < count; ++c) chunks[c] = static_cast<T>(value) - Chunk{};
    }

    KOKKOS_FORCEINLINE_FUNCTION T lane(int i) const {
        if constexpr (native_lanes<T> == 1) {
            return chunks[i];
        } else {
            return chunks[i / native_lanes<T>][i % native_lanes<T>];
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void set_lane(int i, T value) {
        if constexpr (native_lanes<T> == 1) {
            chunks[i] = value;
        } else {
            chunks[i / native_lanes<T>][i % native_lanes<T>] = value;
        }
    }

    /// Applies f to corresponding chunks of the given packs.
    template <class F, class... Packs>
    KOKKOS_FORCEINLINE_FUNCTION static Pack map(const F& f, const Packs&... packs) {
        return map_chunks(f, std::make_integer_sequence<int, count>{}, packs...);
    }

    // Written out as folds: every level of calls in these few functions is inlined a hundred
    // thousand times, and compilers take the time for it.
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator+(const Pack& a, const Pack& b) {
        return sum(a.chunks, b.chunks, indices);
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator-(const Pack& a, const Pack& b) {
        return difference(a.chunks, b.chunks, indices);
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator*(const Pack& a, const Pack& b) {
        return product(a.chunks, b.chunks, indices);
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator/(const Pack& a, const Pack& b) {
        return quotient(a.chunks, b.chunks, indices);
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator-(const Pack& a) {
        return negative(a.chunks, indices);
    }

    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator+(const Pack& a, T b) { return a + Pack(b); }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator+(T a, const Pack& b) { return Pack(a) + b; }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator-(const Pack& a, T b) { return a - Pack(b); }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator-(T a, const Pack& b) { return Pack(a) - b; }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator*(const Pack& a, T b) {
        return scaled(b - Chunk{}, a.chunks, indices);
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator*(T a, const Pack& b) {
        return scaled(a - Chunk{}, b.chunks, indices);
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator/(const Pack& a, T b) { return a / Pack(b); }
    KOKKOS_FORCEINLINE_FUNCTION friend Pack operator/(T a, const Pack& b) { return Pack(a) / b; }

    KOKKOS_FORCEINLINE_FUNCTION Pack& operator+=(const Pack& b) {
        add(b.chunks, indices);
        return *this;
    }
    KOKKOS_FORCEINLINE_FUNCTION Pack& operator-=(const Pack& b) { return *this = *this - b; }
    KOKKOS_FORCEINLINE_FUNCTION Pack& operator*=(const Pack& b) { return *this = *this * b; }

    KOKKOS_FORCEINLINE_FUNCTION friend Mask<T, W> operator<=(const Pack& a, const Pack& b) {
        Mask<T, W> mask;
        for (int c = 0; c < count; ++c) mask.chunks[c] = a.chunks[c] <= b.chunks[c];
        return mask;
    }

private:
    using Chunks = Chunk[count];
    static constexpr std::make_integer_sequence<int, count> indices{};

    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION void copy_chunks(const Chunks& other,
                                                 std::integer_sequence<int, c...>) {
        ((chunks[c] = other[c]), ...);
    }
    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION void add(const Chunks& b, std::integer_sequence<int, c...>) {
        ((chunks[c] += b[c]), ...);
    }
    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION static Pack sum(const Chunks& a, const Chunks& b,
                                                std::integer_sequence<int, c...>) {
        Pack result;
        ((result.chunks[c] = a[c] + b[c]), ...);
        return result;
    }
    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION static Pack difference(const Chunks& a, const Chunks& b,
                                                       std::integer_sequence<int, c...>) {
        Pack result;
        ((result.chunks[c] = a[c] - b[c]), ...);
        return result;
    }
    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION static Pack product(const Chunks& a, const Chunks& b,
                                                    std::integer_sequence<int, c...>) {
        Pack result;
        ((result.chunks[c] = a[c] * b[c]), ...);
        return result;
    }
    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION static Pack scaled(const Chunk& factor, const Chunks& a,
                                                   std::integer_sequence<int, c...>) {
        Pack result;
        ((result.chunks[c] = factor * a[c]), ...);
        return result;
    }
    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION static Pack quotient(const Chunks& a, const Chunks& b,
                                                     std::integer_sequence<int, c...>) {
        Pack result;
        ((result.chunks[c] = a[c] / b[c]), ...);
        return result;
    }
    template <int... c>
    KOKKOS_FORCEINLINE_FUNCTION static Pack negative(const Chunks& a,
                                                     std::integer_sequence<int, c...>) {
        Pack result;
        ((result.chunks[c] = -a[c]), ...);
        return result;
    }

    template <class F, int... c, class... Packs>
    KOKKOS_FORCEINLINE_FUNCTION static Pack map_chunks(const F& f,
                                                       std::integer_sequence<int, c...>,
                                                       const Packs&... packs) {
        Pack result;
        ((result.chunks[c] = chunk_of<c>(f, packs...)), ...);
        return result;
    }

    template <int c, class F, class... Packs>
    KOKKOS_FORCEINLINE_FUNCTION static Chunk chunk_of(const F& f, const Packs&... packs) {
        return f(packs.chunks[c]...);
    }
};

/// What a generic Real is made of: its scalar and its number of lanes.
template <class Real>
struct RealTraits {
    using Scalar = Real;
    static constexpr int lanes = 1;
};
template <class T, int W>
struct RealTraits<Pack<T, W>> {
    using Scalar = T;
    static constexpr int lanes = W;
};
template <class Real>
using ScalarOf = typename RealTraits<Real>::Scalar;
template <class Real>
inline constexpr int lanes_of = RealTraits<Real>::lanes;

/// W lanes of T: a pack, or the plain scalar when W is 1.
template <class T, int W>
using Lanes = std::conditional_t<W == 1, T, Pack<T, W>>;

KOKKOS_FORCEINLINE_FUNCTION double lane(double x, int) { return x; }
KOKKOS_FORCEINLINE_FUNCTION float lane(float x, int) { return x; }
template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION T lane(const Pack<T, W>& x, int i) {
    return x.lane(i);
}

KOKKOS_FORCEINLINE_FUNCTION void set_lane(double& x, int, double value) { x = value; }
KOKKOS_FORCEINLINE_FUNCTION void set_lane(float& x, int, float value) { x = value; }
template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION void set_lane(Pack<T, W>& x, int i, T value) {
    x.set_lane(i, value);
}

KOKKOS_FORCEINLINE_FUNCTION bool all_of(bool mask) { return mask; }
template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION bool all_of(const Mask<T, W>& mask) {
    auto all = mask.chunks[0];
    for (int c = 1; c < Mask<T, W>::count; ++c) all = detail::both(all, mask.chunks[c]);
#ifdef FARSTEP_USE_AVX512
    const auto bits = reinterpret_cast<__m512i>(all);
    if constexpr (sizeof(T) == 8) {
        return _mm512_test_epi64_mask(bits, bits) == 0xFF;
    } else {
        return _mm512_test_epi32_mask(bits, bits) == 0xFFFF;
    }
#else
    if constexpr (native_lanes<T> == 1) {
        return all;
    } else {
        // Whole 64-bit words halve the number of lanes to look at for float.
        constexpr int count = native_lanes<T> * static_cast<int>(sizeof(T)) / 8;
        std::int64_t words[count];
        std::memcpy(words, &all, sizeof(words));
        std::int64_t word = words[0];
        for (int i = 1; i < count; ++i) word &= words[i];
        return word == -1;
    }
#endif
}

/// Whether no lane is infinite or not a number; a sum of lanes that overflows says no as well. What
/// is not finite does not become 0 when it is subtracted from itself.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION bool all_finite(const Real& x) {
    if constexpr (lanes_of<Real> == 1) {
        return x - x == 0;
    } else {
        using Scalar = ScalarOf<Real>;
        auto sum = x.chunks[0];
        for (int c = 1; c < Real::count; ++c) sum += x.chunks[c];
        const auto zero = sum - sum;
#ifdef FARSTEP_USE_AVX512
        if constexpr (sizeof(Scalar) == 8) {
            return _mm512_cmp_pd_mask(zero, zero, _CMP_UNORD_Q) == 0;
        } else {
            return _mm512_cmp_ps_mask(zero, zero, _CMP_UNORD_Q) == 0;
        }
#else
        Mask<Scalar, native_lanes<Scalar>> finite;
        finite.chunks[0] = zero == Scalar(0);
        return all_of(finite);
#endif
    }
}

template <class Real, class S>
KOKKOS_FORCEINLINE_FUNCTION Real select(bool mask, const Real& a, const S& b) {
    return mask ? a : b;
}
template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<T, W> select(const Mask<T, W>& mask, const Pack<T, W>& a,
                                              const Pack<T, W>& b) {
    Pack<T, W> result;
    for (int c = 0; c < Pack<T, W>::count; ++c) {
        result.chunks[c] = mask.chunks[c] ? a.chunks[c] : b.chunks[c];
    }
    return result;
}

template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real larger(const Real& a, const Real& b) {
    return select(a <= b, b, a);
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real smaller(const Real& a, const Real& b) {
    return select(a <= b, a, b);
}
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real magnitude(const Real& x) {
    return larger(x, Real(-x));
}

namespace detail {

/// Sum of `count` chunks and of their lanes, upper half onto lower half each time.
template <class T, int bytes, int count>
KOKKOS_FORCEINLINE_FUNCTION T sum_by_halves(
    const typename NativeVector<T, bytes>::type (&chunks)[count]) {
    using Chunk = typename NativeVector<T, bytes>::type;
    if constexpr (count > 1) {
        Chunk sums[count / 2];
        for (int c = 0; c < count / 2; ++c) sums[c] = chunks[c] + chunks[c + count / 2];
        return sum_by_halves<T, bytes>(sums);
    } else if constexpr (bytes > 16) {
        typename NativeVector<T, bytes / 2>::type halves[2];
        std::memcpy(halves, chunks, sizeof(halves));
        return sum_by_halves<T, bytes / 2>(halves);
    } else if constexpr (bytes / sizeof(T) == 4) {
        return (chunks[0][0] + chunks[0][2]) + (chunks[0][1] + chunks[0][3]);
    } else if constexpr (bytes / sizeof(T) == 2) {
        return chunks[0][0] + chunks[0][1];
    } else {
        return chunks[0];
    }
}

}  // namespace detail

/// Sum over the lanes, by halves, so that the order does not depend on the target's vectors.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION ScalarOf<Real> horizontal_sum(const Real& x) {
    if constexpr (lanes_of<Real> == 1) {
        return x;
    } else {
        return detail::sum_by_halves<ScalarOf<Real>, native_vector_bytes>(x.chunks);
    }
}

}  // namespace farstep
