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

/// Unused rows of the columns: at a distance of a power of two, all would share the same few lines
/// of the caches.
constexpr std::int64_t padding = on_host ? 8 : 0;

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

/// Adds up the Gram matrix of the design matrix and the targets side by side, block after block of
/// the samples: it holds both sides of the normal equations.
class NormalEquationsSum {
public:
    NormalEquationsSum(const Network& network, const SampleSet& samples)
        : m_network(network),
          m_samples(samples),
          m_parameters(to_device(network.parameters)),
          m_base(base_column_count(network)),
          m_columns(m_base + network.shape.hidden),
          m_block("farstep::design", block_tiles * tile_width + padding,
                  std::size_t(m_columns + network.shape.outputs)),
          m_gram("farstep::gram", m_block.extent(1), m_block.extent(1)) {
        for (std::int64_t first = 0; first < samples.tiles(); first += block_tiles) add(first);
    }

    NormalEquations result() const {
        const auto gram = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_gram);
        const auto n = std::size_t(m_columns), all = gram.extent(0);
        NormalEquations equations;
        equations.columns = m_columns;
        equations.gram.resize(n * n);
        equations.right.resize(n * (all - n));
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t i = j; i < n; ++i) {
                equations.gram[i * n + j] = equations.gram[j * n + i] = gram(i, j);
            }
            for (std::size_t i = n; i < all; ++i) equations.right[(i - n) * n + j] = gram(i, j);
        }
        return equations;
    }

private:
    void add(std::int64_t first_tile) {
        const std::int64_t tiles = std::min(block_tiles, m_samples.tiles() - first_tile);
        const std::int64_t rows =
            std::min(tiles * tile_width, m_samples.count - first_tile * tile_width);
        const auto some = std::make_pair(std::int64_t(0), rows);
        const auto columns = [&](int first, int last) -> Matrix {
            return Kokkos::subview(m_block, some, std::make_pair(first, last));
        };
        const int last = int(m_block.extent(1));
        fill_base_columns(m_network, m_samples, first_tile, columns(0, m_base));
        if (m_network.shape.hidden > 0) fill_hidden(first_tile, tiles);
        fill_targets(m_samples, first_tile, columns(m_columns, last));
        add_gram(columns(0, last), m_gram);
    }

    void fill_hidden(std::int64_t first_tile, std::int64_t tiles) {
        const StateView inputs =
            Kokkos::subview(m_samples.inputs, std::make_pair(first_tile, first_tile + tiles),
                            Kokkos::ALL(), Kokkos::ALL());
        const auto column = std::int64_t(m_block.stride(1));
        compute_features(m_network.activation, m_network.shape, m_parameters, inputs,
                         {m_block.data() + m_base * column, tile_width, column});
    }

    const Network& m_network;
    const SampleSet& m_samples;
    ParameterView m_parameters;
    int m_base, m_columns;
    Matrix m_block, m_gram;
};

}  // namespace

NormalEquations normal_equations(const Communicator& comm, const Network& network,
                                 const SampleSet& samples) {
    NormalEquations equations = NormalEquationsSum(network, samples).result();
    comm.allreduce(std::span<double>(equations.gram), Reduce::sum);
    comm.allreduce(std::span<double>(equations.right), Reduce::sum);
    return equations;
}

}  // namespace farstep
