// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Blocks of samples, their Gram matrices, and the projection.
#include "training/variable_projection.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "catalog/with_trained_activation.hpp"
#include "training/lapack.hpp"

namespace farstep {

namespace {

/// Blocks the samples are cut into on any number of ranks; a power of two, for sums in pairs.
constexpr std::size_t most_blocks = 16;

/// Doubles that the sums of all blocks may take together: 256 MiB.
constexpr std::size_t sums_budget = std::size_t(1) << 25;

/// Samples whose columns σ'(z) x̃ are held at once, so that they stay in the second-level cache.
constexpr int chunk = 512;

constexpr double one = 1, zero = 0, minus_one = -1;

int number_of_blocks(std::size_t weights) {
    const std::size_t fitting = std::max<std::size_t>(1, sums_budget / (weights * weights + 1));
    return int(std::bit_floor(std::min(most_blocks, fitting)));
}

/// Inputs, targets and base columns of the samples, sample by sample.
std::vector<double> records_of(const SampleSet& samples, const Network& network) {
    const auto padded = std::size_t(samples.tiles() * tile_width);
    const Matrix base("farstep::base_columns", padded, std::size_t(base_column_count(network)));
    fill_base_columns(network, samples, 0, base);
    const auto columns = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), base);
    const auto x = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), samples.inputs);
    const auto y = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), samples.targets);
    std::vector<double> records;
    for (std::int64_t i = 0; i < samples.count; ++i) {
        const auto append = [&](const auto& state) {
            for (std::size_t c = 0; c < state.extent(1); ++c) {
                records.push_back(state(i / tile_width, c, i % tile_width));
            }
        };
        append(x);
        append(y);
        for (std::size_t c = 0; c < columns.extent(1); ++c) records.push_back(columns(i, c));
    }
    return records;
}

/// σ(z) of one hidden unit and, if `slope` is not null, σ'(z), for `count` samples.
template <Activation activation>
void hidden_unit(const double* weights, int inputs, const double* x, int stride, int count,
                 const RationalCoefficients& coefficients, double* value, double* slope) {
    const double bias = weights[inputs];
    for (int s = 0; s < count; ++s) value[s] = bias;
    for (int i = 0; i < inputs; ++i) {
        const double weight = weights[i];
        const double* const column = x + std::size_t(i) * std::size_t(stride);
        for (int s = 0; s < count; ++s) value[s] += weight * column[s];
    }
    for (int s = 0; s < count; ++s) {
        const double z = value[s];
        value[s] = detail::activation_value<activation>(z, coefficients);
        if (slope) slope[s] = activation_derivative<activation>(z, value[s], coefficients);
    }
}

/// result = alpha Aᵀ B + beta result for columns of `rows` samples.
void multiply(int m, int n, int rows, double alpha, const double* a, int lda, const double* b,
              int ldb, double beta, double* result) {
    dgemm_("T", "N", &m, &n, &rows, &alpha, a, &lda, b, &ldb, &beta, result, &m);
}

/// Lower triangle of result += Aᵀ A.
void add_gram(int n, int rows, const double* a, int lda, double* result) {
    dsyrk_("L", "T", &n, &rows, &one, a, &lda, &one, result, &n);
}

void copy_lower_to_upper(double* matrix, std::size_t n) {
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t i = j + 1; i < n; ++i) matrix[i * n + j] = matrix[j * n + i];
    }
}

}  // namespace

VariableProjection::VariableProjection(const Communicator& comm, const SampleSet& training,
                                       std::int64_t samples, const Network& network, double penalty)
    : m_comm(comm),
      m_network(network),
      m_penalty(penalty),
      m_base(base_column_count(network)),
      m_columns(m_base + network.shape.hidden),
      m_inputs(network.shape.inputs),
      m_outputs(network.shape.outputs),
      m_hidden(network.shape.hidden),
      m_block_count(number_of_blocks(std::size_t(m_hidden * (m_inputs + 1)))) {
    share_samples(training, samples);
}

void VariableProjection::share_samples(const SampleSet& training, std::int64_t wanted) {
    const SampleSet few = thinned(training, wanted);
    std::vector<double> records = m_comm.gather(records_of(few, m_network));
    m_comm.broadcast(records);
    m_samples = few.total;
    const Range mine = partition(m_block_count, m_comm.rank(), m_comm.size());
    const auto first_row = [&](std::int64_t block) {
        return partition(m_samples, int(block), m_block_count).begin;
    };
    const std::int64_t begin = mine.size() > 0 ? first_row(mine.begin) : 0;
    for (std::int64_t b = mine.begin; b < mine.end; ++b) {
        const Range rows = partition(m_samples, int(b), m_block_count);
        m_blocks.push_back({rows.begin - begin, rows.end - begin});
    }
    m_rows = m_blocks.empty() ? 0 : int(m_blocks.back().end);
    const auto rows = std::size_t(m_rows);
    m_x.resize(rows * std::size_t(m_inputs));
    m_targets.resize(rows * std::size_t(m_outputs));
    m_residual.resize(m_targets.size());
    m_design.resize(rows * std::size_t(m_columns));
    const double* record = records.data() + begin * (m_inputs + m_outputs + m_base);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto spread = [&](std::vector<double>& columns, int count) {
            for (int c = 0; c < count; ++c) columns[std::size_t(c) * rows + row] = *record++;
        };
        spread(m_x, m_inputs);
        spread(m_targets, m_outputs);
        spread(m_design, m_base);
    }
}

template <class Add>
std::vector<double> VariableProjection::total(std::size_t size, const Add& add) {
    const std::size_t blocks = std::max<std::size_t>(1, m_blocks.size());
    std::vector<double> sums(blocks * size);
    using HostPolicy =
        Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>>;
    Kokkos::parallel_for("farstep::gram_blocks", HostPolicy(0, m_blocks.size()),
                         [&](const std::size_t b) {
                             const int end = int(m_blocks[b].end);
                             for (int row = int(m_blocks[b].begin); row < end; row += chunk) {
                                 add(Rows{row, std::min(chunk, end - row)}, sums.data() + b * size);
                             }
                         });
    for (std::size_t width = 1; width < blocks; width *= 2) {
        for (std::size_t b = 0; b + width < blocks; b += 2 * width) {
            double* const left = sums.data() + b * size;
            const double* const right = left + width * size;
            for (std::size_t i = 0; i < size; ++i) left[i] += right[i];
        }
    }
    sums.resize(size);
    m_comm.allreduce(std::span<double>(sums), Reduce::sum);
    return sums;
}

void VariableProjection::fill_hidden(const Rows& rows, std::vector<double>* slopes) {
    RationalCoefficients coefficients;
    for (int k = 0; k < rational_coefficient_count; ++k) {
        coefficients[k] = m_network.parameters[std::size_t(m_network.shape.coefficients() + k)];
    }
    const int width = m_inputs + 1;
    const auto stride = std::size_t(m_rows);
    const double* const x = m_x.data() + rows.begin;
    with_trained_activation(m_network.activation, [&](auto activation) {
        for (int h = 0; h < m_hidden; ++h) {
            double* const value = m_design.data() + std::size_t(m_base + h) * stride + rows.begin;
            // The last of the unit's columns is the slope itself, x̃ being 1 there.
            double* const first =
                slopes ? slopes->data() + std::size_t(h * width) * chunk : nullptr;
            double* const slope = first ? first + std::size_t(m_inputs) * chunk : nullptr;
            hidden_unit<activation()>(&m_weights[std::size_t(h * width)], m_inputs, x, m_rows,
                                      rows.count, coefficients, value, slope);
            for (int i = 0; first && i < m_inputs; ++i) {
                double* const column = first + std::size_t(i) * chunk;
                for (int s = 0; s < rows.count; ++s) {
                    column[s] = slope[s] * x[std::size_t(i) * stride + std::size_t(s)];
                }
            }
        }
    });
}

void VariableProjection::add_normal_equations(const Rows& rows, double* sums) {
    fill_hidden(rows, nullptr);
    const double* const design = m_design.data() + rows.begin;
    add_gram(m_columns, rows.count, design, m_rows, sums);
    multiply(m_columns, m_outputs, rows.count, one, design, m_rows, m_targets.data() + rows.begin,
             m_rows, one, sums + std::size_t(m_columns) * std::size_t(m_columns));
}

void VariableProjection::add_squared_residual(const Rows& rows, double* sums) {
    for (int j = 0; j < m_outputs; ++j) {
        const std::size_t column = std::size_t(j) * std::size_t(m_rows) + std::size_t(rows.begin);
        std::copy_n(&m_targets[column], rows.count, &m_residual[column]);
    }
    double* const residual = m_residual.data() + rows.begin;
    dgemm_("N", "N", &rows.count, &m_outputs, &m_columns, &minus_one, m_design.data() + rows.begin,
           &m_rows, m_solution.data(), &m_columns, &one, residual, &m_rows);
    for (int j = 0; j < m_outputs; ++j) {
        for (int s = 0; s < rows.count; ++s) {
            const double r = residual[std::size_t(j) * std::size_t(m_rows) + std::size_t(s)];
            *sums += r * r;
        }
    }
}

double VariableProjection::evaluate(const std::vector<double>& weights) {
    m_weights = weights;
    const auto n = std::size_t(m_columns);
    std::vector<double> sums =
        total(n * (n + std::size_t(m_outputs)),
              [this](const Rows& rows, double* s) { add_normal_equations(rows, s); });
    copy_lower_to_upper(sums.data(), n);
    m_equations.columns = m_columns;
    m_equations.right.assign(sums.begin() + std::ptrdiff_t(n * n), sums.end());
    sums.resize(n * n);
    m_equations.gram = std::move(sums);
    if (!solve_again(m_penalty)) return std::numeric_limits<double>::infinity();
    const double squares =
        total(1, [this](const Rows& rows, double* s) { add_squared_residual(rows, s); })[0];
    return squares / double(m_samples * m_outputs);
}

bool VariableProjection::solve_again(double penalty) {
    const bool solved = solve(m_equations, m_outputs, penalty, m_solution);
    // One rank's solution for all: solvers may differ in the last digit between machines.
    m_comm.broadcast(m_solution);
    return solved;
}

void VariableProjection::add_moments(const Rows& rows, double* sums) {
    const int p = m_hidden * (m_inputs + 1);
    const auto size = std::size_t(p);
    thread_local std::vector<double> slopes;
    slopes.resize(size * chunk);
    fill_hidden(rows, &slopes);
    add_gram(p, rows.count, slopes.data(), chunk, sums);
    double* const mixed = sums + size * size;
    multiply(m_columns, p, rows.count, one, m_design.data() + rows.begin, m_rows, slopes.data(),
             chunk, one, mixed);
    multiply(p, m_outputs, rows.count, one, slopes.data(), chunk, m_residual.data() + rows.begin,
             m_rows, one, mixed + std::size_t(m_columns) * size);
}

VariableProjection::Linearisation VariableProjection::linearise() {
    const int width = m_inputs + 1;
    const int p = m_hidden * width;
    const auto size = std::size_t(p), columns = std::size_t(m_columns);
    std::vector<double> sums = total(size * (size + columns + std::size_t(m_outputs)),
                                     [this](const Rows& rows, double* s) { add_moments(rows, s); });
    double* const gram = sums.data();
    const double* const mixed = gram + size * size;
    const double* const slope_residual = mixed + columns * size;
    copy_lower_to_upper(gram, size);

    // gram −= mixedᵀ (ΦᵀΦ + λ)⁻¹ mixed
    NormalEquations projection = m_equations;
    projection.right.assign(mixed, mixed + columns * size);
    std::vector<double> projected;
    if (solve(projection, p, m_penalty, projected)) {
        multiply(p, p, m_columns, minus_one, mixed, m_columns, projected.data(), m_columns, one,
                 gram);
    }

    // C_h · C_k
    const double* const output_weights = m_solution.data() + m_base;
    std::vector<double> coupling(std::size_t(m_hidden * m_hidden));
    dgemm_("N", "T", &m_hidden, &m_hidden, &m_outputs, &one, output_weights, &m_columns,
           output_weights, &m_columns, &zero, coupling.data(), &m_hidden);

    Linearisation result;
    result.gradient.assign(size, 0.0);
    for (int a = 0; a < p; ++a) {
        for (int b = 0; b < p; ++b) {
            gram[std::size_t(a) * size + std::size_t(b)] *=
                coupling[std::size_t(a / width * m_hidden + b / width)];
        }
        for (int j = 0; j < m_outputs; ++j) {
            result.gradient[std::size_t(a)] +=
                slope_residual[std::size_t(j) * size + std::size_t(a)] *
                output_weights[j * m_columns + a / width];
        }
    }
    sums.resize(size * size);
    result.matrix = std::move(sums);
    return result;
}

Network VariableProjection::network() const {
    Network result = m_network;
    const PerceptronShape& shape = result.shape;
    for (int h = 0; h < m_hidden; ++h) {
        const double* const row = &m_weights[std::size_t(h * (m_inputs + 1))];
        std::copy(row, row + m_inputs, result.parameters.begin() + shape.weights() + h * m_inputs);
        result.parameters[std::size_t(shape.biases() + h)] = row[m_inputs];
    }
    set_solution(result, m_solution);
    return result;
}

std::vector<double> VariableProjection::hidden_weights(const Network& network) {
    std::vector<double> weights;
    const PerceptronShape& shape = network.shape;
    for (int h = 0; h < shape.hidden; ++h) {
        const auto row = network.parameters.begin() + shape.weights() + h * shape.inputs;
        weights.insert(weights.end(), row, row + shape.inputs);
        weights.push_back(network.parameters[std::size_t(shape.biases() + h)]);
    }
    return weights;
}

}  // namespace farstep
