// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// No scheme at all: the approximator alone carries the state a step on (a learned flow map).
#pragma once

#include <farstep/numerics/vector.hpp>

namespace farstep {

/// S = 0, so that u' = u + Q(u). As a plain scheme it leaves the state where it is.
struct NoScheme {
    static constexpr const char* name = "none";
    static constexpr const char* title = "no scheme: a learned flow map, u + Q(u); corrected only";

    template <class System, class Real, class Parameters, class Scalar>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, System::dimension> increment(
        const Vector<Real, System::dimension>& /*u*/, const Parameters& /*parameters*/,
        Scalar /*dt*/) {
        Vector<Real, System::dimension> zero;
        unrolled<System::dimension>([&](auto c) FARSTEP_INLINE { zero[c] = Real(Scalar(0)); });
        return zero;
    }
};

}  // namespace farstep
