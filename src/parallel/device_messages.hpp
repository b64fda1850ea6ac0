// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Whether MPI takes arrays where kernels keep them. One kind of message needs it: the gradient of
// each iteration of Adam. Sums of statistics and of the closed form are on the host when they are
// sent, and trajectories are never sent.

#pragma once

#include <string>

namespace farstep {

/// True if device memory is the host's, or if MPI says that it reads and writes the device's: Open
/// MPI by its extension, MPICH and MVAPICH by their variables MPICH_GPU_SUPPORT_ENABLED and
/// MV2_USE_CUDA. FARSTEP_GPU_MPI=0 or 1 overrides what MPI says. After MPI has started.
bool mpi_takes_device_memory();

/// For people: "of host memory", "of device memory, directly", "of device memory, by way of the
/// host".
std::string messages_description();

}  // namespace farstep
