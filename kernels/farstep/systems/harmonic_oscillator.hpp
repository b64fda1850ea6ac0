// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Harmonic oscillator: the system whose exact solution everyone knows.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/systems/system_info.hpp>

namespace farstep {

/// q̇ = p/m, ṗ = −k q; state (q, p); energy p²/2m + k q²/2.
struct HarmonicOscillator {
    static constexpr int dimension = 2;
    static constexpr int parameter_count = 2;
    static constexpr bool separable = true;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto m = parameters[0], k = parameters[1];
        return {{u[1] / m, -(k * u[0])}};
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Real energy(const Vector<Real, dimension>& u,
                                                   const Parameters& parameters) {
        const auto m = parameters[0], k = parameters[1];
        return u[1] * u[1] / (2 * m) + k / 2 * u[0] * u[0];
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "harmonic_oscillator";
        info.title = "Harmonic oscillator";
        info.components = {{"q", "1", "position"}, {"p", "1", "momentum"}};
        info.parameters = {{"m", 1, "1", "mass"}, {"k", 1, "1", "stiffness"}};
        info.initial.components = {ComponentDistribution::uniform(-1, 1),
                                   ComponentDistribution::uniform(-1, 1)};
        info.has_energy = true;
        info.energy_unit = "1";
        info.published_step = 0.5;
        info.source = "textbook; dimensionless";
        return info;
    }
};

}  // namespace farstep
