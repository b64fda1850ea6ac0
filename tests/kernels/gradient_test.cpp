// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The training kernels: features and predictions against plain loops, gradients of every parameter
// against finite differences.
#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "models.hpp"
#include "networks.hpp"
#include "training/network.hpp"
#include "training/predictions.hpp"

namespace farstep {
namespace {

using testing::Numbers;
using testing::Rows;

/// A network, samples and cotangents, none of them special, and no sample near a kink of ReLU.
struct Problem {
    Problem(const SystemModel& model, Activation kind, int hidden, std::int64_t count)
        : activation(kind),
          d(model.dimension()),
          shape{d, d, hidden},
          compute_gradient(model.perceptron_gradient()) {
        Numbers numbers(17);
        parameters = numbers(std::size_t(shape.size()), 0.8);
        for (int k = 0; k < rational_coefficient_count; ++k) {
            parameters[std::size_t(shape.coefficients() + k)] =
                published_rational[k] + 0.1 * numbers();
        }
        while (std::int64_t(samples.size()) < count * d) {
            const auto sample = numbers(std::size_t(d), 1);
            if (far_from_kinks(sample)) samples.insert(samples.end(), sample.begin(), sample.end());
        }
        cotangents = numbers(samples.size(), 1);
        inputs = testing::ensemble_of(model, samples).view().state;
        weights = testing::ensemble_of(model, cotangents).view().state;
        predictions = StateView("predictions", inputs.extent(0), std::size_t(d), tile_width);
    }

    double at(int offset, int i) const { return parameters[std::size_t(offset + i)]; }

    double pre_activation(int unit, const double* x) const {
        double z = at(shape.biases(), unit);
        for (int i = 0; i < d; ++i) z += at(shape.weights(), unit * d + i) * x[i];
        return z;
    }

    double unit_value(int unit, const double* x) const {
        RationalCoefficients c;
        for (int k = 0; k < rational_coefficient_count; ++k) c[k] = at(shape.coefficients(), k);
        return testing::activation_value(activation, c, pre_activation(unit, x));
    }

    bool far_from_kinks(const std::vector<double>& x) const {
        for (int unit = 0; unit < shape.hidden; ++unit) {
            if (std::fabs(pre_activation(unit, x.data())) < 0.02) return false;
        }
        return true;
    }

    double prediction(int output, const double* x) const {
        double sum = at(shape.bias(), output);
        for (int i = 0; i < d; ++i) sum += at(shape.linear(), output * d + i) * x[i];
        for (int unit = 0; unit < shape.hidden; ++unit) {
            sum += at(shape.outgoing(), unit * d + output) * unit_value(unit, x);
        }
        return sum;
    }

    /// Σ cotangent · prediction over all samples.
    double scalar(const std::vector<double>& at_parameters) const {
        compute_predictions(activation, shape, to_device(at_parameters), inputs, predictions);
        Kokkos::fence();
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), predictions);
        double sum = 0;
        for (std::size_t s = 0; s < samples.size(); ++s) {
            const std::size_t i = s / std::size_t(d), c = s % std::size_t(d);
            sum += cotangents[s] * host(i / tile_width, c, i % tile_width);
        }
        return sum;
    }

    std::vector<double> gradient() const {
        const ParameterView result("gradient", parameters.size());
        (*compute_gradient)(activation, shape, to_device(parameters), inputs, weights,
                          std::int64_t(inputs.extent(0)), result);
        Kokkos::fence();
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), result);
        return {host.data(), host.data() + host.size()};
    }

    Activation activation;
    int d;
    PerceptronShape shape;
    std::unique_ptr<PerceptronGradient> compute_gradient;
    std::vector<double> parameters;
    Rows samples, cotangents;
    StateView inputs, weights, predictions;
};

/// Central differences of fourth order.
double derivative(const Problem& problem, std::size_t k) {
    const double step = 1e-3;
    const auto at = [&](double offset) {
        std::vector<double> parameters = problem.parameters;
        parameters[k] += offset;
        return problem.scalar(parameters);
    };
    return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
}

void expect_exact_gradient(const SystemModel& model, Activation activation, int hidden,
                           std::int64_t samples) {
    const Problem problem(model, activation, hidden, samples);
    const std::vector<double> gradient = problem.gradient();
    const auto coefficients = std::size_t(problem.shape.coefficients());
    for (std::size_t k = 0; k < gradient.size(); ++k) {
        if (k >= coefficients && activation != Activation::rational) {
            EXPECT_EQ(gradient[k], 0.0);
            continue;
        }
        const double expected = derivative(problem, k);
        EXPECT_NEAR(gradient[k], expected, 1e-6 * std::fabs(expected) + 1e-10)
            << "parameter " << k << " of " << gradient.size() << ", activation "
            << name_of(activation) << ", d = " << problem.d;
    }
}

// 20 tiles: more than a block of the partial sums, and not a multiple of one.
constexpr std::int64_t many = 20 * tile_width;

TEST(Gradient, OfEveryActivationAgreesWithFiniteDifferences) {
    for (const Activation activation : testing::all_activations) {
        expect_exact_gradient(testing::system("henon_heiles"), activation, 5, many);
    }
}

TEST(Gradient, InEveryDimensionAgreesWithFiniteDifferences) {
    expect_exact_gradient(testing::system("harmonic_oscillator"), Activation::rational, 7, many);
    expect_exact_gradient(testing::system("lorenz63"), Activation::rational, 3, tile_width);
    expect_exact_gradient(testing::system("pendulum_chain", {{"links", 3}}), Activation::tanh, 3,
                          2 * tile_width);
    expect_exact_gradient(testing::system("spring_chain", {{"masses", 10}}), Activation::rational,
                          3, 9 * tile_width);
}

TEST(Gradient, OfALinearMapAgreesWithFiniteDifferences) {
    expect_exact_gradient(testing::system("henon_heiles"), Activation::tanh, 0, many);
}

TEST(Predictions, AgreeWithPlainLoops) {
    for (const Activation activation : testing::all_activations) {
        const Problem problem(testing::system("henon_heiles"), activation, 9, 3 * tile_width);
        problem.scalar(problem.parameters);
        const StateView features("features", problem.inputs.extent(0), 9, tile_width);
        compute_features(activation, problem.shape, to_device(problem.parameters), problem.inputs,
                         features);
        Kokkos::fence();
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), features);
        const auto predicted =
            Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), problem.predictions);
        for (std::size_t i = 0; i < 3 * tile_width; ++i) {
            const double* const x = &problem.samples[i * 4];
            for (int h = 0; h < 9; ++h) {
                EXPECT_NEAR(host(i / tile_width, h, i % tile_width), problem.unit_value(h, x),
                            1e-14);
            }
            for (int j = 0; j < 4; ++j) {
                EXPECT_NEAR(predicted(i / tile_width, j, i % tile_width), problem.prediction(j, x),
                            1e-14);
            }
        }
    }
}

}  // namespace
}  // namespace farstep
