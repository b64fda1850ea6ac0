// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/stop_request.hpp"

#include <csignal>

namespace farstep {
namespace {

volatile std::sig_atomic_t noted = 0;

extern "C" void note(int signal) { noted = signal; }

/// `once`: the next signal of this kind does what it does without us.
void note_signal(int signal, bool once) {
    struct sigaction action {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART | (once ? int(SA_RESETHAND) : 0);
    sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

void note_stop_signals() {
    note_signal(SIGTERM, false);
    note_signal(SIGINT, true);
    note_signal(SIGUSR1, false);
}

int noted_stop_signal() { return noted; }

std::string name_of_signal(int signal) {
    switch (signal) {
        case SIGTERM: return "SIGTERM";
        case SIGINT: return "SIGINT";
        case SIGUSR1: return "SIGUSR1";
        default: return "signal " + std::to_string(signal);
    }
}

}  // namespace farstep
