// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What a run says on its standard output: rank 0 only, flushed at once so that a batch log is
// up to date.

#pragma once

#include <cstdio>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "parallel/communicator.hpp"

namespace farstep {

/// One line of text.
template <class... Args>
void say(const Communicator& comm, fmt::format_string<Args...> text, Args&&... args) {
    if (comm.is_root()) {
        fmt::print("{}\n", fmt::format(text, std::forward<Args>(args)...));
        std::fflush(stdout);
    }
}

/// Begins a stage: a line of its own after an empty one.
inline void heading(const Communicator& comm, std::string_view title) { say(comm, "\n{}", title); }

}  // namespace farstep
