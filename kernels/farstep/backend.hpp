// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The one place that knows how kernels are tiled on each backend: lanes a work item computes with,
// and how many hidden units it handles at once.
#pragma once

#include <farstep/numerics/pack.hpp>

namespace farstep {

using Device = Kokkos::DefaultExecutionSpace;

/// Trajectories per tile of the ensemble layout [tile][component][lane]; fixed, so that files and
/// host code do not depend on the backend. A warp's width on NVIDIA, several vectors on CPUs.
inline constexpr int tile_width = 32;

/// Lanes of a work item for a state of `dimension` components. Two native vectors share each
/// broadcast weight and hide the latency of the multiply-adds; larger states leave no registers
/// for a second vector, but still gain from sharing the broadcast.
template <class Scalar, int dimension>
inline constexpr int lanes_per_item = native_lanes<Scalar> == 1 ? 1 : (2) * native_lanes<Scalar>;

/// Hidden units evaluated together. More units amortise the passes over the accumulators of large
/// states; small states run out of registers first.
template <int dimension>
inline constexpr int units_per_block = dimension <= 8 ? 4 : 8;

}  // namespace farstep
