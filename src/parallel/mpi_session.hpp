// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// MPI from start to end of main, and the last line of defence: whatever escapes from the program
// becomes one message and an exit code, and leaves no rank waiting.

#pragma once

#include <functional>

#include "parallel/communicator.hpp"

namespace farstep {

class MpiSession {
public:
    /// Starts MPI for calls from the main thread, unless the caller has done so already.
    MpiSession(int& argc, char**& argv);
    /// Ends MPI; aborts all ranks if an exception passes through here.
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;

    Communicator world() const { return m_world; }

    /// Runs the program and returns its exit code. An exception on all ranks is reported once,
    /// by rank 0. One that other ranks know nothing of is reported by its rank, and ends all.
    int guard(const std::function<int()>& program) const;

private:
    bool m_owner = false;
    int m_exceptions_at_start;
    Communicator m_world;
};

}  // namespace farstep
