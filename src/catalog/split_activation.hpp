// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Rewrites a rational activation into its split form, the cheaper one to evaluate, where its
// coefficients allow it.
#pragma once

#include "catalog/deployed_network.hpp"

namespace farstep {

/// σ(z) = slope·y + offset + (k1 y + k0)/(1 + y²) with y = (z + shift)/scale: y goes into the first
/// layer, the affine part of all units into the linear map and the bias. Returns the activation that
/// kernels evaluate, and leaves its coefficients in the network. Others stay as they are.
Activation split_activation(DeployedNetwork& network);

}  // namespace farstep
