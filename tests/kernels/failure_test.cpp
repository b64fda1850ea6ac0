// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Trajectories that fail are marked with what happened and when, become NaN, and leave their
// neighbours as they are, bit for bit.
#include <farstep/advance.hpp>
#include <farstep/correctors/none.hpp>
#include <farstep/schemes/runge_kutta.hpp>
#include <farstep/systems/henon_heiles.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "models.hpp"

namespace farstep {
namespace {

using testing::Rows;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t trajectories = 75, steps = 40;
constexpr double step = 0.2;

const SystemModel& model() { return testing::system("henon_heiles"); }
Rows quiet_start() { return testing::sampled(model(), trajectories, 1); }

void set_state(Rows& rows, std::int64_t trajectory, const Rows& state) {
    std::copy(state.begin(), state.end(), rows.begin() + trajectory * 4);
}

Rows state_of(const Rows& rows, std::int64_t trajectory) {
    return {rows.begin() + trajectory * 4, rows.begin() + (trajectory + 1) * 4};
}

struct Outcome {
    Rows rows;
    std::vector<FailedTrajectory> failures;
};

Outcome run(const Rows& start, const StepperSpec& spec,
            const std::vector<std::int64_t>& launches = {steps}) {
    const Ensemble ensemble = testing::ensemble_of(model(), start);
    const auto stepper = model().stepper(spec);
    std::int64_t done = 0;
    for (const std::int64_t launch : launches) {
        stepper->advance(ensemble.view(), done, launch);
        done += launch;
    }
    Kokkos::fence();
    EXPECT_EQ(ensemble.failure_count(), std::int64_t(ensemble.failures().size()));
    return {ensemble.rows(), ensemble.failures()};
}

/// Number of the step after which a trajectory on its own first satisfies a condition.
template <class Condition>
std::int64_t first_step(Rows state, const StepperSpec& spec, const Condition& condition) {
    for (std::int64_t n = 1; n <= steps; ++n) {
        state = testing::advanced(model(), state, spec, 1);
        for (const double x : state) {
            if (condition(x)) return n;
        }
    }
    return -1;
}

class Failures : public ::testing::TestWithParam<Precision> {
protected:
    static StepperSpec spec() {
        StepperSpec result = testing::plain_spec(model(), "rk4", step);
        result.precision = GetParam();
        return result;
    }

    static std::int64_t explosion_step(const Rows& state) {
        return first_step(state, spec(), [](double x) { return !std::isfinite(x); });
    }
};

TEST_P(Failures, AreMarkedWithStatusAndStepAndLeaveTheirNeighboursAlone) {
    const Rows quiet = quiet_start(), slow = {1.5, 1.5, 0, 0}, fast = {3, -20, 5, 1};
    Rows start = quiet;
    set_state(start, 3, slow);
    set_state(start, 40, fast);
    set_state(start, trajectories - 1, {0, nan, 0, 0});
    const Outcome outcome = run(start, spec()), undisturbed = run(quiet, spec());
    ASSERT_TRUE(undisturbed.failures.empty());
    ASSERT_GT(explosion_step(slow), explosion_step(fast) + 1);
    ASSERT_EQ(outcome.failures.size(), 3u);
    const std::int64_t numbers[] = {3, 40, trajectories - 1};
    const std::int64_t expected_steps[] = {explosion_step(slow), explosion_step(fast), 1};
    for (std::size_t f = 0; f < 3; ++f) {
        EXPECT_EQ(outcome.failures[f].index, numbers[f]);
        EXPECT_EQ(outcome.failures[f].status, TrajectoryStatus::non_finite);
        EXPECT_EQ(outcome.failures[f].step, expected_steps[f]);
        for (const double x : state_of(outcome.rows, numbers[f])) EXPECT_TRUE(std::isnan(x));
    }
    for (std::int64_t i = 0; i < trajectories; ++i) {
        if (i == 3 || i == 40 || i == trajectories - 1) continue;
        EXPECT_EQ(state_of(outcome.rows, i), state_of(undisturbed.rows, i)) << i;
    }
}

TEST_P(Failures, OutOfLimitsAreFoundAtTheirStep) {
    StepperSpec limited = spec();
    limited.limit_low = {-infinity, -infinity, -infinity, -infinity};
    limited.limit_high = {infinity, infinity, infinity, 0.4};
    const Rows start = quiet_start();
    const Outcome outcome = run(start, limited);
    const Outcome free = run(start, spec());
    ASSERT_GT(outcome.failures.size(), 3u);
    ASSERT_LT(outcome.failures.size(), std::size_t(trajectories - 3));
    std::size_t next = 0;
    for (std::int64_t i = 0; i < trajectories; ++i) {
        std::int64_t expected = -1;
        Rows state = state_of(start, i);
        for (std::int64_t n = 1; n <= steps && expected < 0; ++n) {
            state = testing::advanced(model(), state, spec(), 1);
            if (state[3] > 0.4) expected = n;
        }
        if (expected < 0) {
            EXPECT_EQ(state_of(outcome.rows, i), state_of(free.rows, i));
            continue;
        }
        ASSERT_LT(next, outcome.failures.size());
        EXPECT_EQ(outcome.failures[next].index, i);
        EXPECT_EQ(outcome.failures[next].status, TrajectoryStatus::out_of_bounds);
        EXPECT_EQ(outcome.failures[next].step, expected);
        ++next;
    }
    EXPECT_EQ(next, outcome.failures.size());
}

TEST_P(Failures, DoNotDependOnHowStepsAreSplitIntoLaunches) {
    Rows start = quiet_start();
    set_state(start, 0, {1.5, 1.5, 0, 0});
    set_state(start, 33, {3, -20, 5, 1});
    StepperSpec limited = spec();
    limited.limit_high = {infinity, infinity, infinity, 0.45};
    limited.limit_low.assign(4, -infinity);
    const Outcome whole = run(start, limited), pieces = run(start, limited, {1, 2, 3, 10, 24});
    ASSERT_EQ(whole.failures.size(), pieces.failures.size());
    for (std::size_t f = 0; f < whole.failures.size(); ++f) {
        EXPECT_EQ(whole.failures[f].index, pieces.failures[f].index);
        EXPECT_EQ(whole.failures[f].step, pieces.failures[f].step);
        EXPECT_EQ(whole.failures[f].status, pieces.failures[f].status);
    }
    for (std::size_t i = 0; i < whole.rows.size(); ++i) {
        EXPECT_TRUE(whole.rows[i] == pieces.rows[i] ||
                    (std::isnan(whole.rows[i]) && std::isnan(pieces.rows[i])));
    }
}

TEST_P(Failures, AreNotAssumedOfStatesThatAreLargeButFinite) {
    // The squares of this state overflow; the state itself is fine.
    const double large = GetParam() == Precision::Float ? 1e25 : 1e200;
    const SystemModel& oscillator = testing::system("harmonic_oscillator");
    StepperSpec spec = testing::plain_spec(oscillator, "rk4", 0.1);
    spec.precision = GetParam();
    const Ensemble ensemble = testing::ensemble_of(oscillator, {large, -large, 1, 0});
    oscillator.stepper(spec)->advance(ensemble.view(), 0, 10);
    Kokkos::fence();
    EXPECT_EQ(ensemble.failure_count(), 0);
    EXPECT_NEAR(ensemble.rows()[0] / large, std::cos(1.0) - std::sin(1.0), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Precisions, Failures,
                         ::testing::Values(Precision::Double, Precision::Float));

TEST(StateLimits, ExcludeByDefaultOnlyWhatIsNotFinite) {
    using Step = FusedStep<HenonHeiles, RungeKutta<RungeKutta4>, NoCorrector, double>;
    using Real = Lanes<double, lanes_per_item<double, 4>>;
    Rows start = quiet_start();
    set_state(start, 5, {0, infinity, 0, 0});
    Ensemble ensemble = testing::ensemble_of(model(), start);
    ensemble.set_parameters(parameter_tile({1.0}));
    advance<Real>(Device(), ensemble.view(), Step{step, {}}, StateLimits<double, 4>{}, 0, steps);
    Kokkos::fence();
    ASSERT_EQ(ensemble.failures().size(), 1u);
    EXPECT_EQ(ensemble.failures().front().index, 5);
}

}  // namespace
}  // namespace farstep
