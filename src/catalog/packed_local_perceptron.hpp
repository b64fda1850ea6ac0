// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Brings a deployed local network into the form that the fused step reads.
#pragma once

#include <farstep/approximators/local_perceptron.hpp>

#include "catalog/device_weights.hpp"
#include "catalog/split_activation.hpp"

namespace farstep {

/// Owns the packed weights of a network that d variables of a ring share.
template <class Scalar, int d>
class PackedLocalPerceptron {
public:
    using Approximator = LocalPerceptron<Scalar, d>;

    explicit PackedLocalPerceptron(DeployedNetwork network) {
        m_device.activation = split_activation(network);
        for (int i = 0; i < rational_coefficient_count; ++i) {
            m_device.coefficients[i] = Scalar(network.coefficients[i]);
        }
        m_device.neighbours = network.neighbours;
        m_device.centre = network.centre[std::size_t(network.neighbours)];
        m_device.bias = Scalar(network.bias[0]);
        pack_units(network);
        pack_polynomial(network);
    }

    /// What kernels get; valid as long as this object lives.
    const Approximator& device() const { return m_device; }

private:
    /// Units that pad the last block have zero outgoing weights.
    void pack_units(const DeployedNetwork& network) {
        const int window = network.inputs;
        m_device.blocks = (network.hidden + local_units - 1) / local_units;
        std::vector<double> packed(std::size_t(m_device.blocks * local_block_size(window)), 0.0);
        for (int h = 0; h < network.hidden; ++h) {
            double* const unit =
                &packed[std::size_t(h / local_units * local_block_size(window) + h % local_units)];
            for (int i = 0; i < window; ++i) {
                unit[i * local_units] = network.weights[std::size_t(h * window + i)];
            }
            unit[window * local_units] = network.biases[std::size_t(h)];
            unit[(window + 1) * local_units] = network.outgoing[std::size_t(h)];
        }
        m_units = to_device_weights<Scalar>("farstep::local_units", packed);
        m_device.units = m_units.data();
    }

    void pack_polynomial(const DeployedNetwork& network) {
        std::vector<double> linear = network.linear;
        linear.resize(std::size_t(network.inputs), 0.0);
        m_linear = to_device_weights<Scalar>("farstep::local_linear", linear);
        m_powers = to_device_weights<Scalar>("farstep::local_powers", network.monomials);
        m_device.linear = m_linear.data();
        m_device.powers = m_powers.data();
        m_device.degree = network.degree;
    }

    Approximator m_device{};
    DeviceWeights<Scalar> m_units, m_linear, m_powers;
};

}  // namespace farstep
