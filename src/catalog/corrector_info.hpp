// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What tells correctors apart: the inputs of their approximator and what becomes of its output.
#pragma once

#include <farstep/approximator_input.hpp>

#include <string>

namespace farstep {

/// A corrector of the catalog.
struct CorrectorInfo {
    std::string name, title;
    ApproximatorInput input = ApproximatorInput::state;  ///< unless a deck says otherwise
    bool multiplies = false;        ///< u' = u + S ⊙ (1 + Q) in place of u + (S + Q)
    double initial_factor = 1;      ///< of S before training, where the output multiplies
    bool scales_with_step = false;  ///< Q is multiplied by Δt^(order + 1)
};

}  // namespace farstep
