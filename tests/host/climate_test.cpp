// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Distances between histograms, where they are known.
#include "evaluation/climate.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace farstep {
namespace {

Histogram histogram_of(std::vector<std::int64_t> counts) {
    return {{{0, 1}}, {std::move(counts)}};
}

/// Equal counts in the bins first … last − 1 of 400.
Histogram box(std::size_t first, std::size_t last) {
    std::vector<std::int64_t> counts(400, 0);
    for (std::size_t i = first; i < last; ++i) counts[i] = 10;
    return histogram_of(counts);
}

TEST(ClimateDistance, OfAHistogramFromItselfIsZero) {
    const ClimateDistance found = distance(box(10, 300), box(10, 300));
    EXPECT_EQ(found.kolmogorov_smirnov, 0.0);
    EXPECT_NEAR(found.hellinger, 0, 1e-7);
}

TEST(ClimateDistance, DoesNotDependOnTheNumberOfStates) {
    Histogram more = box(0, 400);
    for (std::int64_t& count : more.counts[0]) count *= 7;
    EXPECT_NEAR(distance(box(0, 400), more).kolmogorov_smirnov, 0, 1e-15);
}

TEST(ClimateDistance, OfShiftedBoxesIsTheirShift) {
    // Boxes of width 200, a fifth of it apart: the distribution functions differ by 0.2, and four
    // fifths overlap.
    const ClimateDistance found = distance(box(0, 200), box(40, 240));
    EXPECT_NEAR(found.kolmogorov_smirnov, 0.2, 1e-14);
    EXPECT_NEAR(found.hellinger, std::sqrt(0.2), 1e-14);
}

TEST(ClimateDistance, OfDisjointHistogramsIsOne) {
    const ClimateDistance found = distance(box(0, 200), box(200, 400));
    EXPECT_NEAR(found.kolmogorov_smirnov, 1, 1e-14);
    EXPECT_NEAR(found.hellinger, 1, 1e-14);
}

TEST(ClimateDistance, OfARunWithoutSurvivorsIsTheLargest) {
    EXPECT_EQ(distance(box(0, 200), box(0, 0)).kolmogorov_smirnov, 1.0);
}

TEST(ClimateDistance, IsTheLargestOfAllComponents) {
    Histogram a = box(0, 200), b = box(0, 200);
    for (Histogram* both : {&a, &b}) both->range.push_back({0, 1});
    a.counts.push_back(box(0, 100).counts[0]);
    b.counts.push_back(box(50, 150).counts[0]);
    EXPECT_NEAR(distance(a, b).kolmogorov_smirnov, 0.5, 1e-14);
}

}  // namespace
}  // namespace farstep
