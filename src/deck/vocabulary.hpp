// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The names a deck may use that only the catalog knows. It is passed in, so that the deck library
// depends on no system, scheme or corrector.
#pragma once

#include <farstep/approximator_input.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace farstep {

/// A name that a deck may use, and one line on what it stands for.
struct Choice {
    std::string name;
    std::string help;
};

using Choices = std::vector<Choice>;

struct Vocabulary {
    Choices systems;
    std::string systems_note = {};  ///< on systems that this build has not; may be empty
    Choices schemes;
    Choices plain_schemes;     ///< those of fixed steps that make sense without a corrector
    Choices bases;             ///< those of fixed steps: what a corrector can be fitted to
    Choices adaptive_schemes;  ///< those that choose their own steps
    Choices competitors;       ///< both: what a corrector is measured against
    Choices activations;
    Choices correctors;
    /// What the approximator sees unless a deck says otherwise; the state if nothing is said here.
    std::map<std::string, ApproximatorInput> corrector_inputs = {};
    std::vector<std::string> multiplying_correctors = {};  ///< whose output is a factor

    ApproximatorInput input_of(const std::string& corrector) const {
        const auto found = corrector_inputs.find(corrector);
        return found == corrector_inputs.end() ? ApproximatorInput::state : found->second;
    }

    bool multiplies(const std::string& corrector) const {
        return std::find(multiplying_correctors.begin(), multiplying_correctors.end(),
                         corrector) != multiplying_correctors.end();
    }

    bool is_adaptive(const std::string& scheme) const {
        return std::any_of(adaptive_schemes.begin(), adaptive_schemes.end(),
                           [&](const Choice& choice) { return choice.name == scheme; });
    }
};

}  // namespace farstep
