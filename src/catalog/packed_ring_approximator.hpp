// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Brings a deployed network of a system on a ring, local or not, into the form that the fused step
// reads.
#pragma once

#include <farstep/approximators/ring_approximator.hpp>

#include <optional>

#include "catalog/packed_local_perceptron.hpp"
#include "catalog/packed_perceptron.hpp"

namespace farstep {

/// Owns the packed weights of one of the two.
template <class Scalar, int d>
class PackedRingApproximator {
public:
    using Approximator = RingApproximator<Scalar, d>;

    explicit PackedRingApproximator(const DeployedNetwork& network) {
        m_device.is_local = network.is_local();
        if (network.is_local()) {
            m_local.emplace(network);
            m_device.local = m_local->device();
        } else {
            m_whole.emplace(network);
            m_device.whole = m_whole->device();
        }
    }

    /// What kernels get; valid as long as this object lives.
    const Approximator& device() const { return m_device; }

private:
    std::optional<PackedPerceptron<Scalar, d>> m_whole;
    std::optional<PackedLocalPerceptron<Scalar, d>> m_local;
    Approximator m_device{};
};

}  // namespace farstep
