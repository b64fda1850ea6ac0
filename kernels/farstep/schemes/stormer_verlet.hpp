// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Störmer–Verlet, for systems that split into positions and momenta.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

/// A system q̇ = f(p), ṗ = g(q) whose state is (q, p), in halves; it says so by
///   static constexpr bool separable = true;
template <class System>
concept SeparableSystem = requires { requires System::separable; };

inline constexpr const char* separable_system = "a system of the form q' = f(p), p' = g(q)";

/// Kick, drift, kick; symplectic and symmetric. Hairer, Lubich and Wanner, "Geometric numerical
/// integration illustrated by the Störmer–Verlet method" (2003).
///   p½ = p + Δt/2 g(q),  q' = q + Δt f(p½),  p' = p½ + Δt/2 g(q').
struct StormerVerlet {
    static constexpr const char* name = "stormer_verlet";
    static constexpr const char* title =
        "Störmer–Verlet, order 2, symplectic; for systems q' = f(p), p' = g(q)";
    static constexpr int order = 2;

    static constexpr const char* needs = separable_system;

    template <class System>
    static constexpr bool applies_to = SeparableSystem<System>;

    /// The increment of one step of length `dt` [time] from state u. `parameters` are prepared.
    template <class System, class Real, class Parameters, class Scalar>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, System::dimension> increment(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Scalar dt) {
        static_assert(SeparableSystem<System> && System::dimension % 2 == 0);
        constexpr int n = System::dimension / 2;
        const Scalar half = dt / Scalar(2);
        // Of each rate one half is used; the compiler drops the other, as rhs is inlined.
        const auto before = System::rhs(u, parameters);
        Vector<Real, System::dimension> stage = u;
        unrolled<n>([&](auto i) FARSTEP_INLINE { stage[n + i] += half * before[n + i]; });
        const auto drift = System::rhs(stage, parameters);
        unrolled<n>([&](auto i) FARSTEP_INLINE { stage[i] += dt * drift[i]; });
        const auto after = System::rhs(stage, parameters);
        Vector<Real, System::dimension> result;
        unrolled<n>([&](auto i) FARSTEP_INLINE {
            result[i] = dt * drift[i];
            result[n + i] = half * (before[n + i] + after[n + i]);
        });
        return result;
    }
};

}  // namespace farstep
