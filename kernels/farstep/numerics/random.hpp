// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Random numbers that depend on (seed, purpose, index, draw) alone, so that results depend neither
// on the number of ranks nor on the order of evaluation. Philox4x32-10 from Random123 (Salmon et
// al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
#pragma once

#include <farstep/numerics/math.hpp>

#include <Random123/philox.h>

#include <cstdint>

namespace farstep {

/// What a random number is for; different purposes never share a stream.
enum class RandomPurpose : std::uint32_t {
    initial_conditions = 1,
    hidden_weights = 2,
    sample_order = 3,
    validation_split = 4,
    system_parameters = 5,
    trajectory_parameters = 6,
    latin_hypercube = 7,
    perturbations = 8,
    thinning = 9,
};

/// Two independent numbers.
struct RandomPair {
    double first, second;
};

namespace detail {

KOKKOS_INLINE_FUNCTION double unit_interval(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (std::uint64_t(high) << 32 | low) >> 11;
    return double(bits) * (1.0 / 9007199254740992.0);  // 2^-53
}

}  // namespace detail

/// Two uniform numbers in [0, 1).
KOKKOS_INLINE_FUNCTION RandomPair uniform_pair(std::uint64_t seed, RandomPurpose purpose,
                                               std::uint64_t index, std::uint32_t draw) {
    const r123::Philox4x32::ctr_type counter{
        {std::uint32_t(index), std::uint32_t(index >> 32), std::uint32_t(purpose), draw}};
    const r123::Philox4x32::key_type key{{std::uint32_t(seed), std::uint32_t(seed >> 32)}};
    r123::Philox4x32 philox;
    const auto bits = philox(counter, key);
    return {detail::unit_interval(bits[0], bits[1]), detail::unit_interval(bits[2], bits[3])};
}

/// Two standard normal numbers (Box and Muller).
KOKKOS_INLINE_FUNCTION RandomPair normal_pair(std::uint64_t seed, RandomPurpose purpose,
                                              std::uint64_t index, std::uint32_t draw) {
    const RandomPair u = uniform_pair(seed, purpose, index, draw);
    const double radius = math::sqrt(-2.0 * math::log(1.0 - u.first));  // 1 - u lies in (0, 1]
    const double angle = 6.283185307179586476925 * u.second;
    return {radius * math::cos(angle), radius * math::sin(angle)};
}

}  // namespace farstep
