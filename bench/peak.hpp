// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The most multiply-adds a core can do: what kernels are compared with.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep::bench {

inline constexpr int peak_chains = 12;
inline constexpr long peak_rounds = 500'000;

/// Operations of multiply_add: a multiply-add counts as two.
template <class T>
inline constexpr double multiply_add_operations =
    2.0 * peak_chains * double(peak_rounds) * native_lanes<T>;

/// Nothing between multiply-adds.
struct MultiplyAddsAlone {
    template <class Chunk>
    void operator()(const Chunk&) const {}
};

/// Where chains start: at nothing that a compiler could know. If it finds one at the fixed point, 1, it
/// leaves that chain out, and the peak is too high by 12/11.
template <class T>
T start_of_chains() {
    const volatile T start = T(1.5);
    return start;
}

/// Multiply-adds of whole vectors in twelve independent chains: as many as hide their latency.
/// `other` is called once for every twelve, with a vector.
template <class T, class Other = MultiplyAddsAlone>
[[gnu::noinline]] void multiply_add(const Other& other = {}) {
    using Chunk = typename Pack<T, native_lanes<T>>::Chunk;
    Vector<Chunk, peak_chains> sums;
    const T start = start_of_chains<T>();
    for (int i = 0; i < peak_chains; ++i) sums[i] = start + T(1e-3 * i) - Chunk{};
    const Chunk factor = T(0.999999) - Chunk{}, addend = T(1e-6) - Chunk{};
    for (long r = 0; r < peak_rounds; ++r) {
        unrolled<peak_chains>([&](auto i) FARSTEP_INLINE { sums[i] = sums[i] * factor + addend; });
        other(factor);
    }
    // Whoever looks at the results keeps the compiler from leaving the loop out.
    unrolled<peak_chains>([&](auto i) FARSTEP_INLINE { asm volatile("" ::"v"(sums[i])); });
}

}  // namespace farstep::bench
