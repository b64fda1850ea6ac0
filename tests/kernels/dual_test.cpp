// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Dual numbers: their arithmetic and functions against rules of differentiation, and the Jacobians
// of every system against central differences.
#include <farstep/numerics/math.hpp>
#include <farstep/parameters.hpp>
#include <farstep/systems/elastic_pendulum.hpp>
#include <farstep/systems/harmonic_oscillator.hpp>
#include <farstep/systems/henon_heiles.hpp>
#include <farstep/systems/lorenz63.hpp>
#include <farstep/systems/lorenz96.hpp>
#include <farstep/systems/pendulum_chain.hpp>
#include <farstep/systems/spring_chain.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace farstep {
namespace {

constexpr int lanes = native_lanes<double>;
using DoublePack = Lanes<double, lanes>;

/// The derivative of f at x.
template <class F>
double derivative_of(const F& f, double x) {
    return f(Dual<double>(x, 1.0)).derivative;
}

TEST(Dual, FollowsTheRulesOfDifferentiation) {
    const double x = 0.7;
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return v * v * v; }, x), 3 * x * x);
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return (2 - v) / (v + 3); }, x),
                     -5 / ((x + 3) * (x + 3)));
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return 1 / v - v / 4; }, x), -1 / (x * x) - 0.25);
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return -(3 * v - 1); }, x), -3.0);
    const auto in_place = [](auto v) {
        auto sum = v;
        sum += v * v;
        sum -= 2;
        sum *= v;
        return sum;  // v² + v³ − 2v
    };
    EXPECT_DOUBLE_EQ(derivative_of(in_place, x), 2 * x + 3 * x * x - 2);
    EXPECT_EQ(derivative_of([](auto v) { return decltype(v)(5); }, x), 0.0);
}

TEST(Dual, DifferentiatesElementaryFunctions) {
    const double x = 0.7;
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return math::sin(2 * v); }, x),
                     2 * std::cos(2 * x));
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return math::cos(2 * v); }, x),
                     -2 * std::sin(2 * x));
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return math::exp(2 * v); }, x),
                     2 * std::exp(2 * x));
    EXPECT_DOUBLE_EQ(derivative_of([](auto v) { return math::tanh(2 * v); }, x),
                     2 / std::pow(std::cosh(2 * x), 2));
    Dual<double> sine, cosine;
    math::sincos(Dual<double>(x, 3.0), sine, cosine);
    EXPECT_DOUBLE_EQ(sine.value, std::sin(x));
    EXPECT_DOUBLE_EQ(sine.derivative, 3 * std::cos(x));
    EXPECT_DOUBLE_EQ(cosine.value, std::cos(x));
    EXPECT_DOUBLE_EQ(cosine.derivative, -3 * std::sin(x));
}

/// A function in two pieces, x² up to 1 and 3x beyond, which takes lanes apart.
template <class Real>
Real in_pieces(const Real& x) {
    return select(x <= Real(1), Real(x * x), Real(3 * x));
}

TEST(Dual, DifferentiatesTheBranchThatEachLaneTakes) {
    EXPECT_EQ(derivative_of(in_pieces<Dual<double>>, 0.25), 0.5);
    EXPECT_EQ(derivative_of(in_pieces<Dual<double>>, 2), 3.0);
    DoublePack x(0);
    for (int i = 0; i < lanes; ++i) set_lane(x, i, i % 2 ? 2.0 : 0.25);
    const auto y = in_pieces(Dual<DoublePack>(x, DoublePack(1)));
    for (int i = 0; i < lanes; ++i) EXPECT_EQ(lane(y.derivative, i), i % 2 ? 3.0 : 0.5);
}

template <class System>
using ParametersOf = Vector<double, System::parameter_count>;

template <class System>
ParametersOf<System> published_parameters() {
    ParametersOf<System> values;
    const SystemInfo info = System::describe();
    for (int p = 0; p < System::parameter_count; ++p) {
        values[p] = info.parameters[std::size_t(p)].value;
    }
    return prepare_parameters<System>(values);
}

/// Some state, of components from 0.5 to 2.5, in a lane.
double component(int c, int lane) { return 1.5 + std::sin(3 * c + 5 * lane + 1); }

template <class System>
class RightHandSide : public ::testing::Test {};

using Systems =
    ::testing::Types<HarmonicOscillator, HenonHeiles, ElasticPendulum, Lorenz63, Lorenz96<8>,
                     Lorenz96TwoScale<8, 32>, SpringChain<5>, PendulumChain<1>, PendulumChain<2>,
                     PendulumChain<3>, PendulumChain<4>>;
TYPED_TEST_SUITE(RightHandSide, Systems);

TYPED_TEST(RightHandSide, HasTheDerivativesOfCentralDifferences) {
    constexpr int d = TypeParam::dimension;
    const auto parameters = published_parameters<TypeParam>();
    Vector<double, d> u;
    for (int c = 0; c < d; ++c) u[c] = component(c, 0);
    const double h = 1e-5;
    const auto rate = TypeParam::rhs(u, parameters);
    for (int j = 0; j < std::min(d, 12); ++j) {
        Vector<Dual<double>, d> along;
        Vector<double, d> ahead = u, behind = u;
        for (int c = 0; c < d; ++c) along[c] = {u[c], c == j ? 1.0 : 0.0};
        ahead[j] += h;
        behind[j] -= h;
        const auto slope = TypeParam::rhs(along, parameters);
        const auto right = TypeParam::rhs(ahead, parameters);
        const auto left = TypeParam::rhs(behind, parameters);
        for (int c = 0; c < d; ++c) {
            const double difference = (right[c] - left[c]) / (2 * h);
            // What is left: h² times a third derivative, and rounding over h.
            EXPECT_NEAR(slope[c].derivative, difference, 1e-8 * (10 + std::fabs(rate[c])))
                << "of component " << c << " by component " << j;
            EXPECT_NEAR(slope[c].value, rate[c], 1e-14 * (10 + std::fabs(rate[c])));
        }
    }
}

TYPED_TEST(RightHandSide, HasTheSameDerivativesInEveryLane) {
    constexpr int d = TypeParam::dimension;
    const auto parameters = published_parameters<TypeParam>();
    Vector<DoublePack, TypeParam::parameter_count> broadcast;
    for (int p = 0; p < TypeParam::parameter_count; ++p) broadcast[p] = DoublePack(parameters[p]);
    Vector<Dual<DoublePack>, d> packed;
    for (int c = 0; c < d; ++c) {
        packed[c].derivative = DoublePack(0.1 * (c + 1));
        for (int i = 0; i < lanes; ++i) set_lane(packed[c].value, i, component(c, i));
    }
    const auto slopes = TypeParam::rhs(packed, broadcast);
    for (int i = 0; i < lanes; ++i) {
        Vector<Dual<double>, d> along;
        for (int c = 0; c < d; ++c) along[c] = {component(c, i), 0.1 * (c + 1)};
        const auto slope = TypeParam::rhs(along, parameters);
        for (int c = 0; c < d; ++c) {
            const double expected = slope[c].derivative;
            EXPECT_NEAR(lane(slopes[c].derivative, i), expected,
                        1e-13 * (10 + std::fabs(expected)));
        }
    }
}

}  // namespace
}  // namespace farstep
