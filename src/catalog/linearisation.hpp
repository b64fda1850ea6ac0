// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The host's handle on the right-hand side of a system and its derivative. Apart from SystemModel,
// so that all systems share one small unit.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <memory>
#include <vector>

#include "catalog/system_model.hpp"

namespace farstep {

/// f and (∂f/∂u)ᵀ of one system, for all tiles of a batch of states.
class Linearisation {
public:
    Linearisation() = default;
    virtual ~Linearisation() = default;
    Linearisation(const Linearisation&) = delete;
    Linearisation& operator=(const Linearisation&) = delete;

    /// rate = f(state); asynchronous. `parameters` are those of an EnsembleView.
    void rate(const StateView& state, const StateView& parameters, const StateView& rate) const {
        launch(state, parameters, {}, rate, {});
    }

    /// pulled = (∂f/∂u at state)ᵀ adjoint; asynchronous.
    void pull_back(const StateView& state, const StateView& parameters, const StateView& adjoint,
                   const StateView& pulled) const {
        launch(state, parameters, adjoint, {}, pulled);
    }

private:
    virtual void launch(const StateView& state, const StateView& parameters,
                        const StateView& adjoint, const StateView& rate,
                        const StateView& pulled) const = 0;
};

/// Of a system of the catalog, which lives as long as the program. Throws std::logic_error for a
/// system that only serves as a reference.
const Linearisation& linearisation_of(const SystemModel& system);

}  // namespace farstep
