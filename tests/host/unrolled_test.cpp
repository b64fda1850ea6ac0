// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Training on rollouts: Jacobians of all systems, gradients through schemes and correctors against
// finite differences and against those of single steps, and fits on one and several ranks.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "training/predictions.hpp"
#include "training/unrolled.hpp"
#include "training_fixture.hpp"

namespace farstep {
namespace {

using testing::henon_heiles;
using testing::make_data;
using testing::quiet;
using testing::Rows;
using testing::rows_of;

std::vector<double> on_host(const ParameterView& view) {
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
    return {host.data(), host.data() + host.size()};
}

TEST(Linearisation, OfEverySystemAgreesWithFiniteDifferences) {
    for (const auto& model : all_systems()) {
        if (model->info().reference_only) continue;
        const auto d = std::size_t(model->dimension());
        const std::size_t count = tile_width + 3;
        testing::Numbers numbers(5);
        const Rows state = testing::sampled(*model, std::int64_t(count), 1);
        const Rows adjoint = numbers(count * d, 1);
        const Ensemble at = testing::ensemble_of(*model, state);
        const Ensemble rate = testing::ensemble_of(*model, state);
        const Ensemble pulled = testing::ensemble_of(*model, state);
        const auto parameters = parameter_tile(testing::parameters_of(*model));
        const Linearisation& system = linearisation_of(*model);
        system.rate(at.view().state, parameters, rate.view().state);
        system.pull_back(at.view().state, parameters,
                         testing::ensemble_of(*model, adjoint).view().state, pulled.view().state);
        Kokkos::fence();
        // An Euler step of length 1 rounds to the digits of the state.
        EXPECT_LT(testing::largest_difference(rate.rows(), testing::right_hand_side(*model, state)),
                  1e-12)
            << model->info().name;
        const Rows found = pulled.rows();
        const double step = 1e-4;
        for (std::size_t j = 0; j < d; ++j) {
            Rows ahead = state, behind = state;
            for (std::size_t i = j; i < state.size(); i += d) {
                ahead[i] += step;
                behind[i] -= step;
            }
            const Rows up = testing::right_hand_side(*model, ahead);
            const Rows down = testing::right_hand_side(*model, behind);
            for (std::size_t i = 0; i < count; ++i) {
                double expected = 0;
                for (std::size_t c = 0; c < d; ++c) {
                    expected += adjoint[i * d + c] * (up[i * d + c] - down[i * d + c]) / (2 * step);
                }
                ASSERT_NEAR(found[i * d + j], expected, 1e-6 * (1 + std::fabs(expected)))
                    << model->info().name << ", component " << j;
            }
        }
    }
}

struct Case {
    const char* system;
    std::map<std::string, std::int64_t> sizes;
    double step;
    const char* scheme;
    ApproximatorInput input;
    Activation activation = Activation::rational;
};

std::string name_of_case(const ::testing::TestParamInfo<Case>& test) {
    return std::string(test.param.system) + "_" + test.param.scheme + "_" +
           name_of(test.param.input) + "_" + name_of(test.param.activation);
}

/// A network, units and trajectories, none of them special.
class Rollouts {
public:
    /// Trajectories are by `truth`.
    explicit Rollouts(const Case& what, const std::string& truth = "dp8", int substeps = 10)
        : m_model(testing::system(what.system, what.sizes)),
          m_far_step{what.scheme, what.step, testing::parameters_of(m_model)},
          m_problem{{}, m_model, m_data, m_options, quiet} {
        m_problem.far_step = &m_far_step;
        testing::Numbers numbers(11);
        const int d = m_model.dimension();
        const int inputs = what.input == ApproximatorInput::both ? 2 * d : d;
        ApproximatorOptions options;
        options.hidden = 3;
        options.activation = name_of(what.activation);
        m_network = make_network(inputs, d, options);
        m_network.input = what.input;
        for (int k = 0; k < m_network.shape.coefficients(); ++k) {
            m_network.parameters[std::size_t(k)] = 0.5 * numbers();
        }
        m_data.scaling.centre = numbers(std::size_t(inputs), 0.3);
        for (int i = 0; i < inputs; ++i) {
            m_data.scaling.input_scale.push_back(1.5 + numbers());
        }
        for (int i = 0; i < d; ++i) m_data.scaling.target_scale.push_back(0.04 + 0.02 * numbers());
        draw_trajectories(truth, substeps);
    }

    Segments segments(std::int64_t steps) const {
        const std::int64_t count = trajectories * (times - steps);
        return {m_states, times, steps, count, 0, count};
    }

    const FitProblem& problem() const { return m_problem; }
    const Network& network() const { return m_network; }

    static constexpr std::int64_t trajectories = 9, times = 12;

private:
    void draw_trajectories(const std::string& truth, int substeps) {
        Rows state = testing::sampled(m_model, trajectories, 1);
        const auto d = std::size_t(m_model.dimension());
        Rows rows(state.size() * std::size_t(times));
        for (std::size_t n = 0; n < std::size_t(times); ++n) {
            for (std::size_t k = 0; k < std::size_t(trajectories); ++k) {
                std::copy_n(&state[k * d], d, &rows[(k * std::size_t(times) + n) * d]);
            }
            state = testing::advanced(m_model, state, truth, m_far_step.step / substeps, substeps);
        }
        m_states = testing::ensemble_of(m_model, rows).view().state;
    }

    const SystemModel& m_model;
    FarStep m_far_step;
    TrainingData m_data;
    TrainOptions m_options;
    FitProblem m_problem;
    Network m_network;
    StateView m_states;
};

TEST(UnrolledLoss, TakesTheStepsOfEveryExplicitScheme) {
    for (const char* scheme : {"euler", "improved_euler", "kutta3", "rk4", "dp8",
                               "symplectic_euler", "stormer_verlet", "none"}) {
        const Rollouts rollouts({"henon_heiles", {}, 0.2, scheme, ApproximatorInput::state}, scheme,
                                1);
        const Segments segments = rollouts.segments(5);
        UnrolledLoss loss(rollouts.problem(), rollouts.network(), segments, segments.count);
        std::vector<double> without(rollouts.network().parameters.size());
        // With weights of zero, but a denominator that is not.
        std::fill(without.end() - rational_coefficient_count, without.end(), 1.0);
        // Units are 0.02 to 0.06, states of 1 round to 1e-16.
        EXPECT_LT(loss.mean({}, without), 1e-26) << scheme;
    }
    EXPECT_FALSE(explicit_scheme("implicit_midpoint"));
    EXPECT_FALSE(explicit_scheme("dopri5"));
}

class RolloutGradient : public ::testing::TestWithParam<Case> {};

TEST_P(RolloutGradient, AgreesWithFiniteDifferences) {
    const Rollouts rollouts(GetParam());
    for (const std::int64_t steps : {1, 2, 5}) {
        const Segments segments = rollouts.segments(steps);
        const std::int64_t used = segments.count - 7;
        const SegmentChoice choice{{}, 5, used};
        UnrolledLoss loss(rollouts.problem(), rollouts.network(), segments, used);
        const double noise = 1e-3, weight = 1 / double(used);
        const std::vector<double>& start = rollouts.network().parameters;
        const ParameterView result("gradient", start.size());
        const double squares = loss.gradient(to_device(start), choice, noise, weight, result);
        EXPECT_EQ(squares, loss.squares(to_device(start), choice, noise));
        const std::vector<double> gradient = on_host(result);
        double largest = 0;
        for (const double g : gradient) largest = std::max(largest, std::fabs(g));
        ASSERT_TRUE(std::isfinite(largest) && largest > 0);
        const auto coefficients = std::size_t(rollouts.network().shape.coefficients());
        for (std::size_t k = 0; k < start.size(); ++k) {
            if (k >= coefficients && GetParam().activation != Activation::rational) continue;
            const auto at = [&](double offset) {
                std::vector<double> parameters = start;
                parameters[k] += offset;
                return weight * loss.squares(to_device(parameters), choice, noise);
            };
            const double h = 3e-4;
            const double expected = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
            EXPECT_NEAR(gradient[k], expected, 1e-6 * std::fabs(expected) + 1e-9 * largest)
                << "parameter " << k << " of " << start.size() << ", " << steps << " steps";
        }
    }
}

const std::map<std::string, std::int64_t> no_size;
using Input = ApproximatorInput;

INSTANTIATE_TEST_SUITE_P(
    , RolloutGradient,
    ::testing::Values(
        Case{"henon_heiles", no_size, 0.5, "rk4", Input::state},
        Case{"henon_heiles", no_size, 0.5, "rk4", Input::slope},
        Case{"henon_heiles", no_size, 0.5, "rk4", Input::increment},
        Case{"henon_heiles", no_size, 0.5, "rk4", Input::both},
        Case{"henon_heiles", no_size, 0.1, "euler", Input::state},
        Case{"henon_heiles", no_size, 0.1, "euler", Input::slope},
        Case{"henon_heiles", no_size, 0.1, "euler", Input::increment},
        Case{"henon_heiles", no_size, 0.1, "improved_euler", Input::slope},
        Case{"henon_heiles", no_size, 0.1, "kutta3", Input::slope},
        Case{"henon_heiles", no_size, 0.5, "dp8", Input::slope},
        Case{"henon_heiles", no_size, 0.1, "symplectic_euler", Input::slope},
        Case{"henon_heiles", no_size, 0.1, "stormer_verlet", Input::increment},
        Case{"henon_heiles", no_size, 0.1, "none", Input::state},
        Case{"henon_heiles", no_size, 0.5, "rk4", Input::slope, Activation::tanh},
        Case{"henon_heiles", no_size, 0.5, "rk4", Input::slope, Activation::silu},
        Case{"henon_heiles", no_size, 0.5, "rk4", Input::state, Activation::inverse_quadratic},
        Case{"elastic_pendulum", no_size, 0.1, "rk4", Input::state, Activation::tanh},
        Case{"elastic_pendulum", no_size, 0.1, "rk4", Input::slope, Activation::sin},
        Case{"lorenz63", no_size, 0.01, "rk4", Input::state, Activation::tanh},
        Case{"pendulum_chain", {{"links", 2}}, 0.1, "rk4", Input::slope, Activation::tanh},
        Case{"spring_chain", {{"masses", 5}}, 0.2, "rk4", Input::slope, Activation::tanh}),
    name_of_case);

/// The mean of the squares and its gradient, as single-step training computes them.
double single_step_gradient(const TrainingData& data, const Network& network,
                            const ParameterView& gradient) {
    const SampleSet& samples = data.training;
    const StateView work("cotangents", samples.targets.extent(0), samples.targets.extent(1),
                         tile_width);
    const ParameterView parameters = to_device(network.parameters);
    compute_predictions(network.activation, network.shape, parameters, samples.inputs, work);
    Kokkos::fence();
    const double share = 1 / double(samples.count * network.shape.outputs);
    const auto predicted = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), work);
    const auto wanted = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), samples.targets);
    double mean = 0;
    for (std::size_t i = 0; i < predicted.extent(0) * tile_width; ++i) {
        for (std::size_t c = 0; c < predicted.extent(1); ++c) {
            double& value = predicted(i / tile_width, c, i % tile_width);
            const double error = value - wanted(i / tile_width, c, i % tile_width);
            const bool used = std::int64_t(i) < samples.count;
            if (used) mean += share * error * error;
            value = used ? 2 * share * error : 0;
        }
    }
    Kokkos::deep_copy(work, predicted);
    PerceptronGradient()(network.activation, network.shape, parameters, samples.inputs, work,
                         samples.tiles(), gradient);
    Kokkos::fence();
    return mean;
}

TrainOptions unrolled_adam(std::int64_t steps, std::int64_t iterations) {
    TrainOptions options;
    options.approximator.hidden = 16;
    options.fit = {FitMethod::Adam};
    options.adam.iterations = iterations;
    options.adam.warm_up = 0;
    options.adam.unroll = steps;
    return options;
}

FarStep far_step(const char* scheme = "rk4") {
    return {scheme, testing::Trajectories().step, testing::parameters_of(henon_heiles())};
}

TEST(UnrolledGradient, OfOneStepIsThatOfSingleStepTraining) {
    for (const char* scheme : {"rk4", "euler"}) {
        for (const Input input : {Input::state, Input::slope, Input::increment}) {
            SCOPED_TRACE(name_of(input) + " " + scheme);
            TrainOptions options = unrolled_adam(2, 1);  // so that there are segments
            options.input = input;
            const TrainingData data = make_data({}, options, {}, scheme);
            const FarStep step = far_step(scheme);
            FitProblem problem{{}, henon_heiles(), data, options, quiet};
            problem.far_step = &step;
            Network network = blank_network(problem);
            testing::Numbers numbers(3);
            for (int k = 0; k < network.shape.coefficients(); ++k) {
                network.parameters[std::size_t(k)] = 0.3 * numbers();
            }
            const ParameterView expected("expected", network.parameters.size());
            const ParameterView found("found", network.parameters.size());
            const double mean = single_step_gradient(data, network, expected);
            Segments pairs = data.training.segments;
            pairs.steps = 1;
            pairs.count = pairs.total = data.training.total;
            UnrolledLoss loss(problem, network, pairs, pairs.count);
            const double share = 1 / double(pairs.count * 4);
            const double squares =
                loss.gradient(to_device(network.parameters), {{}, 0, pairs.count}, 0, share, found);
            EXPECT_NEAR(share * squares, mean, 1e-11 * mean);
            EXPECT_NEAR(loss.mean({}, network.parameters), mean, 1e-11 * mean);
            const auto a = on_host(found), b = on_host(expected);
            double largest = 0;
            for (const double g : b) largest = std::max(largest, std::fabs(g));
            // Errors of 1e-4 of states of 1 have 12 digits.
            EXPECT_LT(testing::largest_difference(a, b), 1e-11 * largest);
        }
    }
}

double rollout_loss(const FitProblem& problem, const Network& network) {
    return UnrolledLoss(problem, network, problem.data.validation.segments, 300)
        .mean(problem.comm, network.parameters);
}

TEST(UnrolledAdam, ReducesTheLossOfRollouts) {
    const TrainOptions options = unrolled_adam(4, 400);
    const TrainingData data = make_data({}, options);
    const FarStep step = far_step();
    FitProblem problem{{}, henon_heiles(), data, options, quiet};
    problem.far_step = &step;
    const Fit fit = fit_adam(problem, nullptr);
    Network nothing = blank_network(problem);
    const double without = rollout_loss(problem, nothing),
                 with = rollout_loss(problem, fit.network);
    EXPECT_LT(with, without / 5);
    double best = fit.history.front().validation_loss;
    for (const HistoryEntry& entry : fit.history) best = std::min(best, entry.validation_loss);
    EXPECT_DOUBLE_EQ(with, best) << "the history is that of rollouts, and its best network is kept";
}

TEST(UnrolledAdam, GoesOnFromAnotherFitAndJudgesByRollouts) {
    TrainOptions options = unrolled_adam(4, 200);
    options.fit = {FitMethod::Ridge, FitMethod::Adam};
    options.adam.learning_rate = 1e-4;
    const TrainingData data = make_data({}, options);
    const FarStep step = far_step();
    FitProblem problem{{}, henon_heiles(), data, options, quiet};
    problem.far_step = &step;
    const Fit ridge = fit_ridge(problem);
    const Fit both = fit(problem);
    EXPECT_LT(rollout_loss(problem, both.network), 0.9 * rollout_loss(problem, ridge.network));
    // Where nothing improves, the network that it began with stays.
    options.adam.learning_rate = 10;
    const Fit worse = fit(problem);
    EXPECT_EQ(worse.network.parameters, ridge.network.parameters);
}

TEST(UnrolledAdam, IsTheSameOnAnyNumberOfRanks) {
    const Communicator world(MPI_COMM_WORLD);
    TrainOptions options = unrolled_adam(3, 60);
    options.adam.batch = 500;
    options.input = Input::slope;
    const TrainingData alone = make_data({}, options), shared = make_data(world, options);
    EXPECT_EQ(alone.training.segments.total, shared.training.segments.total);
    const FarStep step = far_step();
    FitProblem on_one{{}, henon_heiles(), alone, options, quiet};
    FitProblem on_many{world, henon_heiles(), shared, options, quiet};
    on_one.far_step = on_many.far_step = &step;
    const Fit one = fit_adam(on_one, nullptr), many = fit_adam(on_many, nullptr);
    testing::expect_same_losses(one, many);
}

TEST(Segments, OfTooFewTimesAreRefused) {
    const TrainOptions options = unrolled_adam(21, 1);  // needs 22 times, of which there are 21
    EXPECT_THROW(make_data({}, options), EnvironmentError);
}

}  // namespace
}  // namespace farstep
