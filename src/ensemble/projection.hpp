// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// From the states of a richer system to those of the system it contains.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <vector>

namespace farstep {

/// result[tile][c][lane] = state[tile][components[c]][lane]; the state itself if `components` is
/// empty.
StateView project(const StateView& state, const std::vector<int>& components);

}  // namespace farstep
