// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The approximator of a system on a ring: one that sees all variables, or one that variables share.
#pragma once

#include <farstep/approximators/local_perceptron.hpp>
#include <farstep/approximators/perceptron.hpp>

namespace farstep {

/// Which of the two it is stays the same for all lanes and steps; told apart at run time, the kernels
/// of all schemes are compiled once for both.
template <class Scalar, int d>
struct RingApproximator {
    bool is_local;
    Perceptron<Scalar, d, d> whole;
    LocalPerceptron<Scalar, d> local;

    template <class Real>
    using SideInputsOf = typename Perceptron<Scalar, d, d>::template SideInputsOf<Real>;

    /// None for a local network.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION SideInputsOf<Real> load_side_inputs(
        const StateView& parameters, const LaneSlice<lanes_of<Real>>& slice) const {
        return whole.template load_side_inputs<Real>(parameters, slice);
    }

    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION void set_slope(const Vector<Real, d>& slope,
                                               SideInputsOf<Real>& side) const {
        whole.template set_slope<Real>(slope, side);
    }

    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> operator()(const Vector<Real, d>& input,
                                                           const SideInputsOf<Real>& side) const {
        if (is_local) return local(input);
        return whole.template operator()<Real>(input, side);
    }
};

}  // namespace farstep
