// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "catalog/device_weights.hpp"

#include <algorithm>

namespace farstep {

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

template DeviceWeights<float> to_device_weights(const std::string& label,
                                                const std::vector<double>& values);
template DeviceWeights<double> to_device_weights(const std::string& label,
                                                 const std::vector<double>& values);

}  // namespace farstep
