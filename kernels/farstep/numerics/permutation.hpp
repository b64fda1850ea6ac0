// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A random order of 0 … n − 1 of which any element, and any element's position, can be computed on its
// own: every rank knows without communication which minibatches its samples are in.
#pragma once

#include <farstep/numerics/random.hpp>

#include <cstdint>

namespace farstep {

/// Permutation number `number` of 0 … n − 1. A Feistel network of four rounds, with Philox as round
/// function, permutes the next power of two; positions that leave the range, at most every other one,
/// walk on until they are back in it (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
/// From about a hundred elements on, pairs of places are as even as chance has them.
class Permutation {
public:
    KOKKOS_INLINE_FUNCTION Permutation(std::uint64_t seed, RandomPurpose purpose,
                                       std::uint32_t number, std::int64_t n)
        : m_size(std::uint64_t(n)) {
        int bits = 2;
        while ((std::int64_t(1) << bits) < n) ++bits;
        m_low_bits = bits / 2;
        m_low_mask = (std::uint64_t(1) << m_low_bits) - 1;
        m_high_mask = (std::uint64_t(1) << (bits - m_low_bits)) - 1;
        const r123::Philox4x32::ctr_type counter{{number, std::uint32_t(purpose), 0, 0}};
        const r123::Philox4x32::key_type key{{std::uint32_t(seed), std::uint32_t(seed >> 32)}};
        r123::Philox4x32 philox;
        m_keys = philox(counter, key);
    }

    /// The element at a position of [0, n).
    KOKKOS_INLINE_FUNCTION std::int64_t operator()(std::int64_t position) const {
        return walk(position, 0, 1);
    }

    /// The position of an element of [0, n).
    KOKKOS_INLINE_FUNCTION std::int64_t position_of(std::int64_t element) const {
        return walk(element, rounds - 1, -1);
    }

private:
    static constexpr int rounds = 4;

    /// Through the rounds, forwards or backwards, until in range.
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t walk(std::int64_t from, int first, int direction) const {
        std::uint64_t x = std::uint64_t(from);
        do {
            std::uint64_t high = x >> m_low_bits, low = x & m_low_mask;
            for (int k = 0; k < rounds; ++k) {
                const int round = first + k * direction;
                if (round % 2 == 0) {
                    high ^= mixed(low, unsigned(round)) & m_high_mask;
                } else {
                    low ^= mixed(high, unsigned(round)) & m_low_mask;
                }
            }
            x = high << m_low_bits | low;
        } while (x >= m_size);
        return std::int64_t(x);
    }

    /// Seven rounds of Philox pass all tests of randomness that ten do (Salmon et al., "Parallel random
    /// numbers: as easy as 1, 2, 3", 2011).
    using RoundFunction = r123::Philox2x32_R<7>;

    KOKKOS_FORCEINLINE_FUNCTION std::uint64_t mixed(std::uint64_t half, unsigned round) const {
        RoundFunction philox;
        return philox({{std::uint32_t(half), round}}, {{m_keys[round]}})[0];
    }

    std::uint64_t m_size, m_low_mask, m_high_mask;
    int m_low_bits;
    r123::Philox4x32::ctr_type m_keys;  ///< one for each round of the network
};

}  // namespace farstep
