// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// How far coarse schemes are off on the published ensembles: the mean squared error after long
// runs, and the size of the residual that a corrector has to learn.
#include <cmath>

#include <gtest/gtest.h>

#include "models.hpp"

namespace farstep {
namespace {

using testing::advanced;
using testing::Rows;

constexpr std::int64_t seed = 1;

/// Mean squared errors of schemes on the 20-mass chain at t = 17, against an order-8 run whose own
/// error is rounding.
class SpringChainErrors : public ::testing::Test {
protected:
    /// Over the first `trajectories` of the ensemble.
    static double at_17(const std::string& scheme, double step, std::ptrdiff_t trajectories = 512) {
        const Rows first(start().begin(), start().begin() + 40 * trajectories);
        const Rows exact(reference().begin(), reference().begin() + 40 * trajectories);
        return testing::mean_square_difference(
            advanced(model(), first, scheme, step, std::int64_t(std::round(17 / step))), exact);
    }

private:
    static const SystemModel& model() { return testing::system("spring_chain", {{"masses", 20}}); }
    static const Rows& start() {
        static const Rows rows = testing::sampled(model(), 512, seed);
        return rows;
    }
    static const Rows& reference() {
        static const Rows rows = advanced(model(), start(), "dp8", 0.02, 850);
        return rows;
    }
};

TEST_F(SpringChainErrors, OfThePublishedCoarseStepAreInTheKnownRange) {
    const double euler = at_17("euler", 0.2), improved_euler = at_17("improved_euler", 0.2);
    const double kutta3 = at_17("kutta3", 0.2), rk4 = at_17("rk4", 0.2);
    EXPECT_TRUE(3.2e29 < euler && euler < 4.3e29) << euler;
    EXPECT_TRUE(5.4e11 < improved_euler && improved_euler < 7.1e11) << improved_euler;
    EXPECT_TRUE(2.35 < kutta3 && kutta3 < 2.57) << kutta3;
    EXPECT_TRUE(0.64 < rk4 && rk4 < 0.76) << rk4;
}

// Single values are of one ensemble of 200; another differs by some percent.
TEST_F(SpringChainErrors, OfHalfTheStepAreAsKnown) {
    EXPECT_NEAR(at_17("kutta3", 0.1), 0.166, 0.15 * 0.166);
    EXPECT_NEAR(at_17("rk4", 0.1), 5.5e-3, 0.15 * 5.5e-3);
}

TEST_F(SpringChainErrors, OfFineStepsAreAsKnown) {
    EXPECT_NEAR(at_17("euler", 1e-3, 192), 0.12, 0.15 * 0.12);
    EXPECT_NEAR(at_17("improved_euler", 1e-3, 192), 2.2e-7, 0.15 * 2.2e-7);
    EXPECT_NEAR(at_17("kutta3", 1e-3, 192), 3.8e-13, 0.15 * 3.8e-13);
    EXPECT_NEAR(at_17("rk4", 1e-3, 192), 3.6e-19, 0.15 * 3.6e-19);
}

TEST(ElasticPendulumErrors, OfThePublishedStepAreInTheKnownRange) {
    const SystemModel& model = testing::system("elastic_pendulum");
    Rows coarse = testing::sampled(model, 4096, seed), fine = coarse;
    const auto error_after = [&](std::int64_t steps) {
        coarse = advanced(model, coarse, "rk4", 0.1, steps);
        fine = advanced(model, fine, "dp8", 0.02, 5 * steps);
        return testing::mean_square_difference(coarse, fine);
    };
    EXPECT_NEAR(error_after(85), 2.74e-3, 0.1 * 2.74e-3);
    EXPECT_NEAR(error_after(165), 1.6e-2, 0.1 * 1.6e-2);
    const double at_50 = error_after(250);
    EXPECT_TRUE(7.3e-3 < at_50 && at_50 < 8.4e-3) << at_50;
}

/// Root mean square, per component, of what one coarse step of each scheme misses along exact
/// trajectories.
std::vector<double> residual_rms(const SystemModel& model, const std::vector<std::string>& schemes,
                                 double step, std::int64_t steps, std::int64_t trajectories) {
    Rows state = testing::sampled(model, trajectories, seed);
    std::vector<double> sums(schemes.size(), 0.0);
    for (std::int64_t n = 0; n < steps; ++n) {
        const Rows next = advanced(model, state, "dp8", step / 5, 5);
        for (std::size_t s = 0; s < schemes.size(); ++s) {
            sums[s] +=
                testing::mean_square_difference(advanced(model, state, schemes[s], step), next);
        }
        state = next;
    }
    for (double& sum : sums) sum = std::sqrt(sum / double(steps));
    return sums;
}

double residual_rms(const SystemModel& model, const std::string& scheme, double step,
                    std::int64_t steps, std::int64_t trajectories) {
    return residual_rms(model, std::vector{scheme}, step, steps, trajectories).front();
}

// Known to two or three digits, from one ensemble of few trajectories: the largest amplitudes
// dominate, and another ensemble differs by some percent.
void expect_near_known(double found, double known) { EXPECT_NEAR(found, known, 0.1 * known); }

TEST(Residual, OfTheSpringChainHasTheKnownSize) {
    const auto rms = residual_rms(testing::system("spring_chain", {{"masses", 20}}),
                                  {"euler", "improved_euler", "kutta3", "rk4"}, 0.2, 100, 512);
    expect_near_known(rms[0], 0.716);
    expect_near_known(rms[1], 0.221);
    expect_near_known(rms[2], 0.054);
    expect_near_known(rms[3], 0.0110);
}

TEST(Residual, OfRungeKutta4OnNonlinearSystemsHasTheKnownSize) {
    const SystemModel& pendulum = testing::system("pendulum_chain", {{"links", 2}});
    expect_near_known(residual_rms(testing::system("elastic_pendulum"), "rk4", 0.1, 500, 256),
                      4.6e-4);
    expect_near_known(residual_rms(pendulum, "rk4", 0.1, 100, 512), 1.4e-4);
    expect_near_known(residual_rms(testing::system("henon_heiles"), "rk4", 0.5, 100, 512), 1.5e-4);
}

TEST(Residual, OfEulerOnThePendulumHasTheKnownSize) {
    const SystemModel& pendulum = testing::system("pendulum_chain", {{"links", 1}});
    expect_near_known(residual_rms(pendulum, "euler", 0.1, 100, 1024), 0.0586);
}

}  // namespace
}  // namespace farstep
