// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Subcommands and options, and which function each of them calls.
#pragma once

#include "parallel/communicator.hpp"

namespace farstep {

/// Parses the arguments, runs the command, and returns the exit code that --help documents.
/// Collective.
int run_command_line(const Communicator& comm, int argc, char** argv);

}  // namespace farstep
