// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Weights on their way to the device.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <string>
#include <vector>

namespace farstep {

template <class Scalar>
using DeviceWeights = Kokkos::View<Scalar*, DeviceMemory>;

/// For float and double.
template <class Scalar>
DeviceWeights<Scalar> to_device_weights(const std::string& label,
                                        const std::vector<double>& values);

extern template DeviceWeights<float> to_device_weights(const std::string& label,
                                                       const std::vector<double>& values);
extern template DeviceWeights<double> to_device_weights(const std::string& label,
                                                        const std::vector<double>& values);

}  // namespace farstep
