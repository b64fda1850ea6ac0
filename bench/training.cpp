// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Speed of training on one core, beside the core's multiply-adds and the machine's dgemm, measured
// between the same repeats: Adam's gradient alone, Adam as the train stage runs it, and the normal
// equations of the closed form. Prints JSON; bench/training.py calls it and adds PyTorch.
#include <farstep/numerics/random.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalog/catalog.hpp"
#include "measuring.hpp"
#include "parallel/kokkos_session.hpp"
#include "peak.hpp"
#include "training/design.hpp"
#include "training/fit.hpp"
#include "training/gradient.hpp"
#include "training/lapack.hpp"
#include "training/predictions.hpp"

namespace farstep::bench {
namespace {

constexpr int hidden = 1024;

/// Virtual machines lend cores: the best of many repeats is the core alone.
double best(const std::vector<double>& rates) {
    return *std::max_element(rates.begin(), rates.end());
}

double seconds_of(const auto& work) {
    const double start = thread_seconds();
    work();
    return thread_seconds() - start;
}

void fill_uniform(const StateView& view, std::uint64_t seed) {
    const auto host = Kokkos::create_mirror_view(view);
    for (std::size_t i = 0; i < host.size(); ++i) {
        host.data()[i] = 2 * uniform_pair(seed, RandomPurpose::hidden_weights, i, 0).first - 1;
    }
    Kokkos::deep_copy(view, host);
}

SampleSet random_samples(int dimension, std::int64_t count, std::uint64_t seed) {
    const auto tiles = std::size_t((count + tile_width - 1) / tile_width);
    SampleSet set;
    set.inputs = StateView("inputs", tiles, std::size_t(dimension), tile_width);
    set.targets = StateView("targets", tiles, std::size_t(dimension), tile_width);
    set.count = set.total = count;
    fill_uniform(set.inputs, seed);
    fill_uniform(set.targets, seed + 1);
    return set;
}

ApproximatorOptions some_approximator(int units) {
    ApproximatorOptions options;
    options.hidden = units;
    options.degree = 1;
    return options;
}

/// Operations that a sample costs in one hidden unit, as a plain loop would do them; a multiply-add
/// is two, a division one. Six products of length d: pre-activation and output of the forward pass;
/// the pre-activation again, the loss's slope in the unit's value, and the gradients of both
/// layers. The rational activation: 11 for its value, forward and again backward; 10 for the loss's
/// slope in the pre-activation, 15 for the sums over its seven coefficients; and one for the bias.
double operations(int dimension) { return 12.0 * dimension + 2 * 11 + 10 + 15 + 1; }

struct Speed {
    const char* name;
    int dimension;
    std::int64_t batch;
    double samples_per_second, peak;
};

std::string row(const Speed& speed) {
    const double rate = speed.samples_per_second * hidden * operations(speed.dimension);
    return fmt::format(
        "{{\"case\": \"{}\", \"dimension\": {}, \"hidden\": {}, \"batch\": {}, "
        "\"precision\": \"double\", \"samples_per_second\": {:.6g}, "
        "\"operations_per_second\": {:.6g}, \"peak\": {:.6g}, "
        "\"of_peak\": {:.4f}}}",
        speed.name, speed.dimension, hidden, speed.batch, speed.samples_per_second, rate,
        speed.peak, rate / speed.peak);
}

double measured_peak() {
    return multiply_add_operations<double> / seconds_of([] { multiply_add<double>(); });
}

/// Prediction and gradient of a batch, without gathering it and without Adam's update.
Speed gradient_speed(int dimension, std::int64_t batch, int repeats) {
    const SampleSet samples = random_samples(dimension, batch, 1);
    Network network = make_network(dimension, dimension, some_approximator(hidden));
    draw_hidden_layer(network, 1, 0.5);
    const ParameterView parameters = to_device(network.parameters);
    const ParameterView gradient("gradient", network.parameters.size());
    const StateView predictions("predictions", samples.inputs.extent(0), std::size_t(dimension),
                                tile_width);
    PerceptronGradient compute_gradient;
    std::vector<double> rates, peaks;
    for (int r = 0; r < repeats; ++r) {
        peaks.push_back(measured_peak());
        rates.push_back(double(batch) / seconds_of([&] {
                            compute_predictions(network.activation, network.shape, parameters,
                                                samples.inputs, predictions);
                            compute_gradient(network.activation, network.shape, parameters,
                                             samples.inputs, samples.targets, samples.tiles(),
                                             gradient);
                            Kokkos::fence();
                        }));
    }
    return {"gradient", dimension, batch, best(rates), best(peaks)};
}

/// The whole fit: batches are drawn and gathered, parameters updated, losses recorded.
Speed adam_speed(int dimension, std::int64_t batch, std::int64_t iterations, int repeats) {
    TrainingData data;
    data.training = random_samples(dimension, 65536, 1);
    data.validation = random_samples(dimension, tile_width, 3);
    data.scaling.centre.assign(std::size_t(dimension), 0);
    data.scaling.input_scale.assign(std::size_t(dimension), 1);
    data.scaling.target_scale.assign(std::size_t(dimension), 1);
    TrainOptions options;
    options.approximator = some_approximator(hidden);
    options.adam.batch = batch;
    options.adam.iterations = iterations;
    options.adam.learning_rate = 1e-4;
    const FitProblem problem{{}, *find_system("henon_heiles", {}), data, options, {.quiet = true}};
    std::vector<double> rates, peaks;
    for (int r = 0; r < repeats; ++r) {
        peaks.push_back(measured_peak());
        rates.push_back(double(batch * iterations) /
                        seconds_of([&] { fit_adam(problem, nullptr); }));
    }
    return {"adam", dimension, batch, best(rates), best(peaks)};
}

/// Operations per second of a product of square matrices in double, by the library that training
/// uses.
double measured_gemm() {
    constexpr int n = 1536;
    static const std::vector<double> a(std::size_t(n * n), 0.5), b(std::size_t(n * n), 0.25);
    static std::vector<double> c(std::size_t(n * n), 0.0);
    const double one = 1, zero = 0;
    return 2.0 * n * n * n / seconds_of([&] {
               dgemm_("T", "N", &n, &n, &n, &one, a.data(), &n, b.data(), &n, &zero, c.data(), &n);
           });
}

/// Operations of the normal equations: one triangle of the Gram matrix, and the right-hand sides.
/// Those of the features are not counted.
double gram_operations(std::int64_t samples, const NormalEquations& equations) {
    const double columns = equations.columns;
    return double(samples) * columns * (columns + 1 + 2 * double(equations.right.size()) / columns);
}

std::string closed_form(int dimension, int units, std::int64_t count, int repeats) {
    const SampleSet samples = random_samples(dimension, count, 1);
    Network network = make_network(dimension, dimension, some_approximator(units));
    draw_hidden_layer(network, 1, 0.1);
    const OneThreadPerBlasCall guard;
    std::vector<double> rates, gemm;
    for (int r = 0; r < repeats; ++r) {
        gemm.push_back(measured_gemm());
        NormalEquations equations;
        const double seconds =
            seconds_of([&] { equations = normal_equations(Communicator(), network, samples); });
        rates.push_back(gram_operations(count, equations) / seconds);
    }
    return fmt::format(
        "{{\"case\": \"closed_form\", \"dimension\": {}, \"hidden\": {}, "
        "\"samples\": {}, \"precision\": \"double\", \"operations_per_second\": {:.6g}, "
        "\"gemm\": {:.6g}, \"of_gemm\": {:.4f}}}",
        dimension, units, count, best(rates), best(gemm), best(rates) / best(gemm));
}

/// Runs the named kinds of cases, or all.
void run(const std::vector<std::string>& kinds) {
    const auto wanted = [&](const char* kind) {
        return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    };
    std::vector<std::string> rows;
    for (const int dimension : {4, 20}) {
        if (wanted("gradient")) {
            for (const std::int64_t batch : {256, 1024, 4096}) {
                rows.push_back(row(gradient_speed(dimension, batch, 40)));
            }
        }
        if (wanted("adam")) {
            rows.push_back(row(adam_speed(dimension, 256, 512, 4)));
            rows.push_back(row(adam_speed(dimension, 4096, 64, 4)));
        }
    }
    if (wanted("closed_form")) rows.push_back(closed_form(4, 256, 1'000'000, 4));
    fmt::print("[\n  {}\n]\n", fmt::join(rows, ",\n  "));
}

}  // namespace
}  // namespace farstep::bench

int main(int count, char** arguments) {
    const farstep::KokkosSession kokkos(farstep::Communicator(), 1);
    farstep::bench::run({arguments + 1, arguments + count});
    return 0;
}
