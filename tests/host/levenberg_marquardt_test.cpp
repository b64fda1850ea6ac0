// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Fits of polynomials and, by Levenberg–Marquardt, of small networks: their gradient, what they
// reach, and that they are the same on any number of ranks.
#include <cmath>

#include <gtest/gtest.h>

#include "training/variable_projection.hpp"
#include "training_fixture.hpp"

namespace farstep {
namespace {

using testing::henon_heiles;
using testing::make_data;
using testing::quiet;
using testing::Rows;

TrainOptions network_options(std::int64_t hidden) {
    TrainOptions options;
    options.approximator.hidden = hidden;
    options.approximator.activation = "inverse_quadratic";
    options.fit = {FitMethod::LevenbergMarquardt};
    return options;
}

/// The projection of a network with random hidden weights, and these weights.
struct Projected {
    explicit Projected(const Communicator& comm, const TrainOptions& options)
        : data(make_data(comm, options)), network(make_network(4, 4, options.approximator)) {
        draw_hidden_layer(network, 3, 0.8);
        weights = VariableProjection::hidden_weights(network);
    }
    VariableProjection projection(const Communicator& comm) const {
        return {comm, data.training, 2000, network, 1e-13};
    }

    TrainingData data;
    Network network;
    std::vector<double> weights;
};

TEST(VariableProjection, HasTheGradientThatDifferencesHave) {
    for (const char* activation : {"rational", "inverse_quadratic", "tanh"}) {
        SCOPED_TRACE(activation);
        TrainOptions options = network_options(6);
        options.approximator.activation = activation;
        const Projected problem({}, options);
        VariableProjection projection = problem.projection({});
        projection.evaluate(problem.weights);
        const auto linear = projection.linearise();
        // evaluate() is the mean over samples and outputs; the gradient is of half the sum.
        const double count = double(4 * problem.data.training.total);
        double largest = 0;
        for (const double g : linear.gradient) largest = std::max(largest, std::fabs(g));
        for (std::size_t k = 0; k < problem.weights.size(); ++k) {
            const double h = 1e-5;
            std::vector<double> moved = problem.weights;
            moved[k] += h;
            const double above = projection.evaluate(moved);
            moved[k] -= 2 * h;
            const double below = projection.evaluate(moved);
            const double expected = -(above - below) / (2 * h) * count / 2;
            EXPECT_NEAR(linear.gradient[k], expected, 1e-3 * largest);
        }
    }
}

TEST(VariableProjection, IsTheSameOnAnyNumberOfRanks) {
    const Communicator world(MPI_COMM_WORLD);
    const TrainOptions options = network_options(6);
    const Projected alone({}, options), shared(world, options);
    VariableProjection one = alone.projection({}), many = shared.projection(world);
    EXPECT_EQ(one.evaluate(alone.weights), many.evaluate(shared.weights));
    const auto expected = one.linearise(), found = many.linearise();
    EXPECT_EQ(found.gradient, expected.gradient);
    EXPECT_EQ(found.matrix, expected.matrix);
}

TEST(LevenbergMarquardt, BeatsRidgeAHundredfoldAtEqualSize) {
    TrainOptions options = network_options(16);
    const TrainingData data = make_data({}, options);
    const FitProblem problem{{}, henon_heiles(), data, options, quiet};
    const Fit ridge = fit_ridge(problem), better = fit_levenberg_marquardt(problem, nullptr);
    EXPECT_LT(better.validation.raw, ridge.validation.raw / 100);
    EXPECT_GT(data.validation_target_power / better.validation.raw, 2e3);
    EXPECT_GE(better.history.size(), 2u);
}

TEST(LevenbergMarquardt, FindsTheSameModelOnAnyNumberOfRanks) {
    const Communicator world(MPI_COMM_WORLD);
    TrainOptions options = network_options(8);
    options.levenberg_marquardt.iterations = 40;
    const TrainingData alone = make_data({}, options), shared = make_data(world, options);
    const Fit one = fit_levenberg_marquardt({{}, henon_heiles(), alone, options, quiet}, nullptr);
    const Fit many =
        fit_levenberg_marquardt({world, henon_heiles(), shared, options, quiet}, nullptr);
    const Rows& expected = one.network.parameters;
    ASSERT_EQ(many.network.parameters.size(), expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
        EXPECT_NEAR(many.network.parameters[k], expected[k], 1e-6 * (1 + std::fabs(expected[k])));
    }
}

TEST(LevenbergMarquardt, ContinuesFromAnotherFitAndNeverGetsWorse) {
    TrainOptions options = network_options(12);
    options.fit = {FitMethod::Ridge, FitMethod::LevenbergMarquardt};
    const TrainingData data = make_data({}, options);
    const FitProblem problem{{}, henon_heiles(), data, options, quiet};
    EXPECT_LT(fit(problem).validation.scaled, fit_ridge(problem).validation.scaled);
}

TEST(Polynomial, ReducesTheSingleStepErrorAHundredMillionfold) {
    TrainOptions options;
    options.approximator.type = ApproximatorType::Polynomial;
    options.approximator.degree = 5;
    options.fit = {FitMethod::Ridge};
    const TrainingData data = make_data({}, options);
    const Fit fit = fit_ridge({{}, henon_heiles(), data, options, quiet});
    EXPECT_EQ(fit.network.shape.hidden, 0);
    EXPECT_EQ(fit.network.monomials.size(), 4 * 121u);  // binomial(9, 4) − 1 − 4
    EXPECT_GT(data.validation_target_power / fit.validation.raw, 1e8);
    // The deployed polynomial in the fused step does what the loss promises.
    const DeployedNetwork network = fit.network.deploy(data.scaling);
    StepperSpec spec = testing::plain_spec(henon_heiles(), "rk4", 0.5);
    const Rows state = testing::sampled(henon_heiles(), 200, 77);
    const Rows exact = testing::advanced(henon_heiles(), state, "dp8", 0.05, 10);
    const Rows plain = testing::advanced(henon_heiles(), state, spec, 1);
    spec.corrector = &network;
    const Rows corrected = testing::advanced(henon_heiles(), state, spec, 1);
    EXPECT_GT(testing::mean_square_difference(plain, exact) /
                  testing::mean_square_difference(corrected, exact),
              1e7)
        << "on trajectories it never saw";
}

}  // namespace
}  // namespace farstep
