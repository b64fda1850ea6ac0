// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a loss says of the inputs of a network in training, which a gradient hands to the step
// before.
#pragma once

#include <farstep/approximators/perceptron_samples.hpp>

#include <cstdint>

namespace farstep {

/// result[tile][input][lane] = Σ over outputs of cotangent · ∂prediction/∂input.
template <Activation activation>
struct InputGradientKernel {
    using Real = detail::Register;
    using Slice = LaneSlice<lanes_of<Real>>;

    PerceptronShape shape;
    ParameterView parameters;
    StateView inputs, cotangents, result;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Slice slice(item);
        const double* const p = parameters.data();
        const auto coefficients = detail::load_coefficients(p + shape.coefficients());
        for (int i = 0; i < shape.inputs; ++i) {
            Real sum(0.0);
            for (int j = 0; j < shape.outputs; ++j) {
                sum += p[shape.linear() + j * shape.inputs + i] * row(cotangents, slice, j);
            }
            detail::store_register(&result(slice.tile, i, slice.first), sum);
        }
        for (int unit = 0; unit < shape.hidden; ++unit) {
            add_unit(p + shape.weights() + unit * shape.inputs, p[shape.biases() + unit],
                     p + shape.outgoing() + unit * shape.outputs, coefficients, slice);
        }
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION static Real row(const StateView& view, const Slice& slice, int i) {
        return detail::load_register(&view(slice.tile, i, slice.first));
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_unit(const double* weights, double bias,
                                              const double* outgoing, const RationalCoefficients& c,
                                              const Slice& slice) const {
        Real z(bias), slope(0.0);
        for (int i = 0; i < shape.inputs; ++i) z += weights[i] * row(inputs, slice, i);
        for (int j = 0; j < shape.outputs; ++j) slope += outgoing[j] * row(cotangents, slice, j);
        const Real value = detail::activation_value<activation>(z, c);
        slope *= activation_derivative<activation>(z, value, c);
        for (int i = 0; i < shape.inputs; ++i) {
            detail::store_register(&result(slice.tile, i, slice.first),
                                   row(result, slice, i) + weights[i] * slope);
        }
    }
};

}  // namespace farstep
