// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Fused equals unfused: one corrected step is the plain step plus the network's output, as plain
// loops compute them one after the other, in every precision and for every form of the network.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "models.hpp"
#include "networks.hpp"

namespace farstep {
namespace {

using testing::Rows;

const SystemModel& model_of(int d) {
    switch (d) {
        case 2:
            return testing::system("harmonic_oscillator");
        case 3:
            return testing::system("lorenz63");
        case 4:
            return testing::system("henon_heiles");
        case 6:
            return testing::system("pendulum_chain", {{"links", 3}});
        default:
            return testing::system("spring_chain", {{"masses", d / 2}});
    }
}

double largest(const Rows& rows) {
    double size = 0;
    for (const double x : rows) size = std::max(size, std::fabs(x));
    return size;
}

/// Largest difference of a fused step from the unfused one, and what is to be compared with it.
struct Comparison {
    double difference = 0;
    double state = 0;       ///< size of the states
    double correction = 0;  ///< size of the network's output
};

Comparison compare(const DeployedNetwork& network, const std::string& scheme, Precision precision) {
    const SystemModel& model = model_of(network.inputs);
    const auto d = std::size_t(network.inputs);
    testing::Numbers numbers(23);
    const Rows start = numbers(d * 75, 1);  // two tiles and a bit
    StepperSpec spec = testing::plain_spec(model, scheme, 0.05);
    Rows expected = testing::advanced(model, start, spec, 1);
    Comparison result;
    for (std::size_t i = 0; i < start.size(); i += d) {
        const auto correction = testing::evaluated(network, &start[i]);
        for (std::size_t c = 0; c < d; ++c) expected[i + c] += correction[c];
        result.correction = std::max(result.correction, largest(correction));
    }
    spec.corrector = &network;
    spec.precision = precision;
    result.difference =
        testing::largest_difference(testing::advanced(model, start, spec, 1), expected);
    result.state = largest(expected);
    return result;
}

/// Rounding of a sum of some hundred terms, in double; in float, of the state and in mixed
/// precision of the correction alone.
void expect_equal(const DeployedNetwork& network, const std::string& scheme = "rk4") {
    const auto in_double = compare(network, scheme, Precision::Double);
    EXPECT_LT(in_double.difference, 2e-14 * in_double.state);
    const auto mixed = compare(network, scheme, Precision::Mixed);
    EXPECT_LT(mixed.difference, 4e-6 * mixed.correction);
    const auto in_float = compare(network, scheme, Precision::Float);
    EXPECT_LT(in_float.difference, 2e-6 * in_float.state);
    EXPECT_GT(in_float.difference, 0) << "float is expected to differ from double";
    EXPECT_GT(in_double.correction, 1e-3) << "the correction is expected to matter";
}

class FusedStep : public ::testing::TestWithParam<int> {};

TEST_P(FusedStep, EqualsTheUnfusedOneForEveryActivation) {
    for (const Activation activation : testing::all_activations) {
        SCOPED_TRACE(name_of(activation));
        for (const int hidden : {1, 13, 64}) {
            SCOPED_TRACE(hidden);
            expect_equal(testing::random_network(GetParam(), hidden, activation, true, 5));
            expect_equal(testing::random_network(GetParam(), hidden, activation, false, 6));
        }
    }
}

TEST_P(FusedStep, EqualsTheUnfusedOneForALinearMap) {
    expect_equal(testing::random_network(GetParam(), 0, Activation::rational, true, 7));
    expect_equal(testing::random_network(GetParam(), 0, Activation::tanh, false, 8));
}

TEST_P(FusedStep, EqualsTheUnfusedOneForTrainedRationals) {
    DeployedNetwork network =
        testing::random_network(GetParam(), 30, Activation::rational, true, 9);
    network.coefficients = {{0.1, 0.4, 1.3, 0.9, 1.2, 0.3, 2.1}};  // split, with an odd part
    ASSERT_TRUE(split(network.coefficients).possible);
    ASSERT_NE(split(network.coefficients).k1, 0.0);
    expect_equal(network);
    network.coefficients = {{0.1, 0.4, 0.3, 0.2, 40, 0.3, -0.1}};  // real poles far out: not split
    ASSERT_FALSE(split(network.coefficients).possible);
    expect_equal(network);
    network.coefficients = {{0.1, 0.4, 0.3, 0.2, 1.5, 0, 0}};  // a polynomial: not split
    expect_equal(network);
}

TEST_P(FusedStep, EqualsTheUnfusedOneForEveryScheme) {
    const DeployedNetwork network =
        testing::random_network(GetParam(), 20, Activation::rational, true, 10);
    for (const Choice& scheme : scheme_choices()) {
        if (vocabulary().is_adaptive(scheme.name)) continue;  // plain only
        if (!model_of(GetParam()).has_scheme(scheme.name)) continue;
        SCOPED_TRACE(scheme.name);
        expect_equal(network, scheme.name);
    }
}

TEST_P(FusedStep, EqualsTheUnfusedOneForPolynomials) {
    const int d = GetParam();
    for (int degree = 2; degree <= (d <= 4 ? 6 : d <= 6 ? 4 : 2); ++degree) {
        SCOPED_TRACE(degree);
        const auto linear = testing::random_network(d, 0, Activation::rational, true, 11);
        expect_equal(testing::with_monomials(linear, degree, 12));
        const auto network = testing::random_network(d, 16, Activation::tanh, true, 13);
        expect_equal(testing::with_monomials(network, degree, 14));
    }
}

TEST_P(FusedStep, IsTheCorrectionAloneWithoutAScheme) {
    const DeployedNetwork network =
        testing::random_network(GetParam(), 20, Activation::inverse_quadratic, true, 15);
    const auto comparison = compare(network, "none", Precision::Double);
    EXPECT_LT(comparison.difference, 2e-14 * comparison.state);
    EXPECT_GT(comparison.correction, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Dimensions, FusedStep, ::testing::Values(2, 3, 4, 6, 20));

TEST(FusedStepOfManySteps, EqualsSingleLaunches) {
    const DeployedNetwork network = testing::random_network(4, 24, Activation::rational, true, 3);
    const SystemModel& model = model_of(4);
    StepperSpec spec = testing::plain_spec(model, "rk4", 0.05);
    spec.corrector = &network;
    testing::Numbers numbers(2);
    const Rows start = numbers(4 * 40, 0.1);
    for (const Precision precision : {Precision::Double, Precision::Mixed}) {
        spec.precision = precision;
        Rows one_by_one = start;
        for (int n = 0; n < 5; ++n) one_by_one = testing::advanced(model, one_by_one, spec, 1);
        EXPECT_EQ(testing::advanced(model, start, spec, 5), one_by_one);
    }
}

TEST(FusedStepOfAnotherCentre, LosesNoDigits) {
    // States near 1000 that differ in the third digit after the point: as from a far-off origin.
    DeployedNetwork network = testing::random_network(4, 16, Activation::rational, true, 4);
    network.centre = {1000, -1000, 1000, -1000};
    for (double& w : network.weights) w *= 1000;
    const SystemModel& model = model_of(4);
    StepperSpec spec = testing::plain_spec(model, "euler", 1e-9);
    spec.corrector = &network;
    spec.precision = Precision::Mixed;
    const Rows start = {1000.001, -1000.0005, 999.9995, -999.999};
    const auto correction = testing::evaluated(network, start.data());
    const Rows plain = testing::advanced(model, start, "euler", 1e-9);
    const Rows corrected = testing::advanced(model, start, spec, 1);
    for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_NEAR(corrected[c] - plain[c], correction[c], 1e-6);
    }
}

}  // namespace
}  // namespace farstep
