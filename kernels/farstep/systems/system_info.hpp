// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a dynamical system tells about itself: names, units, defaults, the published ensemble.
// Host only; systems return it from describe().
#pragma once

#include <farstep/initial_conditions.hpp>

#include <string>
#include <vector>

namespace farstep {

/// One component of the state.
struct ComponentInfo {
    std::string name, unit, long_name;
};

/// One parameter of the right-hand side, with its published value.
struct ParameterInfo {
    std::string name;
    double value = 0;
    std::string unit, long_name;
};

/// Everything about a system that is not arithmetic.
struct SystemInfo {
    std::string name;       ///< as decks write it
    std::string title;      ///< one line
    std::string size_key;   ///< deck key of the size ("masses", "links"), empty if there is none
    int size = 0;           ///< value of that key
    std::vector<ComponentInfo> components;
    std::vector<ParameterInfo> parameters;
    InitialDistribution initial;  ///< the published ensemble
    std::string initial_note;     ///< what a user should know about that ensemble
    bool has_energy = false;
    std::string energy_unit;
    std::string time_unit = "1";
    double published_step = 0;  ///< far step of the publication [time]
    bool ring = false;            ///< all components obey one equation, each with its neighbours
    bool reference_only = false;  ///< too large for correctors
    std::string source;         ///< where equations and values come from
};

}  // namespace farstep
