// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The gradient of the mean squared error of a one-hidden-layer network, on samples in the ensemble
// layout [tile][component][lane].
#pragma once

#include <farstep/approximators/perceptron_samples.hpp>

#include <cstdint>

namespace farstep {

namespace detail {

/// σ(Wh·x + bh) of one hidden unit; z is the pre-activation.
template <Activation activation, int In, class Real>
KOKKOS_FORCEINLINE_FUNCTION Real hidden_unit(const double* parameters,
                                             const PerceptronShape& shape, int unit,
                                             const Vector<Real, In>& x,
                                             const RationalCoefficients& c, Real& z) {
    const double* const weights = parameters + shape.weights() + unit * In;
    z = Real(parameters[shape.biases() + unit]);
    unrolled<In>([&](auto i) FARSTEP_INLINE { z += weights[i] * x[i]; });
    return activation_value<activation>(z, c);
}

}  // namespace detail

/// Real of the training kernels.
template <int In>
using SampleLanes = Lanes<double, lanes_per_item<double, In>>;

/// Tiles that one work item of the gradient sums over; bounds the partial sums kept in memory.
inline constexpr int gradient_block_tiles = 8;

/// Numbers that a work item of the gradient leaves: enough for a hidden unit or a linear row.
template <int In, int Out>
inline constexpr int gradient_row = In + 1 + Out + rational_coefficient_count;

/// partial[block][row][·]: sums over the samples of a block, for row < hidden the gradient of one
/// hidden unit (weights, bias, outgoing weights, activation coefficients), for the Out rows after
/// them that of one output's linear map and bias. `cotangents` is ∂loss/∂prediction.
template <Activation activation, int In, int Out>
struct GradientKernel {
    using Real = SampleLanes<In>;
    using Partial = Kokkos::View<double***, Kokkos::LayoutRight, DeviceMemory>;
    PerceptronShape shape;
    ParameterView parameters;
    StateView inputs, cotangents;
    std::int64_t tiles;
    Partial partial;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const int rows = shape.hidden + Out;
        const std::int64_t block = item / rows;
        const int row = int(item % rows);
        double* const result = &partial(block, row, 0);
        for (int i = 0; i < gradient_row<In, Out>; ++i) result[i] = 0;
        const std::int64_t first = block * gradient_block_tiles;
        const std::int64_t last = first + gradient_block_tiles < tiles ? first + gradient_block_tiles
                                                                      : tiles;
        constexpr int per_tile = LaneSlice<lanes_of<Real>>::items_per_tile;
        if (row < shape.hidden) {
            add_unit(row, first * per_tile, last * per_tile, result);
        } else {
            add_linear_row(row - shape.hidden, first * per_tile, last * per_tile, result);
        }
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION void add_unit(int unit, std::int64_t first, std::int64_t last,
                                              double* result) const {
        const double* const p = parameters.data();
        const double* const out = p + shape.outgoing() + unit * Out;
        const auto c = detail::load_coefficients(p + shape.coefficients());
        Vector<Real, In> weights;
        Vector<Real, Out> outgoing;
        Vector<Real, rational_coefficient_count> coefficients;
        Real bias(0.0);
        unrolled<In>([&](auto i) FARSTEP_INLINE { weights[i] = Real(0.0); });
        unrolled<Out>([&](auto j) FARSTEP_INLINE { outgoing[j] = Real(0.0); });
        unrolled<rational_coefficient_count>(
            [&](auto k) FARSTEP_INLINE { coefficients[k] = Real(0.0); });
        for (std::int64_t item = first; item < last; ++item) {
            const LaneSlice<lanes_of<Real>> slice(item);
            const auto x = load_state<Real, In>(inputs, slice);
            const auto g = load_state<Real, Out>(cotangents, slice);
            Real z, back(0.0);
            const Real value = detail::hidden_unit<activation>(p, shape, unit, x, c, z);
            unrolled<Out>([&](auto j) FARSTEP_INLINE {
                outgoing[j] += g[j] * value;
                back += out[j] * g[j];
            });
            if constexpr (activation == Activation::rational) {
                add_rational_gradient(z, value, back, c, coefficients);
            }
            const Real slope = back * activation_derivative<activation>(z, value, c);
            bias += slope;
            unrolled<In>([&](auto i) FARSTEP_INLINE { weights[i] += slope * x[i]; });
        }
        for (int i = 0; i < In; ++i) result[i] = horizontal_sum(weights[i]);
        result[In] = horizontal_sum(bias);
        for (int j = 0; j < Out; ++j) result[In + 1 + j] = horizontal_sum(outgoing[j]);
        for (int k = 0; k < rational_coefficient_count; ++k) {
            result[In + 1 + Out + k] = horizontal_sum(coefficients[k]);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_linear_row(int output, std::int64_t first,
                                                    std::int64_t last, double* result) const {
        Vector<Real, In> weights;
        Real bias(0.0);
        unrolled<In>([&](auto i) FARSTEP_INLINE { weights[i] = Real(0.0); });
        for (std::int64_t item = first; item < last; ++item) {
            const LaneSlice<lanes_of<Real>> slice(item);
            const auto x = load_state<Real, In>(inputs, slice);
            const Real g = load<Real>(&cotangents(slice.tile, output, slice.first), slice.stride);
            bias += g;
            unrolled<In>([&](auto i) FARSTEP_INLINE { weights[i] += g * x[i]; });
        }
        for (int i = 0; i < In; ++i) result[i] = horizontal_sum(weights[i]);
        result[In] = horizontal_sum(bias);
    }
};

}  // namespace farstep
