// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Initial conditions: trajectory i depends on (seed, i) alone, distributions have their moments,
// and energies stay in their range.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "models.hpp"

namespace farstep {
namespace {

using testing::Rows;

/// Trajectories begin … end − 1, drawn on their own.
Rows sampled_range(const SystemModel& model, std::int64_t begin, std::int64_t end,
                   std::int64_t seed) {
    const Ensemble ensemble(model.dimension(), {begin, end});
    model.sample(ensemble.view().state, begin, end - 1, model.info().initial,
                 parameter_tile(testing::parameters_of(model)), seed);
    Kokkos::fence();
    return ensemble.rows();
}

TEST(Sampling, DependsOnSeedAndIndexAlone) {
    for (const char* name : {"henon_heiles", "elastic_pendulum"}) {
        const SystemModel& model = testing::system(name);
        const auto d = std::ptrdiff_t(model.dimension());
        const Rows whole = sampled_range(model, 0, 200, 5);
        for (const std::int64_t begin : {1, tile_width - 1, tile_width, 100, 199}) {
            for (const std::int64_t end : {begin + 1, std::int64_t(200)}) {
                EXPECT_EQ(sampled_range(model, begin, end, 5),
                          Rows(whole.begin() + begin * d, whole.begin() + end * d));
            }
        }
        EXPECT_NE(sampled_range(model, 0, 200, 6), whole);
    }
}

TEST(Sampling, GivesNoTwoTrajectoriesTheSameState) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows rows = testing::sampled(model, 10'000, 1);
    std::vector<double> first;
    for (std::size_t i = 0; i < rows.size(); i += 4) first.push_back(rows[i]);
    std::sort(first.begin(), first.end());
    EXPECT_EQ(std::adjacent_find(first.begin(), first.end()), first.end());
}

TEST(Sampling, RepeatsTheLastTrajectoryInUnusedLanes) {
    const SystemModel& model = testing::system("henon_heiles");
    const Ensemble ensemble(4, {0, tile_width + 8});
    model.sample(ensemble.view().state, 0, tile_width + 7, model.info().initial,
                 parameter_tile(testing::parameters_of(model)), 1);
    const auto host =
        Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), ensemble.view().state);
    for (int lane = 8; lane < tile_width; ++lane) {
        for (int c = 0; c < 4; ++c) EXPECT_EQ(host(1, c, lane), host(1, c, 7));
    }
}

TEST(Sampling, HasTheMomentsOfItsDistributions) {
    const SystemModel& model = testing::system("henon_heiles");
    InitialDistribution distribution;
    distribution.components = {
        ComponentDistribution::uniform(-2, 1), ComponentDistribution::normal(3, 0.5),
        ComponentDistribution::normal(-1, 2), ComponentDistribution::constant(0.25)};
    const int count = 100'000;
    const Rows rows = testing::sampled(model, distribution, count, 9);
    const double mean[] = {-0.5, 3, -1, 0.25}, deviation[] = {std::sqrt(0.75), 0.5, 2, 0};
    const double kurtosis[] = {1.8, 3, 3, 0};
    double correlation = 0;
    for (std::size_t c = 0; c < 4; ++c) {
        double sum = 0, squares = 0, fourth = 0;
        for (std::size_t i = c; i < rows.size(); i += 4) {
            const double x = rows[i] - mean[c];
            sum += x;
            squares += x * x;
            fourth += x * x * x * x;
        }
        const double four_sigma = 4 / std::sqrt(count);
        const double variance = deviation[c] * deviation[c];
        EXPECT_NEAR(sum / count, 0, four_sigma * deviation[c]);
        EXPECT_NEAR(squares / count, variance,
                    four_sigma * variance * std::sqrt(std::max(kurtosis[c] - 1, 0.0)));
        EXPECT_NEAR(fourth / count, kurtosis[c] * variance * variance,
                    0.05 * variance * variance * 3);
    }
    for (std::size_t i = 0; i < rows.size(); i += 4) {
        EXPECT_TRUE(-2 <= rows[i] && rows[i] < 1 && rows[i + 3] == 0.25);
        correlation += (rows[i + 1] - 3) / 0.5 * (rows[i + 2] + 1) / 2;
    }
    EXPECT_NEAR(correlation / count, 0, 4 / std::sqrt(count));
}

TEST(EnergyShell, HoldsEveryTrajectory) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows rows = testing::sampled(model, 20'000, 3);
    const auto energies = testing::energies(model, rows);
    const auto [lowest, highest] = std::minmax_element(energies.begin(), energies.end());
    EXPECT_GE(*lowest, 1.0 / 12);
    EXPECT_LE(*highest, 1.0 / 6);
    EXPECT_LT(*lowest, 1.0 / 12 + 1e-3);
    EXPECT_GT(*highest, 1.0 / 6 - 1e-3);
    for (std::size_t i = 0; i < rows.size(); i += 4) {
        EXPECT_TRUE(std::fabs(rows[i]) <= 1 && rows[i + 1] >= -0.5 && rows[i + 1] <= 1);
    }
}

TEST(EnergyShell, AcceptsThePublishedFractionOfTheBox) {
    const SystemModel& model = testing::system("henon_heiles");
    InitialDistribution box = model.info().initial;
    box.energy_low = -std::numeric_limits<double>::infinity();
    box.energy_high = std::numeric_limits<double>::infinity();
    const int count = 200'000;
    int accepted = 0;
    for (const double energy : testing::energies(model, testing::sampled(model, box, count, 3))) {
        accepted += energy >= 1.0 / 12 && energy <= 1.0 / 6;
    }
    // Published as 3.9 %; three standard deviations of the count are 0.13 %.
    EXPECT_NEAR(double(accepted) / count, 0.039, 0.0005 + 0.0013);
}

TEST(EnergyShell, LetsNoTrajectoryEscape) {
    const SystemModel& model = testing::system("henon_heiles");
    const Ensemble ensemble = testing::ensemble_of(model, testing::sampled(model, 3000, 3));
    StepperSpec spec = testing::plain_spec(model, "dp8", 0.2);
    spec.limit_low.assign(4, -1.01);
    spec.limit_high.assign(4, 1.01);
    model.stepper(spec)->advance(ensemble.view(), 0, 250);
    EXPECT_EQ(ensemble.failure_count(), 0);
}

TEST(EnergyShell, CountsTrajectoriesForWhichNothingIsFound) {
    const SystemModel& model = testing::system("henon_heiles");
    InitialDistribution impossible;
    impossible.components.assign(4, ComponentDistribution::constant(0.1));
    impossible.energy_low = 100;
    const Ensemble ensemble(4, {0, 3});
    EXPECT_EQ(model.sample(ensemble.view().state, 0, 2, impossible,
                           parameter_tile(testing::parameters_of(model)), 1),
              3);
}

}  // namespace
}  // namespace farstep
