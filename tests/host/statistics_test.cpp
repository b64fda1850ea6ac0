// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Statistics against straightforward computation, however the ensemble is split over chunks and
// ranks, and in whatever order its trajectories come.
#include "ensemble/statistics.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "ensemble/ensemble.hpp"

namespace farstep {
namespace {

constexpr std::int64_t total = 40'001;
constexpr int bin_count = 500;
constexpr Bins range_of_component[] = {{-3, 3}, {-50, 150}, {6.9, 7.1}};
const std::vector<double> probabilities = {0, 0.01, 0.25, 0.5, 0.95, 1};

double value(std::int64_t trajectory, int component) {
    const double x =
        std::sin(1.3 * double(trajectory)) + 0.3 * std::sin(0.011 * double(trajectory));
    switch (component) {
        case 0:
            return x;
        case 1:
            return 40 * std::exp(x);  // beyond the last bin for some
        default:
            return 7;  // always the same
    }
}

bool fails(std::int64_t trajectory) { return trajectory % 97 == 5; }

/// The trajectories `begin` … `end` − 1 of the order trajectory → (stride · position) mod total.
Ensemble chunk_of(Range positions, std::int64_t stride) {
    Ensemble chunk(3, {0, positions.size()});
    std::vector<double> rows;
    const auto status = Kokkos::create_mirror_view(chunk.view().status);
    for (std::int64_t i = 0; i < positions.size(); ++i) {
        const std::int64_t trajectory = (positions.begin + i) * stride % total;
        const bool failed = fails(trajectory);
        status(i / tile_width, i % tile_width) = failed;
        for (int c = 0; c < 3; ++c) rows.push_back(failed ? std::nan("") : value(trajectory, c));
    }
    chunk.set_rows(rows);
    Kokkos::deep_copy(chunk.view().status, status);
    return chunk;
}

std::vector<Summary> summarised(const Communicator& comm, std::int64_t chunk_size,
                                std::int64_t stride) {
    Accumulator accumulator({std::begin(range_of_component), std::end(range_of_component)},
                            bin_count);
    const Range mine = partition(total, comm.rank(), comm.size());
    for (std::int64_t first = mine.begin; first < mine.end; first += chunk_size) {
        const Ensemble chunk = chunk_of({first, std::min(first + chunk_size, mine.end)}, stride);
        accumulator.add(
            {component_column(chunk.view().state, 0), component_column(chunk.view().state, 1),
             component_column(chunk.view().state, 2)},
            chunk.view().status, chunk.size());
    }
    return accumulator.summarise(comm, probabilities);
}

std::vector<double> running_values(int component) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < total; ++i) {
        if (!fails(i)) values.push_back(value(i, component));
    }
    std::sort(values.begin(), values.end());
    return values;
}

TEST(Statistics, AgreeWithStraightforwardComputation) {
    const auto summaries = summarised({}, total, 1);
    for (int c = 0; c < 3; ++c) {
        const auto values = running_values(c);
        const Summary& summary = summaries[std::size_t(c)];
        const auto n = static_cast<long double>(values.size());
        long double sum = 0, squares = 0;
        for (const double x : values) sum += static_cast<long double>(x);
        const long double mean = sum / n;
        for (const double x : values) {
            const long double deviation = static_cast<long double>(x) - mean;
            squares += deviation * deviation;
        }
        const double variance = double(squares / n);
        EXPECT_EQ(summary.count, std::int64_t(values.size()));
        EXPECT_NEAR(summary.mean, double(mean), 4e-16 * std::fabs(double(mean)) + 1e-18);
        EXPECT_NEAR(summary.variance, variance, 1e-14 * variance);
        EXPECT_EQ(summary.minimum, values.front());
        EXPECT_EQ(summary.maximum, values.back());
    }
}

TEST(Statistics, QuantilesAreRightToWithinABin) {
    const auto summaries = summarised({}, total, 1);
    for (int c = 0; c < 3; ++c) {
        const auto values = running_values(c);
        const Bins& bins = range_of_component[c];
        const double width = (bins.high - bins.low) / bin_count;
        for (std::size_t q = 0; q < probabilities.size(); ++q) {
            const auto rank = std::size_t(std::floor(probabilities[q] * double(values.size() - 1)));
            const double found = summaries[std::size_t(c)].quantiles[q];
            // Beyond the bins, quantiles are interpolated up to the maximum.
            if (values[rank] < bins.high - width) {
                EXPECT_NEAR(found, values[rank], width);
            } else {
                EXPECT_TRUE(bins.high - 2 * width <= found && found <= values.back());
            }
        }
        EXPECT_TRUE(std::is_sorted(summaries[std::size_t(c)].quantiles.begin(),
                                   summaries[std::size_t(c)].quantiles.end()));
    }
}

void expect_same(const std::vector<Summary>& a, const std::vector<Summary>& b) {
    for (std::size_t c = 0; c < a.size(); ++c) {
        EXPECT_EQ(a[c].count, b[c].count);
        EXPECT_DOUBLE_EQ(a[c].mean, b[c].mean);
        EXPECT_DOUBLE_EQ(a[c].variance, b[c].variance);
        EXPECT_EQ(a[c].minimum, b[c].minimum);
        EXPECT_EQ(a[c].maximum, b[c].maximum);
        EXPECT_EQ(a[c].quantiles, b[c].quantiles);
    }
}

TEST(Statistics, DoNotDependOnChunks) {
    const auto whole = summarised({}, total, 1);
    for (const std::int64_t chunk : {1000, 16'384, 33'333}) {
        expect_same(summarised({}, chunk, 1), whole);
    }
}

TEST(Statistics, DoNotDependOnTheOrderOfTrajectories) {
    const auto whole = summarised({}, total, 1);
    expect_same(summarised({}, total, 12'345), whole);
    expect_same(summarised({}, total, total - 1), whole);
}

TEST(Statistics, DoNotDependOnTheNumberOfRanks) {
    expect_same(summarised(Communicator(MPI_COMM_WORLD), 5000, 1), summarised({}, total, 1));
}

TEST(Statistics, OfNoRunningTrajectoryAreNotANumber) {
    const Ensemble ensemble(1, {0, 10});
    Kokkos::deep_copy(ensemble.view().status, std::int8_t(1));
    Accumulator accumulator({{0, 1}}, 10);
    accumulator.add({component_column(ensemble.view().state, 0)}, ensemble.view().status, 10);
    const Summary summary = accumulator.summarise({}, {0.5}).front();
    EXPECT_EQ(summary.count, 0);
    for (const double x : {summary.mean, summary.variance, summary.minimum, summary.maximum,
                           summary.quantiles.front()}) {
        EXPECT_TRUE(std::isnan(x));
    }
}

TEST(Statistics, StartAfreshAfterAReset) {
    Ensemble ensemble(1, {0, 3});
    ensemble.set_rows({1, 2, 6});
    Accumulator accumulator({{0, 10}}, 100);
    for (int times = 0; times < 2; ++times) {
        accumulator.reset();
        accumulator.add({component_column(ensemble.view().state, 0)}, ensemble.view().status, 3);
        const Summary summary = accumulator.summarise({}, {0.5}).front();
        EXPECT_EQ(summary.count, 3);
        EXPECT_DOUBLE_EQ(summary.mean, 3);
        EXPECT_DOUBLE_EQ(summary.variance, 14.0 / 3);
        EXPECT_NEAR(summary.quantiles.front(), 2, 0.1);
    }
}

TEST(Statistics, OfOneValueATrajectoryUseItsColumn) {
    const Ensemble ensemble(1, {0, 40});
    const ValueView energies("energies", 2, tile_width);
    const auto host = Kokkos::create_mirror_view(energies);
    for (int i = 0; i < 40; ++i) host(i / tile_width, i % tile_width) = i;
    Kokkos::deep_copy(energies, host);
    Accumulator accumulator({{0, 0}}, 0);
    accumulator.add({value_column(energies)}, ensemble.view().status, 40);
    const Summary summary = accumulator.summarise({}, {}).front();
    EXPECT_EQ(summary.count, 40);
    EXPECT_DOUBLE_EQ(summary.mean, 19.5);
    EXPECT_EQ(summary.maximum, 39);
    EXPECT_TRUE(summary.quantiles.empty());
}

}  // namespace
}  // namespace farstep
