// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// NeurVec's coupling: the approximator sees the state, and its output is added to the increment.
#pragma once

#include <farstep/numerics/vector.hpp>

namespace farstep {

/// u' = u + (S + Q(u)). Huang et al., "On fast simulation of dynamical system with neural vector
/// enhanced numerical solver" (2023), eq. 4. Q is not multiplied by Δt.
template <class Approximator>
struct NeurVec {
    Approximator approximator;

    template <class Real, int d, class Scalar>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> next(const Vector<Real, d>& u,
                                                     const Vector<Real, d>& increment,
                                                     Scalar /*dt*/) const {
        const Vector<Real, d> correction = approximator(u);
        Vector<Real, d> result;
        // The correction is summed from zero and added once: added unit by unit into u, a float
        // state would lose two digits.
        unrolled<d>([&](auto c) FARSTEP_INLINE { result[c] = u[c] + (increment[c] + correction[c]); });
        return result;
    }
};

}  // namespace farstep
