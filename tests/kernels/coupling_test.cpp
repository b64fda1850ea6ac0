// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Correctors by what their approximator sees and what becomes of its output: the fused step equals
// the equations, written out with the plain step and the network one after the other.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "deck/values.hpp"
#include "models.hpp"
#include "networks.hpp"

namespace farstep {
namespace {

using testing::Rows;

constexpr double step = 0.05;

/// A system, and whether its network is local.
struct Case {
    const char* system;
    std::map<std::string, std::int64_t> sizes;
    ApproximatorInput input;
    bool multiplies;
    bool local = false;
};

const SystemModel& model_of(const Case& what) { return testing::system(what.system, what.sizes); }

DeployedNetwork network_of(const Case& what) {
    const int d = model_of(what).dimension();
    const bool both = what.input == ApproximatorInput::both;
    DeployedNetwork network =
        testing::random_network(what.local ? 5 : both ? 2 * d : d, 13, Activation::tanh, true, 5);
    network.outputs = what.local ? 1 : d;
    if (what.local) network.neighbours = 2;
    network.input = what.input;
    network.multiplies = what.multiplies;
    const auto out = std::size_t(network.outputs);
    network.outgoing.resize(std::size_t(network.hidden) * out);
    network.bias.resize(out);
    network.linear.resize(out * std::size_t(network.inputs));
    if (what.local) std::fill(network.centre.begin(), network.centre.end(), network.centre[2]);
    return network;
}

/// What the approximator sees of a step from u whose increment is S.
Rows seen(const Case& what, const double* u, const double* increment, std::size_t d) {
    Rows x;
    if (what.input == ApproximatorInput::state || what.input == ApproximatorInput::both) {
        x.insert(x.end(), u, u + d);
    }
    if (what.input == ApproximatorInput::state) return x;
    const double scale = what.input == ApproximatorInput::increment ? 1 : 1 / step;
    for (std::size_t c = 0; c < d; ++c) x.push_back(scale * increment[c]);
    return x;
}

Rows evaluated(const DeployedNetwork& network, const Rows& x) {
    if (!network.is_local()) return testing::evaluated(network, x.data());
    Rows result;
    for (std::size_t k = 0; k < x.size(); ++k) {
        Rows window;
        for (std::size_t i = 0; i < 5; ++i) window.push_back(x[(k + i + x.size() - 2) % x.size()]);
        result.push_back(testing::evaluated(network, window.data())[0]);
    }
    return result;
}

/// The corrected step, as its equation says.
Rows written_out(const Case& what, const DeployedNetwork& network, const Rows& start) {
    const SystemModel& model = model_of(what);
    const auto d = std::size_t(model.dimension());
    Rows result = testing::advanced(model, start, "rk4", step);
    Rows increment = result;
    for (std::size_t i = 0; i < start.size(); ++i) increment[i] -= start[i];
    for (std::size_t i = 0; i < start.size(); i += d) {
        const Rows q = evaluated(network, seen(what, &start[i], &increment[i], d));
        for (std::size_t c = 0; c < d; ++c) {
            result[i + c] += what.multiplies ? increment[i + c] * q[c] : q[c];
        }
    }
    return result;
}

Rows fused(const Case& what, const DeployedNetwork& network, const Rows& start,
           Precision precision) {
    StepperSpec spec = testing::plain_spec(model_of(what), "rk4", step);
    spec.corrector = &network;
    spec.precision = precision;
    return testing::advanced(model_of(what), start, spec, 1);
}

class Coupling : public ::testing::TestWithParam<Case> {};

TEST_P(Coupling, FusedEqualsTheEquation) {
    const auto d = std::size_t(model_of(GetParam()).dimension());
    testing::Numbers numbers(23);
    const Rows start = numbers(d * 75, 1);  // two tiles and a bit
    const DeployedNetwork network = network_of(GetParam());
    const Rows expected = written_out(GetParam(), network, start);
    // Rounding of sums of some ten terms, and of the increment, which is a difference of states: 1e-16
    // of a state, divided by the step where the slope is seen.
    EXPECT_LT(testing::largest_difference(fused(GetParam(), network, start, Precision::Double),
                                          expected), 2e-13);
    EXPECT_LT(testing::largest_difference(fused(GetParam(), network, start, Precision::Mixed),
                                          expected), 5e-5);
    EXPECT_LT(testing::largest_difference(fused(GetParam(), network, start, Precision::Float),
                                          expected), 5e-5);
    const Rows plain = testing::advanced(model_of(GetParam()), start, "rk4", step);
    EXPECT_GT(testing::largest_difference(plain, expected), 1e-3) << "the correction should matter";
}

TEST_P(Coupling, AnOutputOfZeroLeavesThePlainStep) {
    const auto d = std::size_t(model_of(GetParam()).dimension());
    testing::Numbers numbers(29);
    const Rows start = numbers(d * 70, 1);
    DeployedNetwork network = network_of(GetParam());
    for (Rows* values : {&network.outgoing, &network.linear, &network.bias}) {
        std::fill(values->begin(), values->end(), 0.0);
    }
    const Rows plain = testing::advanced(model_of(GetParam()), start, "rk4", step);
    const Rows found = fused(GetParam(), network, start, Precision::Double);
    // The plain kernel's last multiply-add joins slopes and state without rounding the increment first:
    // one unit in the last place of states below 2.
    EXPECT_LE(testing::largest_difference(found, plain), 4.5e-16);
}

const std::map<std::string, std::int64_t> no_size;

std::string name_of_case(const ::testing::TestParamInfo<Case>& test) {
    return std::string(test.param.system) + "_" + name_of(test.param.input) +
           (test.param.multiplies ? "_multiplied" : "_added") + (test.param.local ? "_local" : "");
}

INSTANTIATE_TEST_SUITE_P(
    , Coupling,
    ::testing::Values(
        Case{"henon_heiles", no_size, ApproximatorInput::slope, false},
        Case{"henon_heiles", no_size, ApproximatorInput::increment, false},
        Case{"henon_heiles", no_size, ApproximatorInput::both, false},
        Case{"henon_heiles", no_size, ApproximatorInput::slope, true},
        Case{"henon_heiles", no_size, ApproximatorInput::both, true},
        Case{"spring_chain", {{"masses", 10}}, ApproximatorInput::slope, false},
        Case{"spring_chain", {{"masses", 10}}, ApproximatorInput::both, false},
        Case{"spring_chain", {{"masses", 10}}, ApproximatorInput::slope, true},
        Case{"lorenz96", {{"variables", 8}}, ApproximatorInput::state, false, true},
        Case{"lorenz96", {{"variables", 8}}, ApproximatorInput::slope, false, true},
        Case{"lorenz96", {{"variables", 8}}, ApproximatorInput::slope, true, true},
        Case{"lorenz96", {{"variables", 8}}, ApproximatorInput::both, false}),
    name_of_case);

}  // namespace
}  // namespace farstep
