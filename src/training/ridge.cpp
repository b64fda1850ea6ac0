// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Ridge regression on random features: one Gram matrix, accumulated in blocks by BLAS in double and
// summed over ranks, then a small Cholesky solve.
#include <KokkosBlas3_gemm.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "parallel/agree.hpp"
#include "training/fit.hpp"

// LAPACK, through OpenBLAS or any other: solves A X = B for A symmetric positive definite.
extern "C" void dposv_(const char* uplo, const int* n, const int* nrhs, double* a, const int* lda,
                       double* b, const int* ldb, int* info);

namespace farstep {

namespace {

using Matrix = Kokkos::View<double**, Kokkos::LayoutLeft, DeviceMemory>;

/// Samples that scale and penalty are chosen on; the chosen scale is then fitted on all.
constexpr std::int64_t selection_samples = 32768;

/// Samples a block of the design matrix holds; a few megabytes for a hundred columns.
constexpr std::int64_t block_tiles = 128;

/// Normal equations G C = B of the design matrix [1, x (if linear), σ(Wx + b)].
struct NormalEquations {
    std::vector<double> gram;  ///< [columns][columns]
    std::vector<double> right; ///< column-major [columns][outputs]
    int columns = 0;
};

/// Fills rows of the design matrix and the targets; rows beyond the last sample are zero.
struct FillDesign {
    StateView inputs, targets, features;
    std::int64_t first_tile, samples;
    bool has_linear;
    Matrix design, right;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t row) const {
        const std::int64_t sample = first_tile * tile_width + row;
        const double one = sample < samples ? 1.0 : 0.0;
        const std::int64_t tile = row / tile_width, lane = row % tile_width;
        std::size_t column = 0;
        design(row, column++) = one;
        for (std::size_t c = 0; has_linear && c < inputs.extent(1); ++c) {
            design(row, column++) = one * inputs(first_tile + tile, c, lane);
        }
        for (std::size_t h = 0; column < design.extent(1); ++h) {
            design(row, column++) = one * features(tile, h, lane);
        }
        for (std::size_t c = 0; c < targets.extent(1); ++c) {
            right(row, c) = one * targets(first_tile + tile, c, lane);
        }
    }
};

NormalEquations accumulate(const FitProblem& problem, PerceptronKernels& kernels,
                           const Network& network, const SampleSet& samples) {
    const PerceptronShape& shape = network.shape;
    const int columns = 1 + (network.has_linear ? shape.inputs : 0) + shape.hidden;
    const auto rows = std::size_t(block_tiles * tile_width);
    const ParameterView parameters = to_device(network.parameters);
    const StateView features("farstep::block_features", block_tiles,
                             std::size_t(std::max(shape.hidden, 1)), tile_width);
    const Matrix design("farstep::design", rows, std::size_t(columns));
    const Matrix right("farstep::design_targets", rows, std::size_t(shape.outputs));
    const Matrix gram("farstep::gram", std::size_t(columns), std::size_t(columns));
    const Matrix moments("farstep::moments", std::size_t(columns), std::size_t(shape.outputs));
    for (std::int64_t first = 0; first < samples.tiles(); first += block_tiles) {
        const std::int64_t tiles = std::min(block_tiles, samples.tiles() - first);
        const auto some = std::make_pair(first, first + tiles);
        const StateView inputs =
            Kokkos::subview(samples.inputs, some, Kokkos::ALL(), Kokkos::ALL());
        if (shape.hidden > 0) {
            kernels.features(network.activation, shape, parameters, inputs, features);
        }
        Kokkos::deep_copy(design, 0.0);
        Kokkos::deep_copy(right, 0.0);
        Kokkos::parallel_for(
            "farstep::fill_design",
            Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(0, tiles * tile_width),
            FillDesign{samples.inputs, samples.targets, features, first, samples.count,
                       network.has_linear, design, right});
        KokkosBlas::gemm("T", "N", 1.0, design, design, 1.0, gram);
        KokkosBlas::gemm("T", "N", 1.0, design, right, 1.0, moments);
    }
    NormalEquations equations;
    equations.columns = columns;
    const auto host_gram = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), gram);
    const auto host_moments = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), moments);
    equations.gram.assign(host_gram.data(), host_gram.data() + host_gram.size());
    equations.right.assign(host_moments.data(), host_moments.data() + host_moments.size());
    problem.comm.allreduce(std::span<double>(equations.gram), Reduce::sum);
    problem.comm.allreduce(std::span<double>(equations.right), Reduce::sum);
    return equations;
}

/// Solves with the diagonal raised by penalty × its mean. Returns false if the matrix is not
/// positive definite to rounding. `solution` is column-major [columns][outputs].
bool solve(const NormalEquations& equations, int outputs, double penalty,
           std::vector<double>& solution) {
    const int n = equations.columns;
    std::vector<double> matrix = equations.gram;
    double trace = 0;
    for (int i = 0; i < n; ++i) trace += matrix[std::size_t(i) * std::size_t(n + 1)];
    for (int i = 0; i < n; ++i) matrix[std::size_t(i) * std::size_t(n + 1)] += penalty * trace / n;
    solution = equations.right;
    int info = 0;
    dposv_("L", &n, &outputs, matrix.data(), &n, solution.data(), &n, &info);
    return info == 0 && std::all_of(solution.begin(), solution.end(),
                                    [](double x) { return std::isfinite(x); });
}

/// Puts a solution where the network keeps its parameters.
void set_solution(Network& network, const std::vector<double>& solution) {
    const PerceptronShape& shape = network.shape;
    const int columns = int(solution.size()) / shape.outputs;
    for (int j = 0; j < shape.outputs; ++j) {
        const double* column = &solution[std::size_t(j * columns)];
        network.parameters[std::size_t(shape.bias() + j)] = *column++;
        for (int i = 0; network.has_linear && i < shape.inputs; ++i) {
            network.parameters[std::size_t(shape.linear() + j * shape.inputs + i)] = *column++;
        }
        for (int h = 0; h < shape.hidden; ++h) {
            network.parameters[std::size_t(shape.outgoing() + h * shape.outputs + j)] = *column++;
        }
    }
}

/// Every n-th sample by global number, so that about `wanted` are left on any number of ranks.
SampleSet thinned(const SampleSet& all, std::int64_t wanted) {
    const std::int64_t stride = std::max<std::int64_t>(1, all.total / wanted);
    if (stride == 1) return all;
    SampleSet few;
    const std::int64_t begin = (all.first + stride - 1) / stride;
    const std::int64_t end = (all.first + all.count + stride - 1) / stride;
    few.count = end - begin;
    few.first = begin;
    few.total = (all.total + stride - 1) / stride;
    const auto tiles = std::size_t((few.count + tile_width - 1) / tile_width);
    const std::size_t d = all.inputs.extent(1);
    few.inputs = StateView("farstep::few_inputs", tiles, d, tile_width);
    few.targets = StateView("farstep::few_targets", tiles, d, tile_width);
    const StateView inputs = few.inputs, targets = few.targets;
    const StateView all_inputs = all.inputs, all_targets = all.targets;
    const std::int64_t first = begin * stride - all.first;
    Kokkos::parallel_for(
        "farstep::thin",
        Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(0, few.count),
        KOKKOS_LAMBDA(const std::int64_t k) {
            const std::int64_t i = first + k * stride;
            for (std::size_t c = 0; c < d; ++c) {
                inputs(k / tile_width, c, k % tile_width) =
                    all_inputs(i / tile_width, c, i % tile_width);
                targets(k / tile_width, c, k % tile_width) =
                    all_targets(i / tile_width, c, i % tile_width);
            }
        });
    return few;
}

/// The best network so far, and what it was fitted with.
struct Candidate {
    Network network;
    Loss loss{std::numeric_limits<double>::infinity(), 0};
    double scale = 0, penalty = 0;

    bool found() const { return !network.parameters.empty(); }
};

/// Solves for every penalty with hidden weights of one scale; keeps what improves on `best`.
void try_scale(const FitProblem& problem, PerceptronKernels& kernels, LossFunction& validation,
               const SampleSet& samples, double scale, Network& network, Candidate& best) {
    draw_hidden_layer(network, problem.options.seed,
                      scale / std::sqrt(double(network.shape.inputs)));
    const NormalEquations equations = accumulate(problem, kernels, network, samples);
    for (const double penalty : problem.options.ridge.penalties) {
        std::vector<double> solution;
        if (!solve(equations, network.shape.outputs, penalty, solution)) continue;
        // One rank's solution for all: solvers may differ in the last digit between machines.
        problem.comm.broadcast(solution);
        set_solution(network, solution);
        const Loss loss = validation(network);
        if (loss.scaled < best.loss.scaled) best = {network, loss, scale, penalty};
    }
}

}  // namespace

Fit fit_ridge(const FitProblem& problem) {
    const auto kernels = problem.system.perceptron_kernels();
    LossFunction validation(problem.comm, *kernels, problem.data.validation, problem.data.scaling);
    Network network = make_network(problem.system.dimension(), problem.options.approximator);
    Candidate best;
    const SampleSet few = thinned(problem.data.training, selection_samples);
    // Without hidden units there is no scale to choose.
    std::vector<double> scales = problem.options.ridge.scales;
    if (network.shape.hidden == 0) scales.resize(1);
    for (const double scale : scales) {
        try_scale(problem, *kernels, validation, few, scale, network, best);
    }
    if (few.total < problem.data.training.total && best.found()) {
        const double chosen = best.scale;
        try_scale(problem, *kernels, validation, problem.data.training, chosen, network, best);
    }
    if (!best.found()) {
        throw EnvironmentError(
            "ridge regression found no solution: every Gram matrix was singular; use larger "
            "train.ridge.penalties");
    }
    Fit fit{best.network, best.loss, {}, {}};
    fit.description = fmt::format("ridge: scale {:g}, penalty {:g}", best.scale, best.penalty);
    fit.history.push_back({0, best.loss.scaled, best.loss.scaled, 0});
    return fit;
}

Fit fit(const FitProblem& problem) {
    Fit result;
    for (const FitMethod method : problem.options.fit) {
        const bool first = result.network.parameters.empty();
        if (method == FitMethod::Ridge) {
            result = fit_ridge(problem);
            continue;
        }
        Fit next = fit_adam(problem, first ? nullptr : &result.network);
        if (!first) {
            next.history.insert(next.history.begin(), result.history.begin(),
                                result.history.end());
            next.description = result.description + "; " + next.description;
            if (!(next.validation.scaled < result.validation.scaled)) {
                next.network = result.network;
                next.validation = result.validation;
            }
        }
        result = std::move(next);
    }
    return result;
}

}  // namespace farstep
