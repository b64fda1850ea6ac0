// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Brings a deployed network into the form that the fused step reads: packed blocks of hidden units
// in device memory, with a rational activation split where its coefficients allow it.
#pragma once

#include <farstep/approximators/perceptron.hpp>
#include <farstep/ensemble_view.hpp>

#include <cmath>

#include "catalog/deployed_network.hpp"

namespace farstep {

/// Owns the packed weights of a network with d inputs and d outputs.
template <class Scalar, int d>
class PackedPerceptron {
public:
    explicit PackedPerceptron(DeployedNetwork network) {
        split_activation(network);
        pack_units(network);
        pack_affine(network);
        pack_monomials(network);
        for (int i = 0; i < d; ++i) m_device.centre[i] = network.centre[std::size_t(i)];
    }

    /// What kernels get; valid as long as this object lives.
    const Perceptron<Scalar, d, d>& device() const { return m_device; }

private:
    using Weights = Kokkos::View<Scalar*, DeviceMemory>;
    static constexpr int units = units_per_block<d>;

    /// σ(z) = slope·y + offset + (k1 y + k0)/(1 + y²) with y = (z + shift)/scale: y goes into the
    /// first layer, the affine part of all units into the linear map and the bias.
    void split_activation(DeployedNetwork& network) {
        m_device.activation = network.activation;
        for (int i = 0; i < rational_coefficient_count; ++i) {
            m_device.coefficients[i] = Scalar(network.coefficients[i]);
        }
        if (network.activation != Activation::rational || network.hidden == 0) return;
        const SplitRational form = split(network.coefficients);
        if (!form.possible) return;
        if (network.linear.empty()) network.linear.assign(d * d, 0.0);
        for (int h = 0; h < network.hidden; ++h) split_unit(network, form, h);
        // Without k1 the whole numerator is a constant, which split_unit put into the outgoing
        // weights. k1 is never divided by.
        m_device.activation =
            form.k1 == 0 ? Activation::inverse_quadratic : Activation::split_rational;
        m_device.coefficients[0] = Scalar(form.k0);
        m_device.coefficients[1] = Scalar(form.k1);
    }

    static void split_unit(DeployedNetwork& network, const SplitRational& form, int h) {
        double* const weights = &network.weights[std::size_t(h * d)];
        double& bias = network.biases[std::size_t(h)];
        for (int i = 0; i < d; ++i) weights[i] /= form.scale;
        bias = (bias + form.shift) / form.scale;
        for (int j = 0; j < d; ++j) {
            double& out = network.outgoing[std::size_t(h * d + j)];
            network.bias[std::size_t(j)] += out * (form.slope * bias + form.offset);
            for (int i = 0; i < d; ++i) {
                network.linear[std::size_t(j * d + i)] += out * form.slope * weights[i];
            }
            if (form.k1 == 0) out *= form.k0;
        }
    }

    /// Units that pad the last block have zero outgoing weights.
    void pack_units(const DeployedNetwork& network) {
        const int blocks = (network.hidden + units - 1) / units;
        m_units = Weights("farstep::units", std::size_t(blocks * block_size<d, d>));
        const auto host = Kokkos::create_mirror_view(m_units);
        for (int h = 0; h < network.hidden; ++h) {
            Scalar* const block = &host(std::size_t(h / units * block_size<d, d>));
            const int u = h % units;
            for (int i = 0; i < d; ++i) {
                block[i * units + u] = Scalar(network.weights[std::size_t(h * d + i)]);
                block[(d + 1 + i) * units + u] = Scalar(network.outgoing[std::size_t(h * d + i)]);
            }
            block[d * units + u] = Scalar(network.biases[std::size_t(h)]);
        }
        Kokkos::deep_copy(m_units, host);
        m_device.units = m_units.data();
        m_device.blocks = blocks;
    }

    void pack_affine(const DeployedNetwork& network) {
        m_affine = Weights("farstep::affine", std::size_t(d * d + d));
        const auto host = Kokkos::create_mirror_view(m_affine);
        for (std::size_t i = 0; i < network.linear.size(); ++i) host(i) = Scalar(network.linear[i]);
        for (int j = 0; j < d; ++j) {
            host(std::size_t(d * d + j)) = Scalar(network.bias[std::size_t(j)]);
        }
        Kokkos::deep_copy(m_affine, host);
        m_device.linear = m_affine.data();
        m_device.bias = m_affine.data() + d * d;
        m_device.has_linear = !network.linear.empty();
    }

    void pack_monomials(const DeployedNetwork& network) {
        m_monomials = Weights("farstep::monomials", network.monomials.size());
        const auto host = Kokkos::create_mirror_view(m_monomials);
        for (std::size_t i = 0; i < network.monomials.size(); ++i) {
            host(i) = Scalar(network.monomials[i]);
        }
        Kokkos::deep_copy(m_monomials, host);
        m_device.degree = network.degree;
        m_device.monomials = m_monomials.data();
    }

    Perceptron<Scalar, d, d> m_device{};
    Weights m_units, m_affine, m_monomials;
};

}  // namespace farstep
