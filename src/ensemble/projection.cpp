// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Copying the components that are kept.
#include "ensemble/projection.hpp"

#include <algorithm>

namespace farstep {

StateView project(const StateView& state, const std::vector<int>& components) {
    if (components.empty()) return state;
    const std::size_t d = components.size();
    const StateView result("farstep::projected", state.extent(0), d, tile_width);
    const Kokkos::View<int*, DeviceMemory> source("farstep::projection", d);
    const auto host = Kokkos::create_mirror_view(source);
    std::copy(components.begin(), components.end(), host.data());
    Kokkos::deep_copy(source, host);
    Kokkos::parallel_for(
        "farstep::project",
        Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(
            0, std::int64_t(state.extent(0)) * tile_width),
        KOKKOS_LAMBDA(const std::int64_t i) {
            const std::int64_t tile = i / tile_width, lane = i % tile_width;
            for (std::size_t c = 0; c < d; ++c) {
                result(tile, c, lane) = state(tile, std::size_t(source(c)), lane);
            }
        });
    return result;
}

}  // namespace farstep
