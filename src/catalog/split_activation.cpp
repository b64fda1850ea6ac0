// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The change of variable, unit by unit.
#include "catalog/split_activation.hpp"

namespace farstep {

namespace {

void split_unit(DeployedNetwork& network, const SplitRational& form, int h) {
    const int in = network.inputs, out = network.outputs;
    double* const weights = &network.weights[std::size_t(h * in)];
    double& bias = network.biases[std::size_t(h)];
    for (int i = 0; i < in; ++i) weights[i] /= form.scale;
    bias = (bias + form.shift) / form.scale;
    for (int j = 0; j < out; ++j) {
        double& outgoing = network.outgoing[std::size_t(h * out + j)];
        network.bias[std::size_t(j)] += outgoing * (form.slope * bias + form.offset);
        for (int i = 0; i < in; ++i) {
            network.linear[std::size_t(j * in + i)] += outgoing * form.slope * weights[i];
        }
        if (form.k1 == 0) outgoing *= form.k0;
    }
}

}  // namespace

Activation split_activation(DeployedNetwork& network) {
    if (network.activation != Activation::rational || network.hidden == 0) {
        return network.activation;
    }
    const SplitRational form = split(network.coefficients);
    if (!form.possible) return network.activation;
    if (network.linear.empty()) {
        network.linear.assign(std::size_t(network.inputs * network.outputs), 0.0);
    }
    for (int h = 0; h < network.hidden; ++h) split_unit(network, form, h);
    network.coefficients[0] = form.k0;
    network.coefficients[1] = form.k1;
    // Without k1 the whole numerator is a constant, which split_unit put into the outgoing weights.
    // k1 is never divided by.
    return form.k1 == 0 ? Activation::inverse_quadratic : Activation::split_rational;
}

}  // namespace farstep
