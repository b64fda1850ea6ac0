// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Symplectic Euler, for systems that split into positions and momenta.
#pragma once

#include <farstep/numerics/vector.hpp>
#include <farstep/schemes/stormer_verlet.hpp>

namespace farstep {

/// Kick, drift. Hairer, Lubich and Wanner, "Geometric Numerical Integration" (2006), section I.1.2.
///   p' = p + Δt g(q),  q' = q + Δt f(p').
struct SymplecticEuler {
    static constexpr const char* name = "symplectic_euler";
    static constexpr const char* title =
        "symplectic Euler, order 1; for systems q' = f(p), p' = g(q)";
    static constexpr int order = 1;

    static constexpr const char* needs = separable_system;

    template <class System>
    static constexpr bool applies_to = SeparableSystem<System>;

    /// The increment of one step of length `dt` [time] from state u. `parameters` are prepared.
    template <class System, class Real, class Parameters, class Scalar>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, System::dimension> increment(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Scalar dt) {
        static_assert(SeparableSystem<System> && System::dimension % 2 == 0);
        constexpr int n = System::dimension / 2;
        // Of each rate one half is used; the compiler drops the other, as rhs is inlined.
        const auto kick = System::rhs(u, parameters);
        Vector<Real, System::dimension> kicked = u;
        unrolled<n>([&](auto i) FARSTEP_INLINE { kicked[n + i] += dt * kick[n + i]; });
        const auto drift = System::rhs(kicked, parameters);
        Vector<Real, System::dimension> result;
        unrolled<n>([&](auto i) FARSTEP_INLINE {
            result[i] = dt * drift[i];
            result[n + i] = dt * kick[n + i];
        });
        return result;
    }
};

}  // namespace farstep
