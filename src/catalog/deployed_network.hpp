// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The network as it is deployed and stored: raw states in, corrections in the state's units out.
#pragma once

#include <farstep/approximators/activation.hpp>

#include <string>
#include <vector>

namespace farstep {

/// Q(u) = bias + linear·(u − centre) + Σm monomials[m] (u − centre)^exponents[m]
///        + Σh outgoing[h] σ(weights[h]·(u − centre) + biases[h]).
/// Input and target scaling are folded in; the centre is kept apart so that no digits cancel.
struct DeployedNetwork {
    int inputs = 0, outputs = 0, hidden = 0;
    int degree = 1;  ///< total degree of the polynomial; below 2 there are no monomials
    Activation activation = Activation::rational;
    std::vector<double> centre;    ///< [inputs]
    std::vector<double> weights;   ///< [hidden][inputs]
    std::vector<double> biases;    ///< [hidden]
    std::vector<double> outgoing;  ///< [hidden][outputs]
    std::vector<double> linear;    ///< [outputs][inputs]; empty if there is no linear term
    std::vector<double> bias;      ///< [outputs]
    std::vector<double> monomials; ///< [monomial_count(inputs, degree)][outputs]
    RationalCoefficients coefficients = published_rational;
};

/// The exponents [monomial][variable] of the monomials of degree 2 … `degree`, in the order in which
/// kernels visit them.
std::vector<std::vector<int>> monomial_exponents(int variables, int degree);

/// Name of an activation as decks write it, and back. `parse_activation` throws UsageError.
const std::string& name_of(Activation activation);
Activation parse_activation(const std::string& name);

}  // namespace farstep
