// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Random networks for tests, and their evaluation by plain loops on the host.

#pragma once

#include <farstep/numerics/random.hpp>

#include <cmath>
#include <vector>

#include "catalog/deployed_network.hpp"

namespace farstep::testing {

/// A stream of uniform numbers in (−1, 1).
class Numbers {
public:
    explicit Numbers(std::uint64_t seed) : m_seed(seed) {}
    double operator()() {
        const auto pair = uniform_pair(m_seed, RandomPurpose::hidden_weights, m_index++, 0);
        return 2 * pair.first - 1;
    }
    std::vector<double> operator()(std::size_t count, double bound) {
        std::vector<double> values(count);
        for (double& value : values) value = bound * (*this)();
        return values;
    }

private:
    std::uint64_t m_seed, m_index = 0;
};

inline double rational(const RationalCoefficients& c, double z) {
    return (((c[3] * z + c[2]) * z + c[1]) * z + c[0]) / ((c[6] * z + c[5]) * z + c[4]);
}

inline double activation_value(Activation activation, const RationalCoefficients& c, double z) {
    switch (activation) {
        case Activation::rational:
            return rational(c, z);
        case Activation::inverse_quadratic:
            return 1 / (1 + z * z);
        case Activation::tanh:
            return std::tanh(z);
        case Activation::sin:
            return std::sin(z);
        case Activation::silu:
            return z / (1 + std::exp(-z));
        case Activation::relu:
            return z > 0 ? z : 0;
        case Activation::split_rational:
            break;
    }
    return std::nan("");
}

inline constexpr Activation all_activations[] = {
    Activation::rational, Activation::inverse_quadratic,
    Activation::tanh,     Activation::sin,
    Activation::silu,     Activation::relu};

/// A network with no special values anywhere; outputs are of the size of 0.1.
inline DeployedNetwork random_network(int d, int hidden, Activation activation, bool linear,
                                      std::uint64_t seed) {
    Numbers numbers(seed);
    const auto inputs = std::size_t(d), units = std::size_t(hidden);
    DeployedNetwork network;
    network.inputs = network.outputs = d;
    network.hidden = hidden;
    network.activation = activation;
    network.centre = numbers(inputs, 1);
    network.weights = numbers(units * inputs, 1.5 / std::sqrt(d));
    network.biases = numbers(units, 1);
    network.outgoing = numbers(units * inputs, 0.1 / std::sqrt(hidden + 1));
    if (linear) network.linear = numbers(inputs * inputs, 0.1 / std::sqrt(d));
    network.bias = numbers(inputs, 0.1);
    return network;
}

/// A network of a state of d components and of conditions.
inline DeployedNetwork random_network(int d, const std::vector<int>& conditions, int hidden,
                                      Activation activation, bool linear, std::uint64_t seed) {
    const int in = d + int(conditions.size());
    DeployedNetwork network = random_network(in, hidden, activation, linear, seed);
    network.outputs = d;
    network.conditions = conditions;
    network.outgoing.resize(std::size_t(hidden * d));
    network.bias.resize(std::size_t(d));
    if (linear) network.linear.resize(std::size_t(d * in));
    return network;
}

/// The same with monomials up to a total degree, coefficients of the size of 0.1.
inline DeployedNetwork with_monomials(DeployedNetwork network, int degree, std::uint64_t seed) {
    network.degree = degree;
    const std::size_t count = monomial_exponents(network.inputs, degree).size();
    network.monomials = Numbers(seed)(count * std::size_t(network.outputs),
                                      0.1 / std::sqrt(double(count)));
    return network;
}

/// Q(u).
inline std::vector<double> evaluated(const DeployedNetwork& network, const double* u) {
    const auto in = std::size_t(network.inputs), out = std::size_t(network.outputs);
    std::vector<double> result = network.bias;
    for (std::size_t j = 0; j < out && !network.linear.empty(); ++j) {
        for (std::size_t i = 0; i < in; ++i) {
            result[j] += network.linear[j * in + i] * (u[i] - network.centre[i]);
        }
    }
    const auto exponents = monomial_exponents(network.inputs, network.degree, network.neighbours);
    for (std::size_t m = 0; m < exponents.size(); ++m) {
        double value = 1;
        for (std::size_t i = 0; i < in; ++i) {
            value *= std::pow(u[i] - network.centre[i], exponents[m][i]);
        }
        for (std::size_t j = 0; j < out; ++j) result[j] += network.monomials[m * out + j] * value;
    }
    for (std::size_t h = 0; h < std::size_t(network.hidden); ++h) {
        double z = network.biases[h];
        for (std::size_t i = 0; i < in; ++i) {
            z += network.weights[h * in + i] * (u[i] - network.centre[i]);
        }
        const double value = activation_value(network.activation, network.coefficients, z);
        for (std::size_t j = 0; j < out; ++j) result[j] += network.outgoing[h * out + j] * value;
    }
    return result;
}

}  // namespace farstep::testing
