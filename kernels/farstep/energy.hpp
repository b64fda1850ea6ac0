// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The energy of every trajectory.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/step.hpp>

namespace farstep {

template <class System>
struct EnergyKernel {
    using Real = Lanes<double, lanes_per_item<double, System::dimension>>;

    StateView state;
    ValueView energy;
    Vector<double, System::parameter_count> parameters;  ///< prepared

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const LaneSlice<lanes_of<Real>> slice(item);
        const auto u = load_state<Real, System::dimension>(state, slice);
        store(&energy(slice.tile, slice.first), slice.stride,
              Real(System::energy(u, parameters)));
    }
};

/// Writes the energy of every lane to energy[tile][lane].
template <class System>
void compute_energy(const Device& device, const StateView& state,
                    const Vector<double, System::parameter_count>& parameters,
                    const ValueView& energy) {
    using Kernel = EnergyKernel<System>;
    const std::int64_t items =
        std::int64_t(state.extent(0)) * LaneSlice<lanes_of<typename Kernel::Real>>::items_per_tile;
    Kokkos::parallel_for(
        "farstep::energy",
        Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(device, 0, items),
        Kernel{state, energy, prepare_parameters<System>(parameters)});
}

}  // namespace farstep
