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
StateView parameter_tile(const std::vector<double>& values);

}  // namespace farstep
