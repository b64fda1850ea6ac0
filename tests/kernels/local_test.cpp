// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Local networks on a ring: fused equals unfused, and turning the ring turns the result.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "models.hpp"
#include "networks.hpp"

namespace farstep {
namespace {

using testing::Rows;

constexpr std::size_t ring = 8;

const SystemModel& lorenz96() { return testing::system("lorenz96", {{"variables", 8}}); }

/// A network with no special values anywhere.
DeployedNetwork local_network(int neighbours, int hidden, Activation activation, int degree) {
    testing::Numbers numbers(31);
    const auto window = std::size_t(2 * neighbours + 1), units = std::size_t(hidden);
    DeployedNetwork network;
    network.inputs = int(window);
    network.outputs = 1;
    network.neighbours = neighbours;
    network.hidden = hidden;
    network.activation = activation;
    network.degree = degree;
    network.centre = std::vector<double>(window, 2.5);
    network.weights = numbers(units * window, 0.3);
    network.biases = numbers(units, 1);
    network.outgoing = numbers(units, 0.1);
    network.linear = numbers(window, 0.02);
    network.bias = numbers(1, 0.1);
    network.monomials = numbers(std::size_t(std::max(0, degree - 1)), 1e-3);
    return network;
}

/// Q(u) of all variables, each from its own window.
Rows correction(const DeployedNetwork& network, const double* u) {
    Rows result;
    for (std::size_t k = 0; k < ring; ++k) {
        Rows window;
        for (std::size_t i = 0; i < std::size_t(network.inputs); ++i) {
            window.push_back(u[(k + i + ring - std::size_t(network.neighbours)) % ring]);
        }
        result.push_back(testing::evaluated(network, window.data())[0]);
    }
    return result;
}

Rows fused(const DeployedNetwork& network, const Rows& start, Precision precision) {
    StepperSpec spec = testing::plain_spec(lorenz96(), "rk4", 0.05);
    spec.corrector = &network;
    spec.precision = precision;
    return testing::advanced(lorenz96(), start, spec, 1);
}

void expect_unfused(const DeployedNetwork& network, Precision precision, double tolerance) {
    const Rows start = testing::Numbers(7)(ring * 75, 8);  // two tiles and a bit
    Rows expected =
        testing::advanced(lorenz96(), start, testing::plain_spec(lorenz96(), "rk4", 0.05), 1);
    for (std::size_t i = 0; i < start.size(); i += ring) {
        const Rows added = correction(network, &start[i]);
        for (std::size_t k = 0; k < ring; ++k) expected[i + k] += added[k];
    }
    const Rows found = fused(network, start, precision);
    for (std::size_t i = 0; i < start.size(); ++i) {
        ASSERT_NEAR(found[i], expected[i], tolerance) << "activation "
                                                      << name_of(network.activation);
    }
}

TEST(LocalNetwork, FusedEqualsUnfusedForEveryActivation) {
    for (const Activation activation : testing::all_activations) {
        expect_unfused(local_network(2, 5, activation, 4), Precision::Double, 1e-12);
    }
}

TEST(LocalNetwork, FusedEqualsUnfusedForEveryWindowAndDegree) {
    for (int neighbours = 0; neighbours <= 3; ++neighbours) {
        for (int degree = 1; degree <= 6; ++degree) {
            const int hidden = neighbours + degree;
            expect_unfused(local_network(neighbours, hidden, Activation::tanh, degree),
                           Precision::Double, 1e-11);
        }
    }
}

TEST(LocalNetwork, FusedEqualsUnfusedInEveryPrecision) {
    const DeployedNetwork network = local_network(3, 9, Activation::inverse_quadratic, 4);
    expect_unfused(network, Precision::Mixed, 1e-5);
    expect_unfused(network, Precision::Float, 1e-4);
}

TEST(LocalNetwork, CommutesWithATurnOfTheRing) {
    const DeployedNetwork network = local_network(3, 6, Activation::rational, 3);
    const Rows start = testing::Numbers(3)(ring, 8);
    Rows turned(start);
    std::rotate(turned.begin(), turned.begin() + 3, turned.end());
    Rows expected = fused(network, start, Precision::Double);
    std::rotate(expected.begin(), expected.begin() + 3, expected.end());
    EXPECT_LT(testing::largest_difference(fused(network, turned, Precision::Double), expected),
              1e-13);
}

TEST(LocalNetwork, OfAPolynomialAloneHasNoHiddenUnits) {
    expect_unfused(local_network(0, 0, Activation::rational, 4), Precision::Double, 1e-12);
}

}  // namespace
}  // namespace farstep
