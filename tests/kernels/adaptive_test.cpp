// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Adaptive schemes: the tableaux and their error estimates against theory, errors that follow the
// tolerance, trajectories that do not feel their neighbours, and those that fail.
#include <farstep/advance_adaptive.hpp>
#include <farstep/schemes/schemes.hpp>
#include <farstep/systems/henon_heiles.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "models.hpp"

namespace farstep {
namespace {

using testing::Rows;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// --- tableaux and estimates

/// Σ weight_i c_i^power, where c are the row sums of the tableau.
template <class Tableau>
double moment(const double* weights, int power) {
    double sum = 0;
    for (int i = 0; i < Tableau::stages; ++i) {
        double c = 0;
        for (int j = 0; j < i; ++j) c += Tableau::tableau.a[i][j];
        sum += weights[i] * std::pow(c, power);
    }
    return sum;
}

/// Quadrature conditions: of the solution up to its order, of an estimate up to the order of the
/// solution that it compares with, and not beyond.
template <class Tableau>
void expect_order_conditions(const std::vector<int>& estimate_orders) {
    for (int power = 0; power < Tableau::order; ++power) {
        EXPECT_NEAR(moment<Tableau>(Tableau::tableau.b, power), 1.0 / (power + 1), 1e-13);
    }
    for (std::size_t k = 0; k < estimate_orders.size(); ++k) {
        const int order = estimate_orders[k];
        for (int power = 0; power < order; ++power) {
            EXPECT_NEAR(moment<Tableau>(Tableau::errors[k], power), 0, 1e-13) << k << " " << power;
        }
        EXPECT_GT(std::abs(moment<Tableau>(Tableau::errors[k], order)), 1e-5) << k;
    }
}

TEST(EmbeddedTableaux, SatisfyTheirOrderConditions) {
    expect_order_conditions<DormandPrince54>({4});
    expect_order_conditions<DormandPrince853>({5, 3});
}

/// Slope of the error's norm between a step and half of it.
template <class Scheme>
double order_of_estimate(double step) {
    const Vector<double, 4> u = {{0.1, -0.2, 0.3, 0.25}};
    const Vector<double, 1> parameters = {{1.0}};
    Vector<double, 4> next;
    const double coarse = Scheme::template attempt<HenonHeiles>(u, parameters, step, 1e-6, next);
    const double fine = Scheme::template attempt<HenonHeiles>(u, parameters, step / 2, 1e-6, next);
    return std::log2(coarse / fine) / 2;
}

TEST(EmbeddedEstimates, FallWithThePowerOfTheStepThatTheControllerAssumes) {
    EXPECT_NEAR(order_of_estimate<Embedded<DormandPrince54>>(0.05), 5, 0.2);
    EXPECT_NEAR(order_of_estimate<Embedded<DormandPrince853>>(0.1), 8, 0.3);
}

TEST(EmbeddedEstimates, AreTheSameForPacksWithAStepPerLane) {
    using Real = Lanes<double, 2 * native_lanes<double>>;
    using Scheme = Embedded<DormandPrince853>;
    const Vector<double, 1> parameters = {{1.0}};
    Vector<Real, 4> u, next;
    Real h;
    for (int i = 0; i < lanes_of<Real>; ++i) {
        for (int c = 0; c < 4; ++c) set_lane(u[c], i, 0.1 * (c + 1) - 0.03 * i);
        set_lane(h, i, 0.3 + 0.1 * i);
    }
    const Real error = Scheme::attempt<HenonHeiles>(u, parameters, h, 1e-6, next);
    for (int i = 0; i < lanes_of<Real>; ++i) {
        Vector<double, 4> one, one_next;
        for (int c = 0; c < 4; ++c) one[c] = lane(u[c], i);
        const double one_error =
            Scheme::attempt<HenonHeiles>(one, parameters, lane(h, i), 1e-6, one_next);
        EXPECT_NEAR(lane(error, i) / one_error, 1, 1e-3);
        for (int c = 0; c < 4; ++c) EXPECT_NEAR(lane(next[c], i), one_next[c], 1e-14);
    }
}

template <class Real>
void expect_approximations() {
    using Scalar = ScalarOf<Real>;
    for (double x = 1e-25; x < 1e25; x *= 1.37) {
        for (const double exponent : {-0.25, -0.1, -1.0 / 16, -1.0 / 20}) {
            const double power =
                double(lane(approximate_power(Real(Scalar(x)), Scalar(exponent)), 0));
            EXPECT_NEAR(power / std::pow(x, exponent), 1, 0.04) << x;
        }
        if (x < 1) continue;
        const double reciprocal = double(lane(approximate_reciprocal(Real(Scalar(x))), 0));
        EXPECT_NEAR(reciprocal * x, 1, 0.003) << x;
    }
}

TEST(Approximations, StayWithinWhatTheyPromise) {
    expect_approximations<double>();
    expect_approximations<float>();
    expect_approximations<Lanes<double, native_lanes<double>>>();
    expect_approximations<Lanes<float, native_lanes<float>>>();
}

TEST(StepFactor, StaysWithinItsBoundsWhateverTheError) {
    using Scheme = Embedded<DormandPrince54>;
    EXPECT_EQ(Scheme::step_factor(0.0, 5.0), 5);
    EXPECT_EQ(Scheme::step_factor(1e-6, 1.0), 1);
    EXPECT_NEAR(Scheme::step_factor(1.0, 5.0), 0.9, 0.04);
    for (const double error : {1e20, infinity, nan}) {
        EXPECT_DOUBLE_EQ(Scheme::step_factor(error, 5.0), 0.2);
    }
}

// --- ensembles

struct Outcome {
    Rows rows;
    std::vector<FailedTrajectory> failures;
    std::vector<std::int64_t> steps;  ///< [trajectory]
};

Outcome run(const SystemModel& model, const Rows& start, const StepperSpec& spec,
            const std::vector<std::int64_t>& launches) {
    const Ensemble ensemble = testing::ensemble_of(model, start);
    const auto stepper = model.stepper(spec);
    std::int64_t done = 0;
    for (const std::int64_t launch : launches) {
        stepper->advance(ensemble.view(), done, launch);
        done += launch;
    }
    Kokkos::fence();
    const auto counts =
        Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), stepper->record()->steps);
    return {ensemble.rows(), ensemble.failures(), {counts.data(), counts.data() + ensemble.size()}};
}

StepperSpec adaptive_spec(const SystemModel& model, const std::string& scheme, double step,
                          double tolerance) {
    StepperSpec spec = testing::plain_spec(model, scheme, step);
    spec.tolerance = tolerance;
    return spec;
}

/// Largest error of a component, relative to 1 + its size.
double scaled_error(const Rows& rows, const Rows& exact) {
    double largest = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double error = std::abs(rows[i] - exact[i]) / (1 + std::abs(exact[i]));
        if (!(error <= largest)) largest = error;
    }
    return largest;
}

double mean_of(const std::vector<std::int64_t>& values) {
    double sum = 0;
    for (const std::int64_t value : values) sum += double(value);
    return sum / double(values.size());
}

class Adaptive : public ::testing::TestWithParam<std::string> {};

TEST_P(Adaptive, ErrorsFollowTheToleranceOnEverySystem) {
    constexpr std::int64_t trajectories = 20, steps = 8, substeps = 400;
    constexpr double floor = 1e-11;  // rounding, after what the flow makes of it
    for (const auto& model : all_systems()) {
        if (!model->has_scheme(GetParam())) continue;
        const double step = model->info().published_step;
        const Rows start = testing::sampled(*model, trajectories, 1);
        const Rows exact =
            testing::advanced(*model, start, "dp8", step / substeps, steps * substeps);
        double last_error = infinity, last_steps = 0;
        for (const double tolerance : {1e-4, 1e-6, 1e-8, 1e-10, 1e-12}) {
            const Outcome outcome =
                run(*model, start, adaptive_spec(*model, GetParam(), step, tolerance), {3, 5});
            EXPECT_TRUE(outcome.failures.empty());
            const double error = scaled_error(outcome.rows, exact);
            const double count = mean_of(outcome.steps);
            EXPECT_LT(error, std::max(last_error / 10, floor))
                << model->info().name << " at " << tolerance;
            if (GetParam() != "taylor") {  // which takes more orders
                EXPECT_GT(count, last_steps);
            }
            last_error = error;
            last_steps = count;
        }
    }
}

TEST_P(Adaptive, FloatFollowsTheToleranceAsFarAsItCan) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows start = testing::sampled(model, 100, 1);
    const Rows exact = testing::advanced(model, start, "dp8", 0.01, 400);
    for (const auto& [tolerance, largest] : {std::pair(1e-3, 5e-2), std::pair(1e-5, 1e-4)}) {
        StepperSpec spec = adaptive_spec(model, GetParam(), 0.5, tolerance);
        spec.precision = Precision::Float;
        EXPECT_LT(scaled_error(run(model, start, spec, {8}).rows, exact), largest) << tolerance;
    }
}

TEST_P(Adaptive, TrajectoriesDoNotFeelTheirNeighbours) {
    constexpr std::int64_t trajectories = 100, d = 4;
    const SystemModel& model = testing::system("henon_heiles");
    const StepperSpec spec = adaptive_spec(model, GetParam(), 0.5, 1e-8);
    const Rows start = testing::sampled(model, trajectories, 1);
    const Outcome together = run(model, start, spec, {10, 7});
    Rows backwards;
    for (std::int64_t i = trajectories - 1; i >= 0; --i) {
        backwards.insert(backwards.end(), start.begin() + i * d, start.begin() + (i + 1) * d);
    }
    const Outcome reversed = run(model, backwards, spec, {10, 7});
    for (std::int64_t i = 0; i < trajectories; ++i) {
        const Rows one(start.begin() + i * d, start.begin() + (i + 1) * d);
        const Outcome alone = run(model, one, spec, {10, 7});
        const std::int64_t mirror = trajectories - 1 - i;
        for (std::int64_t c = 0; c < d; ++c) {
            EXPECT_EQ(alone.rows[std::size_t(c)], together.rows[std::size_t(i * d + c)]);
            EXPECT_EQ(alone.rows[std::size_t(c)], reversed.rows[std::size_t(mirror * d + c)]);
        }
        EXPECT_EQ(alone.steps[0], together.steps[std::size_t(i)]);
    }
}

TEST_P(Adaptive, ThoseThatEscapeFailAloneWithinTheirStep) {
    constexpr std::int64_t trajectories = 75;
    const SystemModel& model = testing::system("henon_heiles");
    const StepperSpec spec = adaptive_spec(model, GetParam(), 0.2, 1e-6);
    const Rows quiet = testing::sampled(model, trajectories, 1);
    Rows start = quiet;
    const Rows escaping[] = {{1.5, 1.5, 0, 0}, {3, -20, 5, 1}, {0, nan, 0, 0}};
    const std::int64_t numbers[] = {3, 40, trajectories - 1};
    for (int k = 0; k < 3; ++k) {
        std::copy(escaping[k].begin(), escaping[k].end(), start.begin() + numbers[k] * 4);
    }
    const Outcome outcome = run(model, start, spec, {30, 10});
    const Outcome undisturbed = run(model, quiet, spec, {30, 10});
    ASSERT_TRUE(undisturbed.failures.empty());
    ASSERT_EQ(outcome.failures.size(), 3u);
    for (std::size_t k = 0; k < 3; ++k) {
        const FailedTrajectory& failed = outcome.failures[k];
        EXPECT_EQ(failed.index, numbers[k]);
        EXPECT_EQ(failed.status,
                  k == 2 ? TrajectoryStatus::non_finite : TrajectoryStatus::step_limit);
        EXPECT_TRUE(std::isnan(outcome.rows[std::size_t(failed.index * 4)]));
        EXPECT_EQ(run(model, escaping[k], spec, {failed.step}).failures.size(), 1u);
        if (failed.step > 1) {
            EXPECT_TRUE(run(model, escaping[k], spec, {failed.step - 1}).failures.empty());
        }
    }
    EXPECT_EQ(outcome.failures[2].step, 1);
    for (std::int64_t i = 0; i < trajectories; ++i) {
        if (std::count(std::begin(numbers), std::end(numbers), i)) continue;
        for (std::int64_t c = 0; c < 4; ++c) {
            EXPECT_EQ(outcome.rows[std::size_t(i * 4 + c)],
                      undisturbed.rows[std::size_t(i * 4 + c)]);
        }
    }
}

TEST_P(Adaptive, ThoseThatLeaveTheLimitsAreMarked) {
    const SystemModel& model = testing::system("henon_heiles");
    StepperSpec spec = adaptive_spec(model, GetParam(), 0.5, 1e-6);
    spec.limit_low.assign(4, -infinity);
    spec.limit_high = {infinity, infinity, infinity, 0.45};
    const Rows start = testing::sampled(model, 75, 1);
    const Outcome outcome = run(model, start, spec, {10, 10});
    EXPECT_GT(outcome.failures.size(), 3u);
    EXPECT_LT(outcome.failures.size(), 72u);
    for (const FailedTrajectory& failed : outcome.failures) {
        EXPECT_EQ(failed.status, TrajectoryStatus::out_of_bounds);
        EXPECT_GE(failed.step, 1);
        EXPECT_LE(failed.step, 20);
    }
}

TEST_P(Adaptive, TooManyStepsEndATrajectory) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows start = testing::sampled(model, 20, 1);
    StepperSpec few = adaptive_spec(model, GetParam(), 5, 1e-6);
    few.max_steps = 3;
    std::vector<StepperSpec> specs = {few};
    // No pair can meet a tolerance below rounding; a series takes it for rounding.
    if (GetParam() != "taylor") specs.push_back(adaptive_spec(model, GetParam(), 5, 1e-40));
    for (const StepperSpec& spec : specs) {
        const Outcome outcome = run(model, start, spec, {4});
        ASSERT_EQ(outcome.failures.size(), 20u);
        for (const FailedTrajectory& failed : outcome.failures) {
            EXPECT_EQ(failed.status, TrajectoryStatus::step_limit);
        }
        EXPECT_LE(*std::max_element(outcome.steps.begin(), outcome.steps.end()), spec.max_steps);
    }
}

TEST_P(Adaptive, StartsAnewAtStepZero) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows start = testing::sampled(model, 20, 1);
    const auto stepper = model.stepper(adaptive_spec(model, GetParam(), 0.5, 1e-6));
    std::vector<Rows> ends;
    for (int repeat = 0; repeat < 2; ++repeat) {
        const Ensemble ensemble = testing::ensemble_of(model, start);
        stepper->advance(ensemble.view(), 0, 10);
        stepper->advance(ensemble.view(), 10, 10);
        Kokkos::fence();
        ends.push_back(ensemble.rows());
    }
    EXPECT_EQ(ends[0], ends[1]);
}

TEST_P(Adaptive, HasNoCorrector) {
    const SystemModel& model = testing::system("henon_heiles");
    const DeployedNetwork network;
    StepperSpec spec = adaptive_spec(model, GetParam(), 0.5, 1e-6);
    spec.corrector = &network;
    EXPECT_THROW(model.stepper(spec), std::logic_error);
    EXPECT_EQ(model.stepper(testing::plain_spec(model, "rk4", 0.5))->record(), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Schemes, Adaptive, ::testing::Values("dopri5", "dop853", "taylor"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace farstep
