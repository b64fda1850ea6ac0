// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The elementary functions of packs against the C library in the next higher precision.
#include <farstep/numerics/division.hpp>
#include <farstep/numerics/math.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace farstep {
namespace {

template <class T>
inline constexpr int lanes = native_lanes<T> == 1 ? 4 : 2 * native_lanes<T>;

/// Distance from the exact value, in units of the last place of the result.
template <class T>
double ulps(T found, long double exact) {
    const T rounded = static_cast<T>(exact);
    if (found == rounded) return 0;
    const T size = std::max(std::fabs(rounded), std::numeric_limits<T>::min());
    const T unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
    return double(
        std::fabs((static_cast<long double>(found) - exact) / static_cast<long double>(unit)));
}

/// The worst error of f over `count` numbers from low to high.
template <class T, class F, class Exact>
double worst_ulps(const F& f, const Exact& exact, double low, double high, int count = 20'000) {
    double worst = 0;
    for (int first = 0; first < count; first += lanes<T>) {
        Pack<T, lanes<T>> x;
        for (int i = 0; i < lanes<T>; ++i) {
            x.set_lane(i, static_cast<T>(low + (high - low) * (first + i + 0.37) / count));
        }
        const auto y = f(x);
        for (int i = 0; i < lanes<T>; ++i) {
            worst = std::max(worst, ulps(y.lane(i), exact(static_cast<long double>(x.lane(i)))));
        }
    }
    return worst;
}

template <class T>
class Math : public ::testing::Test {};
using Scalars = ::testing::Types<double, float>;
TYPED_TEST_SUITE(Math, Scalars);

constexpr double allowed = 2;  // SLEEF states 1.0, glibc below 1

TYPED_TEST(Math, SineAndCosineAreAccurate) {
    using T = TypeParam;
    const auto sine = [](const auto& x) { return math::sin(x); };
    const auto cosine = [](const auto& x) { return math::cos(x); };
    for (const double range : {1e-3, 1.0, 10.0, 1e4}) {
        EXPECT_LT(worst_ulps<T>(
                      sine, [](long double x) { return std::sin(x); }, -range, range),
                  allowed);
        EXPECT_LT(worst_ulps<T>(
                      cosine, [](long double x) { return std::cos(x); }, -range, range),
                  allowed);
    }
}

TYPED_TEST(Math, SineAndCosineTogetherAreAccurate) {
    using T = TypeParam;
    const auto sine = [](const auto& x) {
        auto s = x, c = x;
        math::sincos(x, s, c);
        return s;
    };
    const auto cosine = [](const auto& x) {
        auto s = x, c = x;
        math::sincos(x, s, c);
        return c;
    };
    EXPECT_LT(worst_ulps<T>(
                  sine, [](long double x) { return std::sin(x); }, -20, 20),
              allowed);
    EXPECT_LT(worst_ulps<T>(
                  cosine, [](long double x) { return std::cos(x); }, -20, 20),
              allowed);
    T s = 0, c = 0;
    math::sincos(T(0.5), s, c);
    EXPECT_LT(ulps(s, std::sin(0.5L)), allowed);
    EXPECT_LT(ulps(c, std::cos(0.5L)), allowed);
}

TYPED_TEST(Math, ExponentialIsAccurate) {
    using T = TypeParam;
    const auto f = [](const auto& x) { return math::exp(x); };
    const double range = sizeof(T) == 8 ? 700 : 85;
    EXPECT_LT(worst_ulps<T>(
                  f, [](long double x) { return std::exp(x); }, -range, range),
              allowed);
    EXPECT_LT(worst_ulps<T>(
                  f, [](long double x) { return std::exp(x); }, -1, 1),
              allowed);
}

TYPED_TEST(Math, ReciprocalIsAccurate) {
    using T = TypeParam;
    const auto f = [](const auto& x) { return math::reciprocal(x); };
    const auto exact = [](long double x) { return 1 / x; };
    EXPECT_LT(worst_ulps<T>(f, exact, 1, 2), allowed);
    EXPECT_LT(worst_ulps<T>(f, exact, 1, 1e30), allowed);
    EXPECT_LT(worst_ulps<T>(f, exact, -1e-3, -1e-30), allowed);
}

TYPED_TEST(Math, HyperbolicTangentIsAccurate) {
    using T = TypeParam;
    const auto f = [](const auto& x) { return math::tanh(x); };
    EXPECT_LT(worst_ulps<T>(
                  f, [](long double x) { return std::tanh(x); }, -30, 30),
              allowed);
    EXPECT_LT(worst_ulps<T>(
                  f, [](long double x) { return std::tanh(x); }, -0.1, 0.1),
              allowed);
}

TYPED_TEST(Math, FunctionsOfWhatIsNotFiniteAreWhatTheyShouldBe) {
    using T = TypeParam;
    using Real = Pack<T, lanes<T>>;
    const T infinity = std::numeric_limits<T>::infinity();
    const T nan = std::numeric_limits<T>::quiet_NaN();
    EXPECT_TRUE(std::isnan(math::sin(Real(nan)).lane(0)));
    EXPECT_TRUE(std::isnan(math::cos(Real(infinity)).lane(0)));
    EXPECT_EQ(math::exp(Real(infinity)).lane(0), infinity);
    EXPECT_EQ(math::exp(Real(-infinity)).lane(0), T(0));
    EXPECT_TRUE(std::isnan(math::exp(Real(nan)).lane(0)));
    EXPECT_EQ(math::tanh(Real(infinity)).lane(0), T(1));
    EXPECT_EQ(math::tanh(Real(-infinity)).lane(0), T(-1));
}

}  // namespace
}  // namespace farstep
