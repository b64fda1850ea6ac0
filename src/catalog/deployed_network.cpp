// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Exponents of monomials, and names of the activations.
#include "catalog/deployed_network.hpp"

#include "catalog/catalog.hpp"
#include "error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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

namespace {

/// Rows of `columns` numbers without column `left_out`.
std::vector<double> without_column(const std::vector<double>& rows, int columns, int left_out) {
    std::vector<double> rest;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (int(i) % columns != left_out) rest.push_back(rows[i]);
    }
    return rest;
}

/// Monomials with the variable `input` set to x become shorter ones, linear terms or constants.
void fix_in_monomials(const DeployedNetwork& network, int input, double x,
                      DeployedNetwork& result) {
    const auto outputs = std::size_t(network.outputs);
    const auto exponents = monomial_exponents(network.inputs, network.degree);
    const auto shorter = monomial_exponents(result.inputs, network.degree);
    result.monomials.assign(shorter.size() * outputs, 0.0);
    if (result.linear.empty() && !exponents.empty()) {
        result.linear.assign(outputs * std::size_t(result.inputs), 0.0);
    }
    for (std::size_t m = 0; m < exponents.size(); ++m) {
        std::vector<int> rest = exponents[m];
        rest.erase(rest.begin() + input);
        const int degree = std::accumulate(rest.begin(), rest.end(), 0);
        const double factor = std::pow(x, exponents[m][std::size_t(input)]);
        const auto variable = std::size_t(std::find(rest.begin(), rest.end(), 1) - rest.begin());
        const auto at = std::size_t(std::find(shorter.begin(), shorter.end(), rest) -
                                    shorter.begin());
        for (std::size_t j = 0; j < outputs; ++j) {
            double& target = degree == 0   ? result.bias[j]
                             : degree == 1 ? result.linear[j * rest.size() + variable]
                                           : result.monomials[at * outputs + j];
            target += factor * network.monomials[m * outputs + j];
        }
    }
}

}  // namespace

DeployedNetwork with_condition_fixed(const DeployedNetwork& network, std::size_t condition,
                                     double value) {
    const int input = network.outputs + int(condition);
    const double x = value - network.centre[std::size_t(input)];
    DeployedNetwork result = network;
    result.inputs = network.inputs - 1;
    result.conditions.erase(result.conditions.begin() + std::ptrdiff_t(condition));
    result.centre = without_column(network.centre, network.inputs, input);
    result.weights = without_column(network.weights, network.inputs, input);
    result.linear = without_column(network.linear, network.inputs, input);
    for (int h = 0; h < network.hidden; ++h) {
        result.biases[std::size_t(h)] +=
            x * network.weights[std::size_t(h * network.inputs + input)];
    }
    for (int j = 0; j < network.outputs && !network.linear.empty(); ++j) {
        result.bias[std::size_t(j)] +=
            x * network.linear[std::size_t(j * network.inputs + input)];
    }
    fix_in_monomials(network, input, x, result);
    return result;
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
