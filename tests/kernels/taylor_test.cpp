// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Taylor coefficients against series that are known, the rows they take, and the scheme's order and
// step length.
#include <farstep/numerics/math.hpp>
#include <farstep/schemes/taylor_series.hpp>
#include <farstep/systems/elastic_pendulum.hpp>
#include <farstep/systems/harmonic_oscillator.hpp>
#include <farstep/systems/henon_heiles.hpp>
#include <farstep/systems/lorenz63.hpp>
#include <farstep/systems/lorenz96.hpp>
#include <farstep/systems/pendulum_chain.hpp>
#include <farstep/systems/spring_chain.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace farstep {
namespace {

constexpr int orders = taylor_row_length;
using Series = std::vector<double>;
using Coefficient = TaylorCoefficient<double>;

/// The series of f(x(t)) from that of x.
template <class F>
Series series_of(const F& f, const Series& x) {
    std::vector<double> rows(16 * orders);
    Series result;
    for (int k = 0; k < orders; ++k) {
        TaylorMemory<double> memory(rows.data(), k);
        result.push_back(f(Coefficient(x[std::size_t(k)], &memory)).at(k));
    }
    return result;
}

/// a + b t.
Series line(double a, double b) {
    Series result(orders, 0.0);
    result[0] = a;
    result[1] = b;
    return result;
}

/// 1 + t/2 + t²/3 + …, so that no coefficient vanishes.
Series all_orders() {
    Series result;
    for (int k = 0; k < orders; ++k) result.push_back(1.0 / (k + 1));
    return result;
}

void expect_near(const Series& found, const Series& expected, double tolerance) {
    for (std::size_t k = 0; k < std::size_t(orders); ++k) {
        EXPECT_NEAR(found[k], expected[k], tolerance * (1 + std::fabs(expected[k]))) << "order " << k;
    }
}

double factorial(int k) { return std::tgamma(k + 1.0); }

TEST(TaylorCoefficient, MultipliesPolynomials) {
    Series expected(orders, 0.0);
    expected[0] = 8, expected[1] = 36, expected[2] = 54, expected[3] = 27;  // (2 + 3 t)³
    expect_near(series_of([](auto x) { return x * x * x; }, line(2, 3)), expected, 1e-15);
}

TEST(TaylorCoefficient, TakesConstantsAtOrderZeroAlone) {
    const auto in_place = [](auto x) {
        auto y = 2 * x;
        y += 1;
        y -= decltype(y)(4);
        y *= 0.5 + decltype(y)(0.5);
        return (y - 2.0) / 2 * 2 + (5.0 - x) - 1 + x - 2;  // 2 x − 3 + (−2 + 5 − 1 − 2)
    };
    expect_near(series_of(in_place, line(1, 3)), line(2 * 1 - 3, 2 * 3), 1e-15);
    const auto constant = [](auto x) { return decltype(x)(7); };
    expect_near(series_of(constant, line(1, 3)), line(7, 0), 0);
}

TEST(TaylorCoefficient, Divides) {
    Series expected;  // 1/(2 + t)
    for (int k = 0; k < orders; ++k) expected.push_back(std::pow(-0.5, k) / 2);
    expect_near(series_of([](auto x) { return 1 / x; }, line(2, 1)), expected, 1e-15);
    expect_near(series_of([](auto x) { return (x * x) / x; }, all_orders()), all_orders(), 1e-14);
    expect_near(series_of([](auto x) { return (x * x) / (x * 2.0) * 2; }, all_orders()),
                all_orders(), 1e-14);
}

TEST(TaylorCoefficient, HasTheSeriesOfElementaryFunctions) {
    const double a = 0.7, b = 2;
    Series sine, cosine, power;
    for (int k = 0; k < orders; ++k) {
        const double scale = std::pow(b, k) / factorial(k), turn = k * std::acos(0.0);
        sine.push_back(scale * std::sin(a + turn));
        cosine.push_back(scale * std::cos(a + turn));
        power.push_back(scale * std::exp(a));
    }
    expect_near(series_of([](auto x) { return math::sin(x); }, line(a, b)), sine, 1e-14);
    expect_near(series_of([](auto x) { return math::cos(x); }, line(a, b)), cosine, 1e-14);
    expect_near(series_of([](auto x) { return math::exp(x); }, line(a, b)), power, 1e-14);
    // tanh(t) = t − t³/3 + 2 t⁵/15 − 17 t⁷/315 + …
    const Series t = series_of([](auto x) { return math::tanh(x); }, line(0, 1));
    EXPECT_NEAR(t[1], 1, 1e-15);
    EXPECT_NEAR(t[3], -1.0 / 3, 1e-15);
    EXPECT_NEAR(t[5], 2.0 / 15, 1e-15);
    EXPECT_NEAR(t[7], -17.0 / 315, 1e-15);
}

TEST(TaylorCoefficient, KeepsIdentitiesAtEveryOrder) {
    const auto circle = [](auto x) {
        decltype(x) sine, cosine;
        math::sincos(x, sine, cosine);
        return sine * sine + cosine * cosine;
    };
    expect_near(series_of(circle, all_orders()), line(1, 0), 1e-14);
    const auto by_exponentials = [](auto x) {
        const auto power = math::exp(2 * x);
        return (power - 1) / (power + 1) - math::tanh(x);
    };
    expect_near(series_of(by_exponentials, all_orders()), line(0, 0), 1e-12);
}

TEST(TaylorCoefficient, LeavesFunctionsOfConstantsConstant) {
    const auto all = [](auto x) {
        decltype(x) constant(0.5), sine, cosine;
        math::sincos(constant, sine, cosine);
        return x + (sine + math::cos(constant) + math::exp(constant) + math::tanh(constant));
    };
    const double sum = std::sin(0.5) + std::cos(0.5) + std::exp(0.5) + std::tanh(0.5);
    expect_near(series_of(all, line(1, 3)), line(1 + sum, 3), 1e-15);
}

// --- rows

template <class System>
class RowsOf : public ::testing::Test {};

using Systems =
    ::testing::Types<HarmonicOscillator, HenonHeiles, ElasticPendulum, Lorenz63, Lorenz96<8>,
                     Lorenz96TwoScale<8, 32>, SpringChain<5>, SpringChain<20>, PendulumChain<1>,
                     PendulumChain<2>, PendulumChain<4>>;
TYPED_TEST_SUITE(RowsOf, Systems);

TYPED_TEST(RowsOf, RightHandSidesAreAsManyAsWereCounted) {
    constexpr int d = TypeParam::dimension, rows = count_taylor_rows<TypeParam>();
    std::vector<double> remembered(std::size_t(rows + 1) * orders);
    TaylorMemory<double> memory(remembered.data(), 0);
    Vector<double, d> start;
    Vector<Coefficient, d> u;
    for (int c = 0; c < d; ++c) {
        start[c] = 1.5 + std::sin(c);
        u[c] = {&start[c], &memory};
    }
    Vector<double, TypeParam::parameter_count> parameters;
    for (int p = 0; p < TypeParam::parameter_count; ++p) parameters[p] = 1;
    TypeParam::rhs(u, parameters);
    EXPECT_EQ(memory.next_row() - remembered.data(), rows * orders);
}

// --- the scheme

template <class Scalar>
int order_for(Scalar tolerance) {
    return TaylorSeries::accuracy_for(tolerance).value;
}

TEST(TaylorSeries, HasTheOrderThatTheToleranceAsksFor) {
    for (const double tolerance : {1e-4, 1e-6, 1e-9, 1e-12, 1e-15}) {
        const int order = order_for(tolerance);
        EXPECT_LE(std::exp(-2.0 * (order - 1)), tolerance);
        EXPECT_GT(std::exp(-2.0 * (order - 2)), tolerance);
    }
    EXPECT_EQ(order_for(0.1), TaylorSeries::lowest_order);
    EXPECT_EQ(order_for(1e-30), TaylorSeries::highest_order);
    EXPECT_EQ(order_for(1e-30f), order_for(1e-7f));
}

template <class System, class Real = double>
using Trial = TaylorSeries::Trial<System, Real>;

/// The error of a step on Hénon–Heiles, against ten steps of high order.
double error_of_step(double tolerance, double h) {
    const Vector<double, 1> lambda = {{1.0}};
    const Vector<double, 4> start = {{0.1, -0.2, 0.3, 0.25}};
    const TaylorSeries::Order highest{TaylorSeries::highest_order};
    Vector<double, 4> next, exact = start;
    Trial<HenonHeiles>(start, lambda, TaylorSeries::accuracy_for(tolerance), h).advance(h, next);
    for (int step = 0; step < 10; ++step) {
        const Vector<double, 4> from = exact;
        Trial<HenonHeiles>(from, lambda, highest, h).advance(h / 10, exact);
    }
    double largest = 0;
    for (int c = 0; c < 4; ++c) largest = std::max(largest, std::fabs(next[c] - exact[c]));
    return largest;
}

TEST(TaylorSeries, ErrorsFallWithThePowerOfTheStepThatTheirOrderSays) {
    for (const double tolerance : {1e-3, 1e-4, 1e-6}) {
        const double slope =
            std::log2(error_of_step(tolerance, 0.8) / error_of_step(tolerance, 0.4));
        EXPECT_NEAR(slope, order_for(tolerance) + 1, 0.5) << tolerance;
    }
}

/// ẋ = x²: x = 1/(1/x0 − t) has the radius of convergence 1/x0.
struct Riccati {
    static constexpr int dimension = 1, parameter_count = 0;
    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static constexpr Vector<Real, 1> rhs(const Vector<Real, 1>& u,
                                                                     const Parameters&) {
        return {{u[0] * u[0]}};
    }
};

TEST(TaylorSeries, StepsAreAShareOfTheRadiusOfConvergence) {
    for (const double x : {1.0, 2.0, 100.0}) {
        const double length = Trial<Riccati>({{x}}, {}, {15}, 0.0).length();
        EXPECT_NEAR(length * x * std::exp(2.0), 0.95, 0.05) << x;
    }
}

TEST(TaylorSeries, ASeriesThatIsNotFiniteAllowsNoStep) {
    for (const double x : {1e200, std::nan("")}) {
        const Trial<Riccati> trial({{x}}, {}, {15}, 0.0);
        Vector<double, 1> next;
        EXPECT_EQ(trial.length(), 0);
        EXPECT_GT(trial.advance(0, next), 1);
    }
}

TEST(TaylorSeries, StepsTheLanesOfAPackAsItStepsEachAlone) {
    using Real = Lanes<double, 2 * native_lanes<double>>;
    Vector<Real, 4> u, next;
    Real h(0.0);
    for (int i = 0; i < lanes_of<Real>; ++i) {
        for (int c = 0; c < 4; ++c) set_lane(u[c], i, 0.05 * (c + 1) - 0.02 * i);
        set_lane(h, i, 0.2 + 0.02 * i);
    }
    const Trial<HenonHeiles, Real> trial(u, {{Real(1.0)}}, {13}, h);
    trial.advance(h, next);
    for (int i = 0; i < lanes_of<Real>; ++i) {
        Vector<double, 4> one, one_next;
        for (int c = 0; c < 4; ++c) one[c] = lane(u[c], i);
        const Trial<HenonHeiles> alone(one, {{1.0}}, {13}, 0.0);
        alone.advance(lane(h, i), one_next);
        EXPECT_NEAR(lane(trial.length(), i) / alone.length(), 1, 1e-12);
        for (int c = 0; c < 4; ++c) EXPECT_NEAR(lane(next[c], i), one_next[c], 1e-15);
    }
}

}  // namespace
}  // namespace farstep
