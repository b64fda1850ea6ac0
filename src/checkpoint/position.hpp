// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// How far an ensemble is on its way from output time to output time.

#pragma once

#include "checkpoint/checkpoint.hpp"
#include "parallel/partition.hpp"

namespace farstep {

/// Output number `output` comes next, and so many steps of the way to it are taken.
struct Position {
    Range chunk;  ///< the trajectories under way, of all ranks together
    std::int64_t output = 0, steps = 0;

    Position next() const { return {chunk, output + 1, 0}; }
};

void save(SavedState& state, const Position& at);

/// The way of an ensemble: all its trajectories, and outputs 0, 1, …, so many steps apart.
struct Course {
    std::int64_t trajectories = 0, outputs = 0, interval = 0;
    bool in_chunks = false;  ///< some of the trajectories may be under way; else all are
};

/// Throws EnvironmentError if there is none, or one that is not on the way: safe points lie behind
/// output 0 and before the last one.
Position load_position(const Checkpoint& checkpoint, const Course& course);

}  // namespace farstep
