// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "catalog/parameter_tile.hpp"

namespace farstep {

StateView parameter_tile(const std::vector<double>& values) {
    const StateView tile("farstep::parameters", 1, values.size(), tile_width);
    const auto host = Kokkos::create_mirror_view(tile);
    for (std::size_t p = 0; p < values.size(); ++p) {
        for (int lane = 0; lane < tile_width; ++lane) host(0, p, lane) = values[p];
    }
    Kokkos::deep_copy(tile, host);
    return tile;
}

}  // namespace farstep
