// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Names of the activations.
#include "catalog/deployed_network.hpp"

#include "catalog/catalog.hpp"
#include "error.hpp"

#include <fmt/format.h>

namespace farstep {

const std::string& name_of(Activation activation) {
    return activation_choices()[static_cast<std::size_t>(activation)].name;
}

Activation parse_activation(const std::string& name) {
    const Choices& choices = activation_choices();
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (choices[i].name == name) return static_cast<Activation>(i);
    }
    throw UsageError(fmt::format("there is no activation '{}'", name));
}

}  // namespace farstep
