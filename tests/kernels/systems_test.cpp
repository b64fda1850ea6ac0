// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The systems against known values: energies and their drift, states after long runs, the period
// and the modes of pendulums.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "models.hpp"

namespace farstep {
namespace {

using testing::advanced;
using testing::Rows;

constexpr double pi = std::numbers::pi;

struct Drift {
    double initial = 0;  ///< energy at the start
    double largest = 0;  ///< largest |E(t) − E(0)| at 50 times
    Rows state;          ///< at the end
};

/// RK4 at 1e-3.
Drift drift_of(const SystemModel& model, const Rows& start, std::int64_t steps) {
    Drift drift{testing::energies(model, start).front(), 0, start};
    for (int output = 0; output < 50; ++output) {
        drift.state = advanced(model, drift.state, "rk4", 1e-3, steps / 50);
        const double energy = testing::energies(model, drift.state).front();
        drift.largest = std::max(drift.largest, std::fabs(energy - drift.initial));
    }
    return drift;
}

TEST(SpringChain, KeepsItsEnergyInFineSteps) {
    const SystemModel& model = testing::system("spring_chain", {{"masses", 20}});
    Rows start(40);
    for (int i = 1; i <= 20; ++i) {
        start[std::size_t(i - 1)] = 2.5 * std::sin(i);
        start[std::size_t(i + 19)] = 2.5 * std::cos(i);
    }
    const Drift drift = drift_of(model, start, 20'000);
    EXPECT_NEAR(drift.initial, 179.6202243, 5e-8);
    EXPECT_LT(drift.largest, 5e-11);
}

TEST(HenonHeiles, KeepsItsEnergyInFineSteps) {
    const Drift drift = drift_of(testing::system("henon_heiles"), {0.1, -0.2, 0.3, 0.25}, 50'000);
    EXPECT_NEAR(drift.initial, 0.1019166667, 5e-11);
    EXPECT_LT(drift.largest, 5e-15);
}

TEST(ElasticPendulum, KeepsItsEnergyAndReachesTheKnownState) {
    const Drift drift = drift_of(testing::system("elastic_pendulum"), {pi / 8, 10, 0, 0}, 50'000);
    EXPECT_NEAR(drift.initial, -90.54019419, 5e-9);
    EXPECT_LT(drift.largest, 5e-11);
    const double known[] = {-0.144464, 10.496655, 0.337821, 0.265052};
    for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(drift.state[c], known[c], 1e-6);
}

TEST(PendulumChain, KeepsItsEnergyForAnyNumberOfLinks) {
    const double published[] = {-9.054019, -27.162058, -54.324117};
    for (const SystemModel* model : system_variants("pendulum_chain")) {
        const int links = model->info().size;
        Rows start(std::size_t(2 * links), 0.0);
        std::fill_n(start.begin(), links, pi / 8);
        const Drift drift = drift_of(*model, start, 10'000);
        // All links hang at the same angle: −g Σ i cos(π/8).
        EXPECT_NEAR(drift.initial, -9.8 * links * (links + 1) / 2 * std::cos(pi / 8), 1e-12);
        if (links <= 3) {
            EXPECT_NEAR(drift.initial, published[links - 1], 1e-6);
        }
        // 5e-12 for up to four links; the energy grows with the links, and the drift with it.
        EXPECT_LT(drift.largest, std::max(5e-12, -5e-14 * drift.initial)) << links << " links";
    }
}

TEST(PendulumChain, DoublePendulumReachesTheKnownState) {
    const SystemModel& model = testing::system("pendulum_chain", {{"links", 2}});
    const Rows state = advanced(model, {pi / 8, pi / 8, 0, 0}, "rk4", 1e-3, 10'000);
    const double known[] = {0.06644247, 0.07423245, 0.44781749, 1.58563131};
    for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(state[c], known[c], 1e-8);
}

TEST(PendulumChain, DoublePendulumAgreesWithItsClosedForm) {
    const SystemModel& model = testing::system("pendulum_chain", {{"links", 2}});
    const Rows u = {0.7, -1.1, 1.3, 0.4};
    const double g = 9.8, c = std::cos(u[0] - u[1]), s = std::sin(u[0] - u[1]);
    const double b1 = -u[3] * u[3] * s - 2 * g * std::sin(u[0]);
    const double b2 = u[2] * u[2] * s - g * std::sin(u[1]);
    const double determinant = 2 - c * c;
    const Rows expected = {u[2], u[3], (b1 - c * b2) / determinant,
                           (2 * b2 - c * b1) / determinant};
    EXPECT_LT(testing::largest_difference(testing::right_hand_side(model, u), expected), 1e-13);
}

/// Time from `state` to the zero of θ that the pendulum is about to pass, by Newton's method.
double time_to_zero(const SystemModel& model, const Rows& state) {
    double time = 0;
    for (int iteration = 0; iteration < 6; ++iteration) {
        const Rows there = time > 0 ? advanced(model, state, "dp8", time) : state;
        time -= there[0] / there[1];
    }
    return time;
}

TEST(PendulumChain, SinglePendulumHasTheExactPeriod) {
    const SystemModel& model = testing::system("pendulum_chain", {{"links", 1}});
    const double step = 0.01;
    std::vector<double> crossings;
    Rows state = {pi / 8, 0};
    for (int n = 0; crossings.size() < 3; ++n) {
        const Rows next = advanced(model, state, "dp8", step);
        if (state[0] * next[0] < 0) crossings.push_back(n * step + time_to_zero(model, state));
        state = next;
    }
    double a = 1, b = std::cos(pi / 16);  // the period is 2π √(1/g)/agm(1, cos(θ0/2))
    for (int i = 0; i < 6; ++i) {
        const double mean = (a + b) / 2;
        b = std::sqrt(a * b);
        a = mean;
    }
    const double period = crossings[2] - crossings[0];
    EXPECT_NEAR(period, 2 * pi / std::sqrt(9.8) / a, 1e-12);
    EXPECT_NEAR(period, 2.02660749, 5e-9);
}

TEST(PendulumChain, DoublePendulumHasTheExactModes) {
    const SystemModel& model = testing::system("pendulum_chain", {{"links", 2}});
    const double small = 1e-5;  // the next term of the sine is 1e-10 times smaller
    const Rows rate = testing::right_hand_side(model, {small, 0, 0, 0, 0, small, 0, 0});
    const double a11 = -rate[2] / small, a21 = -rate[3] / small;
    const double a12 = -rate[6] / small, a22 = -rate[7] / small;
    const double half_trace = (a11 + a22) / 2;
    const double root = std::sqrt(half_trace * half_trace - (a11 * a22 - a12 * a21));
    EXPECT_NEAR(std::sqrt(half_trace - root), 2.39597727, 5e-9);
    EXPECT_NEAR(std::sqrt(half_trace + root), 5.78440083, 5e-9);
    EXPECT_NEAR(half_trace - root, 9.8 * (2 - std::numbers::sqrt2), 1e-8);
}

TEST(PendulumChain, SinglePendulumHasThePublishedResiduals) {
    const SystemModel& model = testing::system("pendulum_chain", {{"links", 1}});
    const Rows u = {1, 0.3};
    const double step = 0.1, epsilon = 1e-4;
    const Rows f = testing::right_hand_side(model, u);
    const auto rate_at = [&](double s) {
        return testing::right_hand_side(model, {u[0] + s * f[0], u[1] + s * f[1]});
    };
    const Rows ahead = rate_at(epsilon), behind = rate_at(-epsilon);
    const Rows coarse = advanced(model, u, "euler", step);
    const Rows exact = advanced(model, u, "dp8", step / 10, 10);
    const Rows fine_euler = advanced(model, u, "euler", 1e-3, 100);
    const double leading[] = {-0.0412321, -0.0079424};
    const double true_residual[] = {-0.0413142, -0.0006404};
    const double euler_residual[] = {-0.0409047, -0.0007784};
    for (std::size_t c = 0; c < 2; ++c) {
        const double curvature = (ahead[c] - behind[c]) / (2 * epsilon);  // (∇f) f
        EXPECT_NEAR(curvature / 2 * step * step, leading[c], 5e-8);
        EXPECT_NEAR(exact[c] - coarse[c], true_residual[c], 5e-8);
        EXPECT_NEAR(fine_euler[c] - coarse[c], euler_residual[c], 5e-8);
    }
}

TEST(Lorenz63, HasItsFixedPoints) {
    const SystemModel& model = testing::system("lorenz63");
    const double x = std::sqrt(8.0 / 3 * 27);
    const Rows rate = testing::right_hand_side(model, {0, 0, 0, x, x, 27, -x, -x, 27});
    for (const double r : rate) EXPECT_NEAR(r, 0, 1e-13);
}

TEST(Lorenz96, StandsStillWhereAllVariablesEqualTheForcing) {
    const SystemModel& model = testing::system("lorenz96", {{"variables", 8}});
    for (const double rate : testing::right_hand_side(model, Rows(8, 20.0))) EXPECT_EQ(rate, 0.0);
}

TEST(Lorenz96, HasItsRightHandSide) {
    const SystemModel& model = testing::system("lorenz96", {{"variables", 8}});
    const Rows u = {3, -1, 4, 1, -5, 9, 2, -6};
    const Rows rate = testing::right_hand_side(model, u);
    for (int k = 0; k < 8; ++k) {
        const auto at = [&](int i) { return u[std::size_t((i + 8) % 8)]; };
        EXPECT_NEAR(rate[std::size_t(k)], at(k - 1) * (at(k + 1) - at(k - 2)) - at(k) + 20, 1e-13);
    }
}

/// Right-hand side of the two scales, as the paper numbers them: y of sector k is one of J.
Rows two_scales(const Rows& u, double forcing, double h, double b, double c) {
    constexpr int slow = 8, members = 32, fast = slow * members;
    const auto x = [&](int k) { return u[std::size_t((k + slow) % slow)]; };
    const auto y = [&](int j) { return u[std::size_t(slow + (j + fast) % fast)]; };
    Rows rate;
    for (int k = 0; k < slow; ++k) {
        double sum = 0;
        for (int j = 0; j < members; ++j) sum += y(k * members + j);
        rate.push_back(x(k - 1) * (x(k + 1) - x(k - 2)) - x(k) + forcing - h * c / b * sum);
    }
    for (int j = 0; j < fast; ++j) {
        rate.push_back(-c * b * y(j + 1) * (y(j + 2) - y(j - 1)) - c * y(j) +
                       h * c / b * x(j / members));
    }
    return rate;
}

TEST(Lorenz96TwoScale, HasItsRightHandSide) {
    const SystemModel& model = testing::system("lorenz96_two_scale");
    const Rows start = testing::sampled(model, 3, 11);
    const Rows found = testing::right_hand_side(model, start);
    for (std::size_t i = 0; i < start.size(); i += 264) {
        const Rows u(start.begin() + std::ptrdiff_t(i), start.begin() + std::ptrdiff_t(i + 264));
        const Rows expected = two_scales(u, 20, 1, 10, 10);
        for (std::size_t c = 0; c < 264; ++c) EXPECT_NEAR(found[i + c], expected[c], 1e-11);
    }
}

TEST(Lorenz96TwoScale, WithoutCouplingMovesAsTheSlowVariablesAlone) {
    const SystemModel& model = testing::system("lorenz96_two_scale");
    const SystemModel& alone = testing::system("lorenz96", {{"variables", 8}});
    const Rows start = testing::sampled(model, 1, 5);
    StepperSpec spec = testing::plain_spec(model, "rk4", 1e-3);
    spec.parameters[1] = 0;
    const Rows both = advanced(model, start, spec, 200);
    const Rows slow = advanced(alone, Rows(start.begin(), start.begin() + 8), "rk4", 1e-3, 200);
    for (std::size_t c = 0; c < 8; ++c) EXPECT_NEAR(both[c], slow[c], 1e-11);
}

}  // namespace
}  // namespace farstep
