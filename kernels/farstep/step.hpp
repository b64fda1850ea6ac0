// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// THE fused step: solver and corrector on a state in registers.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

/// Parameters as rhs and energy want them: systems may precompute (inverse masses, say).
template <class System, class Parameters>
KOKKOS_FORCEINLINE_FUNCTION Parameters prepare_parameters(const Parameters& parameters) {
    if constexpr (requires { System::prepare(parameters); }) {
        return System::prepare(parameters);
    } else {
        return parameters;
    }
}

/// One far step u' = combine(u, S(f, u, Δt), Q). `Corrector` holds the coupling and the
/// approximator; NoCorrector makes it the plain scheme.
template <class System, class Scheme, class Corrector, class Scalar>
struct FusedStep {
    static constexpr int dimension = System::dimension;

    Vector<Scalar, System::parameter_count> parameters;  ///< prepared
    Scalar dt;
    Corrector corrector;

    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(Vector<Real, dimension>& u) const {
        const auto increment = Scheme::template increment<System>(u, parameters, dt);
        u = corrector.next(u, increment, dt);
    }
};

}  // namespace farstep
