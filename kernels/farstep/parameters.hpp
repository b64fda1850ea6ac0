// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// System parameters beside the state: one set for all trajectories, or one for each.
#pragma once

#include <farstep/ensemble_view.hpp>

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

/// The tile of `parameters` that belongs to a tile of states: a lone one belongs to all.
KOKKOS_FORCEINLINE_FUNCTION std::int64_t parameter_tile_of(const StateView& parameters,
                                                           std::int64_t tile) {
    return parameters.extent(0) == 1 ? 0 : tile;
}

/// The prepared parameters of a work item. They are prepared in double whatever the precision of
/// the steps, so that float steps lose no digit more than they must.
template <class System, class Real>
KOKKOS_FORCEINLINE_FUNCTION Vector<Real, System::parameter_count> load_parameters(
    const StateView& parameters, const LaneSlice<lanes_of<Real>>& slice) {
    constexpr int count = System::parameter_count;
    using Exact = Lanes<double, lanes_of<Real>>;
    LaneSlice<lanes_of<Real>> source = slice;
    source.tile = parameter_tile_of(parameters, slice.tile);
    const auto exact = prepare_parameters<System>(load_state<Exact, count>(parameters, source));
    Vector<Real, count> result;
    unrolled<count>([&](auto p) FARSTEP_INLINE { result[p] = convert<Real>(exact[p]); });
    return result;
}

/// The prepared parameters of one trajectory.
template <class System>
KOKKOS_INLINE_FUNCTION Vector<double, System::parameter_count> parameters_at(
    const StateView& parameters, std::int64_t tile, std::int64_t lane) {
    Vector<double, System::parameter_count> raw;
    for (int p = 0; p < System::parameter_count; ++p) {
        raw[p] = parameters(parameter_tile_of(parameters, tile), p, lane);
    }
    return prepare_parameters<System>(raw);
}

}  // namespace farstep
