// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Packs to and from memory, which holds doubles whatever the precision, and between precisions.
#pragma once

#include <farstep/numerics/pack.hpp>

#include <cstring>
#include <type_traits>

namespace farstep {

namespace detail {

// Lanes are moved in runs of the shorter vector, so that compilers see one conversion per run.
template <class To, class From, int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<To, W> convert_lanes(const Pack<From, W>& from) {
    Pack<To, W> to;
#if !defined(__CUDACC__) && !defined(__HIPCC__)
    constexpr int run = native_lanes<To> < native_lanes<From> ? native_lanes<To> : native_lanes<From>;
    using FromRun = typename NativeVector<From, run * int(sizeof(From))>::type;
    using ToRun = typename NativeVector<To, run * int(sizeof(To))>::type;
    const char* source = reinterpret_cast<const char*>(&from);
    char* target = reinterpret_cast<char*>(&to);
    for (int r = 0; r < W / run; ++r) {
        FromRun piece;
        std::memcpy(&piece, source + r * int(sizeof(piece)), sizeof(piece));
        const ToRun converted = __builtin_convertvector(piece, ToRun);
        std::memcpy(target + r * int(sizeof(converted)), &converted, sizeof(converted));
    }
#else
    for (int i = 0; i < W; ++i) to.chunks[i] = static_cast<To>(from.chunks[i]);
#endif
    return to;
}

}  // namespace detail

/// Converts to another precision, lane by lane.
template <class To, class From>
KOKKOS_FORCEINLINE_FUNCTION To convert(const From& from) {
    if constexpr (std::is_same_v<To, From>) {
        return from;
    } else if constexpr (lanes_of<From> == 1) {
        return static_cast<To>(from);
    } else {
        return detail::convert_lanes<ScalarOf<To>>(from);
    }
}

namespace detail {

// Compilers expand a memcpy of 64 bytes to two of 32 by way of the stack, whose 64-byte read then
// waits for both to retire: a dozen cycles for every load. Accesses of the vector's own width do not.
#if defined(__CUDACC__) || defined(__HIPCC__)
KOKKOS_FORCEINLINE_FUNCTION double load_chunk(const double* memory) { return *memory; }
KOKKOS_FORCEINLINE_FUNCTION void store_chunk(double* memory, double chunk) { *memory = chunk; }
#else
using DoubleChunk = NativeVector<double, native_vector_bytes>::type;
typedef double UnalignedChunk
    __attribute__((vector_size(native_vector_bytes), aligned(sizeof(double)), may_alias));

KOKKOS_FORCEINLINE_FUNCTION DoubleChunk load_chunk(const double* memory) {
    return *reinterpret_cast<const UnalignedChunk*>(memory);
}
KOKKOS_FORCEINLINE_FUNCTION void store_chunk(double* memory, const DoubleChunk& chunk) {
    *reinterpret_cast<UnalignedChunk*>(memory) = chunk;
}
#endif

}  // namespace detail

/// Loads the lanes of one work item from double memory; `stride` is 1 on CPUs.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real load(const double* memory, int stride) {
    if constexpr (lanes_of<Real> == 1) {
        return static_cast<Real>(memory[0]);
    } else if constexpr (native_lanes<double> > 1) {
        Pack<double, lanes_of<Real>> pack;
        for (int c = 0; c < pack.count; ++c) {
            pack.chunks[c] = detail::load_chunk(memory + c * native_lanes<double>);
        }
        return convert<Real>(pack);
    } else {
        Real pack;
        for (int i = 0; i < lanes_of<Real>; ++i) {
            pack.set_lane(i, static_cast<ScalarOf<Real>>(memory[i * stride]));
        }
        return pack;
    }
}

/// Stores the lanes of one work item to double memory.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION void store(double* memory, int stride, const Real& value) {
    if constexpr (lanes_of<Real> == 1) {
        memory[0] = static_cast<double>(value);
    } else if constexpr (native_lanes<double> > 1) {
        const auto pack = convert<Pack<double, lanes_of<Real>>>(value);
        for (int c = 0; c < pack.count; ++c) {
            detail::store_chunk(memory + c * native_lanes<double>, pack.chunks[c]);
        }
    } else {
        for (int i = 0; i < lanes_of<Real>; ++i) {
            memory[i * stride] = static_cast<double>(value.lane(i));
        }
    }
}

}  // namespace farstep
