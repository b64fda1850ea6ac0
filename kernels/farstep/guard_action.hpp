// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a corrected step does with a trajectory outside the box that its corrector was trained in.
#pragma once

#include <cstdint>

namespace farstep {

/// Nothing; count its steps there; take them by classical Runge–Kutta substeps; end it.
enum class GuardAction : std::int8_t { off, warn, plain, stop };

}  // namespace farstep
