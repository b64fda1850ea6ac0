// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The ensemble as kernels see it: layout [tile][component][lane], and what happened to each
// trajectory.
#pragma once

#include <farstep/backend.hpp>
#include <farstep/numerics/pack_memory.hpp>
#include <farstep/numerics/vector.hpp>

#include <cstdint>

namespace farstep {

/// What became of a trajectory. Stored in files as these numbers.
enum class TrajectoryStatus : std::int8_t {
    running = 0,
    non_finite = 1,
    out_of_bounds = 2,
    step_limit = 3,  ///< an adaptive scheme would have needed too many steps, or too short ones
    left_training_box = 4
};

using DeviceMemory = Device::memory_space;
using StateView = Kokkos::View<double***, Kokkos::LayoutRight, DeviceMemory>;
using StatusView = Kokkos::View<std::int8_t**, Kokkos::LayoutRight, DeviceMemory>;
using StepView = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;
using ValueView = Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory>;

/// Device data of the trajectories that one rank holds at a time.
struct EnsembleView {
    StateView state;         ///< [tile][component][lane]
    StateView parameters;    ///< [tile][parameter][lane], not prepared; one tile serves all
    StatusView status;       ///< [tile][lane], a TrajectoryStatus
    StepView failure_step;   ///< [tile][lane], number of the step after which it failed
    StepView steps_outside;  ///< [tile][lane], steps begun outside the box of a guard
};

/// What an adaptive scheme keeps of each trajectory between launches.
struct AdaptiveRecord {
    ValueView step_size;  ///< [tile][lane], to try next [time]
    StepView steps;       ///< [tile][lane], taken so far, rejected ones included
};

/// Where a work item of W lanes finds its trajectories: CPUs take neighbouring lanes, GPUs
/// neighbouring threads take neighbouring lanes.
template <int W>
struct LaneSlice {
    static constexpr int items_per_tile = tile_width / W;
    static constexpr int stride = native_lanes<double> > 1 ? 1 : items_per_tile;

    std::int64_t tile;
    int first;

    KOKKOS_FORCEINLINE_FUNCTION explicit LaneSlice(std::int64_t item)
        : tile(item / items_per_tile),
          first(int(item % items_per_tile) * (stride == 1 ? W : 1)) {}

    KOKKOS_FORCEINLINE_FUNCTION int lane(int i) const { return first + i * stride; }
};

template <class Real, int d>
KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> load_state(
    const StateView& state, const LaneSlice<lanes_of<Real>>& slice) {
    Vector<Real, d> u;
    const double* const tile = &state(slice.tile, 0, 0);
    unrolled<d>([&](auto c) FARSTEP_INLINE {
        u[c] = load<Real>(tile + c * tile_width + slice.first, slice.stride);
    });
    return u;
}

template <class Real, int d>
KOKKOS_FORCEINLINE_FUNCTION void store_state(const StateView& state,
                                             const LaneSlice<lanes_of<Real>>& slice,
                                             const Vector<Real, d>& u) {
    double* const tile = &state(slice.tile, 0, 0);
    unrolled<d>([&](auto c) FARSTEP_INLINE {
        store(tile + c * tile_width + slice.first, slice.stride, u[c]);
    });
}

}  // namespace farstep
