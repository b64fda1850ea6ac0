// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// THE fused step: solver and corrector on a state in registers.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

/// One far step u' = combine(u, S(f, u, Δt), Q). `Corrector` holds the coupling and the
/// approximator; NoCorrector makes it the plain scheme.
template <class Equations, class Scheme, class Corrector, class Scalar>
struct FusedStep {
    using System = Equations;
    static constexpr int dimension = System::dimension;

    Scalar dt;
    Corrector corrector;

    /// `parameters` are prepared: numbers for all lanes, or packs of one for each.
    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(Vector<Real, dimension>& u,
                                                const Parameters& parameters) const {
        const auto increment = Scheme::template increment<System>(u, parameters, dt);
        u = corrector.next(u, increment, dt);
    }
};

}  // namespace farstep
