// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Start and end of MPI, and the report of what escapes from the program.

#include "parallel/mpi_session.hpp"

#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "parallel/agree.hpp"

namespace farstep {
namespace {

constexpr double patience_s = 10;  // for other ranks to fail as well, before all are ended

void report(std::string message) {
    while (!message.empty() && message.back() == '\n') {
        message.pop_back();
    }
    std::fflush(stdout);
    fmt::print(stderr, "farstep: error: {}\n", message);
    std::fflush(stderr);
}

int end_after(const Communicator& world, const Failure& failure) {
    if (world.all_arrive_within(patience_s)) {
        if (world.is_root()) {
            report(failure.message);
        }
        return failure.exit_code;
    }
    report(fmt::format("rank {} of {}: {}", world.rank(), world.size(), failure.message));
    MPI_Abort(world.handle(), failure.exit_code);
    return failure.exit_code;
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv)
    : m_exceptions_at_start(std::uncaught_exceptions()) {
    int started = 0;
    MPI_Initialized(&started);
    if (started == 0) {
        int provided = MPI_THREAD_SINGLE;
        MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
        m_owner = true;
        if (provided < MPI_THREAD_FUNNELED) {
            MPI_Finalize();
            throw EnvironmentError(
                "this MPI allows no threads beside it; use one built with MPI_THREAD_FUNNELED");
        }
    }
    m_world = Communicator(MPI_COMM_WORLD);
}

MpiSession::~MpiSession() {
    if (std::uncaught_exceptions() > m_exceptions_at_start && m_world.size() > 1) {
        report(fmt::format("rank {} of {} ends in an exception; ending all ranks", m_world.rank(),
                           m_world.size()));
        MPI_Abort(m_world.handle(), exit_usage);
    }
    if (m_owner) {
        MPI_Finalize();
    }
}

int MpiSession::guard(const std::function<int()>& program) const {
    try {
        return program();
    } catch (...) {
        return end_after(m_world, describe_current_exception());
    }
}

}  // namespace farstep
