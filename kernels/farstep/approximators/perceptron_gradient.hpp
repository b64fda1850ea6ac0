// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The gradient of the mean squared error of a one-hidden-layer network, for any number of inputs and
// outputs, on samples in the ensemble layout [tile][component][lane].
#pragma once

#include <farstep/approximators/perceptron_small_unit.hpp>

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
    /// Whether a rational unit with few inputs and outputs is done in one pass without work memory:
    /// where stores keep multiply-add units waiting (Zen 4), and where work memory is not in a
    /// first-level cache (GPUs).
    static constexpr bool single_pass = divides_quickly || !vectors;
};

/// Tiles that one work item of the gradient sums over.
inline constexpr int gradient_item_tiles =
    GradientTiling::block_tiles * GradientTiling::blocks_per_item;

/// Work items that share the rows of a network, hidden units first, then one for each output.
KOKKOS_INLINE_FUNCTION int gradient_groups(const PerceptronShape& shape) {
    return (shape.hidden + GradientTiling::units - 1) / GradientTiling::units + shape.outputs;
}

/// Numbers that the work items of some tiles leave: those of the gradient, but for the coefficients of
/// the activation, and the sums for these from each group of hidden units.
KOKKOS_INLINE_FUNCTION int partial_gradient_size(const PerceptronShape& shape) {
    return shape.coefficients() +
           (gradient_groups(shape) - shape.outputs) * rational_coefficient_count;
}

/// partial[item block][·]: sums over the samples of a work item, where PerceptronShape has them, and
/// after them [group][coefficient]. `cotangents` is ∂loss/∂prediction.
///
/// Hidden units come outermost, samples innermost. Of a block of samples, four passes over work
/// memory: pre-activations z = Wx + b; ∂loss/∂value = Vᵀ·cotangents; from the two, values and slopes
/// ∂loss/∂z; and the products of these with cotangents and inputs, summed in registers.
template <Activation activation>
struct GradientKernel {
    using Tiling = GradientTiling;
    using Real = detail::Register;
    using Partial = Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory>;
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
        if (group < unit_groups) {
            sum_units(group, {first, last}, &partial(part, 0));
        } else {
            sum_linear_row(group - unit_groups, {first, last}, &partial(part, 0));
        }
    }

private:
    struct Tiles {
        std::int64_t first, end;
    };

    /// Registers of samples of a block: number v holds lanes of tile first_tile + v / vectors_per_tile.
    struct Range {
        std::int64_t first_tile;
        int count;
    };

    /// Hidden units of a work item, and where their sums go: weights [used][inputs], biases [used],
    /// outgoing weights [used][outputs].
    struct Units {
        int first, used;
        double *weights, *biases, *outgoing;
    };

    /// Calls add(range) for all blocks of the tiles.
    template <class Add>
    KOKKOS_FORCEINLINE_FUNCTION static void for_each_block(const Tiles& tiles_of_item,
                                                           const Add& add) {
        for (std::int64_t tile = tiles_of_item.first; tile < tiles_of_item.end;
             tile += Tiling::block_tiles) {
            const std::int64_t left = tiles_of_item.end - tile;
            const int count = left < Tiling::block_tiles ? int(left) : Tiling::block_tiles;
            add(Range{tile, count * vectors_per_tile});
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION static void clear(double* numbers, int count) {
        for (int k = 0; k < count; ++k) numbers[k] = 0;
    }

    /// The gradient of one group of hidden units.
    KOKKOS_FORCEINLINE_FUNCTION void sum_units(int group, const Tiles& tiles_of_item,
                                               double* sums) const {
        const int first = group * units;
        const int used = first + units < shape.hidden ? units : shape.hidden - first;
        const Units some{first, used, sums + shape.weights() + first * shape.inputs,
                         sums + shape.biases() + first,
                         sums + shape.outgoing() + first * shape.outputs};
        clear(some.weights, used * shape.inputs);
        clear(some.outgoing, used * shape.outputs);
        LaneSums lane_sums{};
        for_each_block(tiles_of_item, [&](const Range& range) FARSTEP_INLINE {
            if (!add_small_units(some, range, lane_sums)) add_units(some, range, lane_sums);
        });
        for (int k = 0; k < used; ++k) some.biases[k] = horizontal_sum(lane_sums.biases[k]);
        double* const coefficients =
            sums + shape.coefficients() + group * rational_coefficient_count;
        for (int k = 0; k < rational_coefficient_count; ++k) {
            coefficients[k] = horizontal_sum(lane_sums.coefficients[k]);
        }
    }

    /// The gradient of one row of the linear map and of its bias.
    KOKKOS_FORCEINLINE_FUNCTION void sum_linear_row(int output, const Tiles& tiles_of_item,
                                                    double* sums) const {
        double* const map = sums + shape.linear() + output * shape.inputs;
        double& bias = sums[shape.bias() + output];
        clear(map, shape.inputs);
        bias = 0;
        for_each_block(tiles_of_item, [&](const Range& range) FARSTEP_INLINE {
            add_linear_row(output, range, map, bias);
        });
    }

    /// Sums over all blocks of a work item, lane by lane: of ∂loss/∂bias by unit, of
    /// ∂loss/∂coefficients over its units together.
    struct LaneSums {
        Vector<Real, units> biases;
        Vector<Real, rational_coefficient_count> coefficients;
    };

    /// Adds units in a single pass each, if that is possible.
    KOKKOS_FORCEINLINE_FUNCTION bool add_small_units(const Units& some, const Range& range,
                                                     LaneSums& sums) const {
        if constexpr (activation == Activation::rational && Tiling::single_pass) {
            if (shape.inputs != shape.outputs) return false;
            switch (shape.inputs) {
                case 2: return add_small_units_of<2>(some, range, sums);
                case 3: return add_small_units_of<3>(some, range, sums);
                case 4: return add_small_units_of<4>(some, range, sums);
            }
        }
        return false;
    }

    template <int d>
    KOKKOS_FORCEINLINE_FUNCTION bool add_small_units_of(const Units& some, const Range& range,
                                                        LaneSums& sums) const {
        for (int k = 0; k < some.used; ++k) {
            add_small_unit<d>(some.first + k, range, sums.biases[k], sums.coefficients,
                              some.weights + k * d, some.outgoing + k * d);
        }
        return true;
    }

    template <int d>
    KOKKOS_FORCEINLINE_FUNCTION void add_small_unit(int unit, const Range& range, Real& bias,
                                                    Vector<Real, rational_coefficient_count>& c,
                                                    double* weights, double* outgoing) const {
        const double* const p = parameters.data();
        const detail::SmallUnit<d> small{p[shape.biases() + unit], p + shape.weights() + unit * d,
                                         p + shape.outgoing() + unit * d,
                                         detail::load_coefficients(p + shape.coefficients())};
        typename detail::SmallUnit<d>::Sums sums{{}, {}, bias, c};
        const auto rows_of = [&](const StateView& view) FARSTEP_INLINE {
            return [&](int v) FARSTEP_INLINE { return samples(view, range, v); };
        };
        small.add(range.count, rows_of(inputs), rows_of(cotangents), sums);
        bias = sums.bias;
        c = sums.coefficients;
        unrolled<d>([&](auto i) FARSTEP_INLINE {
            weights[i] += horizontal_sum(sums.weights[i]);
            outgoing[i] += horizontal_sum(sums.outgoing[i]);
        });
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

    /// Adds Σ work[k] · row i to result[k][i] for i of [0, rows) and k of [0, used).
    KOKKOS_FORCEINLINE_FUNCTION void add_products(const Work& work, const StateView& view, int rows,
                                                  const Range& range, int used,
                                                  double* result) const {
        constexpr int tile = Tiling::rows_at_once;
        int i = 0;
        for (; i + tile <= rows; i += tile) {
            add_products_of<tile>(work, view, i, rows, range, used, result);
        }
        switch (rows - i) {
            case 3: return add_products_of<3>(work, view, i, rows, range, used, result);
            case 2: return add_products_of<2>(work, view, i, rows, range, used, result);
            case 1: return add_products_of<1>(work, view, i, rows, range, used, result);
        }
    }

    template <int count>
    KOKKOS_FORCEINLINE_FUNCTION void add_products_of(const Work& work, const StateView& view,
                                                     int first, int rows, const Range& range,
                                                     int used, double* result) const {
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
            double* const numbers = result + k * rows + first;
            unrolled<count>([&](auto i) FARSTEP_INLINE {
                numbers[i] += horizontal_sum(sums[k][i]);
            });
        });
    }

    /// The last group may have fewer units; it computes with copies of its last one.
    KOKKOS_FORCEINLINE_FUNCTION void add_units(const Units& some, const Range& range,
                                               LaneSums& lane_sums) const {
        const double* const p = parameters.data();
        const int in = shape.inputs, out = shape.outputs;
        Vector<double, units> biases, zeros;
        Vector<const double*, units> weights, outgoing;
        unrolled<units>([&](auto k) FARSTEP_INLINE {
            const int unit = some.first + (k < some.used ? int(k) : some.used - 1);
            biases[k] = p[shape.biases() + unit];
            zeros[k] = 0;
            weights[k] = p + shape.weights() + unit * in;
            outgoing[k] = p + shape.outgoing() + unit * out;
        });
        Work values, slopes;
        map_block(biases, weights, in, inputs, range, values);
        map_block(zeros, outgoing, out, cotangents, range, slopes);
        const auto c = detail::load_coefficients(p + shape.coefficients());
        for (int k = 0; k < some.used; ++k) {
            activate_block(c, range.count, values[k], slopes[k], lane_sums.biases[k],
                           lane_sums.coefficients);
        }
        add_products(slopes, inputs, in, range, some.used, some.weights);
        add_products(values, cotangents, out, range, some.used, some.outgoing);
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
                unrolled<at_once>([&](auto s) FARSTEP_INLINE {
                    detail::differentiate_rational(z[s], back[s], inverses[v + s], c, coefficients);
                });
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
                some[s] = detail::denominator(z[v + s], c);
            });
            invert_together<group>(&some[0]);
            unrolled<group>([&](auto s) FARSTEP_INLINE { inverses[v + s] = some[s]; });
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_linear_row(int output, const Range& range, double* map,
                                                    double& bias) const {
        for (int i = 0; i < shape.inputs; ++i) {
            Real sum(0.0);
            for (int v = 0; v < range.count; ++v) {
                sum += detail::load_register(samples(cotangents, range, v) + output * tile_width) *
                       detail::load_register(samples(inputs, range, v) + i * tile_width);
            }
            map[i] += horizontal_sum(sum);
        }
        Real sum(0.0);
        for (int v = 0; v < range.count; ++v) {
            sum += detail::load_register(samples(cotangents, range, v) + output * tile_width);
        }
        bias += horizontal_sum(sum);
    }
};

/// Sums the partial gradients of all blocks, in their order.
struct SumGradientKernel {
    PerceptronShape shape;
    std::int64_t blocks;
    Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory> partial;
    ParameterView gradient;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t parameter) const {
        const int p = int(parameter);
        double sum = 0;
        if (p < shape.coefficients()) {
            sum = over_blocks(p);
        } else {
            for (int q = p; q < partial_gradient_size(shape); q += rational_coefficient_count) {
                sum += over_blocks(q);
            }
        }
        gradient(p) = sum;
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION double over_blocks(int number) const {
        double sum = 0;
        for (std::int64_t b = 0; b < blocks; ++b) sum += partial(b, number);
        return sum;
    }
};

}  // namespace farstep
