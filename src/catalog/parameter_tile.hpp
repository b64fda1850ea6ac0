// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// One set of system parameters for all trajectories, where kernels look for them.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <vector>

namespace farstep {

/// One tile [1][parameter][lane] that serves all tiles of an ensemble. `values` are as SystemInfo
/// lists them.
inline StateView parameter_tile(const std::vector<double>& values) {
    const StateView tile("farstep::parameters", 1, values.size(), tile_width);
    const auto host = Kokkos::create_mirror_view(tile);
    for (std::size_t p = 0; p < values.size(); ++p) {
        for (int lane = 0; lane < tile_width; ++lane) host(0, p, lane) = values[p];
    }
    Kokkos::deep_copy(tile, host);
    return tile;
}

}  // namespace farstep
