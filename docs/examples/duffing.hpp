// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The Duffing oscillator: the worked example of docs/adding-a-system.md. A test compiles it.
#pragma once

#include <farstep/numerics/vector.hpp>
#include <farstep/systems/system_info.hpp>

namespace farstep {

/// ẍ = −a x − b x³; state (x, v); energy v²/2 + a x²/2 + b x⁴/4.
struct Duffing {
    static constexpr int dimension = 2;
    static constexpr int parameter_count = 2;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto a = parameters[0], b = parameters[1];
        return {{u[1], -(a * u[0] + b * u[0] * u[0] * u[0])}};
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Real energy(const Vector<Real, dimension>& u,
                                                   const Parameters& parameters) {
        const auto a = parameters[0], b = parameters[1];
        const Real x2 = u[0] * u[0];
        return u[1] * u[1] / 2 + a / 2 * x2 + b / 4 * x2 * x2;
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "duffing";
        info.title = "Duffing oscillator";
        info.components = {{"x", "1", "displacement"}, {"v", "1", "velocity"}};
        info.parameters = {{"a", 1, "1", "linear stiffness"}, {"b", 1, "1", "cubic stiffness"}};
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
