// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Starting Kokkos, in the spelling of the version at hand.
#include "parallel/kokkos_session.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

namespace farstep {

namespace {

int default_threads(const Communicator& comm) {
    const int cores = int(std::max(1u, std::thread::hardware_concurrency()));
    return std::max(1, cores / ranks_on_node(comm));
}

int device_count() {
#if defined(KOKKOS_ENABLE_CUDA)
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
#elif defined(KOKKOS_ENABLE_HIP)
    int count = 0;
    return hipGetDeviceCount(&count) == hipSuccess ? count : 0;
#else
    return 0;
#endif
}

}  // namespace

KokkosSession::KokkosSession(const Communicator& comm, int threads) {
    // An empty hint keeps Kokkos from printing one about binding on every rank.
    setenv("OMP_PROC_BIND", "false", 0);
    const int chosen = threads > 0                   ? threads
                       : std::getenv("OMP_NUM_THREADS") ? -1
                                                        : default_threads(comm);
    const int devices = device_count();
    const int device = devices > 0 ? comm.local_rank() % devices : -1;
#if KOKKOS_VERSION >= 30700
    Kokkos::InitializationSettings settings;
    if (chosen > 0) settings.set_num_threads(chosen);
    if (device >= 0) settings.set_device_id(device);
    Kokkos::initialize(settings);
#else
    Kokkos::initialize(Kokkos::InitArguments(chosen, -1, device));
#endif
}

KokkosSession::~KokkosSession() { Kokkos::finalize(); }

int ranks_on_node(const Communicator& comm) {
    if (comm.size() == 1) return 1;
    MPI_Comm node = MPI_COMM_NULL;
    MPI_Comm_split_type(comm.handle(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &node);
    int size = 1;
    MPI_Comm_size(node, &size);
    MPI_Comm_free(&node);
    return size;
}

std::string backend_description() {
    const Kokkos::DefaultExecutionSpace space;
    const int concurrency = space.concurrency();
    return fmt::format("{}, {} thread{}", Kokkos::DefaultExecutionSpace::name(), concurrency,
                       concurrency == 1 ? "" : "s");
}

std::string kokkos_version() {
    return fmt::format("{}.{}.{}", KOKKOS_VERSION / 10000, KOKKOS_VERSION / 100 % 100,
                       KOKKOS_VERSION % 100);
}

}  // namespace farstep
