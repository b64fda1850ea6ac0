// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Lorenz 96: a chaotic ring of equal variables, alone or each driving a sector of fast ones.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/systems/system_info.hpp>

namespace farstep {

/// K variables on a ring:
///   ẋk = xk−1 (xk+1 − xk−2) − xk + F + b1 xk + b2 xk² + b3 xk³ + b4 xk⁴.
/// Lorenz, "Predictability: a problem partly solved" (1996), eq. 1, plus the polynomial that stands
/// for unresolved variables in Wilks, "Effects of stochastic parametrizations in the Lorenz '96
/// system" (2005); its constant term is part of F.
template <int K>
struct Lorenz96 {
    static_assert(K >= 4);
    static constexpr int dimension = K;
    static constexpr int parameter_count = 5;
    /// All variables obey the same equation, so that approximators may share weights among them.
    static constexpr bool ring = true;

    /// What rhs is given: b1 − 1 in place of b1.
    template <class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Parameters prepare(Parameters parameters) {
        parameters[1] = parameters[1] - 1.0;
        return parameters;
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto forcing = parameters[0], b1 = parameters[1], b2 = parameters[2],
                   b3 = parameters[3], b4 = parameters[4];
        Vector<Real, dimension> rate;
        unrolled<K>([&](auto k) FARSTEP_INLINE {
            const Real &x = u[k], &ahead = u[(k + 1) % K], &before = u[(k + K - 1) % K];
            const Real local = (((b4 * x + b3) * x + b2) * x + b1) * x + forcing;
            rate[k] = before * (ahead - u[(k + K - 2) % K]) + local;
        });
        return rate;
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "lorenz96";
        info.title = "Lorenz 96 ring";
        info.size_key = "variables";
        info.size = K;
        for (int k = 1; k <= K; ++k) {
            info.components.push_back(
                {"x_" + std::to_string(k), "1", "variable " + std::to_string(k) + " of the ring"});
        }
        info.parameters = {{"F", 20, "1", "forcing"},
                           {"b1", 0, "1", "linear coefficient of a closure"},
                           {"b2", 0, "1", "quadratic coefficient of a closure"},
                           {"b3", 0, "1", "cubic coefficient of a closure"},
                           {"b4", 0, "1", "quartic coefficient of a closure"}};
        info.initial.components.assign(dimension, ComponentDistribution::uniform(-5, 15));
        info.initial_note = "a box around the attractor; no ensemble is published";
        info.published_step = 0.05;
        info.ring = true;
        info.source = "Lorenz, Predictability: a problem partly solved (1996); dimensionless";
        return info;
    }
};

/// K slow variables xk, each coupled to J fast ones; the K·J fast variables form one ring, here
/// numbered y1 … yKJ, of which sector k owns J:
///   ẋk = xk−1 (xk+1 − xk−2) − xk + F − (hc/b) Σ(yj of sector k),
///   ẏj = −cb yj+1 (yj+2 − yj−1) − c yj + (hc/b) xk(j).
/// Lorenz (1996), eqs. 2 and 3. State (x1 … xK, y1 … yKJ).
template <int K, int J>
struct Lorenz96TwoScale {
    static constexpr int fast = K * J;
    static constexpr int dimension = K + fast;
    static constexpr int parameter_count = 4;
    /// Too many variables for a corrector of its own; it is the truth of smaller systems.
    static constexpr bool reference_only = true;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        const auto forcing = parameters[0], coupling = parameters[1], b = parameters[2],
                   c = parameters[3];
        const auto exchange = coupling * c / b, speed = c * b;
        Vector<Real, dimension> rate;
        for (int k = 0; k < K; ++k) {
            const Real &ahead = u[(k + 1) % K], &before = u[(k + K - 1) % K];
            Real sum = u[K + k * J];
            for (int j = 1; j < J; ++j) sum += u[K + k * J + j];
            rate[k] = before * (ahead - u[(k + K - 2) % K]) - u[k] + (forcing - exchange * sum);
        }
        const auto set_fast = [&](int i, int next, int after, int before) FARSTEP_INLINE {
            rate[K + i] = exchange * u[i / J] - c * u[K + i] -
                          speed * u[K + next] * (u[K + after] - u[K + before]);
        };
        set_fast(0, 1, 2, fast - 1);
        for (int i = 1; i < fast - 2; ++i) set_fast(i, i + 1, i + 2, i - 1);
        set_fast(fast - 2, fast - 1, 0, fast - 3);
        set_fast(fast - 1, 0, 1, fast - 2);
        return rate;
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "lorenz96_two_scale";
        info.title = "Lorenz 96 with fast variables";
        for (int k = 1; k <= K; ++k) {
            info.components.push_back(
                {"x_" + std::to_string(k), "1", "slow variable " + std::to_string(k)});
        }
        for (int i = 0; i < fast; ++i) {
            const std::string sector = std::to_string(i / J + 1), member = std::to_string(i % J + 1);
            info.components.push_back({"y_" + sector + "_" + member, "1",
                                       "fast variable " + member + " of sector " + sector});
        }
        info.parameters = {{"F", 20, "1", "forcing"},
                           {"h", 1, "1", "coupling of the scales"},
                           {"b", 10, "1", "ratio of amplitudes"},
                           {"c", 10, "1", "ratio of speeds"}};
        info.initial.components.assign(K, ComponentDistribution::uniform(-5, 15));
        info.initial.components.insert(info.initial.components.end(), fast,
                                       ComponentDistribution::uniform(-0.5, 0.5));
        info.initial_note = "a box around the attractor; `reference.spin_up` lets it settle";
        info.published_step = 0.005;
        info.reference_only = true;
        info.source = "Lorenz, Predictability: a problem partly solved (1996); dimensionless";
        return info;
    }
};

}  // namespace farstep
