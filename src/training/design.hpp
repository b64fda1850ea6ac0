// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Least squares in what a network is linear in: its design matrix, and the normal equations.
#pragma once

#include <vector>

#include "training/network.hpp"

namespace farstep {

/// Column-major in device memory, as BLAS wants it; rows are samples.
using Matrix = Kokkos::View<double**, Kokkos::LayoutLeft, DeviceMemory>;

/// Columns that do not change while hidden units are fitted: 1, x (if linear), the monomials.
int base_column_count(const Network& network);

/// Fills the base columns of as many rows as the design matrix has, from sample 64 · first_tile on;
/// rows beyond the last sample are zero.
void fill_base_columns(const Network& network, const SampleSet& samples, std::int64_t first_tile,
                       const Matrix& design);

/// The targets of the same rows; zero beyond the last sample.
void fill_targets(const SampleSet& samples, std::int64_t first_tile, const Matrix& targets);

/// predictions += the polynomial part of the network.
void add_polynomial_part(const Network& network, const StateView& inputs,
                         const StateView& predictions);

/// Normal equations G C = B.
struct NormalEquations {
    std::vector<double> gram;   ///< [columns][columns]
    std::vector<double> right;  ///< column-major [columns][outputs]
    int columns = 0;
};

/// Those of the base columns and the hidden units, over the samples of all ranks. Collective.
NormalEquations normal_equations(const Communicator& comm, const Network& network,
                                 const SampleSet& samples);

/// Solves with the diagonal raised by penalty × its mean. Returns false if the matrix is not
/// positive definite to rounding. `solution` is column-major [columns][outputs].
bool solve(const NormalEquations& equations, int outputs, double penalty,
           std::vector<double>& solution);

/// Puts a solution for the columns [base, hidden units] where the network keeps its parameters.
void set_solution(Network& network, const std::vector<double>& solution);

/// One sample at random of every n neighbours by global number, so that about `wanted` are left on any
/// number of ranks. Every n-th instead would see only some times of all trajectories, where n and the
/// number of times have a common divisor.
SampleSet thinned(const SampleSet& all, std::int64_t wanted);

}  // namespace farstep
