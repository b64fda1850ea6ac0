// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Progress of a long stage, told by rank 0 of its own share: a bar with rate and remaining time
// on a terminal, else plain lines at the start, every so often, and at the end.

#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "clock.hpp"
#include "parallel/communicator.hpp"

namespace farstep {

struct ProgressOptions {
    bool quiet = false;
    double line_every_s = 10;  // between plain lines
    std::FILE* stream = stderr;
    std::optional<bool> on_terminal = {};  // asks the stream if not given
};

/// How far a stage has come.
struct ProgressState {
    std::int64_t done = 0;
    std::int64_t total = 0;
    double elapsed_s = 0;
};

/// For people: "45 %, 1.2e+06 steps/s, 2 min 05 s left".
std::string describe_progress(const ProgressState& state, const std::string& unit);
/// For people: "0.4 s", "12 s", "2 min 05 s", "3 h 20 min".
std::string describe_duration(double seconds);

class Progress {
public:
    /// `unit` is a plural: "steps", "epochs". A total of 0 or less means unknown.
    Progress(const Communicator& comm, std::string label, std::int64_t total, std::string unit,
             ProgressOptions options = {});
    /// Leaves the cursor on a fresh line if the stage ended early.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Cheap: prints at most ten times a second on a terminal.
    void update(std::int64_t done);
    void advance(std::int64_t more) { update(m_state.done + more); }
    /// Prints the last line: what was done, in which time.
    void finish();

private:
    void print_bar() const;
    void print_line(const std::string& text) const;

    std::string m_label;
    std::string m_unit;
    ProgressOptions m_options;
    ProgressState m_state;
    bool m_active;  // has somebody to tell, and is not finished
    bool m_on_terminal;
    bool m_bar_drawn = false;
    Clock::time_point m_start;
    Clock::time_point m_last_print;
};

}  // namespace farstep
