// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Values of the activations, their derivatives, and the split form of the rational one.
#include <farstep/approximators/activation.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "networks.hpp"

namespace farstep {
namespace {

using testing::Numbers;

template <Activation activation, class Coefficients>
double value_of(double z, const Coefficients& c) {
    Vector<double, 4> block{{z, 0.3, -2, 5}};  // a block, as the kernels evaluate them
    activate<activation>(block, c);
    return block[0];
}

TEST(Rational, HasThePublishedValues) {
    const auto r = [](double z) { return value_of<Activation::rational>(z, published_rational); };
    EXPECT_NEAR(r(1), 0.978126, 5e-7);
    EXPECT_NEAR(r(-1), -0.021874, 5e-7);
    double worst = 0;
    for (int i = -10'000; i <= 10'000; ++i) {
        const double z = i / 10'000.0;
        worst = std::max(worst, std::fabs(r(z) - std::max(z, 0.0)));
    }
    EXPECT_NEAR(worst, 0.0219, 5e-5);
}

template <Activation activation>
void expect_values() {
    for (double z = -6; z <= 6; z += 0.173) {
        const double expected = testing::activation_value(activation, published_rational, z);
        EXPECT_NEAR(value_of<activation>(z, published_rational), expected,
                    4e-16 * (1 + std::fabs(expected)))
            << "at " << z;
    }
}

TEST(Activations, HaveTheValuesOfTheirFormulas) {
    expect_values<Activation::rational>();
    expect_values<Activation::inverse_quadratic>();
    expect_values<Activation::tanh>();
    expect_values<Activation::sin>();
    expect_values<Activation::silu>();
    expect_values<Activation::relu>();
}

template <Activation activation>
void expect_derivatives() {
    const double step = 1e-4;
    for (double z = -6; z <= 6; z += 0.173) {
        const auto at = [&](double x) { return value_of<activation>(x, published_rational); };
        const double expected =
            (8 * (at(z + step) - at(z - step)) - (at(z + 2 * step) - at(z - 2 * step))) /
            (12 * step);
        EXPECT_NEAR(activation_derivative<activation>(z, at(z), published_rational), expected,
                    1e-10)
            << "at " << z;
    }
}

TEST(Activations, HaveTheDerivativesOfTheirFormulas) {
    expect_derivatives<Activation::rational>();
    expect_derivatives<Activation::inverse_quadratic>();
    expect_derivatives<Activation::tanh>();
    expect_derivatives<Activation::sin>();
    expect_derivatives<Activation::silu>();
    expect_derivatives<Activation::relu>();
}

double split_value(const SplitRational& form, double z) {
    const double y = (z + form.shift) / form.scale;
    const double coefficients[] = {form.k0, form.k1};
    return form.slope * y + form.offset + value_of<Activation::split_rational>(y, coefficients);
}

TEST(Split, OfThePublishedCoefficientsHasNoOddPart) {
    const SplitRational form = split(published_rational);
    ASSERT_TRUE(form.possible);
    EXPECT_EQ(form.k1, 0.0);
    for (double z = -20; z <= 20; z += 0.093) {
        const double plain = testing::rational(published_rational, z);
        EXPECT_NEAR(split_value(form, z), plain, 1e-14 * (1 + std::fabs(plain)));
    }
}

TEST(Split, EqualsThePlainFormForAnyCoefficientsWithoutRealPoles) {
    Numbers number(11);
    int tried = 0;
    while (tried < 1000) {
        RationalCoefficients c;
        for (int i = 0; i < rational_coefficient_count; ++i) c[i] = 2 * number();
        const double discriminant = c[5] * c[5] - 4 * c[4] * c[6];
        const SplitRational form = split(c);
        EXPECT_EQ(form.possible, discriminant < 0);
        // Rounding grows with the nearness of the poles and with the size of the parts.
        if (discriminant > -0.1 || std::fabs(c[6]) < 0.1) continue;
        ++tried;
        const double size = std::fabs(form.k0) + std::fabs(form.k1) +
                            std::fabs(form.slope) * 10 / form.scale + std::fabs(form.offset);
        for (double z = -5; z <= 5; z += 0.31) {
            EXPECT_NEAR(split_value(form, z), testing::rational(c, z), 1e-13 * (1 + size));
        }
    }
}

TEST(Split, RefusesRealPoles) {
    RationalCoefficients c = published_rational;
    c[4] = -1;  // 2.383 z² − 1
    EXPECT_FALSE(split(c).possible);
    c[4] = 0;  // a double pole at 0
    EXPECT_FALSE(split(c).possible);
    c[4] = 1, c[5] = 4;  // 2.383 z² + 4 z + 1
    EXPECT_FALSE(split(c).possible);
    c[6] = 0;  // a linear denominator
    EXPECT_FALSE(split(c).possible);
    c[6] = std::nan("");
    EXPECT_FALSE(split(c).possible);
}

TEST(InvertAll, GivesTheInversesOfItsGroups) {
    Vector<double, 8> fours{{1, 2, 3, 4, 1e30, 1e-30, 7, 0.1}};
    Vector<float, 4> twos{{3.0f, 1e15f, 1e-10f, 5.0f}};
    const auto exact = fours;
    const auto exact_twos = twos;
    invert_all<4>(fours);
    invert_all<2>(twos);
    for (int i = 0; i < 8; ++i) EXPECT_NEAR(fours[i] * exact[i], 1, 1e-15);
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(double(twos[i]) * double(exact_twos[i]), 1, 5e-7);
}

/// A number of its own in every lane: targets divide few vectors by halves and many whole.
template <class T, int group, int count>
void expect_inverses_in_every_lane(double tolerance) {
    constexpr int lanes = native_lanes<T>;
    Vector<Lanes<T, lanes>, count> x;
    const auto number = [](int i, int l) { return T(0.3 + 0.7 * i + 0.01 * l * l); };
    for (int i = 0; i < count; ++i) {
        for (int l = 0; l < lanes; ++l) set_lane(x[i], l, number(i, l));
    }
    invert_all<group>(x);
    for (int i = 0; i < count; ++i) {
        for (int l = 0; l < lanes; ++l) {
            EXPECT_NEAR(double(lane(x[i], l)) * double(number(i, l)), 1, tolerance) << i << ", " << l;
        }
    }
}

TEST(InvertAll, ActsLaneByLane) {
    expect_inverses_in_every_lane<double, 1, 1>(1e-15);
    expect_inverses_in_every_lane<double, 2, 8>(2e-15);
    expect_inverses_in_every_lane<double, 2, 24>(2e-15);
    expect_inverses_in_every_lane<float, 1, 4>(5e-7);
    expect_inverses_in_every_lane<float, 2, 24>(1e-6);
}

}  // namespace
}  // namespace farstep
