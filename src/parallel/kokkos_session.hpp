// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Kokkos from start to end of main: threads shared out among the ranks of a node, and each rank's
// device chosen by its place on the node.
#pragma once

#include <string>

#include "parallel/communicator.hpp"

namespace farstep {

class KokkosSession {
public:
    /// `threads` 0: OMP_NUM_THREADS if it is set, else the node's cores divided by its ranks.
    /// Collective.
    explicit KokkosSession(const Communicator& comm, int threads = 0);
    ~KokkosSession();
    KokkosSession(const KokkosSession&) = delete;
    KokkosSession& operator=(const KokkosSession&) = delete;
};

/// Ranks that share this rank's node. Collective.
int ranks_on_node(const Communicator& comm);

/// "OpenMP, 2 threads", for people.
std::string backend_description();

/// Version of Kokkos: "3.4.1".
std::string kokkos_version();

}  // namespace farstep
