// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Hidden values and predictions of a network in training, for any number of inputs and outputs, on
// samples in the ensemble layout [tile][component][lane].
#pragma once

#include <farstep/approximators/activation.hpp>
#include <farstep/ensemble_view.hpp>

#include <cstdint>

namespace farstep {

using ParameterView = Kokkos::View<double*, DeviceMemory>;

/// Where the trainable numbers stand in one vector: first-layer weights [hidden][In], biases
/// [hidden], second-layer weights [hidden][Out], linear map [Out][In], output bias [Out], and the
/// seven coefficients of a rational activation.
struct PerceptronShape {
    int inputs = 0, outputs = 0, hidden = 0;

    KOKKOS_INLINE_FUNCTION int weights() const { return 0; }
    KOKKOS_INLINE_FUNCTION int biases() const { return hidden * inputs; }
    KOKKOS_INLINE_FUNCTION int outgoing() const { return biases() + hidden; }
    KOKKOS_INLINE_FUNCTION int linear() const { return outgoing() + hidden * outputs; }
    KOKKOS_INLINE_FUNCTION int bias() const { return linear() + outputs * inputs; }
    KOKKOS_INLINE_FUNCTION int coefficients() const { return bias() + outputs; }
    KOKKOS_INLINE_FUNCTION int size() const { return coefficients() + rational_coefficient_count; }
};

namespace detail {

KOKKOS_INLINE_FUNCTION RationalCoefficients load_coefficients(const double* memory) {
    RationalCoefficients c;
    for (int i = 0; i < rational_coefficient_count; ++i) c[i] = memory[i];
    return c;
}

template <Activation activation, class Real>
KOKKOS_FORCEINLINE_FUNCTION Real activation_value(const Real& z, const RationalCoefficients& c) {
    if constexpr (activation == Activation::inverse_quadratic) {
        return 1.0 / (z * z + 1.0);
    } else {
        Vector<Real, 1> value{{z}};
        activate<activation>(value, c);
        return value[0];
    }
}

}  // namespace detail

/// Hidden units that share every load of an input.
inline constexpr int units_per_visit = 4;

/// What the kernels below share: the hidden values of four units at a time. Sizes are known at run
/// time only, so inputs are read from memory again for every four units.
template <Activation activation>
struct HiddenUnits {
    static constexpr int count = units_per_visit;
    using Real = Lanes<double, lanes_per_item<double, 1>>;
    using Slice = LaneSlice<lanes_of<Real>>;

    PerceptronShape shape;
    ParameterView parameters;
    StateView inputs;

    KOKKOS_FORCEINLINE_FUNCTION Real input(const Slice& slice, int i) const {
        return load<Real>(&inputs(slice.tile, i, slice.first), slice.stride);
    }

    /// σ(Wx + b) of units first … first + 3; units beyond the last repeat it.
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, count> operator()(const Slice& slice,
                                                               int first) const {
        const double* const p = parameters.data();
        Vector<Real, count> z;
        Vector<const double*, count> weights;
        unrolled<count>([&](auto k) FARSTEP_INLINE {
            const int unit = first + k < shape.hidden ? first + k : shape.hidden - 1;
            z[k] = Real(p[shape.biases() + unit]);
            weights[k] = p + shape.weights() + unit * shape.inputs;
        });
        for (int i = 0; i < shape.inputs; ++i) {
            const Real x = input(slice, i);
            unrolled<count>([&](auto k) FARSTEP_INLINE { z[k] += weights[k][i] * x; });
        }
        const auto c = detail::load_coefficients(p + shape.coefficients());
        unrolled<count>([&](auto k) FARSTEP_INLINE {
            z[k] = detail::activation_value<activation>(z[k], c);
        });
        return z;
    }
};

/// features[tile][unit][lane] = σ(Wx + b)[unit]
template <Activation activation>
struct FeatureKernel {
    HiddenUnits<activation> units;
    StateView features;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const typename HiddenUnits<activation>::Slice slice(item);
        for (int first = 0; first < units.shape.hidden; first += units_per_visit) {
            const auto values = units(slice, first);
            for (int k = 0; k < units_per_visit && first + k < units.shape.hidden; ++k) {
                store(&features(slice.tile, first + k, slice.first), slice.stride, values[k]);
            }
        }
    }
};

/// predictions[tile][output][lane] = linear map + bias + second layer
template <Activation activation>
struct PredictionKernel {
    using Real = typename HiddenUnits<activation>::Real;
    using Slice = typename HiddenUnits<activation>::Slice;

    HiddenUnits<activation> units;
    StateView predictions;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Slice slice(item);
        const PerceptronShape& shape = units.shape;
        for (int j = 0; j < shape.outputs; ++j) put(slice, j, affine(slice, j));
        for (int first = 0; first < shape.hidden; first += units_per_visit) {
            const auto values = units(slice, first);
            const int count = shape.hidden - first < units_per_visit ? shape.hidden - first
                                                                     : units_per_visit;
            const double* const out =
                units.parameters.data() + shape.outgoing() + first * shape.outputs;
            for (int j = 0; j < shape.outputs; ++j) {
                Real sum = load<Real>(&predictions(slice.tile, j, slice.first), slice.stride);
                for (int k = 0; k < count; ++k) sum += out[k * shape.outputs + j] * values[k];
                put(slice, j, sum);
            }
        }
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION void put(const Slice& slice, int output, const Real& value) const {
        store(&predictions(slice.tile, output, slice.first), slice.stride, value);
    }

    KOKKOS_FORCEINLINE_FUNCTION Real affine(const Slice& slice, int output) const {
        const PerceptronShape& shape = units.shape;
        const double* const p = units.parameters.data();
        Real sum(p[shape.bias() + output]);
        for (int i = 0; i < shape.inputs; ++i) {
            sum += p[shape.linear() + output * shape.inputs + i] * units.input(slice, i);
        }
        return sum;
    }
};

}  // namespace farstep
