// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Hidden values and predictions of a network in training, for any number of inputs and outputs, on
// samples in the ensemble layout [tile][component][lane].
#pragma once

#include <farstep/approximators/activation.hpp>
#include <farstep/ensemble_view.hpp>
#include <farstep/numerics/pack_memory.hpp>

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

/// Lanes that one register holds.
using Register = Lanes<double, native_lanes<double>>;

KOKKOS_FORCEINLINE_FUNCTION Register load_register(const double* memory) {
    return load<Register>(memory, 1);
}
KOKKOS_FORCEINLINE_FUNCTION void store_register(double* memory, const Register& value) {
    store(memory, 1, value);
}

/// Neighbouring registers of samples that the inner loops hold, and hidden units that share each of
/// their loads; together they fill most of the 32 registers of AVX-512, or of 16 smaller ones.
inline constexpr bool many_registers = native_vector_bytes == 64;
inline constexpr int samples_at_once = many_registers ? 4 : native_lanes<double> > 1 ? 2 : 1;
inline constexpr int units_per_visit = many_registers ? 6 : 4;
using Samples = Vector<Register, samples_at_once>;
/// Registers that share a reciprocal.
inline constexpr int samples_inverted_together = divides_quickly ? 2 : samples_at_once;

KOKKOS_FORCEINLINE_FUNCTION Samples load_samples(const double* memory) {
    Samples x;
    unrolled<samples_at_once>([&](auto s) FARSTEP_INLINE {
        x[s] = load_register(memory + s * lanes_of<Register>);
    });
    return x;
}
KOKKOS_FORCEINLINE_FUNCTION void store_samples(double* memory, const Samples& x) {
    unrolled<samples_at_once>([&](auto s) FARSTEP_INLINE {
        store_register(memory + s * lanes_of<Register>, x[s]);
    });
}

/// start[k] + Σ_i weights[k][i] · row i, for some units and samples; a row is a tile's width after
/// the one before.
template <int units>
KOKKOS_FORCEINLINE_FUNCTION Vector<Samples, units> affine_maps(
    const Vector<double, units>& start, const Vector<const double*, units>& weights, int rows,
    const double* samples) {
    Vector<Samples, units> sums;
    unrolled<units>([&](auto k) FARSTEP_INLINE {
        unrolled<samples_at_once>([&](auto s) FARSTEP_INLINE { sums[k][s] = Register(start[k]); });
    });
    for (int i = 0; i < rows; ++i) {
        const Samples row = load_samples(samples + i * tile_width);
        unrolled<units>([&](auto k) FARSTEP_INLINE {
            const Register weight(weights[k][i]);
            unrolled<samples_at_once>([&](auto s) FARSTEP_INLINE { sums[k][s] += weight * row[s]; });
        });
    }
    return sums;
}

KOKKOS_FORCEINLINE_FUNCTION Register denominator(const Register& z, const RationalCoefficients& c) {
    return (c[6] * z + c[5]) * z + c[4];
}

/// σ(z) of some samples, in place.
template <Activation activation>
KOKKOS_FORCEINLINE_FUNCTION void activate_samples(Samples& z, const RationalCoefficients& c) {
    if constexpr (activation == Activation::rational) {
        Samples inverse;
        unrolled<samples_at_once>(
            [&](auto s) FARSTEP_INLINE { inverse[s] = denominator(z[s], c); });
        invert_all<samples_inverted_together>(inverse);
        unrolled<samples_at_once>([&](auto s) FARSTEP_INLINE {
            z[s] = (((c[3] * z[s] + c[2]) * z[s] + c[1]) * z[s] + c[0]) * inverse[s];
        });
    } else if constexpr (activation == Activation::inverse_quadratic) {
        unrolled<samples_at_once>([&](auto s) FARSTEP_INLINE { z[s] = z[s] * z[s] + 1.0; });
        invert_all<samples_inverted_together>(z);
    } else {
        activate<activation>(z, c);
    }
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

/// What the kernels below share: the hidden values of some units at some samples. Sizes are known at
/// run time only, so inputs are read from memory again for every visit.
template <Activation activation>
struct HiddenUnits {
    static constexpr int count = detail::units_per_visit;
    using Slice = LaneSlice<detail::samples_at_once * lanes_of<detail::Register>>;
    using Values = Vector<detail::Samples, count>;

    PerceptronShape shape;
    ParameterView parameters;
    StateView inputs;

    KOKKOS_FORCEINLINE_FUNCTION const double* first_row(const Slice& slice) const {
        return &inputs(slice.tile, 0, slice.first);
    }

    /// Of the units from `first` on, those that a visit computes.
    KOKKOS_FORCEINLINE_FUNCTION int used(int first) const {
        return shape.hidden - first < count ? shape.hidden - first : count;
    }

    /// σ(Wx + b) of units first, first + 1, …; units beyond the last repeat it.
    KOKKOS_FORCEINLINE_FUNCTION Values operator()(const Slice& slice, int first) const {
        const double* const p = parameters.data();
        Vector<double, count> biases;
        Vector<const double*, count> weights;
        unrolled<count>([&](auto k) FARSTEP_INLINE {
            const int unit = first + k < shape.hidden ? first + k : shape.hidden - 1;
            biases[k] = p[shape.biases() + unit];
            weights[k] = p + shape.weights() + unit * shape.inputs;
        });
        Values z = detail::affine_maps<count>(biases, weights, shape.inputs, first_row(slice));
        const auto c = detail::load_coefficients(p + shape.coefficients());
        unrolled<count>([&](auto k) FARSTEP_INLINE {
            detail::activate_samples<activation>(z[k], c);
        });
        return z;
    }
};

/// Where features go: one number for every sample and unit, the lanes of a tile side by side.
struct FeatureMemory {
    double* first;
    std::int64_t tile_stride, unit_stride;
};

/// features[unit] = σ(Wx + b)[unit]
template <Activation activation>
struct FeatureKernel {
    HiddenUnits<activation> units;
    FeatureMemory features;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const typename HiddenUnits<activation>::Slice slice(item);
        double* const memory = features.first + slice.tile * features.tile_stride + slice.first;
        for (int first = 0; first < units.shape.hidden; first += units.count) {
            const auto values = units(slice, first);
            const int used = units.used(first);
            unrolled<HiddenUnits<activation>::count>([&](auto k) FARSTEP_INLINE {
                if (k >= used) return;
                detail::store_samples(memory + (first + k) * features.unit_stride, values[k]);
            });
        }
    }
};

/// predictions[tile][output][lane] = linear map + bias + second layer
template <Activation activation>
struct PredictionKernel {
    using Units = HiddenUnits<activation>;
    using Slice = typename Units::Slice;
    using Samples = detail::Samples;

    Units units;
    StateView predictions;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Slice slice(item);
        double* const rows = &predictions(slice.tile, 0, slice.first);
        for (int j = 0; j < units.shape.outputs; ++j) {
            detail::store_samples(rows + j * tile_width, affine(slice, j));
        }
        for (int first = 0; first < units.shape.hidden; first += Units::count) {
            add_units(units(slice, first), first, rows);
        }
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION void add_units(typename Units::Values values, int first,
                                               double* rows) const {
        const int outputs = units.shape.outputs, used = units.used(first);
        Vector<const double*, Units::count> weights;
        unrolled<Units::count>([&](auto k) FARSTEP_INLINE {
            const int unit = first + (k < used ? int(k) : used - 1);
            weights[k] = units.parameters.data() + units.shape.outgoing() + unit * outputs;
            if (k >= used) values[k] = detail::Samples{};
        });
        for (int j = 0; j < outputs; ++j) {
            Samples sum = detail::load_samples(rows + j * tile_width);
            unrolled<Units::count>([&](auto k) FARSTEP_INLINE {
                const detail::Register weight(weights[k][j]);
                unrolled<detail::samples_at_once>(
                    [&](auto s) FARSTEP_INLINE { sum[s] += weight * values[k][s]; });
            });
            detail::store_samples(rows + j * tile_width, sum);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION Samples affine(const Slice& slice, int output) const {
        const PerceptronShape& shape = units.shape;
        const double* const p = units.parameters.data();
        const double* const map = p + shape.linear() + output * shape.inputs;
        return detail::affine_maps<1>({{p[shape.bias() + output]}}, {{map}}, shape.inputs,
                                      units.first_row(slice))[0];
    }
};

}  // namespace farstep
