// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The training kernels: features and predictions against plain loops, gradients of every parameter
// against finite differences.
#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "models.hpp"
#include "networks.hpp"
#include "training/gradient.hpp"
#include "training/network.hpp"
#include "training/predictions.hpp"

namespace farstep {
namespace {

using testing::Numbers;
using testing::Rows;

/// Rows [sample][component] in the ensemble layout.
StateView in_tiles(const Rows& rows, int components) {
    Ensemble ensemble(components, {0, std::int64_t(rows.size()) / components});
    ensemble.set_rows(rows);
    return ensemble.view().state;
}

/// A network, samples and cotangents, none of them special, and no sample near a kink of ReLU.
struct Problem {
    Problem(int in, int out, Activation kind, int hidden, std::int64_t count)
        : activation(kind), shape{in, out, hidden} {
        Numbers numbers(17);
        parameters = numbers(std::size_t(shape.size()), 0.8);
        for (int k = 0; k < rational_coefficient_count; ++k) {
            parameters[std::size_t(shape.coefficients() + k)] =
                published_rational[k] + 0.1 * numbers();
        }
        while (std::int64_t(samples.size()) < count * in) {
            const auto sample = numbers(std::size_t(in), 1);
            if (far_from_kinks(sample)) samples.insert(samples.end(), sample.begin(), sample.end());
        }
        cotangents = numbers(std::size_t(count * out), 1);
        inputs = in_tiles(samples, in);
        weights = in_tiles(cotangents, out);
        predictions = StateView("predictions", inputs.extent(0), std::size_t(out), tile_width);
    }

    double at(int offset, int i) const { return parameters[std::size_t(offset + i)]; }

    double pre_activation(int unit, const double* x) const {
        double z = at(shape.biases(), unit);
        for (int i = 0; i < shape.inputs; ++i) {
            z += at(shape.weights(), unit * shape.inputs + i) * x[i];
        }
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
        for (int i = 0; i < shape.inputs; ++i) {
            sum += at(shape.linear(), output * shape.inputs + i) * x[i];
        }
        for (int unit = 0; unit < shape.hidden; ++unit) {
            sum += at(shape.outgoing(), unit * shape.outputs + output) * unit_value(unit, x);
        }
        return sum;
    }

    /// Σ cotangent · prediction over all samples.
    double scalar(const std::vector<double>& at_parameters) const {
        compute_predictions(activation, shape, to_device(at_parameters), inputs, predictions);
        Kokkos::fence();
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), predictions);
        double sum = 0;
        const auto out = std::size_t(shape.outputs);
        for (std::size_t s = 0; s < cotangents.size(); ++s) {
            const std::size_t i = s / out, c = s % out;
            sum += cotangents[s] * host(i / tile_width, c, i % tile_width);
        }
        return sum;
    }

    std::vector<double> gradient() const {
        const ParameterView result("gradient", parameters.size());
        PerceptronGradient compute_gradient;
        compute_gradient(activation, shape, to_device(parameters), inputs, weights,
                         std::int64_t(inputs.extent(0)), result);
        Kokkos::fence();
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), result);
        return {host.data(), host.data() + host.size()};
    }

    Activation activation;
    PerceptronShape shape;
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

void expect_exact_gradient(int inputs, int outputs, Activation activation, int hidden,
                           std::int64_t samples) {
    const Problem problem(inputs, outputs, activation, hidden, samples);
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
            << name_of(activation) << ", " << inputs << " inputs";
    }
}

// 20 tiles: more than a block of the partial sums, and not a multiple of one.
constexpr std::int64_t many = 20 * tile_width;

TEST(Gradient, OfEveryActivationAgreesWithFiniteDifferences) {
    for (const Activation activation : testing::all_activations) {
        expect_exact_gradient(4, 4, activation, 5, many);
    }
}

TEST(Gradient, OfAnySizeAgreesWithFiniteDifferences) {
    expect_exact_gradient(2, 2, Activation::rational, 7, many);
    expect_exact_gradient(3, 3, Activation::rational, 3, tile_width);
    expect_exact_gradient(8, 4, Activation::tanh, 3, 2 * tile_width);
    expect_exact_gradient(5, 1, Activation::sin, 6, 3 * tile_width);
    expect_exact_gradient(20, 20, Activation::rational, 3, 9 * tile_width);
}

TEST(Gradient, OfALinearMapAgreesWithFiniteDifferences) {
    expect_exact_gradient(4, 4, Activation::tanh, 0, many);
    expect_exact_gradient(6, 2, Activation::tanh, 0, tile_width);
}

TEST(Predictions, AgreeWithPlainLoops) {
    for (const Activation activation : testing::all_activations) {
        const Problem problem(4, 4, activation, 9, 3 * tile_width);
        problem.scalar(problem.parameters);
        const StateView features("features", problem.inputs.extent(0), 9, tile_width);
        compute_features(activation, problem.shape, to_device(problem.parameters), problem.inputs,
                         {features.data(), 9 * tile_width, tile_width});
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
