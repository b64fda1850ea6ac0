// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Chain of K rigid links: the simple pendulum (K = 1), the chaotic double pendulum (K = 2), and on.
#pragma once

#include <farstep/numerics/linear_solve.hpp>
#include <farstep/numerics/math.hpp>
#include <farstep/systems/system_info.hpp>

namespace farstep {

/// K massless rods of length 1 with bobs of mass 1; state (θ1 … θK, θ̇1 … θ̇K), angles from the
/// vertical. With c(i, j) = K − max(i, j) + 1:
///   A θ̈ = b,  Aij = c(i, j) cos(θi − θj),
///   bi = −Σj c(i, j) θ̇j² sin(θi − θj) − (K − i + 1) g sin θi.
template <int K>
struct PendulumChain {
    static constexpr int links = K;
    static constexpr int dimension = 2 * K;
    static constexpr int parameter_count = 1;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        // Long chains: a call costs nothing beside the solve, and dp8 inlines twelve of them.
        if constexpr (K >= 3) {
            return slope_out_of_line(u, parameters);
        } else {
            return slope(u, parameters);
        }
    }

    /// ½ Σij Aij θ̇i θ̇j − g Σi (K − i + 1) cos θi.
    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Real energy(const Vector<Real, dimension>& u,
                                                   const Parameters& parameters) {
        using Scalar = ScalarOf<Real>;
        const auto g = parameters[0];
        Real total(Scalar(0));
        for (int i = 0; i < K; ++i) {
            const auto weight = Scalar(K - i);
            total += weight * (Scalar(0.5) * u[K + i] * u[K + i] - g * math::cos(u[i]));
            for (int j = 0; j < i; ++j) {
                total += weight * (math::cos(u[i] - u[j]) * u[K + i] * u[K + j]);
            }
        }
        return total;
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "pendulum_chain";
        info.title = "Chain of rigid pendulums";
        info.size_key = "links";
        info.size = K;
        for (int i = 1; i <= K; ++i) {
            info.components.push_back({"theta_" + std::to_string(i), "rad",
                                       "angle of link " + std::to_string(i)});
        }
        for (int i = 1; i <= K; ++i) {
            info.components.push_back({"theta_dot_" + std::to_string(i), "rad/s",
                                       "angular velocity of link " + std::to_string(i)});
        }
        info.parameters = {{"g", 9.8, "m/s2", "gravity"}};
        constexpr double pi = 3.14159265358979323846;
        const double widest_angle = K == 1 ? pi / 2 : pi / 8;
        const double fastest = K == 1 ? 0.5 : 0.0;
        for (int i = 0; i < K; ++i) {
            info.initial.components.push_back(ComponentDistribution::uniform(0, widest_angle));
        }
        for (int i = 0; i < K; ++i) {
            info.initial.components.push_back(K == 1 ? ComponentDistribution::uniform(0, fastest)
                                                     : ComponentDistribution::constant(0));
        }
        info.has_energy = true;
        info.energy_unit = "J";
        info.time_unit = "s";
        info.published_step = 0.1;
        info.source = "Huang et al., NeurVec, Scientific Reports 13:15254 (2023)";
        return info;
    }

private:
    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> slope(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto g = parameters[0];
        Vector<Real, K> sine, cosine;
        unrolled<K>([&](auto i) FARSTEP_INLINE { math::sincos(u[i], sine[i], cosine[i]); });

        Vector<Vector<Real, K>, K> a;
        Vector<Real, K> acceleration;
        unrolled<K>([&](auto i) FARSTEP_INLINE { acceleration[i] = -(g * int(K - i)) * sine[i]; });
        unrolled<K>([&](auto i) FARSTEP_INLINE {
            a[i][i] = Real(int(K - i));
            unrolled<K>([&](auto j) FARSTEP_INLINE {
                if (j < i) {
                    // cos and sin of θi − θj by the addition theorems; c(i, j) = K − i here.
                    const auto c = ScalarOf<Real>(int(K - i));
                    a[i][j] = c * (cosine[i] * cosine[j] + sine[i] * sine[j]);
                    const Real torque = c * (sine[i] * cosine[j] - cosine[i] * sine[j]);
                    acceleration[i] -= torque * (u[K + j] * u[K + j]);
                    acceleration[j] += torque * (u[K + i] * u[K + i]);
                }
            });
        });
        solve_symmetric(a, acceleration);

        Vector<Real, dimension> rate;
        unrolled<K>([&](auto i) FARSTEP_INLINE {
            rate[i] = u[K + i];
            rate[K + i] = acceleration[i];
        });
        return rate;
    }

    template <class Real, class Parameters>
    FARSTEP_LAYER_FUNCTION static constexpr Vector<Real, dimension> slope_out_of_line(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        return slope(u, parameters);
    }
};

}  // namespace farstep
