// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// How far an ensemble is on its way from output time to output time.

#pragma once

#include "checkpoint/saved_state.hpp"
#include "io/input_file.hpp"
#include "parallel/partition.hpp"

namespace farstep {

/// Output number `output` comes next, and so many steps of the way to it are taken.
struct Position {
    Range chunk;  ///< the trajectories under way, of all ranks together
    std::int64_t output = 0, steps = 0;

    Position next() const { return {chunk, output + 1, 0}; }
};

void save(SavedState& state, const Position& at);

/// Throws EnvironmentError if there is none, or one that cannot be.
Position load_position(const InputFile& saved);

}  // namespace farstep
