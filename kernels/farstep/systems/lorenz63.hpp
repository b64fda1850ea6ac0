// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Lorenz 63: three equations, chaos, and the common benchmark of ensemble integrators.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/systems/system_info.hpp>

namespace farstep {

/// ẋ = σ(y − x), ẏ = x(ρ − z) − y, ż = xy − βz.
/// Lorenz, "Deterministic nonperiodic flow" (1963). No energy is conserved.
struct Lorenz63 {
    static constexpr int dimension = 3;
    static constexpr int parameter_count = 3;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto sigma = parameters[0], rho = parameters[1], beta = parameters[2];
        return {{sigma * (u[1] - u[0]), u[0] * (rho - u[2]) - u[1], u[0] * u[1] - beta * u[2]}};
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "lorenz63";
        info.title = "Lorenz 63 system";
        info.components = {{"x", "1", "convection"},
                           {"y", "1", "horizontal temperature difference"},
                           {"z", "1", "vertical temperature deviation"}};
        info.parameters = {{"sigma", 10, "1", "Prandtl number"},
                           {"rho", 28, "1", "relative Rayleigh number"},
                           {"beta", 8.0 / 3, "1", "aspect ratio"}};
        info.initial.components = {ComponentDistribution::uniform(-20, 20),
                                   ComponentDistribution::uniform(-25, 25),
                                   ComponentDistribution::uniform(0, 50)};
        info.initial_note = "a box around the attractor; no ensemble is published";
        info.published_step = 0.02;
        info.source = "Lorenz, Deterministic nonperiodic flow (1963); dimensionless";
        return info;
    }
};

}  // namespace farstep
