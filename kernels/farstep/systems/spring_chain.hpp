// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Chain of masses between two walls, joined by linear springs.
#pragma once

#include <farstep/numerics/random.hpp>
#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/systems/system_info.hpp>

#include <algorithm>
#include <array>

namespace farstep {

/// N masses; state (q1 … qN, p1 … pN):
///   q̇i = pi/mi,  ṗi = ki (qi−1 − qi) + ki+1 (qi+1 − qi),  q0 = qN+1 = 0.
/// Parameters (m1 … mN, k1 … kN+1). The system is linear, hence so is any exact corrector.
template <int N>
struct SpringChain {
    static constexpr int masses = N;
    static constexpr int dimension = 2 * N;
    static constexpr int parameter_count = 2 * N + 1;
    static constexpr bool separable = true;

    /// What rhs and energy are given: inverse masses, since a division costs ten multiplications.
    template <class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Parameters prepare(Parameters parameters) {
        for (int i = 0; i < N; ++i) parameters[i] = 1 / parameters[i];
        return parameters;
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, dimension> rhs(
        const Vector<Real, dimension>& u, const Parameters& parameters) {
        Vector<Real, dimension> rate;
        Real force_left = -(parameters[N] * u[0]);  // of spring i on mass i
        unrolled<N>([&](auto i) FARSTEP_INLINE {
            rate[i] = parameters[i] * u[N + i];
            const Real right = next_position(u, int(i));
            const Real force_right = parameters[N + i + 1] * (right - u[i]);
            rate[N + i] = force_left + force_right;
            force_left = -force_right;
        });
        return rate;
    }

    /// Σ pi²/2mi + ½ Σ ki (qi − qi−1)².
    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Real energy(const Vector<Real, dimension>& u,
                                                   const Parameters& parameters) {
        Real twice = parameters[N] * u[0] * u[0];
        for (int i = 0; i < N; ++i) {
            const Real stretch = next_position(u, i) - u[i];
            twice += parameters[i] * u[N + i] * u[N + i] +
                     parameters[N + i + 1] * (stretch * stretch);
        }
        return twice * ScalarOf<Real>(0.5);
    }

    static SystemInfo describe() {
        SystemInfo info;
        info.name = "spring_chain";
        info.title = "Chain of masses and springs";
        info.size_key = "masses";
        info.size = N;
        for (const char* kind : {"q", "p"}) {
            for (int i = 1; i <= N; ++i) {
                const bool position = *kind == 'q';
                info.components.push_back(
                    {kind + ("_" + std::to_string(i)), position ? "m" : "kg m/s",
                     (position ? "displacement of mass " : "momentum of mass ") +
                         std::to_string(i)});
            }
        }
        for (int i = 1; i <= N; ++i) {
            info.parameters.push_back({"m_" + std::to_string(i), mass(i), "kg",
                                       "mass " + std::to_string(i)});
        }
        for (int i = 1; i <= N + 1; ++i) {
            info.parameters.push_back({"k_" + std::to_string(i), stiffness(i), "N/m",
                                       "stiffness of spring " + std::to_string(i)});
        }
        info.initial.components.assign(dimension, ComponentDistribution::uniform(-2.5, 2.5));
        info.has_energy = true;
        info.energy_unit = "J";
        info.time_unit = "s";
        info.published_step = 0.2;
        info.source =
            "Huang et al., NeurVec, Scientific Reports 13:15254 (2023); beyond 20 masses, values "
            "drawn as m = max(1 + N(0,1)/4, 0.2), k = 5 max(1 + N(0,1)/4, 0.2)";
        return info;
    }

private:
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Real next_position(
        const Vector<Real, dimension>& u, int i) {
        return i + 1 < N ? u[i + 1] : Real(ScalarOf<Real>(0));
    }

    static double drawn(int index) {
        constexpr std::uint64_t seed = 20;
        const RandomPair pair =
            normal_pair(seed, RandomPurpose::system_parameters, std::uint64_t(index), 0);
        return std::max(1 + pair.first / 4, 0.2);
    }

    static double mass(int i) {
        constexpr std::array<double, 20> published = {
            .900, .938, .925,  .787, .667,  1.348, .776,  .692,  .941, .538,
            1.215, .821, 1.121, .875, 1.456, 1.111, 1.125, 1.431, .663, 1.222};
        return i <= 20 ? published[std::size_t(i - 1)] : drawn(2 * i);
    }

    static double stiffness(int i) {
        constexpr std::array<double, 21> published = {
            3.900, 3.508, 5.651, 5.533, 3.664, 4.373, 2.555, 5.239, 6.024, 6.942, 5.073,
            3.941, 4.505, 4.744, 3.805, 4.848, 3.477, 3.405, 2.499, 4.735, 4.891};
        return i <= 21 ? published[std::size_t(i - 1)] : 5 * drawn(2 * i + 1);
    }
};

}  // namespace farstep
