// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The right-hand side of a system, and products with its transposed Jacobian: what gradients need
// to go back through a scheme.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/launch.hpp>
#include <farstep/numerics/dual.hpp>
#include <farstep/numerics/math.hpp>
#include <farstep/numerics/pack_memory.hpp>
#include <farstep/parameters.hpp>

namespace farstep {

/// rate = f(u) and, unless `adjoint` is empty, pulled = (∂f/∂u)ᵀ adjoint: by the system's own
/// Jacobian if it has one, else by one directional derivative a component. All are
/// [tile][component][lane]; `rate` may be empty.
template <class System>
struct LineariseKernel {
    static constexpr int d = System::dimension;
    using Real = Lanes<double, native_lanes<double>>;
    using Slice = LaneSlice<lanes_of<Real>>;
    using Parameters = Vector<Real, System::parameter_count>;

    StateView state, parameters, adjoint, rate, pulled;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Slice slice(item);
        const Parameters own = load_parameters<System, Real>(parameters, slice);
        if constexpr (requires(Vector<Real, d> u) { System::jacobian(u, own); }) {
            linearise_by_system(slice, own);
        } else {
            linearise_by_duals(slice, own);
        }
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION void linearise_by_system(const Slice& slice,
                                                         const Parameters& own) const {
        const auto u = load_state<Real, d>(state, slice);
        if (rate.extent(0) > 0) store_state(rate, slice, System::rhs(u, own));
        if (adjoint.extent(0) == 0) return;
        const auto jacobian = System::jacobian(u, own);
        for (int j = 0; j < d; ++j) {
            store_product(slice, j, [&](int c) FARSTEP_INLINE { return jacobian[c][j]; });
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void linearise_by_duals(const Slice& slice,
                                                        const Parameters& own) const {
        const bool pulls = adjoint.extent(0) > 0;
        for (int j = 0; j < (pulls ? d : 1); ++j) {
            Vector<Dual<Real>, d> along;
            for (int c = 0; c < d; ++c) {
                along[c] = {load_row(state, slice, c), Real(c == j ? 1.0 : 0.0)};
            }
            const Vector<Dual<Real>, d> slope = System::rhs(along, own);
            for (int c = 0; c < d && j == 0 && rate.extent(0) > 0; ++c) {
                store(&rate(slice.tile, c, slice.first), slice.stride, slope[c].value);
            }
            if (!pulls) return;
            store_product(slice, j, [&](int c) FARSTEP_INLINE { return slope[c].derivative; });
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION static Real load_row(const StateView& view, const Slice& slice,
                                                     int c) {
        return load<Real>(&view(slice.tile, c, slice.first), slice.stride);
    }

    /// Of the adjoint with column j of the Jacobian.
    template <class Column>
    KOKKOS_FORCEINLINE_FUNCTION void store_product(const Slice& slice, int j,
                                                   const Column& column) const {
        Real sum(0.0);
        for (int c = 0; c < d; ++c) sum += load_row(adjoint, slice, c) * column(c);
        store(&pulled(slice.tile, j, slice.first), slice.stride, sum);
    }
};

}  // namespace farstep
