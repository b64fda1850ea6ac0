// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A program whose last rank fails without telling the others, which wait for it: the session must
// end all ranks, with the failing rank's message. With the argument "all", every rank fails.

#include <string_view>

#include "error.hpp"
#include "parallel/mpi_session.hpp"

int main(int argc, char** argv) {
    const farstep::MpiSession mpi(argc, argv);
    const farstep::Communicator world = mpi.world();
    const bool all = argc > 1 && std::string_view(argv[1]) == "all";
    return mpi.guard([&]() -> int {
        if (all || world.rank() == world.size() - 1) {
            throw farstep::EnvironmentError("the device is gone; ask for another node");
        }
        world.barrier();
        return 0;
    });
}
