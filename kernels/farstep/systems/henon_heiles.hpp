// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Hénon–Heiles: a star in the plane of a galaxy; order and chaos in four dimensions.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/systems/system_info.hpp>

namespace farstep {

/// State (qx, qy, px, py), H = |p|²/2 + |q|²/2 + λ(qx² qy − qy³/3).
/// Hénon and Heiles, "The applicability of the third integral of motion" (1964).
struct HenonHeiles {
    static constexpr int dimension = 4;
    static constexpr int parameter_count = 1;
    static constexpr bool separable = true;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto lambda = parameters[0];
        const Real &qx = u[0], &qy = u[1];
        const Real two_lambda_qx = (2 * lambda) * qx;
        return {{u[2], u[3], -(qx + two_lambda_qx * qy), lambda * ((qy - qx) * (qy + qx)) - qy}};
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Real energy(const Vector<Real, dimension>& u,
                                                   const Parameters& parameters) {
        using Scalar = ScalarOf<Real>;
        const auto lambda = parameters[0];
        const Real &qx = u[0], &qy = u[1], &px = u[2], &py = u[3];
        return Scalar(0.5) * (px * px + py * py + qx * qx + qy * qy) +
               lambda * (qx * qx * qy - qy * qy * qy / Scalar(3));
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "henon_heiles";
        info.title = "Hénon–Heiles system";
        info.components = {{"qx", "1", "position x"},
                           {"qy", "1", "position y"},
                           {"px", "1", "momentum x"},
                           {"py", "1", "momentum y"}};
        info.parameters = {{"lambda", 1, "1", "strength of the cubic term"}};
        info.initial.components = {
            ComponentDistribution::uniform(-1, 1), ComponentDistribution::uniform(-0.5, 1),
            ComponentDistribution::uniform(-1, 1), ComponentDistribution::uniform(-1, 1)};
        info.initial.energy_low = 1.0 / 12;
        info.initial.energy_high = 1.0 / 6;
        info.initial_note =
            "uniform in a box, restricted to energies from 1/12 to 1/6 (the escape energy)";
        info.has_energy = true;
        info.energy_unit = "1";
        info.published_step = 0.5;
        info.source = "Huang et al., NeurVec, Scientific Reports 13:15254 (2023); dimensionless";
        return info;
    }
};

}  // namespace farstep
