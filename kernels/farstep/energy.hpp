// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The energy of every trajectory.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/launch.hpp>
#include <farstep/parameters.hpp>

namespace farstep {

template <class System>
struct EnergyKernel {
    using Real = Lanes<double, lanes_per_item<double, System::dimension>>;

    StateView state, parameters;
    ValueView energy;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const LaneSlice<lanes_of<Real>> slice(item);
        const auto u = load_state<Real, System::dimension>(state, slice);
        store(&energy(slice.tile, slice.first), slice.stride,
              Real(System::energy(u, load_parameters<System, Real>(parameters, slice))));
    }
};

/// Writes the energy of every lane to energy[tile][lane]. `parameters` are those of an
/// EnsembleView.
template <class System>
void compute_energy(const Device& device, const StateView& state, const StateView& parameters,
                    const ValueView& energy) {
    using Kernel = EnergyKernel<System>;
    const std::int64_t items =
        std::int64_t(state.extent(0)) * LaneSlice<lanes_of<typename Kernel::Real>>::items_per_tile;
    launch(device, "farstep::energy", items, Kernel{state, parameters, energy});
}

}  // namespace farstep
