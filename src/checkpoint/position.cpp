// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/position.hpp"

namespace farstep {

void save(SavedState& state, const Position& at) {
    state.attribute("chunk_begin", at.chunk.begin);
    state.attribute("chunk_end", at.chunk.end);
    state.attribute("output", at.output);
    state.attribute("steps", at.steps);
}

Position load_position(const Checkpoint& checkpoint, const Course& course) {
    const std::int64_t all = course.trajectories;
    const std::int64_t begin = checkpoint.integer("chunk_begin", 0, course.in_chunks ? all - 1 : 0);
    const std::int64_t end =
        checkpoint.integer("chunk_end", course.in_chunks ? begin + 1 : all, all);
    return {{begin, end},
            checkpoint.integer("output", 1, course.outputs - 1),
            checkpoint.integer("steps", 0, course.interval)};
}

}  // namespace farstep
