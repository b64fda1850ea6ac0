// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Launches the gradient kernels.
#pragma once

#include <farstep/approximators/perceptron_gradient.hpp>

namespace farstep {

/// Gradient of a loss in all parameters of a network; keeps its work memory between calls.
class PerceptronGradient {
public:
    /// gradient = Σ over the samples of the first `tiles` tiles of cotangent · ∂prediction/∂parameter.
    /// Samples that fill up the last tile must have cotangents of zero.
    void operator()(Activation activation, const PerceptronShape& shape,
                    const ParameterView& parameters, const StateView& inputs,
                    const StateView& cotangents, std::int64_t tiles, const ParameterView& gradient);

private:
    Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory> m_partial;
};

/// result[tile][input][lane] = Σ over outputs of cotangent · ∂prediction/∂input.
void compute_input_gradient(Activation activation, const PerceptronShape& shape,
                            const ParameterView& parameters, const StateView& inputs,
                            const StateView& cotangents, const StateView& result);

}  // namespace farstep
