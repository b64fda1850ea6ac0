// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The network as it is deployed and stored: raw states in, corrections in the state's units out.
#pragma once

#include <farstep/approximator_input.hpp>
#include <farstep/approximators/activation.hpp>

#include <string>
#include <vector>

namespace farstep {

/// Q(x) = bias + linear·(x − centre) + Σm monomials[m] (x − centre)^exponents[m]
///        + Σh outgoing[h] σ(weights[h]·(x − centre) + biases[h]).
/// The inputs x are the state or what else of the step the network sees; then conditions, which are
/// parameters of the system, or the step; then, if it sees both, the slope.
/// Input and target scaling are folded in; the centre is kept apart so that no digits cancel.
struct DeployedNetwork {
    int inputs = 0, outputs = 0, hidden = 0;
    /// Of a local network, which sees 2·neighbours + 1 variables of a ring and corrects the middle
    /// one; −1: the network sees, and corrects, the whole state.
    int neighbours = -1;
    int degree = 1;  ///< total degree of the polynomial; below 2 there are no monomials
    Activation activation = Activation::rational;
    std::vector<double> centre;    ///< [inputs]
    std::vector<double> weights;   ///< [hidden][inputs]
    std::vector<double> biases;    ///< [hidden]
    std::vector<double> outgoing;  ///< [hidden][outputs]
    std::vector<double> linear;    ///< [outputs][inputs]; empty if there is no linear term
    std::vector<double> bias;      ///< [outputs]
    std::vector<double> monomials; ///< [monomial][outputs], as monomial_exponents lists them
    RationalCoefficients coefficients = published_rational;
    /// Numbers of parameters, or `step_condition`.
    std::vector<int> conditions;
    ApproximatorInput input = ApproximatorInput::state;
    bool multiplies = false;  ///< the step's increment, in place of being added to it

    bool is_local() const { return neighbours >= 0; }
};

inline constexpr int step_condition = -1;

/// The network with one of its conditions set to a value and left out of the inputs. Exact but for
/// rounding.
DeployedNetwork with_condition_fixed(const DeployedNetwork& network, std::size_t condition,
                                     double value);

/// The exponents [monomial][input] of the monomials of degree 2 … `degree`, in the order in which
/// kernels visit them. A local network has powers of the middle one of its inputs alone.
std::vector<std::vector<int>> monomial_exponents(int inputs, int degree, int neighbours = -1);

/// Name of an activation as decks write it, and back. `parse_activation` throws UsageError.
const std::string& name_of(Activation activation);
Activation parse_activation(const std::string& name);

}  // namespace farstep
