// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Outside the training box a guard counts, steps plainly or stops; inside, and without a guard,
// nothing changes, bit for bit.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "deck/values.hpp"
#include "models.hpp"
#include "networks.hpp"

namespace farstep {
namespace {

using testing::Rows;

constexpr std::int64_t trajectories = 75, steps = 6;
constexpr double step = 0.1;
const Rows wide_low(4, -1e6), wide_high(4, 1e6), nowhere_low(4, 7e5), nowhere_high(4, 8e5);

const SystemModel& model() { return testing::system("henon_heiles"); }

struct Outcome {
    Rows rows;
    std::vector<std::int64_t> outside;
    std::vector<FailedTrajectory> failures;
};

class GuardTest : public ::testing::TestWithParam<Precision> {
protected:
    Outcome run(const GuardSpec& guard, const Rows& start) const {
        StepperSpec spec = testing::plain_spec(model(), "rk4", step);
        spec.corrector = &m_network;
        spec.precision = GetParam();
        spec.guard = guard;
        const Ensemble ensemble = testing::ensemble_of(model(), start);
        model().stepper(spec)->advance(ensemble.view(), 0, steps);
        Kokkos::fence();
        const auto counts = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(),
                                                                ensemble.view().steps_outside);
        return {ensemble.rows(),
                {counts.data(), counts.data() + trajectories},
                ensemble.failures()};
    }
    Outcome run(const GuardSpec& guard) const { return run(guard, m_start); }

    /// Steps that start outside, found with one launch a step.
    std::vector<std::int64_t> steps_outside(const GuardSpec& guard) const {
        StepperSpec spec = testing::plain_spec(model(), "rk4", step);
        spec.corrector = &m_network;
        spec.precision = GetParam();
        Rows state = m_start;
        std::vector<std::int64_t> counts(trajectories, 0);
        for (std::int64_t n = 0; n < steps; ++n) {
            for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += !is_inside(guard, state, i);
            state = testing::advanced(model(), state, spec, 1);
        }
        return counts;
    }

    static bool is_inside(const GuardSpec& guard, const Rows& state, std::size_t i) {
        for (std::size_t c = 0; c < 4; ++c) {
            const double u = state[4 * i + c];
            if (u < guard.low[c] || u > guard.high[c]) return false;
        }
        return true;
    }

    Rows m_start = testing::sampled(model(), trajectories, 1);
    DeployedNetwork m_network = testing::random_network(4, 16, Activation::tanh, true, 5);
    GuardSpec m_narrow{GuardAction::warn, 8, Rows(4, -0.5), Rows(4, 0.5)};
};

TEST_P(GuardTest, CountsWithoutChangingAnything) {
    const Outcome unguarded = run({}), found = run(m_narrow);
    EXPECT_EQ(found.rows, unguarded.rows);
    EXPECT_EQ(found.outside, steps_outside(m_narrow));
    EXPECT_EQ(unguarded.outside, std::vector<std::int64_t>(trajectories, 0));
    EXPECT_TRUE(found.failures.empty());
    const auto some = [](std::int64_t n) { return n > 0 && n < steps; };
    EXPECT_TRUE(std::any_of(found.outside.begin(), found.outside.end(), some));
}

TEST_P(GuardTest, LeavesStatesInsideAlone) {
    const Outcome unguarded = run({});
    for (const GuardAction action : {GuardAction::warn, GuardAction::plain, GuardAction::stop}) {
        const Outcome found = run({action, 8, wide_low, wide_high});
        EXPECT_EQ(found.rows, unguarded.rows);
        EXPECT_EQ(found.outside, unguarded.outside);
    }
}

TEST_P(GuardTest, StepsPlainlyOutside) {
    const Outcome found = run({GuardAction::plain, 8, nowhere_low, nowhere_high});
    EXPECT_EQ(found.outside, std::vector<std::int64_t>(trajectories, steps));
    const Rows expected = testing::advanced(model(), m_start, "rk4", step / 8, 8 * steps);
    const double rounding = GetParam() == Precision::Float ? 2e-5 : 1e-13;
    EXPECT_LT(testing::largest_difference(found.rows, expected), rounding);
}

TEST_P(GuardTest, StepsNeighboursAsIfAlone) {
    GuardSpec guard = m_narrow;
    guard.action = GuardAction::plain;
    const Outcome together = run(guard);
    for (const std::size_t i : {std::size_t(0), std::size_t(7), std::size_t(74)}) {
        Rows copies;
        for (std::int64_t k = 0; k < trajectories; ++k) {
            copies.insert(copies.end(), m_start.begin() + std::ptrdiff_t(4 * i),
                          m_start.begin() + std::ptrdiff_t(4 * i + 4));
        }
        const Outcome alone = run(guard, copies);
        EXPECT_EQ(Rows(alone.rows.begin(), alone.rows.begin() + 4),
                  Rows(together.rows.begin() + std::ptrdiff_t(4 * i),
                       together.rows.begin() + std::ptrdiff_t(4 * i + 4)));
        EXPECT_EQ(alone.outside[0], together.outside[i]);
    }
}

TEST_P(GuardTest, StopsWhatLeaves) {
    GuardSpec guard = m_narrow;
    guard.action = GuardAction::stop;
    const Outcome unguarded = run({}), found = run(guard);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < trajectories; ++i) {
        const bool stopped = failed < found.failures.size() &&
                             found.failures[failed].index == std::int64_t(i);
        EXPECT_EQ(stopped, found.outside[i] > 0);
        if (stopped) {
            EXPECT_EQ(found.failures[failed++].status, TrajectoryStatus::left_training_box);
            EXPECT_TRUE(std::isnan(found.rows[4 * i]));
        } else {
            EXPECT_EQ(found.rows[4 * i], unguarded.rows[4 * i]);
        }
    }
    EXPECT_GT(failed, 0u);
    EXPECT_LT(failed, std::size_t(trajectories));
}

INSTANTIATE_TEST_SUITE_P(Precisions, GuardTest,
                         ::testing::Values(Precision::Double, Precision::Mixed, Precision::Float),
                         [](const auto& test) { return name_of(test.param); });

}  // namespace
}  // namespace farstep
