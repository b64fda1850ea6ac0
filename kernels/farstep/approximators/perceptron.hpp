// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// One hidden layer plus a polynomial, evaluated inside the step: hidden units never touch memory.
#pragma once

#include <farstep/approximators/activation.hpp>
#include <farstep/approximators/polynomial.hpp>
#include <farstep/approximators/side_inputs.hpp>
#include <farstep/backend.hpp>
#include <farstep/ensemble_view.hpp>
#include <farstep/numerics/pack_memory.hpp>
#include <farstep/parameters.hpp>

namespace farstep {

/// Numbers per packed block of hidden units: weights of the first layer [In][unit], biases [unit],
/// weights of the second layer [Out][unit].
template <int In, int Out>
inline constexpr int block_size = units_per_block<In>*(In + 1 + Out);

/// The packed hidden units and, if the network has side inputs, their weights
/// [block][side input][unit].
template <class Scalar>
struct PackedUnits {
    const Scalar* block;
    int blocks;
    const Scalar* side;
};

/// z[h] = bias[h] + Σi in[i][h] xi + Σe side[e][h] se for one packed block of hidden units.
template <int In, class Real, class Scalar, class SideValues>
KOKKOS_FORCEINLINE_FUNCTION void pre_activations(const Scalar* block, const Vector<Real, In>& x,
                                                 const Scalar* side_weights,
                                                 const SideValues& side,
                                                 Vector<Real, units_per_block<In>>& z) {
    constexpr int units = units_per_block<In>;
    const Scalar* const bias = block + In * units;
    unrolled<units>([&](auto h) FARSTEP_INLINE { z[h] = bias[h] + block[h] * x[0]; });
    unrolled<In - 1>([&](auto previous) FARSTEP_INLINE {
        const int i = previous + 1;
        unrolled<units>([&](auto h) FARSTEP_INLINE { z[h] += block[i * units + h] * x[i]; });
    });
    add_side_inputs(side_weights, side, z);
}

/// sum[j] += Σh out[first + j][h] a[h] for `count` outputs and one packed block of hidden units.
template <int count, int In, class Real, class Scalar>
KOKKOS_FORCEINLINE_FUNCTION void accumulate_outputs(const Scalar* block, int first,
                                                    const Vector<Real, units_per_block<In>>& a,
                                                    Vector<Real, count>& sum) {
    constexpr int units = units_per_block<In>;
    const Scalar* const out = block + (In + 1 + first) * units;
    unrolled<count>([&](auto j) FARSTEP_INLINE {
        Real accumulated = sum[j];
        unrolled<units>([&](auto h) FARSTEP_INLINE { accumulated += out[j * units + h] * a[h]; });
        sum[j] = accumulated;
    });
}

/// The hidden layer of a small state: all accumulators live in registers. Pipelined by hand: between
/// the activation of a block and the use of its values stand the next block's multiply-adds, which
/// hide the latency of the activation (a reciprocal, usually).
template <Activation activation, int In, int Out, class Real, class Scalar, class Coefficients,
          class SideValues>
KOKKOS_FORCEINLINE_FUNCTION void add_small_layer(const PackedUnits<Scalar>& packed,
                                                 const Coefficients& c, const Vector<Real, In>& x,
                                                 const SideValues& side,
                                                 Vector<Real, Out>& result) {
    constexpr int units = units_per_block<In>;
    const Scalar* block = packed.block;
    const Scalar* side_weights = packed.side;
    Vector<Real, Out> sum;
    unrolled<Out>([&](auto j) FARSTEP_INLINE { sum[j] = result[j]; });
    Vector<Real, units> values;
    pre_activations<In>(block, x, side_weights, side, values);
    for (int b = 1; b < packed.blocks; ++b) {
        activate<activation>(values, c);
        Vector<Real, units> next;
        side_weights += side.count * units;
        pre_activations<In>(block + block_size<In, Out>, x, side_weights, side, next);
        accumulate_outputs<Out, In>(block, 0, values, sum);
        block += block_size<In, Out>;
        unrolled<units>([&](auto h) FARSTEP_INLINE { values[h] = next[h]; });
    }
    activate<activation>(values, c);
    accumulate_outputs<Out, In>(block, 0, values, sum);
    unrolled<Out>([&](auto j) FARSTEP_INLINE { result[j] = sum[j]; });
}

/// result[first …] += the outputs of `count` accumulators over some blocks of hidden units.
template <int count, int In, int Out, class Real, class Scalar>
KOKKOS_FORCEINLINE_FUNCTION void add_output_group(const Scalar* block, int blocks, int first,
                                                  const Vector<Real, units_per_block<In>>* active,
                                                  Vector<Real, Out>& result) {
    Vector<Real, count> sum;
    unrolled<count>([&](auto j) FARSTEP_INLINE { sum[j] = result[first + j]; });
    constexpr int units = units_per_block<In>;
    const Scalar* out = block + (In + 1 + first) * units;
    for (int b = 0; b < blocks; ++b, out += block_size<In, Out>) {
        for (int h = 0; h < units; ++h) {
            const Real& a = active[b][h];
            unrolled<count>([&](auto j) FARSTEP_INLINE { sum[j] += out[j * units + h] * a; });
        }
    }
    unrolled<count>([&](auto j) FARSTEP_INLINE { result[first + j] = sum[j]; });
}

/// The hidden layer of a state that exceeds the registers: some blocks of hidden values, then the
/// outputs from them, each a small matrix product with its accumulators in registers. The values in
/// between (a few KiB) wait in the first-level cache; sums held in memory instead cost 20 % more.
template <Activation activation, int In, int Out, class Real, class Scalar, class Coefficients,
          class SideValues>
KOKKOS_FORCEINLINE_FUNCTION void add_large_layer(const PackedUnits<Scalar>& packed,
                                                 const Coefficients& c, const Vector<Real, In>& x,
                                                 const SideValues& side,
                                                 Vector<Real, Out>& result) {
    constexpr int group = outputs_per_group;
    const Scalar* block = packed.block;
    const Scalar* side_weights = packed.side;
    const int blocks = packed.blocks;
    Vector<Real, units_per_block<In>> active[blocks_per_pass];
    for (int done = 0; done < blocks; done += blocks_per_pass) {
        const int count = blocks - done < blocks_per_pass ? blocks - done : blocks_per_pass;
        for (int b = 0; b < count; ++b) {
            Vector<Real, units_per_block<In>> z;
            pre_activations<In>(block + b * block_size<In, Out>, x, side_weights, side, z);
            side_weights += side.count * units_per_block<In>;
            activate<activation>(z, c);
            unrolled<units_per_block<In>>([&](auto h) FARSTEP_INLINE { active[b][h] = z[h]; });
        }
        for (int j = 0; j + group <= Out; j += group) {
            add_output_group<group, In>(block, count, j, active, result);
        }
        if constexpr (Out % group != 0) {
            add_output_group<Out % group, In>(block, count, Out - Out % group, active, result);
        }
        block += count * block_size<In, Out>;
    }
}

/// result += Σh out[·][h] σ(Σi in[i][h] xi + Σe side[e][h] se + bias[h]) over packed blocks of
/// hidden units.
template <Activation activation, int In, int Out, class Real, class Scalar, class SideValues>
FARSTEP_LAYER_FUNCTION void add_hidden_layer(
    const PackedUnits<Scalar>& packed, const Vector<Scalar, rational_coefficient_count>& c,
    const Vector<Real, In>& x, const SideValues& side, Vector<Real, Out>& result) {
    if constexpr (In <= largest_small_state) {
        add_small_layer<activation>(packed, c, x, side, result);
    } else {
        add_large_layer<activation>(packed, c, x, side, result);
    }
}

/// add_hidden_layer, for one native vector of trajectories after the other.
template <Activation activation, int In, int Out, class T, int W, class Scalar, int capacity>
KOKKOS_FORCEINLINE_FUNCTION void add_hidden_layer_by_vectors(
    const PackedUnits<Scalar>& packed, const Vector<Scalar, rational_coefficient_count>& c,
    const Vector<Pack<T, W>, In>& x, const SideInputs<Pack<T, W>, capacity>& side,
    Vector<Pack<T, W>, Out>& result) {
    using One = Pack<T, native_lanes<T>>;
    for (int v = 0; v < Pack<T, W>::count; ++v) {
        Vector<One, In> one_x;
        SideInputs<One, capacity> one_side;
        Vector<One, Out> one_result;
        unrolled<In>([&](auto i) FARSTEP_INLINE { one_x[i].chunks[0] = x[i].chunks[v]; });
        one_side.count = side.count;
        for (int e = 0; e < side.count; ++e) {
            one_side.values[e].chunks[0] = side.values[e].chunks[v];
        }
        unrolled<Out>(
            [&](auto j) FARSTEP_INLINE { one_result[j].chunks[0] = result[j].chunks[v]; });
        add_hidden_layer<activation>(packed, c, one_x, one_side, one_result);
        unrolled<Out>(
            [&](auto j) FARSTEP_INLINE { result[j].chunks[v] = one_result[j].chunks[0]; });
    }
}

/// What a network sees beside its In first inputs: some of the system's parameters, then, where it
/// sees state and slope, the slope.
template <class Scalar, int In>
struct SideWeights {
    int conditions = 0;                               ///< 0: parameters are not seen
    Vector<int, largest_condition_count> parameters;  ///< their numbers in the system
    bool slope = false;
    Vector<double, largest_condition_count + In> centres;  ///< subtracted first
    const Scalar* units = nullptr;                         ///< [block][side input][unit]
    const Scalar* linear = nullptr;                        ///< [side input][Out]

    KOKKOS_INLINE_FUNCTION int count() const { return conditions + (slope ? In : 0); }
};

/// Q(x) = polynomial(x − centre) + hidden layer(x − centre), In inputs, Out outputs; either may be
/// missing but for the polynomial's constant.
///
/// The weights are those of the deployed network: input and target scaling, and the affine part of
/// a split rational activation, are folded in already. The centre is subtracted first, in the
/// precision of the state, since folding it into the biases would cancel digits. The pointers are
/// into memory that the host-side owner keeps alive.
template <class Scalar, int In, int Out>
struct Perceptron {
    static constexpr int inputs = In, outputs = Out;

    Activation activation;
    int blocks;               ///< packed blocks of hidden units; 0 for a polynomial alone
    bool has_linear;          ///< whether `linear` is used; `bias` always is
    const Scalar* units;      ///< [blocks][block_size]
    const Scalar* linear;     ///< [Out][In]
    const Scalar* bias;       ///< [Out]
    int degree;               ///< total degree of the polynomial; below 2 `monomials` is not used
    const Scalar* monomials;  ///< [monomial_count(In, degree)][Out]
    Vector<double, In> centre;
    Vector<Scalar, rational_coefficient_count> coefficients;
    SideWeights<Scalar, In> side_weights;

    /// Side inputs in the precision of the network.
    template <class Net>
    using SideValues = SideInputs<Net, largest_condition_count + In>;
    template <class Real>
    using SideInputsOf = SideValues<Lanes<Scalar, lanes_of<Real>>>;

    /// The side inputs of a work item: conditions from the parameters of an EnsembleView; the slope
    /// is set in every step.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION SideInputsOf<Real> load_side_inputs(
        const StateView& parameters, const LaneSlice<lanes_of<Real>>& slice) const {
        using Exact = Lanes<double, lanes_of<Real>>;
        using Net = Lanes<Scalar, lanes_of<Real>>;
        SideInputsOf<Real> side;
        side.count = side_weights.count();
        const std::int64_t tile = parameter_tile_of(parameters, slice.tile);
        for (int e = 0; e < side_weights.conditions; ++e) {
            const double* const row = &parameters(tile, side_weights.parameters[e], 0);
            const Exact value = load<Exact>(row + slice.first, slice.stride);
            side.values[e] = convert<Net>(Exact(value - side_weights.centres[e]));
        }
        return side;
    }

    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION void set_slope(const Vector<Real, In>& slope,
                                               SideInputsOf<Real>& side) const {
        using Net = Lanes<Scalar, lanes_of<Real>>;
        const int first = side_weights.conditions;
        for (int i = 0; i < In; ++i) {
            const auto centre_of_slope =
                static_cast<ScalarOf<Real>>(side_weights.centres[first + i]);
            side.values[first + i] = convert<Net>(Real(slope[i] - centre_of_slope));
        }
    }

    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, Out> operator()(const Vector<Real, In>& input,
                                                             const SideInputsOf<Real>& side) const {
        using Net = Lanes<Scalar, lanes_of<Real>>;
        Vector<Net, In> x;
        unrolled<In>([&](auto i) FARSTEP_INLINE {
            x[i] = convert<Net>(Real(input[i] - static_cast<ScalarOf<Real>>(centre[i])));
        });
        const Vector<Net, Out> q = evaluate(x, side);
        Vector<Real, Out> output;
        unrolled<Out>([&](auto j) FARSTEP_INLINE { output[j] = convert<Real>(q[j]); });
        return output;
    }

private:
    /// Q(x) in the precision of the network.
    template <class Net>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Net, Out> evaluate(const Vector<Net, In>& x,
                                                          const SideValues<Net>& side) const {
        Vector<Net, Out> q;
        unrolled<Out>([&](auto j) FARSTEP_INLINE { q[j] = Net(bias[j]); });
        if (has_linear) {
            // Inputs outermost: the sums of different outputs do not wait for each other.
            unrolled<In>([&](auto i) FARSTEP_INLINE {
                unrolled<Out>([&](auto j) FARSTEP_INLINE { q[j] += linear[j * In + i] * x[i]; });
            });
        }
        if (degree > 1) add_polynomial(monomials, degree, x, q);
        if (side.count > 0) add_side_inputs(side_weights.linear, side, q);
        if (blocks > 0) {
            const PackedUnits<Scalar> packed{units, blocks, side_weights.units};
            with_activation(activation, [&](auto a) FARSTEP_INLINE {
                if constexpr (In <= largest_small_state && small_layers_by_vectors) {
                    add_hidden_layer_by_vectors<a()>(packed, coefficients, x, side, q);
                } else {
                    add_hidden_layer<a()>(packed, coefficients, x, side, q);
                }
            });
        }
        return q;
    }
};

}  // namespace farstep
