// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep: the command line. Start MPI and Kokkos, read the deck, run a stage, end.


#include "command_line.hpp"
#include "parallel/mpi_session.hpp"

int main(int argc, char** argv) {
    const farstep::MpiSession mpi(argc, argv);
    return mpi.guard([&] { return farstep::run_command_line(mpi.world(), argc, argv); });
}
