// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The plain scheme: no correction.
#pragma once

#include <farstep/approximators/side_inputs.hpp>
#include <farstep/ensemble_view.hpp>
#include <farstep/numerics/vector.hpp>

namespace farstep {

/// u' = u + S.
struct NoCorrector {
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION NoSideInputs load_side_inputs(
        const StateView& /*parameters*/, const LaneSlice<lanes_of<Real>>& /*slice*/) const {
        return {};
    }

    template <class Real, int d, class SideInputs>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> next(const Vector<Real, d>& u,
                                                     const Vector<Real, d>& increment,
                                                     SideInputs& /*side*/) const {
        Vector<Real, d> result;
        unrolled<d>([&](auto c) FARSTEP_INLINE { result[c] = u[c] + increment[c]; });
        return result;
    }
};

}  // namespace farstep
