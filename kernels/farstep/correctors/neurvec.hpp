// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// NeurVec's coupling: the approximator sees the state, and its output is added to the increment.
#pragma once

#include <farstep/ensemble_view.hpp>

namespace farstep {

/// u' = u + (S + Q(u)). Huang et al., "On fast simulation of dynamical system with neural vector
/// enhanced numerical solver" (2023), eq. 4. Q is not multiplied by Δt.
template <class Approximator>
struct NeurVec {
    Approximator approximator;

    /// The approximator's inputs beside the state, which stay the same along a trajectory.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION auto load_conditions(
        const StateView& parameters, const LaneSlice<lanes_of<Real>>& slice) const {
        return approximator.template load_conditions<Real>(parameters, slice);
    }

    template <class Real, int d, class Scalar, class Conditions>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> next(const Vector<Real, d>& u,
                                                     const Vector<Real, d>& increment,
                                                     Scalar /*dt*/,
                                                     const Conditions& conditions) const {
        const Vector<Real, d> correction = approximator(u, conditions);
        Vector<Real, d> result;
        // The correction is summed from zero and added once: added unit by unit into u, a float
        // state would lose two digits.
        unrolled<d>([&](auto c) FARSTEP_INLINE { result[c] = u[c] + (increment[c] + correction[c]); });
        return result;
    }
};

}  // namespace farstep
