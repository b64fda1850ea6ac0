// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What state and network are computed in.
#pragma once

namespace farstep {

/// Mixed: state and solver in double, the network in float.
enum class Precision { Double, Float, Mixed };

}  // namespace farstep
