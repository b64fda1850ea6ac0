// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Correctors: what an approximator Q sees of a step, and what its output does to it.
#pragma once

#include <farstep/approximator_input.hpp>
#include <farstep/ensemble_view.hpp>

namespace farstep {

/// A corrected step. With S the scheme's increment, Q the approximator:
///   added        u' = u + (S + Q)       NeurVec (Q sees û) and AttNS (Q sees Ŝ)
///   multiplied   u' = u + S ⊙ (1 + Q)   AttNS-m
/// Huang et al., "On fast simulation of dynamical system with neural vector enhanced numerical
/// solver" (2023), eq. 4; Huang et al., "AttNS: Attention-inspired numerical solving for limited data
/// scenarios" (2024), eqs. 6, 9 and 10. Q is not multiplied by Δt.
///
/// Which of these it is stays the same for all lanes and steps, so that a test at run time costs
/// nothing, where a template for each would be compiled for every scheme.
template <class Approximator, class Scalar>
struct Coupled {
    Approximator approximator;
    ApproximatorInput input = ApproximatorInput::state;
    bool multiplies = false;
    Scalar increment_scale = 1;  ///< of S where the approximator sees it: 1/Δt, or 1

    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION auto load_side_inputs(
        const StateView& parameters, const LaneSlice<lanes_of<Real>>& slice) const {
        return approximator.template load_side_inputs<Real>(parameters, slice);
    }

    /// The approximator's side inputs change with the step only if it sees the slope among them.
    template <class Real, int d, class SideInputs>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> next(const Vector<Real, d>& u,
                                                     const Vector<Real, d>& increment,
                                                     SideInputs& side) const {
        if (input == ApproximatorInput::both) {
            approximator.template set_slope<Real>(scaled(increment), side);
        }
        Vector<Real, d> seen = u;
        if (input == ApproximatorInput::slope || input == ApproximatorInput::increment) {
            seen = scaled(increment);
        }
        Vector<Real, d> correction = approximator.template operator()<Real>(seen, side);
        if (multiplies) {
            unrolled<d>([&](auto c) FARSTEP_INLINE { correction[c] *= increment[c]; });
        }
        Vector<Real, d> result;
        // The correction is summed from zero and added once: added unit by unit into u, a float
        // state would lose two digits.
        unrolled<d>([&](auto c) FARSTEP_INLINE { result[c] = u[c] + (increment[c] + correction[c]); });
        return result;
    }

private:
    template <class Real, int d>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> scaled(const Vector<Real, d>& increment) const {
        Vector<Real, d> result;
        unrolled<d>([&](auto c) FARSTEP_INLINE { result[c] = increment_scale * increment[c]; });
        return result;
    }
};

}  // namespace farstep
