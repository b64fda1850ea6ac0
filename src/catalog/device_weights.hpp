// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Weights on their way to the device.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace farstep {

template <class Scalar>
using DeviceWeights = Kokkos::View<Scalar*, DeviceMemory>;

template <class Scalar>
DeviceWeights<Scalar> to_device_weights(const std::string& label,
                                        const std::vector<double>& values) {
    const DeviceWeights<Scalar> weights(label, values.size());
    const auto host = Kokkos::create_mirror_view(weights);
    std::transform(values.begin(), values.end(), host.data(),
                   [](double x) { return static_cast<Scalar>(x); });
    Kokkos::deep_copy(weights, host);
    return weights;
}

}  // namespace farstep
