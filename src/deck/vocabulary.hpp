// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The names a deck may use that only the catalog knows. It is passed in, so that the deck library
// depends on no system, scheme or corrector.
#pragma once

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
    Choices plain_schemes;  ///< those that make sense without a corrector
    Choices activations;
    Choices correctors;
};

}  // namespace farstep
