// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The least-squares problem of a network with one hidden layer, with everything but the hidden
// weights eliminated (variable projection; Golub and Pereyra, 1973).
#pragma once

#include <vector>

#include "parallel/partition.hpp"
#include "training/design.hpp"

namespace farstep {

/// Model Y ≈ Φ C with Φ = [base columns, σ(z)], z = W x̃, x̃ = (x, 1). C solves a ridge regression
/// for every W, so that only W is left to iterate on.
///
/// The samples are few (some ten thousand) and stay on the host. They are shared out in a fixed
/// number of blocks, which threads work on side by side; sums over blocks are taken in pairs, so
/// that their rounding is the same on 1, 2, 4, … ranks and on any number of threads.
class VariableProjection {
public:
    /// About `samples` of the training pairs, evenly thinned. Collective.
    VariableProjection(const Communicator& comm, const SampleSet& training, std::int64_t samples,
                       const Network& network, double penalty);

    /// Sets the hidden weights and solves for the rest. Returns the mean square of the residual, or
    /// infinity if the Gram matrix is singular. Collective.
    double evaluate(const std::vector<double>& weights);

    /// The Gauss–Newton matrix of half the squared residual, in Kaufman's approximation (1975), and
    /// the negative gradient, at the weights evaluated last. Collective.
    ///   A[(h,i),(k,j)] = (DᵀD − DᵀΦ (ΦᵀΦ + λ)⁻¹ ΦᵀD)[(h,i),(k,j)] (C_h · C_k)
    ///   g[(h,i)]       = Σo C_ho (DᵀR)[(h,i),o],   D the columns σ'(z_h) x̃_i.
    struct Linearisation {
        std::vector<double> matrix;    ///< [weights][weights]
        std::vector<double> gradient;  ///< [weights]
    };
    Linearisation linearise();

    /// Solves for C with another penalty at the weights evaluated last; false if it cannot.
    bool solve_again(double penalty);

    /// The network with the weights evaluated last.
    Network network() const;

    /// Hidden weights [hidden][inputs + 1] of a network, the bias last.
    static std::vector<double> hidden_weights(const Network& network);

private:
    /// Some consecutive samples of this rank.
    struct Rows {
        int begin = 0, count = 0;
    };

    void share_samples(const SampleSet& training, std::int64_t wanted);
    /// Hidden values into the design matrix and, where wanted, the columns σ'(z) x̃ into `slopes`.
    void fill_hidden(const Rows& rows, std::vector<double>* slopes);
    void add_normal_equations(const Rows& rows, double* sums);
    void add_squared_residual(const Rows& rows, double* sums);
    void add_moments(const Rows& rows, double* sums);

    /// Sums what `add(rows, sums)` contributes of every block of every rank.
    template <class Add>
    std::vector<double> total(std::size_t size, const Add& add);

    Communicator m_comm;
    Network m_network;
    double m_penalty;
    int m_base, m_columns, m_inputs, m_outputs, m_hidden;
    std::int64_t m_samples = 0;   ///< over all ranks
    int m_rows = 0;               ///< samples on this rank: the leading dimension of what follows
    int m_block_count;            ///< over all ranks
    std::vector<Range> m_blocks;  ///< this rank's, as ranges of its rows
    std::vector<double> m_x, m_targets, m_design, m_residual;  ///< column-major [columns][rows]
    std::vector<double> m_weights;
    NormalEquations m_equations;
    std::vector<double> m_solution;  ///< column-major [columns][outputs]
};

}  // namespace farstep
