// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What an approximator sees of a step; apart from the kernels, since decks name it too.
#pragma once

namespace farstep {

/// û, Ŝ = S/Δt, S itself, or û and Ŝ.
enum class ApproximatorInput { state, slope, increment, both };

}  // namespace farstep
