// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Everything that decks can choose from: systems, schemes, correctors, activations.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalog/corrector_info.hpp"
#include "catalog/system_model.hpp"
#include "deck/vocabulary.hpp"

namespace farstep {

/// All systems of this build, made on first use.
const std::vector<std::unique_ptr<SystemModel>>& all_systems();

/// Names of the build's units that it was configured without; empty if it has all.
const std::string& systems_left_out();

/// The variants of one system (a spring chain of 5, 10, 20, 40 masses); empty if unknown.
std::vector<const SystemModel*> system_variants(const std::string& name);

/// "10" of "masses", or of a system of one size only; null if there is none.
const SystemModel* find_system(const std::string& name,
                               const std::map<std::string, std::int64_t>& sizes);

std::vector<std::string> component_names(const SystemInfo& info);
std::vector<std::string> parameter_names(const SystemInfo& info);

/// Of fixed steps first, then adaptive.
const Choices& scheme_choices();
/// Order of convergence of a scheme of fixed steps; 0 for none.
int scheme_order(const std::string& name);
/// What systems a scheme of fixed steps is for, "a system of …"; empty if for all.
std::string scheme_needs(const std::string& name);
const Choices& corrector_choices();

/// A corrector by its deck name; null if there is none.
const CorrectorInfo* find_corrector(const std::string& name);
/// In the order of the enumerators of Activation.
const Choices& activation_choices();

/// The names as the deck library wants them.
Vocabulary vocabulary();

}  // namespace farstep
