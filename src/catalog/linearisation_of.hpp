// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The linearisation of one system. Included by one generated translation unit, which instantiates
// those of all.
#pragma once

#include <farstep/linearise.hpp>

#include "catalog/linearisation.hpp"

namespace farstep {

template <class System>
class LinearisationOf final : public Linearisation {
private:
    void launch(const StateView& state, const StateView& parameters, const StateView& adjoint,
                const StateView& rate, const StateView& pulled) const override {
        using Kernel = LineariseKernel<System>;
        const std::int64_t items = std::int64_t(state.extent(0)) *
                                   LaneSlice<lanes_of<typename Kernel::Real>>::items_per_tile;
        farstep::launch(Device(), "farstep::linearise", items,
                        Kernel{state, parameters, adjoint, rate, pulled});
    }
};

/// Null for a system without correctors, which nothing is trained for.
template <class System>
std::unique_ptr<Linearisation> make_linearisation() {
    if constexpr (requires { System::reference_only; }) {
        return nullptr;
    } else {
        return std::make_unique<LinearisationOf<System>>();
    }
}

}  // namespace farstep
