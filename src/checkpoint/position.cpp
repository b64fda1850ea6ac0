// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/position.hpp"

#include <fmt/format.h>

#include "error.hpp"

namespace farstep {

void save(SavedState& state, const Position& at) {
    state.attribute("chunk_begin", at.chunk.begin);
    state.attribute("chunk_end", at.chunk.end);
    state.attribute("output", at.output);
    state.attribute("steps", at.steps);
}

Position load_position(const InputFile& saved) {
    const Position at{{saved.integer("/", "chunk_begin"), saved.integer("/", "chunk_end")},
                      saved.integer("/", "output"),
                      saved.integer("/", "steps")};
    const bool can_be =
        0 <= at.chunk.begin && at.chunk.begin <= at.chunk.end && at.output >= 0 && at.steps >= 0;
    if (can_be) return at;
    throw EnvironmentError(fmt::format("{}: does not hold what it should; --fresh begins anew",
                                       saved.name().string()));
}

}  // namespace farstep
