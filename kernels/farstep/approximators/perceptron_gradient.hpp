// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The gradient of the mean squared error of a one-hidden-layer network, for any number of inputs and
// outputs, on samples in the ensemble layout [tile][component][lane].
#pragma once

#include <farstep/approximators/perceptron_samples.hpp>

#include <cstdint>

namespace farstep {

/// How the gradient is tiled: hidden units of a work item share every load of a sample, and the work
/// memory of a block stays in the first-level cache. A GPU's work items take one unit each.
struct GradientTiling {
    static constexpr bool vectors = native_lanes<double> > 1;
    static constexpr int units = vectors ? detail::units_per_visit : 1;
    /// Tiles whose samples are visited at once, and how many of these a work item sums over; the
    /// latter bounds the partial sums kept in memory.
    static constexpr int block_tiles = vectors ? 4 : 8;
    static constexpr int blocks_per_item = vectors ? 8 : 1;
    /// Registers that share a reciprocal. They are inverted ahead of their use: otherwise processors
    /// wait for its latency in every iteration.
    static constexpr int inverted_at_once = vectors ? 8 : 1;
    /// Rows of inputs or cotangents whose sums are kept in registers.
    static constexpr int rows_at_once = detail::many_registers ? 4 : 2;
};

/// Tiles that one work item of the gradient sums over.
inline constexpr int gradient_item_tiles =
    GradientTiling::block_tiles * GradientTiling::blocks_per_item;

/// Work items that share the rows of a network, hidden units first, then one for each output.
KOKKOS_INLINE_FUNCTION int gradient_groups(const PerceptronShape& shape) {
    return (shape.hidden + GradientTiling::units - 1) / GradientTiling::units + shape.outputs;
}

/// Numbers that a work item of the gradient leaves of a hidden unit or of a linear row.
KOKKOS_INLINE_FUNCTION int gradient_row(const PerceptronShape& shape) {
    return shape.inputs + 1 + shape.outputs + rational_coefficient_count;
}

/// partial[item block][row][·]: sums over the samples of a work item, for row < hidden the gradient
/// of one hidden unit (weights, bias, outgoing weights, activation coefficients), for the rows after
/// them that of one output's linear map and bias. `cotangents` is ∂loss/∂prediction.
///
/// Hidden units come outermost, samples innermost. Of a block of samples, four passes over work
/// memory: pre-activations z = Wx + b; ∂loss/∂value = Vᵀ·cotangents; from the two, values and slopes
/// ∂loss/∂z; and the products of these with cotangents and inputs, summed in registers.
template <Activation activation>
struct GradientKernel {
    using Tiling = GradientTiling;
    using Real = detail::Register;
    using Partial = Kokkos::View<double***, Kokkos::LayoutRight, DeviceMemory>;
    static constexpr int units = Tiling::units, at_once = detail::samples_at_once;
    static constexpr int vectors_per_tile = tile_width / lanes_of<Real>;
    static constexpr int vectors_per_block = Tiling::block_tiles * vectors_per_tile;

    PerceptronShape shape;
    ParameterView parameters;
    StateView inputs, cotangents;
    std::int64_t tiles;
    Partial partial;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const int groups = gradient_groups(shape);
        const std::int64_t part = item / groups;
        const int group = int(item % groups), unit_groups = groups - shape.outputs;
        const std::int64_t first = part * gradient_item_tiles;
        const std::int64_t last =
            first + gradient_item_tiles < tiles ? first + gradient_item_tiles : tiles;
        const int row = group < unit_groups ? group * units : shape.hidden + group - unit_groups;
        const int end = group >= unit_groups         ? row + 1
                        : row + units < shape.hidden ? row + units
                                                     : shape.hidden;
        for (int r = row; r < end; ++r) {
            for (int k = 0; k < gradient_row(shape); ++k) partial(part, r, k) = 0;
        }
        LaneSums lane_sums{};
        for (std::int64_t tile = first; tile < last; tile += Tiling::block_tiles) {
            const std::int64_t left = last - tile;
            const int count = (left < Tiling::block_tiles ? int(left) : Tiling::block_tiles);
            const Range range{tile, count * vectors_per_tile};
            if (group < unit_groups) {
                add_units(row, end - row, range, lane_sums, &partial(part, row, 0));
            } else {
                add_linear_row(row - shape.hidden, range, &partial(part, row, 0));
            }
        }
        if (group < unit_groups) put(lane_sums, end - row, &partial(part, row, 0));
    }

private:
    /// Registers of samples of a block: number v holds lanes of tile first_tile + v / vectors_per_tile.
    struct Range {
        std::int64_t first_tile;
        int count;
    };

    /// Sums over all blocks of a work item, lane by lane: of ∂loss/∂bias by unit, of
    /// ∂loss/∂coefficients over its units together.
    struct LaneSums {
        Vector<Real, units> biases;
        Vector<Real, rational_coefficient_count> coefficients;
    };

    /// The first unit's row takes the coefficients for all.
    KOKKOS_FORCEINLINE_FUNCTION void put(const LaneSums& sums, int used, double* result) const {
        for (int k = 0; k < used; ++k) {
            result[k * gradient_row(shape) + shape.inputs] = horizontal_sum(sums.biases[k]);
        }
        for (int k = 0; k < rational_coefficient_count; ++k) {
            result[shape.inputs + 1 + shape.outputs + k] =
                horizontal_sum(sums.coefficients[k]);
        }
    }

    /// One number for every unit of the item and every sample of the block.
    using Work = Vector<Vector<Real, vectors_per_block>, units>;

    /// Row 0 of the samples in register v; the next row is a tile's width further on.
    KOKKOS_FORCEINLINE_FUNCTION static const double* samples(const StateView& view,
                                                             const Range& range, int v) {
        return &view(range.first_tile + v / vectors_per_tile, 0,
                     v % vectors_per_tile * lanes_of<Real>);
    }

    /// work[k] = start[k] + Σ_i weights[k][i] · row i, the sum over `rows` rows of the samples.
    KOKKOS_FORCEINLINE_FUNCTION static void map_block(const Vector<double, units>& start,
                                                      const Vector<const double*, units>& weights,
                                                      int rows, const StateView& view,
                                                      const Range& range, Work& work) {
        for (int v = 0; v < range.count; v += at_once) {
            const auto sums =
                detail::affine_maps<units>(start, weights, rows, samples(view, range, v));
            unrolled<units>([&](auto k) FARSTEP_INLINE {
                unrolled<at_once>([&](auto s) FARSTEP_INLINE { work[k][v + s] = sums[k][s]; });
            });
        }
    }

    /// Adds Σ work[k] · row i to result[k][i] for i of [0, rows).
    KOKKOS_FORCEINLINE_FUNCTION void add_products(const Work& work, const StateView& view, int rows,
                                                  const Range& range, int used,
                                                  double* result) const {
        constexpr int tile = Tiling::rows_at_once;
        int i = 0;
        for (; i + tile <= rows; i += tile) {
            add_products_of<tile>(work, view, i, range, used, result);
        }
        switch (rows - i) {
            case 3: return add_products_of<3>(work, view, i, range, used, result);
            case 2: return add_products_of<2>(work, view, i, range, used, result);
            case 1: return add_products_of<1>(work, view, i, range, used, result);
        }
    }

    template <int count>
    KOKKOS_FORCEINLINE_FUNCTION void add_products_of(const Work& work, const StateView& view,
                                                     int first, const Range& range, int used,
                                                     double* result) const {
        Vector<Vector<Real, count>, units> sums;
        unrolled<units>([&](auto k) FARSTEP_INLINE {
            unrolled<count>([&](auto i) FARSTEP_INLINE { sums[k][i] = Real(0.0); });
        });
        for (int v = 0; v < range.count; ++v) {
            const double* const x = samples(view, range, v) + first * tile_width;
            Vector<Real, count> row;
            unrolled<count>(
                [&](auto i) FARSTEP_INLINE { row[i] = detail::load_register(x + i * tile_width); });
            unrolled<units>([&](auto k) FARSTEP_INLINE {
                const Real factor = work[k][v];
                unrolled<count>([&](auto i) FARSTEP_INLINE { sums[k][i] += factor * row[i]; });
            });
        }
        unrolled<units>([&](auto k) FARSTEP_INLINE {
            if (k >= used) return;
            double* const numbers = result + k * gradient_row(shape) + first;
            unrolled<count>([&](auto i) FARSTEP_INLINE {
                numbers[i] += horizontal_sum(sums[k][i]);
            });
        });
    }

    /// The last group may have fewer units; it computes with copies of its last one.
    KOKKOS_FORCEINLINE_FUNCTION void add_units(int first, int used, const Range& range,
                                               LaneSums& lane_sums, double* result) const {
        const double* const p = parameters.data();
        const int in = shape.inputs, out = shape.outputs;
        Vector<double, units> biases, zeros;
        Vector<const double*, units> weights, outgoing;
        unrolled<units>([&](auto k) FARSTEP_INLINE {
            const int unit = first + (k < used ? int(k) : used - 1);
            biases[k] = p[shape.biases() + unit];
            zeros[k] = 0;
            weights[k] = p + shape.weights() + unit * in;
            outgoing[k] = p + shape.outgoing() + unit * out;
        });
        Work values, slopes;
        map_block(biases, weights, in, inputs, range, values);
        map_block(zeros, outgoing, out, cotangents, range, slopes);
        const auto c = detail::load_coefficients(p + shape.coefficients());
        for (int k = 0; k < used; ++k) {
            activate_block(c, range.count, values[k], slopes[k], lane_sums.biases[k],
                           lane_sums.coefficients);
        }
        add_products(slopes, inputs, in, range, used, result);
        add_products(values, cotangents, out, range, used, result + in + 1);
    }

    /// values ← σ(z), slopes ← ∂loss/∂z; on entry they hold z and ∂loss/∂value. Adds to the
    /// gradients of the bias and of the activation's coefficients.
    KOKKOS_FORCEINLINE_FUNCTION static void activate_block(
        const RationalCoefficients& c, int count, Vector<Real, vectors_per_block>& values,
        Vector<Real, vectors_per_block>& slopes, Real& bias,
        Vector<Real, rational_coefficient_count>& coefficient_sums) {
        // Copies, which stay in registers.
        Vector<Real, rational_coefficient_count> coefficients = coefficient_sums;
        Real slope_sum = bias;
        Vector<Real, vectors_per_block> inverses;
        if constexpr (activation == Activation::rational) {
            invert_denominators(c, count, values, inverses);
        }
        for (int v = 0; v < count; v += at_once) {
            detail::Samples z, back;
            unrolled<at_once>([&](auto s) FARSTEP_INLINE {
                z[s] = values[v + s];
                back[s] = slopes[v + s];
            });
            if constexpr (activation == Activation::rational) {
                detail::Samples inverse;
                unrolled<at_once>([&](auto s) FARSTEP_INLINE { inverse[s] = inverses[v + s]; });
                differentiate_rational(z, back, inverse, c, coefficients);
            } else {
                unrolled<at_once>([&](auto s) FARSTEP_INLINE {
                    const Real value = detail::activation_value<activation>(z[s], c);
                    back[s] *= activation_derivative<activation>(z[s], value, c);
                    z[s] = value;
                });
            }
            unrolled<at_once>([&](auto s) FARSTEP_INLINE {
                slope_sum += back[s];
                values[v + s] = z[s];
                slopes[v + s] = back[s];
            });
        }
        bias = slope_sum;
        coefficient_sums = coefficients;
    }

    KOKKOS_FORCEINLINE_FUNCTION static void invert_denominators(
        const RationalCoefficients& c, int count, const Vector<Real, vectors_per_block>& z,
        Vector<Real, vectors_per_block>& inverses) {
        constexpr int group = Tiling::inverted_at_once;
        for (int v = 0; v < count; v += group) {
            Vector<Real, group> some;
            unrolled<group>([&](auto s) FARSTEP_INLINE {
                some[s] = (c[6] * z[v + s] + c[5]) * z[v + s] + c[4];
            });
            invert_together<group>(&some[0]);
            unrolled<group>([&](auto s) FARSTEP_INLINE { inverses[v + s] = some[s]; });
        }
    }

    /// As activate_block, of some registers, given the inverses of the denominators.
    KOKKOS_FORCEINLINE_FUNCTION static void differentiate_rational(
        detail::Samples& z, detail::Samples& back, const detail::Samples& inverse,
        const RationalCoefficients& c, Vector<Real, rational_coefficient_count>& coefficients) {
        unrolled<at_once>([&](auto s) FARSTEP_INLINE {
            const Real x = z[s];
            const Real value = (((c[3] * x + c[2]) * x + c[1]) * x + c[0]) * inverse[s];
            const Real numerator_slope = (3 * c[3] * x + 2 * c[2]) * x + c[1];
            const Real denominator_slope = 2 * c[6] * x + c[5];
            const Real scaled = back[s] * inverse[s], scaled_x = scaled * x;
            const Real scaled_x2 = scaled_x * x;
            coefficients[0] += scaled;
            coefficients[1] += scaled_x;
            coefficients[2] += scaled_x2;
            coefficients[3] += scaled_x2 * x;
            coefficients[4] -= scaled * value;
            coefficients[5] -= scaled_x * value;
            coefficients[6] -= scaled_x2 * value;
            z[s] = value;
            back[s] = scaled * (numerator_slope - value * denominator_slope);
        });
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_linear_row(int output, const Range& range,
                                                    double* result) const {
        for (int i = 0; i < shape.inputs; ++i) {
            Real sum(0.0);
            for (int v = 0; v < range.count; ++v) {
                sum += detail::load_register(samples(cotangents, range, v) + output * tile_width) *
                       detail::load_register(samples(inputs, range, v) + i * tile_width);
            }
            result[i] += horizontal_sum(sum);
        }
        Real bias(0.0);
        for (int v = 0; v < range.count; ++v) {
            bias += detail::load_register(samples(cotangents, range, v) + output * tile_width);
        }
        result[shape.inputs] += horizontal_sum(bias);
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
            for (int unit = 0; unit < shape.hidden; unit += GradientTiling::units) {
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
