// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Elastic pendulum: a mass on a spring that swings.
#pragma once

#include <farstep/numerics/math.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/systems/system_info.hpp>

namespace farstep {

/// State (θ, r, θ̇, ṙ):
///   θ̈ = (−g sin θ − 2 θ̇ ṙ)/r,   r̈ = r θ̇² − (k/m)(r − l0) + g cos θ.
/// The publications print θ̇ṙ without the factor 2; only with it is the energy conserved.
struct ElasticPendulum {
    static constexpr int dimension = 4;
    static constexpr int parameter_count = 4;

    /// What rhs and energy are given: k/m in place of k, since a division costs ten multiplications.
    template <class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Parameters prepare(Parameters parameters) {
        parameters[0] = parameters[0] / parameters[1];
        return parameters;
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto k_over_m = parameters[0], g = parameters[2], l0 = parameters[3];
        const Real &r = u[1], &theta_dot = u[2], &r_dot = u[3];
        Real sine, cosine;
        math::sincos(u[0], sine, cosine);
        return {{theta_dot, r_dot, -(g * sine + 2 * theta_dot * r_dot) / r,
                 r * theta_dot * theta_dot - k_over_m * (r - l0) + g * cosine}};
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Real energy(const Vector<Real, dimension>& u,
                                                   const Parameters& parameters) {
        const auto m = parameters[1], k = m * parameters[0], g = parameters[2], l0 = parameters[3];
        const Real &r = u[1], &theta_dot = u[2], &r_dot = u[3];
        const Real stretch = r - l0;
        return m / 2 * (r_dot * r_dot + r * r * theta_dot * theta_dot) +
               k / 2 * stretch * stretch - m * g * (r * math::cos(u[0]));
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "elastic_pendulum";
        info.title = "Elastic pendulum";
        info.components = {{"theta", "rad", "angle from the vertical"},
                           {"r", "m", "length of the spring"},
                           {"theta_dot", "rad/s", "angular velocity"},
                           {"r_dot", "m/s", "radial velocity"}};
        info.parameters = {{"k", 40, "N/m", "stiffness"},
                           {"m", 1, "kg", "mass"},
                           {"g", 9.8, "m/s2", "gravity"},
                           {"l0", 10, "m", "rest length"}};
        info.initial.components = {
            ComponentDistribution::uniform(0, 0.39269908169872415481),  // π/8
            ComponentDistribution::constant(10), ComponentDistribution::constant(0),
            ComponentDistribution::constant(0)};
        info.initial_note = "a one-parameter family: only the initial angle varies";
        info.has_energy = true;
        info.energy_unit = "J";
        info.time_unit = "s";
        info.published_step = 0.1;
        info.source = "Huang et al., NeurVec, Scientific Reports 13:15254 (2023)";
        return info;
    }
};

}  // namespace farstep
