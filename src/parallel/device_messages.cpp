// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Asking MPI, where it can be asked.

#include "parallel/device_messages.hpp"

#include <cstdlib>
#include <string_view>

#include <mpi.h>
#include <Kokkos_Core.hpp>
#if defined(OPEN_MPI) && __has_include(<mpi-ext.h>)
#include <mpi-ext.h>
#endif

namespace farstep {
namespace {

constexpr bool is_host_memory =
    Kokkos::SpaceAccessibility<Kokkos::HostSpace,
                               Kokkos::DefaultExecutionSpace::memory_space>::accessible;

bool is_on(const char* variable) {
    const char* const value = std::getenv(variable);
    return value != nullptr && std::string_view(value) == "1";
}

bool library_says_so() {
#if defined(KOKKOS_ENABLE_CUDA) && defined(MPIX_CUDA_AWARE_SUPPORT)
    return MPIX_Query_cuda_support() == 1;
#elif defined(KOKKOS_ENABLE_HIP) && defined(MPIX_ROCM_AWARE_SUPPORT)
    return MPIX_Query_rocm_support() == 1;
#else
    return is_on("MPICH_GPU_SUPPORT_ENABLED") || is_on("MV2_USE_CUDA");
#endif
}

}  // namespace

bool mpi_takes_device_memory() {
    if (is_host_memory) {
        return true;
    }
    static const bool takes =
        std::getenv("FARSTEP_GPU_MPI") != nullptr ? is_on("FARSTEP_GPU_MPI") : library_says_so();
    return takes;
}

std::string messages_description() {
    if (is_host_memory) {
        return "of host memory";
    }
    return mpi_takes_device_memory() ? "of device memory, directly"
                                     : "of device memory, by way of the host";
}

}  // namespace farstep
