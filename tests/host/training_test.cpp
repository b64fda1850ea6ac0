// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Fitting networks: samples made from a dataset, ridge regression, Adam, and the network that is
// deployed in the end; alone and on several ranks.
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "training/design.hpp"
#include "training_fixture.hpp"

namespace farstep {
namespace {

using testing::Rows;

using testing::failed;
using testing::henon_heiles;
using testing::make_data;
using testing::quiet;
using testing::rows_of;
using testing::states_of;
using testing::Trajectories;

TEST(Samples, AreResidualsOfAdjacentStatesInStandardisedUnits) {
    const Trajectories size;
    const TrainOptions options;
    const TrainingData data = make_data({}, options);
    const std::int64_t pairs = size.times - 1, usable = size.count - 1;
    EXPECT_EQ(data.validation.total, 20 * pairs);
    EXPECT_EQ(data.training.total, (usable - 20) * pairs);
    EXPECT_EQ(data.training.count, data.training.total);
    const Rows inputs = rows_of(data.training.inputs, data.training.count);
    const Rows targets = rows_of(data.training.targets, data.training.count);
    for (std::size_t c = 0; c < 4; ++c) {
        double mean = 0, square = 0;
        for (std::size_t i = c; i < inputs.size(); i += 4) {
            mean += inputs[i];
            square += inputs[i] * inputs[i];
        }
        // Units are rounded to float, the centre to 2⁻²⁰ units.
        EXPECT_NEAR(mean / double(data.training.total), 0, 1e-6);
        EXPECT_NEAR(square / double(data.training.total), 1, 1e-6);
    }
    // Back in the units of the state, the coarse step plus the target is the exact next state.
    Rows states = inputs, residuals = targets;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        states[i] = inputs[i] * data.scaling.input_scale[i % 4] + data.scaling.centre[i % 4];
        residuals[i] *= data.scaling.target_scale[i % 4];
    }
    Rows found = testing::advanced(henon_heiles(), states, "rk4", size.step);
    for (std::size_t i = 0; i < found.size(); ++i) found[i] += residuals[i];
    const Rows exact = testing::advanced(henon_heiles(), states, "dp8", size.step / 10, 10);
    EXPECT_LT(testing::largest_difference(found, exact), 1e-14);
}

TEST(Samples, HoldTheSlopeWhereTheCorrectorSeesIt) {
    const Trajectories size;
    TrainOptions options;
    const TrainingData states = make_data({}, options);
    options.input = ApproximatorInput::both;
    const TrainingData both = make_data({}, options);
    ASSERT_EQ(both.training.inputs.extent(1), 8u);
    Rows inputs = rows_of(both.training.inputs, both.training.count), start, slope;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const double value = inputs[i] * both.scaling.input_scale[i % 8] +
                             both.scaling.centre[i % 8];
        (i % 8 < 4 ? start : slope).push_back(value);
    }
    Rows expected = testing::advanced(henon_heiles(), start, "rk4", size.step);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        expected[i] = (expected[i] - start[i]) / size.step;
    }
    EXPECT_LT(testing::largest_difference(slope, expected), 1e-14);
    // What is to be learnt, and the box that guards a forecast, are the same.
    EXPECT_EQ(rows_of(both.training.targets, both.training.count),
              rows_of(states.training.targets, states.training.count));
    EXPECT_EQ(both.scaling.low, states.scaling.low);
    EXPECT_EQ(both.scaling.high, states.scaling.high);
}

/// Row of the design matrix: 1, x and the hidden units' values.
std::vector<double> design_row(const Network& network, const double* x) {
    const PerceptronShape& shape = network.shape;
    std::vector<double> row{1};
    row.insert(row.end(), x, x + shape.inputs);
    for (int h = 0; h < shape.hidden; ++h) {
        double z = network.parameters[std::size_t(shape.biases() + h)];
        for (int i = 0; i < shape.inputs; ++i) {
            z += network.parameters[std::size_t(shape.weights() + h * shape.inputs + i)] * x[i];
        }
        row.push_back(
            testing::activation_value(Activation::rational, published_rational, z));
    }
    return row;
}

TEST(NormalEquations, AreSumsOverAllSamples) {
    const TrainOptions options;
    const SampleSet samples = make_data({}, options).training;
    ASSERT_NE(samples.count % tile_width, 0);
    Network network = make_network(4, 4, {.hidden = 7, .degree = 1});
    draw_hidden_layer(network, 1, 0.5);
    const NormalEquations equations = normal_equations({}, network, samples);
    const Rows inputs = rows_of(samples.inputs, samples.count);
    const Rows targets = rows_of(samples.targets, samples.count);
    const std::size_t n = 12;
    ASSERT_EQ(equations.columns, int(n));
    std::vector<double> gram(n * n), right(n * 4);
    for (std::size_t s = 0; s < std::size_t(samples.count); ++s) {
        const auto row = design_row(network, &inputs[4 * s]);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) gram[j * n + i] += row[i] * row[j];
            for (std::size_t j = 0; j < 4; ++j) right[j * n + i] += row[i] * targets[4 * s + j];
        }
    }
    const double tolerance = 1e-12 * double(samples.count);
    EXPECT_LT(testing::largest_difference(equations.gram, gram), tolerance);
    EXPECT_LT(testing::largest_difference(equations.right, right), tolerance);
}

TEST(Samples, HoldTheIncrementWhereTheOutputIsAFactor) {
    TrainOptions options;
    options.corrector = "attns_m";
    options.input = ApproximatorInput::increment;
    const TrainingData data = make_data({}, options);
    Rows inputs = rows_of(data.training.inputs, data.training.count);
    Rows factors = rows_of(data.training.factors, data.training.count);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        inputs[i] = inputs[i] * data.scaling.input_scale[i % 4] + data.scaling.centre[i % 4];
        factors[i] *= data.scaling.target_scale[i % 4];
    }
    EXPECT_LT(testing::largest_difference(inputs, factors), 1e-14);
}

TEST(Samples, OfASmallerFractionAreAmongThoseOfALargerOne) {
    TrainOptions options;
    options.inputs = Scaling::Raw;
    std::vector<std::set<double>> seen;
    for (const double fraction : {0.25, 0.5, 1.0}) {
        options.fraction = fraction;
        const TrainingData data = make_data({}, options);
        const Rows inputs = rows_of(data.training.inputs, data.training.count);
        seen.emplace_back(inputs.begin(), inputs.end());
        EXPECT_EQ(data.validation.total, make_data({}, TrainOptions{}).validation.total);
    }
    EXPECT_LT(seen[0].size(), seen[1].size());
    EXPECT_LT(seen[1].size(), seen[2].size());
    EXPECT_TRUE(std::includes(seen[1].begin(), seen[1].end(), seen[0].begin(), seen[0].end()));
    EXPECT_TRUE(std::includes(seen[2].begin(), seen[2].end(), seen[1].begin(), seen[1].end()));
}

TEST(Networks, AreStandardisedBackFromWhatIsDeployed) {
    const SampleScaling scaling{{0.1, -0.2, 3}, {2, 0.5, 4}, {1e-3, 2e-4, 5e-2}, {}, {}};
    ApproximatorOptions options;
    options.hidden = 7;
    options.degree = 3;
    for (const bool multiplies : {false, true}) {
        Network network = make_network(3, 3, options);
        network.multiplies = multiplies;
        testing::Numbers numbers(3);
        network.parameters = numbers(network.parameters.size(), 1);
        network.monomials = numbers(network.monomials.size(), 1);
        const Network back = standardised(network.deploy(scaling), scaling);
        EXPECT_LT(testing::largest_difference(back.parameters, network.parameters), 1e-15);
        EXPECT_LT(testing::largest_difference(back.monomials, network.monomials), 1e-15);
    }
}

TEST(Samples, ArePartedByTrajectory) {
    const TrainOptions options;
    const TrainingData data = make_data({}, options);
    const Rows states = states_of({});
    const auto starts = [&](const SampleSet& set) {  // qx at the start of each trajectory
        const Rows inputs = rows_of(set.inputs, set.count);
        std::vector<double> result;
        for (std::size_t i = 0; i < inputs.size(); i += 4 * 20) {
            result.push_back(inputs[i] * data.scaling.input_scale[0] + data.scaling.centre[0]);
        }
        return result;
    };
    std::vector<double> found = starts(data.training), expected;
    const auto aside = starts(data.validation);
    found.insert(found.end(), aside.begin(), aside.end());
    for (std::size_t i = 0; i < 200; ++i) {
        if (i != failed) expected.push_back(states[4 * i]);
    }
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-14);
}

TEST(Samples, ShareOneUnitOfTheStatesDeviationOrHaveOneEach) {
    TrainOptions options;
    for (const TargetScaling scaling : {TargetScaling::State, TargetScaling::Output}) {
        options.targets = scaling;
        const TrainingData data = make_data({}, options);
        const Rows targets = rows_of(data.training.targets, data.training.count);
        Rows squares(4, 0.0);
        for (std::size_t i = 0; i < targets.size(); ++i) {
            squares[i % 4] += targets[i] * targets[i] / double(data.training.total);
        }
        EXPECT_NEAR((squares[0] + squares[1] + squares[2] + squares[3]) / 4, 1, 1e-6);
        const auto& units = data.scaling;
        for (std::size_t c = 0; c < 4; ++c) {
            if (scaling == TargetScaling::Output) {
                EXPECT_NEAR(squares[c], 1, 1e-6);
            } else {
                EXPECT_NEAR(units.target_scale[c] / units.target_scale[0],
                            units.input_scale[c] / units.input_scale[0], 1e-6);
            }
        }
    }
}

TEST(Samples, StayInTheStatesUnitsIfAskedTo) {
    TrainOptions options;
    options.inputs = Scaling::Raw;
    options.targets = TargetScaling::Raw;
    const TrainingData data = make_data({}, options);
    EXPECT_EQ(data.scaling.centre, Rows(4, 0.0));
    EXPECT_EQ(data.scaling.input_scale, Rows(4, 1.0));
    EXPECT_EQ(data.scaling.target_scale, Rows(4, 1.0));
    const Rows targets = rows_of(data.training.targets, data.training.count);
    EXPECT_NEAR(std::sqrt(testing::mean_square_difference(targets, Rows(targets.size(), 0.0))),
                1.5e-4, 0.2e-4);
}

TEST(Samples, AreTheSameOnAnyNumberOfRanks) {
    const Communicator world(MPI_COMM_WORLD);
    const TrainOptions options;
    const TrainingData alone = make_data({}, options), shared = make_data(world, options);
    EXPECT_EQ(shared.training.total, alone.training.total);
    const Rows all = rows_of(alone.training.inputs, alone.training.count);
    const Rows mine = rows_of(shared.training.inputs, shared.training.count);
    for (std::size_t i = 0; i < mine.size(); ++i) {
        EXPECT_EQ(mine[i], all[std::size_t(4 * shared.training.first) + i]);
    }
}

/// Samples of an affine map that holds exactly, shared out over ranks.
struct LinearProblem {
    LinearProblem(const Communicator& comm, std::int64_t total) {
        const Range mine = partition(total, comm.rank(), comm.size());
        const Rows all = testing::Numbers(32)(std::size_t(4 * total), 1);
        const Rows inputs(all.begin() + 4 * mine.begin, all.begin() + 4 * mine.end);
        Rows targets;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const double* const x = &inputs[i / 4 * 4];
            const std::size_t j = i % 4;
            double y = offset[j];
            for (std::size_t k = 0; k < 4; ++k) y += map[j * 4 + k] * x[k];
            targets.push_back(y);
        }
        data.training.inputs = testing::ensemble_of(henon_heiles(), inputs).view().state;
        data.training.targets = testing::ensemble_of(henon_heiles(), targets).view().state;
        data.training.count = mine.size();
        data.training.first = mine.begin;
        data.training.total = total;
        data.validation = data.training;
        data.scaling = {Rows(4, 0.0), Rows(4, 1.0), Rows(4, 1.0), {}, {}};
    }

    Rows map = testing::Numbers(31)(16, 1), offset = testing::Numbers(33)(4, 1);
    TrainingData data;
};

TEST(Ridge, RecoversALinearMapExactly) {
    const Communicator world(MPI_COMM_WORLD);
    TrainOptions options;
    options.approximator.type = ApproximatorType::Linear;
    for (const std::int64_t total : {1000, 70'001}) {  // few enough to choose on all, and not
        const LinearProblem problem(world, total);
        const Fit fit = fit_ridge({world, henon_heiles(), problem.data, options, quiet});
        const PerceptronShape& shape = fit.network.shape;
        EXPECT_EQ(shape.hidden, 0);
        for (int k = 0; k < 16; ++k) {
            EXPECT_NEAR(fit.network.parameters[std::size_t(shape.linear() + k)],
                        problem.map[std::size_t(k)], 1e-10);
        }
        for (int j = 0; j < 4; ++j) {
            EXPECT_NEAR(fit.network.parameters[std::size_t(shape.bias() + j)],
                        problem.offset[std::size_t(j)], 1e-10);
        }
        EXPECT_LT(fit.validation.raw, 1e-20);
    }
}

TEST(Ridge, ReducesTheSingleStepErrorAThousandfold) {
    TrainOptions options;
    options.approximator.hidden = 128;
    const TrainingData data = make_data({}, options);
    const Fit fit = fit_ridge({{}, henon_heiles(), data, options, quiet});
    EXPECT_GT(data.validation_target_power / fit.validation.raw, 1e3);
    // The deployed network in the fused step does what the loss promises.
    const DeployedNetwork network = fit.network.deploy(data.scaling);
    Rows state = testing::sampled(henon_heiles(), 200, 77);
    StepperSpec spec = testing::plain_spec(henon_heiles(), "rk4", 0.5);
    double plain = 0, corrected = 0;
    for (int n = 0; n < 20; ++n) {
        spec.corrector = nullptr;
        const Rows without = testing::advanced(henon_heiles(), state, spec, 1);
        spec.corrector = &network;
        const Rows with = testing::advanced(henon_heiles(), state, spec, 1);
        state = testing::advanced(henon_heiles(), state, "dp8", 0.05, 10);
        plain += testing::mean_square_difference(without, state);
        corrected += testing::mean_square_difference(with, state);
    }
    EXPECT_GT(plain / corrected, 1e3) << "on trajectories it never saw";
}

TrainOptions small_adam(std::int64_t iterations) {
    TrainOptions options;
    options.approximator.hidden = 16;
    options.fit = {FitMethod::Adam};
    options.adam.iterations = iterations;
    options.adam.warm_up = 0;
    return options;
}

TEST(Adam, ReducesTheLoss) {
    const TrainOptions options = small_adam(1000);
    const TrainingData data = make_data({}, options);
    const Fit fit = fit_adam({{}, henon_heiles(), data, options, quiet}, nullptr);
    EXPECT_EQ(fit.history.size(), 50u);
    EXPECT_LT(fit.validation.scaled, 0.05);  // 1 is no corrector
    EXPECT_LT(fit.history.back().training_loss, fit.history.front().training_loss / 10);
    double best = fit.history.front().validation_loss;
    for (const HistoryEntry& entry : fit.history) best = std::min(best, entry.validation_loss);
    EXPECT_EQ(fit.validation.scaled, best);
}

TEST(Adam, FollowsTheCosineSchedule) {
    TrainOptions options = small_adam(50);
    options.adam.learning_rate = 1e-3;
    const TrainingData data = make_data({}, options);
    const Fit fit = fit_adam({{}, henon_heiles(), data, options, quiet}, nullptr);
    ASSERT_EQ(fit.history.size(), 50u);
    EXPECT_DOUBLE_EQ(fit.history[0].learning_rate, 1e-3);
    EXPECT_DOUBLE_EQ(fit.history[25].learning_rate, 5e-4);
    for (std::size_t i = 1; i < 50; ++i) {
        EXPECT_LT(fit.history[i].learning_rate, fit.history[i - 1].learning_rate);
    }
}

TEST(Adam, LeavesOutTheLinearMapIfToldTo) {
    TrainOptions options = small_adam(200);
    const TrainingData data = make_data({}, options);
    for (const bool linear : {false, true}) {
        options.approximator.linear = linear;
        const Fit fit = fit_adam({{}, henon_heiles(), data, options, quiet}, nullptr);
        const PerceptronShape& shape = fit.network.shape;
        int used = 0;
        for (int k = shape.linear(); k < shape.bias(); ++k) {
            used += fit.network.parameters[std::size_t(k)] != 0;
        }
        EXPECT_EQ(used, linear ? 16 : 0);
        EXPECT_NE(fit.network.parameters[std::size_t(shape.bias())], 0.0);
        EXPECT_EQ(fit.network.deploy(data.scaling).linear.empty(), !linear);
    }
}

TEST(Adam, TakesTheStepOfItsFormula) {
    // One iteration over all samples: every parameter with a gradient moves by the learning rate,
    // since the first step of Adam is rate · g/(|g| + ε).
    TrainOptions options = small_adam(1);
    options.adam.batch = 1 << 20;
    const TrainingData data = make_data({}, options);
    Network start = make_network(4, 4, options.approximator);
    draw_hidden_layer(start, 3, 0.5);
    for (int k = start.shape.outgoing(); k < start.shape.coefficients(); ++k) {
        start.parameters[std::size_t(k)] = 0.1 * std::sin(k);
    }
    const Fit fit = fit_adam({{}, henon_heiles(), data, options, quiet}, &start);
    for (std::size_t k = 0; k < start.parameters.size(); ++k) {
        EXPECT_NEAR(std::fabs(fit.network.parameters[k] - start.parameters[k]),
                    options.adam.learning_rate, 1e-3 * options.adam.learning_rate);
    }
}

TEST(Fit, ContinuesFromRidgeAndNeverGetsWorse) {
    TrainOptions options = small_adam(100);
    options.fit = {FitMethod::Ridge, FitMethod::Adam};
    const TrainingData data = make_data({}, options);
    const FitProblem problem{{}, henon_heiles(), data, options, quiet};
    const Fit ridge = fit_ridge(problem), both = fit(problem);
    EXPECT_LE(both.validation.scaled, ridge.validation.scaled);
    EXPECT_EQ(both.history.size(), ridge.history.size() + 50);
}

TEST(Fit, IsTheSameOnAnyNumberOfRanks) {
    const Communicator world(MPI_COMM_WORLD);
    TrainOptions options = small_adam(60);
    options.adam.batch = 500;
    const TrainingData alone = make_data({}, options), shared = make_data(world, options);
    const Fit one = fit_adam({{}, henon_heiles(), alone, options, quiet}, nullptr);
    const Fit many = fit_adam({world, henon_heiles(), shared, options, quiet}, nullptr);
    testing::expect_same_losses(one, many);
    const Fit ridge = fit_ridge({{}, henon_heiles(), alone, options, quiet});
    const Fit ridges = fit_ridge({world, henon_heiles(), shared, options, quiet});
    EXPECT_NEAR(ridges.validation.raw / ridge.validation.raw, 1, 0.05);
}

TEST(DeployedNetwork, EqualsTheStandardisedEvaluation) {
    testing::Numbers numbers(41);
    int degree = 0;
    for (const Activation activation : testing::all_activations) {
        ApproximatorOptions options;
        options.hidden = 11;
        options.activation = name_of(activation);
        options.degree = degree++;
        Network network = make_network(4, 4, options);
        network.monomials = numbers(network.monomials.size(), 1);
        for (int k = 0; k < network.shape.coefficients(); ++k) {
            network.parameters[std::size_t(k)] = numbers();
        }
        SampleScaling scaling{numbers(4, 3), {0.5, 2, 7, 0.01}, {1e-4, 1, 3, 1e-7}, {}, {}};
        const DeployedNetwork deployed = network.deploy(scaling);
        // Without scaling, the parameters themselves are deployed.
        const DeployedNetwork standardised =
            network.deploy({Rows(4, 0.0), Rows(4, 1.0), Rows(4, 1.0), {}, {}});
        for (int sample = 0; sample < 20; ++sample) {
            const Rows x = numbers(4, 2);
            Rows u(4);
            for (std::size_t c = 0; c < 4; ++c) {
                u[c] = scaling.centre[c] + scaling.input_scale[c] * x[c];
            }
            const Rows raw = testing::evaluated(deployed, u.data());
            const Rows scaled = testing::evaluated(standardised, x.data());
            for (std::size_t c = 0; c < 4; ++c) {
                EXPECT_NEAR(raw[c], scaled[c] * scaling.target_scale[c],
                            1e-11 * scaling.target_scale[c]);
            }
        }
    }
}

TEST(LossFunction, IsTheMeanSquareOverSamplesAndComponents) {
    const TrainOptions options;
    const TrainingData data = make_data({}, options);
    LossFunction loss({}, data.validation, data.scaling);
    const Network nothing = make_network(4, 4, options.approximator);
    EXPECT_NEAR(loss(nothing).raw / data.validation_target_power, 1, 1e-12);
    const Rows targets = rows_of(data.validation.targets, data.validation.count);
    EXPECT_NEAR(loss(nothing).scaled,
                testing::mean_square_difference(targets, Rows(targets.size(), 0.0)), 1e-12);
}

}  // namespace
}  // namespace farstep
