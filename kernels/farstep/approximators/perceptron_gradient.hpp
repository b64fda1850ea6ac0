// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The gradient of the mean squared error of a one-hidden-layer network, for any number of inputs and
// outputs, on samples in the ensemble layout [tile][component][lane].
#pragma once

#include <farstep/approximators/perceptron_samples.hpp>

#include <cstdint>

namespace farstep {

/// Tiles that one work item of the gradient sums over; bounds the partial sums kept in memory, and
/// what a work item keeps of its samples.
inline constexpr int gradient_block_tiles = 8;

/// Numbers that a work item of the gradient leaves: enough for a hidden unit or a linear row.
KOKKOS_INLINE_FUNCTION int gradient_row(const PerceptronShape& shape) {
    return shape.inputs + 1 + shape.outputs + rational_coefficient_count;
}

/// partial[block][row][·]: sums over the samples of a block, for row < hidden the gradient of one
/// hidden unit (weights, bias, outgoing weights, activation coefficients), for the rows after them
/// that of one output's linear map and bias. `cotangents` is ∂loss/∂prediction.
template <Activation activation>
struct GradientKernel {
    using Real = Lanes<double, lanes_per_item<double, 1>>;
    using Slice = LaneSlice<lanes_of<Real>>;
    using Partial = Kokkos::View<double***, Kokkos::LayoutRight, DeviceMemory>;
    static constexpr int items_per_block = gradient_block_tiles * Slice::items_per_tile;

    PerceptronShape shape;
    ParameterView parameters;
    StateView inputs, cotangents;
    std::int64_t tiles;
    Partial partial;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const int rows = shape.hidden + shape.outputs;
        const std::int64_t block = item / rows;
        const int row = int(item % rows);
        const std::int64_t first = block * gradient_block_tiles;
        const std::int64_t last =
            first + gradient_block_tiles < tiles ? first + gradient_block_tiles : tiles;
        const Range range{first * Slice::items_per_tile,
                          int(last - first) * Slice::items_per_tile};
        double* const result = &partial(block, row, 0);
        if (row < shape.hidden) {
            add_unit(row, range, result);
        } else {
            add_linear_row(row - shape.hidden, range, result);
        }
    }

private:
    /// Slices of samples that a work item sums over.
    struct Range {
        std::int64_t first;
        int count;
    };

    /// What a hidden unit needs of each of its samples, for all lanes.
    struct Samples {
        Vector<Real, items_per_block> values;  ///< of the unit
        Vector<Real, items_per_block> slopes;  ///< ∂loss/∂z
    };

    /// Where the rows of a slice begin; the next row is a tile's width further on.
    KOKKOS_FORCEINLINE_FUNCTION static const double* first_row(const StateView& view,
                                                               const Slice& slice) {
        return &view(slice.tile, 0, slice.first);
    }

    KOKKOS_FORCEINLINE_FUNCTION static Real load_row(const double* first, const Slice& slice,
                                                     int i) {
        return load<Real>(first + i * tile_width, slice.stride);
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_unit(int unit, const Range& range, double* result) const {
        const int in = shape.inputs, out = shape.outputs;
        const auto c = detail::load_coefficients(parameters.data() + shape.coefficients());
        Vector<Real, rational_coefficient_count> coefficients;
        unrolled<rational_coefficient_count>(
            [&](auto k) FARSTEP_INLINE { coefficients[k] = Real(0.0); });
        Samples samples;
        Real bias(0.0);
        for (int s = 0; s < range.count; ++s) {
            bias += visit(unit, Slice(range.first + s), c, coefficients, samples.values[s],
                          samples.slopes[s]);
        }
        for (int i = 0; i < in; ++i) result[i] = sum_of(samples.slopes, inputs, i, range);
        result[in] = horizontal_sum(bias);
        for (int j = 0; j < out; ++j) {
            result[in + 1 + j] = sum_of(samples.values, cotangents, j, range);
        }
        for (int k = 0; k < rational_coefficient_count; ++k) {
            result[in + 1 + out + k] = horizontal_sum(coefficients[k]);
        }
    }

    /// Sets the unit's value and ∂loss/∂z, which is returned too; adds to ∂loss/∂coefficients.
    KOKKOS_FORCEINLINE_FUNCTION Real visit(
        int unit, const Slice& slice, const RationalCoefficients& c,
        Vector<Real, rational_coefficient_count>& coefficients, Real& value, Real& slope) const {
        const double* const p = parameters.data();
        const double* const weights = p + shape.weights() + unit * shape.inputs;
        const double* const out = p + shape.outgoing() + unit * shape.outputs;
        const double* const x = first_row(inputs, slice);
        const double* const g = first_row(cotangents, slice);
        Real z(p[shape.biases() + unit]), back(0.0);
        for (int i = 0; i < shape.inputs; ++i) z += weights[i] * load_row(x, slice, i);
        for (int j = 0; j < shape.outputs; ++j) back += out[j] * load_row(g, slice, j);
        value = detail::activation_value<activation>(z, c);
        if constexpr (activation == Activation::rational) {
            add_rational_gradient(z, value, back, c, coefficients);
        }
        slope = back * activation_derivative<activation>(z, value, c);
        return slope;
    }

    /// Σ of a sample's factor times row `i` of a view. Four sums at once hide the latency of the
    /// additions.
    KOKKOS_FORCEINLINE_FUNCTION static double sum_of(const Vector<Real, items_per_block>& factors,
                                                     const StateView& view, int i,
                                                     const Range& range) {
        constexpr int chains = Slice::items_per_tile < 4 ? Slice::items_per_tile : 4;
        Vector<Real, chains> sums;
        unrolled<chains>([&](auto k) FARSTEP_INLINE { sums[k] = Real(0.0); });
        for (int s = 0; s < range.count; s += chains) {
            unrolled<chains>([&](auto k) FARSTEP_INLINE {
                const Slice slice(range.first + s + k);
                sums[k] += factors[s + k] * load_row(first_row(view, slice), slice, i);
            });
        }
        unrolled<chains - 1>([&](auto k) FARSTEP_INLINE { sums[0] += sums[k + 1]; });
        return horizontal_sum(sums[0]);
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_linear_row(int output, const Range& range,
                                                    double* result) const {
        Samples samples;
        Real bias(0.0);
        for (int s = 0; s < range.count; ++s) {
            const Slice slice(range.first + s);
            samples.slopes[s] = load_row(first_row(cotangents, slice), slice, output);
            bias += samples.slopes[s];
        }
        for (int i = 0; i < shape.inputs; ++i) {
            result[i] = sum_of(samples.slopes, inputs, i, range);
        }
        result[shape.inputs] = horizontal_sum(bias);
    }
};

/// Sums the partial gradients of all blocks, in their order, into the layout of PerceptronShape.
struct SumGradientKernel {
    PerceptronShape shape;
    std::int64_t blocks;
    Kokkos::View<double***, Kokkos::LayoutRight, DeviceMemory> partial;
    ParameterView gradient;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t parameter) const {
        const int p = int(parameter), in = shape.inputs, out = shape.outputs;
        double sum = 0;
        if (p < shape.biases()) {
            sum = over_blocks(p / in, p % in);
        } else if (p < shape.outgoing()) {
            sum = over_blocks(p - shape.biases(), in);
        } else if (p < shape.linear()) {
            const int k = p - shape.outgoing();
            sum = over_blocks(k / out, in + 1 + k % out);
        } else if (p < shape.bias()) {
            const int k = p - shape.linear();
            sum = over_blocks(shape.hidden + k / in, k % in);
        } else if (p < shape.coefficients()) {
            sum = over_blocks(shape.hidden + p - shape.bias(), in);
        } else {
            for (int unit = 0; unit < shape.hidden; ++unit) {
                sum += over_blocks(unit, in + 1 + out + p - shape.coefficients());
            }
        }
        gradient(p) = sum;
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION double over_blocks(int row, int column) const {
        double sum = 0;
        for (std::int64_t b = 0; b < blocks; ++b) sum += partial(b, row, column);
        return sum;
    }
};

}  // namespace farstep
