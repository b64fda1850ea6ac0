// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// THE fused step: solver and corrector on a state in registers.
#pragma once

#include <farstep/approximators/side_inputs.hpp>
#include <farstep/ensemble_view.hpp>
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
    Scheme scheme = {};

    /// What the corrector wants to know beside the state, for a work item.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION auto load_side_inputs(
        const StateView& parameters, const LaneSlice<lanes_of<Real>>& slice) const {
        return corrector.template load_side_inputs<Real>(parameters, slice);
    }

    /// `parameters` are prepared: numbers for all lanes, or packs of one for each.
    template <class Real, class Parameters, class SideInputs>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(Vector<Real, dimension>& u,
                                                const Parameters& parameters,
                                                SideInputs& side) const {
        const auto increment = scheme.template increment<System>(u, parameters, dt);
        u = corrector.next(u, increment, side);
    }

    /// Of a corrector without side inputs.
    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(Vector<Real, dimension>& u,
                                                const Parameters& parameters) const {
        NoSideInputs none;
        (*this)(u, parameters, none);
    }
};

}  // namespace farstep
