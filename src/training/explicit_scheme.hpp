// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// An explicit scheme of fixed steps as numbers at run time, so that one code differentiates all.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace farstep {

/// A partitioned Runge–Kutta scheme of s stages, of which each half of the state has weights of its
/// own; those of a plain one are the same. For component c in half h:
///   Yi = u + Δt Σj<i a[h][i][j] kj,  ki = f(Yi),  S = Δt Σi b[h][i] ki.
/// Hairer, Lubich and Wanner, "Geometric Numerical Integration" (2006), section II.2.1.
struct ExplicitScheme {
    struct Half {
        std::vector<std::vector<double>> a;  ///< [stage][earlier stage]
        std::vector<double> b;               ///< [stage]
    };
    std::array<Half, 2> halves;

    int stages() const { return int(halves[0].b.size()); }
};

/// The scheme of that name, of no stages for `none`; nothing if it is not explicit.
std::optional<ExplicitScheme> explicit_scheme(const std::string& name);

}  // namespace farstep
