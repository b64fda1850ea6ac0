// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Filling design matrices, and solving the normal equations by Cholesky.
#include "training/design.hpp"

#include <farstep/approximators/polynomial.hpp>
#include <farstep/numerics/random.hpp>

#include <algorithm>
#include <cmath>

#include "training/lapack.hpp"

namespace farstep {

namespace {

using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;

/// The variables whose product a monomial is; missing factors are -1.
using FactorView = Kokkos::View<int* [largest_degree], DeviceMemory>;

FactorView make_factors(const Network& network) {
    const auto exponents = network.exponents();
    const FactorView factors("farstep::factors", exponents.size());
    const auto host = Kokkos::create_mirror_view(factors);
    for (std::size_t m = 0; m < exponents.size(); ++m) {
        int factor = 0;
        for (int i = 0; i < network.shape.inputs; ++i) {
            for (int e = 0; e < exponents[m][std::size_t(i)]; ++e) host(m, factor++) = i;
        }
        while (factor < largest_degree) host(m, factor++) = -1;
    }
    Kokkos::deep_copy(factors, host);
    return factors;
}

KOKKOS_INLINE_FUNCTION double monomial(const FactorView& factors, std::size_t m,
                                       const StateView& inputs, std::int64_t tile,
                                       std::int64_t lane) {
    double product = 1;
    for (int k = 0; k < largest_degree && factors(m, k) >= 0; ++k) {
        product *= inputs(tile, factors(m, k), lane);
    }
    return product;
}

}  // namespace

int base_column_count(const Network& network) {
    return 1 + (network.has_linear ? network.shape.inputs : 0) +
           int(network.monomials.size()) / network.shape.outputs;
}

void fill_base_columns(const Network& network, const SampleSet& samples, std::int64_t first_tile,
                       const Matrix& design) {
    const FactorView factors = make_factors(network);
    const StateView inputs = samples.inputs;
    const std::int64_t count = samples.count;
    const bool linear = network.has_linear;
    const std::int64_t rows =
        std::min(std::int64_t(design.extent(0)), (samples.tiles() - first_tile) * tile_width);
    Kokkos::parallel_for(
        "farstep::fill_base", Policy(0, rows), KOKKOS_LAMBDA(const std::int64_t row) {
            const std::int64_t tile = first_tile + row / tile_width, lane = row % tile_width;
            const double one = tile * tile_width + lane < count ? 1.0 : 0.0;
            std::size_t column = 0;
            design(row, column++) = one;
            for (std::size_t c = 0; linear && c < inputs.extent(1); ++c) {
                design(row, column++) = one * inputs(tile, c, lane);
            }
            for (std::size_t m = 0; m < factors.extent(0); ++m) {
                design(row, column++) = one * monomial(factors, m, inputs, tile, lane);
            }
        });
}

void fill_targets(const SampleSet& samples, std::int64_t first_tile, const Matrix& targets) {
    const StateView source = samples.targets;
    const std::int64_t count = samples.count;
    const std::int64_t rows =
        std::min(std::int64_t(targets.extent(0)), (samples.tiles() - first_tile) * tile_width);
    Kokkos::parallel_for(
        "farstep::fill_targets", Policy(0, rows), KOKKOS_LAMBDA(const std::int64_t row) {
            const std::int64_t tile = first_tile + row / tile_width, lane = row % tile_width;
            const double one = tile * tile_width + lane < count ? 1.0 : 0.0;
            for (std::size_t c = 0; c < targets.extent(1); ++c) {
                targets(row, c) = one * source(tile, c, lane);
            }
        });
}

void add_polynomial_part(const Network& network, const StateView& inputs,
                         const StateView& predictions) {
    if (network.monomials.empty()) return;
    const FactorView factors = make_factors(network);
    const ParameterView coefficients = to_device(network.monomials);
    const std::size_t outputs = predictions.extent(1);
    Kokkos::parallel_for(
        "farstep::add_polynomial", Policy(0, std::int64_t(inputs.extent(0)) * tile_width),
        KOKKOS_LAMBDA(const std::int64_t i) {
            const std::int64_t tile = i / tile_width, lane = i % tile_width;
            for (std::size_t m = 0; m < factors.extent(0); ++m) {
                const double value = monomial(factors, m, inputs, tile, lane);
                for (std::size_t j = 0; j < outputs; ++j) {
                    predictions(tile, j, lane) += coefficients(m * outputs + j) * value;
                }
            }
        });
}

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
    return info == 0 &&
           std::all_of(solution.begin(), solution.end(), [](double x) { return std::isfinite(x); });
}

void set_solution(Network& network, const std::vector<double>& solution) {
    const PerceptronShape& shape = network.shape;
    const int columns = int(solution.size()) / shape.outputs;
    for (int j = 0; j < shape.outputs; ++j) {
        const double* column = &solution[std::size_t(j * columns)];
        network.parameters[std::size_t(shape.bias() + j)] = *column++;
        for (int i = 0; network.has_linear && i < shape.inputs; ++i) {
            network.parameters[std::size_t(shape.linear() + j * shape.inputs + i)] = *column++;
        }
        for (std::size_t m = std::size_t(j); m < network.monomials.size();
             m += std::size_t(shape.outputs)) {
            network.monomials[m] = *column++;
        }
        for (int h = 0; h < shape.hidden; ++h) {
            network.parameters[std::size_t(shape.outgoing() + h * shape.outputs + j)] = *column++;
        }
    }
}

namespace {

/// The sample that stands for group number `group` of `stride` neighbours.
KOKKOS_INLINE_FUNCTION std::int64_t chosen_sample(std::int64_t group, std::int64_t stride,
                                                  std::int64_t total) {
    const std::int64_t begin = group * stride;
    const std::int64_t size = total - begin < stride ? total - begin : stride;
    const RandomPair u = uniform_pair(0, RandomPurpose::thinning, std::uint64_t(group), 0);
    return begin + std::int64_t(u.first * double(size));
}

/// The first group whose sample is not before the given one.
std::int64_t first_group_from(std::int64_t sample, std::int64_t stride, std::int64_t total) {
    const std::int64_t group = sample / stride;
    return group * stride < total && chosen_sample(group, stride, total) < sample ? group + 1 : group;
}

}  // namespace

SampleSet thinned(const SampleSet& all, std::int64_t wanted) {
    const std::int64_t stride = std::max<std::int64_t>(1, all.total / wanted);
    if (stride == 1) return all;
    SampleSet few;
    const std::int64_t begin = first_group_from(all.first, stride, all.total);
    const std::int64_t end = first_group_from(all.first + all.count, stride, all.total);
    few.count = end - begin;
    few.first = begin;
    few.total = (all.total + stride - 1) / stride;
    const auto tiles = std::size_t((few.count + tile_width - 1) / tile_width);
    const std::size_t d = all.inputs.extent(1), outputs = all.targets.extent(1);
    few.inputs = StateView("farstep::few_inputs", tiles, d, tile_width);
    few.targets = StateView("farstep::few_targets", tiles, outputs, tile_width);
    const StateView inputs = few.inputs, targets = few.targets;
    const StateView all_inputs = all.inputs, all_targets = all.targets;
    const std::int64_t first = all.first, total = all.total;
    Kokkos::parallel_for(
        "farstep::thin", Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(0, few.count),
        KOKKOS_LAMBDA(const std::int64_t k) {
            const std::int64_t i = chosen_sample(begin + k, stride, total) - first;
            for (std::size_t c = 0; c < d; ++c) {
                inputs(k / tile_width, c, k % tile_width) =
                    all_inputs(i / tile_width, c, i % tile_width);
            }
            for (std::size_t c = 0; c < outputs; ++c) {
                targets(k / tile_width, c, k % tile_width) =
                    all_targets(i / tile_width, c, i % tile_width);
            }
        });
    return few;
}

}  // namespace farstep
