// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Brings a deployed network into the form that the fused step reads: packed blocks of hidden units
// in device memory.
#pragma once

#include <farstep/approximators/perceptron.hpp>

#include "catalog/device_weights.hpp"
#include "catalog/split_activation.hpp"

namespace farstep {

/// Owns the packed weights of a network of d outputs whose first d inputs are the state, or the slope;
/// the others are side inputs.
template <class Scalar, int d>
class PackedPerceptron {
public:
    using Approximator = Perceptron<Scalar, d, d>;

    explicit PackedPerceptron(DeployedNetwork network) {
        m_device.activation = split_activation(network);
        for (int i = 0; i < rational_coefficient_count; ++i) {
            m_device.coefficients[i] = Scalar(network.coefficients[i]);
        }
        pack_units(network);
        pack_affine(network);
        pack_monomials(network);
        pack_side_inputs(network);
        for (int i = 0; i < d; ++i) m_device.centre[i] = network.centre[std::size_t(i)];
    }

    /// What kernels get; valid as long as this object lives.
    const Approximator& device() const { return m_device; }

private:
    static constexpr int units = units_per_block<d>;

    /// Units that pad the last block have zero outgoing weights.
    void pack_units(const DeployedNetwork& network) {
        const int blocks = (network.hidden + units - 1) / units;
        std::vector<double> packed(std::size_t(blocks * block_size<d, d>), 0.0);
        for (int h = 0; h < network.hidden; ++h) {
            double* const unit = &packed[std::size_t(h / units * block_size<d, d> + h % units)];
            for (int i = 0; i < d; ++i) {
                unit[i * units] = network.weights[std::size_t(h * network.inputs + i)];
                unit[(d + 1 + i) * units] = network.outgoing[std::size_t(h * d + i)];
            }
            unit[d * units] = network.biases[std::size_t(h)];
        }
        m_units = to_device_weights<Scalar>("farstep::units", packed);
        m_device.units = m_units.data();
        m_device.blocks = blocks;
    }

    void pack_affine(const DeployedNetwork& network) {
        std::vector<double> affine(d * d, 0.0);
        for (int k = 0; k < d * d && !network.linear.empty(); ++k) {
            affine[std::size_t(k)] = network.linear[std::size_t(k / d * network.inputs + k % d)];
        }
        affine.insert(affine.end(), network.bias.begin(), network.bias.end());
        m_affine = to_device_weights<Scalar>("farstep::affine", affine);
        m_device.linear = m_affine.data();
        m_device.bias = m_affine.data() + d * d;
        m_device.has_linear = !network.linear.empty();
    }

    void pack_monomials(const DeployedNetwork& network) {
        m_monomials = to_device_weights<Scalar>("farstep::monomials", network.monomials);
        m_device.degree = network.degree;
        m_device.monomials = m_monomials.data();
    }

    void pack_side_inputs(const DeployedNetwork& network) {
        const int count = network.inputs - d;
        if (count == 0) return;
        SideWeights<Scalar, d>& side = m_device.side_weights;
        side.slope = network.input == ApproximatorInput::both;
        side.conditions = int(network.conditions.size());
        for (int e = 0; e < side.conditions; ++e) {
            side.parameters[e] = network.conditions[std::size_t(e)];
        }
        const int blocks = m_device.blocks;
        std::vector<double> packed(std::size_t(count * (blocks * units + d)), 0.0);
        double* const linear = packed.data() + blocks * count * units;
        for (int e = 0; e < count; ++e) {
            side.centres[e] = network.centre[std::size_t(d + e)];
            for (int h = 0; h < network.hidden; ++h) {
                packed[std::size_t((h / units * count + e) * units + h % units)] =
                    network.weights[std::size_t(h * network.inputs + d + e)];
            }
            for (int j = 0; j < d && !network.linear.empty(); ++j) {
                linear[e * d + j] = network.linear[std::size_t(j * network.inputs + d + e)];
            }
        }
        m_side = to_device_weights<Scalar>("farstep::side_weights", packed);
        side.units = m_side.data();
        side.linear = m_side.data() + blocks * count * units;
    }

    Approximator m_device{};
    DeviceWeights<Scalar> m_units, m_affine, m_monomials, m_side;
};

}  // namespace farstep
