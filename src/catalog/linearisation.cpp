// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "catalog/linearisation.hpp"

#include <stdexcept>

#include "catalog/catalog.hpp"

namespace farstep {

// Written by cmake/FarstepSystems.cmake, in the order of all_systems().
std::vector<std::unique_ptr<Linearisation>> make_all_linearisations();

const Linearisation& linearisation_of(const SystemModel& system) {
    static const auto linearisations = make_all_linearisations();
    const auto& systems = all_systems();
    for (std::size_t i = 0; i < systems.size(); ++i) {
        if (systems[i].get() == &system && linearisations[i]) return *linearisations[i];
    }
    throw std::logic_error(system.info().name + " has no linearisation");
}

}  // namespace farstep
