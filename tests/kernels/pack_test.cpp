// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Packs do lane by lane what scalars do.
#include <farstep/numerics/pack_memory.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace farstep {
namespace {

/// Two native vectors, as most kernels use them; at least 4 lanes where there are no vectors.
template <class T>
inline constexpr int lanes = native_lanes<T> == 1 ? 4 : 2 * native_lanes<T>;

/// Numbers without pattern, some of them negative, none zero.
template <class T>
T number(int i) {
    return static_cast<T>(std::sin(1.0 + 2.7 * i) * 3);
}

template <class T>
Pack<T, lanes<T>> numbers(int first) {
    Pack<T, lanes<T>> pack;
    for (int i = 0; i < lanes<T>; ++i) pack.set_lane(i, number<T>(first + i));
    return pack;
}

template <class T>
class Packs : public ::testing::Test {};
using Scalars = ::testing::Types<double, float>;
TYPED_TEST_SUITE(Packs, Scalars);

TYPED_TEST(Packs, ComputeLaneByLane) {
    using T = TypeParam;
    const auto a = numbers<T>(0), b = numbers<T>(100);
    const auto sum = a + b, difference = a - b, product = a * b, quotient = a / b, negative = -a;
    auto accumulated = a;
    accumulated += b;
    accumulated -= T(2) * a;
    accumulated *= b;
    for (int i = 0; i < lanes<T>; ++i) {
        const T x = number<T>(i), y = number<T>(100 + i);
        EXPECT_EQ(sum.lane(i), x + y);
        EXPECT_EQ(difference.lane(i), x - y);
        EXPECT_EQ(product.lane(i), x * y);
        EXPECT_EQ(quotient.lane(i), x / y);
        EXPECT_EQ(negative.lane(i), -x);
        // The compiler may contract multiply and add on either side.
        EXPECT_NEAR(double(accumulated.lane(i)), double((y - x) * y),
                    20 * double(std::numeric_limits<T>::epsilon()));
    }
}

TYPED_TEST(Packs, MixWithScalars) {
    using T = TypeParam;
    const auto a = numbers<T>(0);
    const T s = T(0.7);
    const auto sum = a + s, mirrored_sum = s + a, difference = a - s, mirrored_difference = s - a;
    const auto product = a * s, mirrored_product = s * a, quotient = a / s, mirrored = s / a;
    const Pack<T, lanes<T>> broadcast(s), zero(T(-0.0));
    for (int i = 0; i < lanes<T>; ++i) {
        const T x = number<T>(i);
        EXPECT_EQ(sum.lane(i), x + s);
        EXPECT_EQ(mirrored_sum.lane(i), s + x);
        EXPECT_EQ(difference.lane(i), x - s);
        EXPECT_EQ(mirrored_difference.lane(i), s - x);
        EXPECT_EQ(product.lane(i), x * s);
        EXPECT_EQ(mirrored_product.lane(i), s * x);
        EXPECT_EQ(quotient.lane(i), x / s);
        EXPECT_EQ(mirrored.lane(i), s / x);
        EXPECT_EQ(broadcast.lane(i), s);
        EXPECT_TRUE(std::signbit(zero.lane(i)));
    }
}

TYPED_TEST(Packs, LoadAndStoreFromDoubleMemory) {
    using T = TypeParam;
    using Real = Pack<T, lanes<T>>;
    double memory[lanes<T>], stored[lanes<T>];
    for (int i = 0; i < lanes<T>; ++i) memory[i] = number<double>(i);
    const Real pack = load<Real>(memory, 1);
    store(stored, 1, pack);
    for (int i = 0; i < lanes<T>; ++i) {
        EXPECT_EQ(lane(pack, i), static_cast<T>(memory[i]));
        EXPECT_EQ(stored[i], double(static_cast<T>(memory[i])));
    }
}

TYPED_TEST(Packs, ConvertToTheOtherPrecision) {
    using T = TypeParam;
    // As many lanes as either precision needs.
    constexpr int W = lanes<float>;
    Pack<T, W> pack;
    for (int i = 0; i < W; ++i) set_lane(pack, i, number<T>(i));
    const auto as_double = convert<Pack<double, W>>(pack);
    const auto as_float = convert<Pack<float, W>>(pack);
    for (int i = 0; i < W; ++i) {
        EXPECT_EQ(as_double.lane(i), double(number<T>(i)));
        EXPECT_EQ(as_float.lane(i), float(number<T>(i)));
    }
}

TYPED_TEST(Packs, CompareAndSelectLaneByLane) {
    using T = TypeParam;
    auto a = numbers<T>(0);
    const auto b = numbers<T>(50);
    a.set_lane(1, b.lane(1));
    a.set_lane(2, std::numeric_limits<T>::quiet_NaN());
    const auto mask = a <= b;
    const auto chosen = select(mask, a, b);
    for (int i = 0; i < lanes<T>; ++i) {
        EXPECT_EQ(mask.lane(i), a.lane(i) <= b.lane(i));
        EXPECT_EQ(chosen.lane(i), a.lane(i) <= b.lane(i) ? a.lane(i) : b.lane(i));
    }
    EXPECT_EQ(select(true, T(1), T(2)), T(1));
    EXPECT_EQ(select(false, T(1), T(2)), T(2));
}

TYPED_TEST(Packs, AllOfNoticesEverySingleLane) {
    using T = TypeParam;
    const Pack<T, lanes<T>> one(T(1));
    EXPECT_TRUE(all_of(one <= one));
    for (int i = 0; i < lanes<T>; ++i) {
        for (const T odd :
             {T(2), std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
            auto pack = one;
            pack.set_lane(i, odd);
            EXPECT_FALSE(all_of(pack <= one)) << "lane " << i;
        }
    }
}

TYPED_TEST(Packs, HorizontalSumAddsAllLanesInPairs) {
    using T = TypeParam;
    const auto a = numbers<T>(0);
    T sums[lanes<T>];
    for (int i = 0; i < lanes<T>; ++i) sums[i] = a.lane(i);
    for (int half = lanes<T> / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; ++i) sums[i] += sums[i + half];
    }
    EXPECT_EQ(horizontal_sum(a), sums[0]);
    EXPECT_EQ(horizontal_sum(T(3)), T(3));
}

}  // namespace
}  // namespace farstep
