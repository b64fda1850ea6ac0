// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The errors that end a run, each with the exit code that --help documents. Mistakes in a deck
// have their own type beside the deck reader; failed trajectories are data, not errors.

#pragma once

#include <stdexcept>

namespace farstep {

/// What the process returns to the shell.
enum ExitCode : int {
    exit_success = 0,
    exit_usage = 1,        // wrong command line, or a bug in Farstep
    exit_deck = 2,         // a mistake in the deck
    exit_environment = 3,  // files, disk, memory, MPI, GPU
    exit_trajectories = 4,  // more failed trajectories than the deck allows
    exit_stopped = 5        // stopped as asked; the same command goes on
};

/// Base of every error that Farstep reports in its own words.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
    virtual int exit_code() const noexcept { return exit_usage; }
};

/// The command line asks for something that does not exist.
class UsageError : public Error {
public:
    using Error::Error;
};

/// Something outside the program failed; the message says what to do about it.
class EnvironmentError : public Error {
public:
    using Error::Error;
    int exit_code() const noexcept override { return exit_environment; }
};

}  // namespace farstep
