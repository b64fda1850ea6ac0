// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The Gram matrix of a network's design matrix, accumulated in blocks by BLAS in double and summed
// over ranks.
#include <KokkosBlas3_gemm.hpp>

#include <algorithm>
#include <type_traits>

#include "training/design.hpp"
#include "training/lapack.hpp"
#include "training/predictions.hpp"

namespace farstep {

namespace {

/// Samples whose columns are held at once: on CPUs a block of a few hundred columns stays in the
/// second-level cache.
constexpr bool on_host = std::is_same_v<DeviceMemory, Kokkos::HostSpace>;
constexpr std::int64_t block_tiles = on_host ? 8 : 128;

/// Lower triangle of gram += Aᵀ A, or all of it.
void add_gram(const Matrix& a, const Matrix& gram) {
    if constexpr (on_host) {
        const int n = int(a.extent(1)), rows = int(a.extent(0)), stride = int(a.stride(1));
        const double one = 1;
        dsyrk_("L", "T", &n, &rows, &one, a.data(), &stride, &one, gram.data(), &n);
    } else {
        KokkosBlas::gemm("T", "N", 1.0, a, a, 1.0, gram);
    }
}

void copy_lower_to_upper(std::vector<double>& matrix, std::size_t n) {
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t i = j + 1; i < n; ++i) matrix[i * n + j] = matrix[j * n + i];
    }
}

/// Adds block after block of the samples to the normal equations.
class NormalEquationsSum {
public:
    NormalEquationsSum(const Network& network, const SampleSet& samples)
        : m_network(network),
          m_samples(samples),
          m_parameters(to_device(network.parameters)),
          m_base(base_column_count(network)),
          m_columns(std::size_t(m_base + network.shape.hidden)),
          m_outputs(std::size_t(network.shape.outputs)),
          m_design("farstep::design", block_tiles * tile_width, m_columns),
          m_right("farstep::design_targets", block_tiles * tile_width, m_outputs),
          m_gram("farstep::gram", m_columns, m_columns),
          m_moments("farstep::moments", m_columns, m_outputs) {
        for (std::int64_t first = 0; first < samples.tiles(); first += block_tiles) add(first);
    }

    const Matrix& gram() const { return m_gram; }
    const Matrix& moments() const { return m_moments; }

private:
    void add(std::int64_t first_tile) {
        const std::int64_t tiles = std::min(block_tiles, m_samples.tiles() - first_tile);
        const std::int64_t rows =
            std::min(tiles * tile_width, m_samples.count - first_tile * tile_width);
        if (m_network.shape.hidden > 0) fill_hidden(first_tile, tiles);
        fill_base_columns(m_network, m_samples, first_tile, m_design);
        fill_targets(m_samples, first_tile, m_right);
        const auto some = std::make_pair(std::int64_t(0), rows);
        const Matrix design = Kokkos::subview(m_design, some, Kokkos::ALL());
        const Matrix right = Kokkos::subview(m_right, some, Kokkos::ALL());
        add_gram(design, m_gram);
        KokkosBlas::gemm("T", "N", 1.0, design, right, 1.0, m_moments);
    }

    void fill_hidden(std::int64_t first_tile, std::int64_t tiles) {
        const StateView inputs = Kokkos::subview(
            m_samples.inputs, std::make_pair(first_tile, first_tile + tiles), Kokkos::ALL(),
            Kokkos::ALL());
        const auto column = std::int64_t(m_design.stride(1));
        compute_features(m_network.activation, m_network.shape, m_parameters, inputs,
                         {m_design.data() + m_base * column, tile_width, column});
    }

    const Network& m_network;
    const SampleSet& m_samples;
    ParameterView m_parameters;
    int m_base;
    std::size_t m_columns, m_outputs;
    Matrix m_design, m_right, m_gram, m_moments;
};

}  // namespace

NormalEquations normal_equations(const Communicator& comm, const Network& network,
                                 const SampleSet& samples) {
    const NormalEquationsSum sum(network, samples);
    NormalEquations equations;
    equations.columns = int(sum.gram().extent(0));
    const auto gram = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), sum.gram());
    const auto moments = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), sum.moments());
    equations.gram.assign(gram.data(), gram.data() + gram.size());
    equations.right.assign(moments.data(), moments.data() + moments.size());
    copy_lower_to_upper(equations.gram, std::size_t(equations.columns));
    comm.allreduce(std::span<double>(equations.gram), Reduce::sum);
    comm.allreduce(std::span<double>(equations.right), Reduce::sum);
    return equations;
}

}  // namespace farstep
