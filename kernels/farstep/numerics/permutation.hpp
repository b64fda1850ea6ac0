// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A random order of 0 … n − 1 of which any element can be computed on its own, so that every rank
// knows every minibatch without communication.
#pragma once

#include <farstep/numerics/random.hpp>

#include <cstdint>

namespace farstep {

/// Element `position` of permutation number `number` of 0 … n − 1. A Feistel network with Philox
/// as round function permutes the next power of four; positions that leave the range walk on until
/// they return to it (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
KOKKOS_INLINE_FUNCTION std::int64_t permuted(std::uint64_t seed, RandomPurpose purpose,
                                             std::uint32_t number, std::int64_t position,
                                             std::int64_t n) {
    int half_bits = 1;
    while ((std::int64_t(1) << (2 * half_bits)) < n) ++half_bits;
    const std::uint64_t mask = (std::uint64_t(1) << half_bits) - 1;
    std::uint64_t x = std::uint64_t(position);
    do {
        std::uint64_t left = x >> half_bits, right = x & mask;
        for (std::uint32_t round = 0; round < 4; ++round) {
            const r123::Philox4x32::ctr_type counter{
                {std::uint32_t(right), round, std::uint32_t(purpose), number}};
            const r123::Philox4x32::key_type key{
                {std::uint32_t(seed), std::uint32_t(seed >> 32)}};
            r123::Philox4x32 philox;
            const std::uint64_t mixed = (left ^ philox(counter, key)[0]) & mask;
            left = right;
            right = mixed;
        }
        x = left << half_bits | right;
    } while (x >= std::uint64_t(n));
    return std::int64_t(x);
}

}  // namespace farstep
