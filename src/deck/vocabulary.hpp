// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The names a deck may use that only the catalog knows. It is passed in, so that the deck library
// depends on no system, scheme or corrector.
#pragma once

#include <algorithm>
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
    Choices schemes;
    Choices plain_schemes;     ///< those of fixed steps that make sense without a corrector
    Choices bases;             ///< those of fixed steps: what a corrector can be fitted to
    Choices adaptive_schemes;  ///< those that choose their own steps
    Choices competitors;       ///< both: what a corrector is measured against
    Choices activations;
    Choices correctors;

    bool is_adaptive(const std::string& scheme) const {
        return std::any_of(adaptive_schemes.begin(), adaptive_schemes.end(),
                           [&](const Choice& choice) { return choice.name == scheme; });
    }
};

}  // namespace farstep
