// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Exponents of monomials, and names of the activations.
#include "catalog/deployed_network.hpp"

#include "catalog/catalog.hpp"
#include "error.hpp"

#include <fmt/format.h>

namespace farstep {

namespace {

void extend(std::vector<int>& exponents, int first, int missing,
            std::vector<std::vector<int>>& all) {
    for (int i = first; i < int(exponents.size()) && missing > 0; ++i) {
        ++exponents[std::size_t(i)];
        all.push_back(exponents);
        extend(exponents, i, missing - 1, all);
        --exponents[std::size_t(i)];
    }
}

}  // namespace

std::vector<std::vector<int>> monomial_exponents(int inputs, int degree, int neighbours) {
    std::vector<std::vector<int>> all;
    std::vector<int> exponents(std::size_t(inputs), 0);
    const bool is_local = neighbours >= 0;
    for (int power = 2; is_local && power <= degree; ++power) {
        exponents[std::size_t(neighbours)] = power;
        all.push_back(exponents);
    }
    for (int i = 0; !is_local && i < inputs; ++i) {
        exponents[std::size_t(i)] = 1;
        extend(exponents, i, degree - 1, all);
        exponents[std::size_t(i)] = 0;
    }
    return all;
}

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
