// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Where a plain scheme's curve of work and precision meets an error.
#include "evaluation/work_precision.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace farstep {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Competitor meeting(const std::vector<WorkPoint>& points, double error) {
    return meet({"scheme", Precision::Double, points}, error);
}

TEST(Meet, InterpolatesFixedStepsInLogarithms) {
    const Competitor found = meeting({{0.2, 1e-2, 10}, {0.1, 1e-6, 20}, {0.05, 1e-10, 40}}, 1e-4);
    EXPECT_TRUE(found.reaches);
    EXPECT_NEAR(found.step, 0.2 / std::sqrt(2), 1e-12);
    EXPECT_NEAR(found.cost, 10 * std::sqrt(2), 1e-12);
}

TEST(Meet, InterpolatesTheCostOfASeriesWhoseStepsGrowWithItsOrder) {
    const Competitor found = meeting({{0.08, 1e-7, 50, 1e-4}, {0.09, 1e-11, 80, 1e-5}}, 1e-9);
    EXPECT_TRUE(found.reaches);
    EXPECT_NEAR(found.cost, std::sqrt(50 * 80), 1e-12);
}

TEST(Meet, TakesTheRungItselfWhereThereIsNothingToInterpolateWith) {
    EXPECT_EQ(meeting({{0.2, 1e-8, 10}, {0.1, 1e-9, 20}}, 1e-6).cost, 10);
    EXPECT_EQ(meeting({{0.2, infinity, 10}, {0.1, 1e-9, 20}}, 1e-6).cost, 20);
    EXPECT_EQ(meeting({{0.2, 1e-3, 10}, {0.1, 0, 20}}, 1e-6).cost, 20);
}

TEST(Meet, SaysWhenTheLadderEndsAbove) {
    EXPECT_FALSE(meeting({{0.2, 1e-3, 10}, {0.1, 1e-5, 20}}, 1e-6).reaches);
    EXPECT_FALSE(meeting({}, 1e-6).reaches);
}

}  // namespace
}  // namespace farstep
