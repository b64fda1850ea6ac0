// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Signals that ask a run to stop: they are noted, and heeded at the next safe point.

#pragma once

#include <string>

namespace farstep {

/// From now on SIGTERM, SIGINT and SIGUSR1 are noted. A second SIGINT ends the process; a second
/// SIGTERM does not, since Slurm sends two at a time limit.
void note_stop_signals();

/// The last signal noted; 0 for none.
int noted_stop_signal();

/// "SIGUSR1"
std::string name_of_signal(int signal);

}  // namespace farstep
