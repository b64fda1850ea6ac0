// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Activations of the hidden layer: value and derivatives, and the split form of the rational one.
#pragma once

#include <farstep/numerics/division.hpp>
#include <farstep/numerics/math.hpp>
#include <farstep/numerics/vector.hpp>

#include <type_traits>

namespace farstep {

/// The activations of the catalog. `split_rational` is how a rational one is evaluated when its
/// coefficients allow it; users never name it.
enum class Activation { rational, inverse_quadratic, tanh, sin, silu, relu, split_rational };

/// Calls f with the activation as a compile-time constant.
template <class F>
KOKKOS_FORCEINLINE_FUNCTION void with_activation(Activation activation, const F& f) {
    switch (activation) {
        case Activation::rational:
            return f(std::integral_constant<Activation, Activation::rational>{});
        case Activation::inverse_quadratic:
            return f(std::integral_constant<Activation, Activation::inverse_quadratic>{});
        case Activation::tanh: return f(std::integral_constant<Activation, Activation::tanh>{});
        case Activation::sin: return f(std::integral_constant<Activation, Activation::sin>{});
        case Activation::silu: return f(std::integral_constant<Activation, Activation::silu>{});
        case Activation::relu: return f(std::integral_constant<Activation, Activation::relu>{});
        case Activation::split_rational:
            return f(std::integral_constant<Activation, Activation::split_rational>{});
    }
}

/// Coefficients of (a3 z³ + a2 z² + a1 z + a0)/(b2 z² + b1 z + b0), shared by a whole layer, in the
/// order a0 a1 a2 a3 b0 b1 b2.
inline constexpr int rational_coefficient_count = 7;
using RationalCoefficients = Vector<double, rational_coefficient_count>;

/// Start values: the approximant of ReLU with maximum error 0.022 on [−1, 1]. The NeurVec paper
/// prints a2 = 0.5957; its code and the approximation itself have 1.5957.
inline constexpr RationalCoefficients published_rational = {
    {0.0218, 0.5, 1.5957, 1.1915, 1.0, 0.0, 2.383}};

/// A rational activation in the variable y = (z + shift)/scale:
///   slope·y + offset + (k1 y + k0)/(1 + y²).
/// The affine part of all units folds into one map, the change of variable into the first layer.
struct SplitRational {
    bool possible = false;  ///< false if the denominator has real zeros
    double shift = 0, scale = 1, slope = 0, offset = 0, k1 = 0, k0 = 0;
};

/// Splits a rational activation; exact but for rounding. k1 is exactly 0 for the start values.
inline SplitRational split(const RationalCoefficients& c) {
    const double a0 = c[0], a1 = c[1], a2 = c[2], a3 = c[3], b0 = c[4], b1 = c[5], b2 = c[6];
    SplitRational form;
    if (b2 == 0) return form;
    form.shift = b1 / (2 * b2);
    const double scale_squared = b0 / b2 - form.shift * form.shift;
    if (!(scale_squared > 0)) return form;
    form.possible = true;
    form.scale = std::sqrt(scale_squared);
    const double c1 = a3 / b2;
    const double c0 = (a2 - c1 * b1) / b2;
    const double r1 = a1 - c1 * b0 - c0 * b1;
    const double r0 = a0 - c0 * b0;
    form.slope = c1 * form.scale;
    form.offset = c0 - c1 * form.shift;
    form.k1 = r1 / (b2 * form.scale);
    form.k0 = (r0 - r1 * form.shift) / (b2 * scale_squared);
    return form;
}

/// Applies the activation to a block of pre-activations in place. `c` holds the seven coefficients
/// of a rational activation, or (k0, k1) of a split one; others ignore it.
template <Activation activation, class Real, int N, class Coefficients>
KOKKOS_FORCEINLINE_FUNCTION void activate(Vector<Real, N>& z, const Coefficients& c) {
    using Scalar = ScalarOf<Real>;
    if constexpr (activation == Activation::inverse_quadratic) {
        unrolled<N>([&](auto i) FARSTEP_INLINE { z[i] = z[i] * z[i] + Scalar(1); });
        invert_all<inversion_group<Scalar, N>>(z);
    } else if constexpr (activation == Activation::split_rational) {
        Vector<Real, N> denominators;
        unrolled<N>([&](auto i) FARSTEP_INLINE {
            denominators[i] = z[i] * z[i] + Scalar(1);
            z[i] = c[1] * z[i] + c[0];
        });
        divide_all(z, denominators);
    } else if constexpr (activation == Activation::rational) {
        unrolled<N>([&](auto i) FARSTEP_INLINE {
            z[i] = (((c[3] * z[i] + c[2]) * z[i] + c[1]) * z[i] + c[0]) /
                   ((c[6] * z[i] + c[5]) * z[i] + c[4]);
        });
    } else if constexpr (activation == Activation::tanh) {
        unrolled<N>([&](auto i) FARSTEP_INLINE { z[i] = math::tanh(z[i]); });
    } else if constexpr (activation == Activation::sin) {
        unrolled<N>([&](auto i) FARSTEP_INLINE { z[i] = math::sin(z[i]); });
    } else if constexpr (activation == Activation::silu) {
        unrolled<N>([&](auto i) FARSTEP_INLINE { z[i] = z[i] / (Scalar(1) + math::exp(-z[i])); });
    } else {
        unrolled<N>([&](auto i) FARSTEP_INLINE {
            z[i] = select(z[i] <= Real(Scalar(0)), Real(Scalar(0)), z[i]);
        });
    }
}

/// The derivative of the activation at z, given z and the value there.
template <Activation activation, class Real, class Coefficients>
KOKKOS_FORCEINLINE_FUNCTION Real activation_derivative(const Real& z, const Real& value,
                                                       const Coefficients& c) {
    using Scalar = ScalarOf<Real>;
    if constexpr (activation == Activation::inverse_quadratic) {
        return Scalar(-2) * z * value * value;
    } else if constexpr (activation == Activation::rational) {
        const Real numerator_slope = (Scalar(3) * c[3] * z + Scalar(2) * c[2]) * z + c[1];
        const Real denominator_slope = Scalar(2) * c[6] * z + c[5];
        return (numerator_slope - value * denominator_slope) / ((c[6] * z + c[5]) * z + c[4]);
    } else if constexpr (activation == Activation::tanh) {
        return Scalar(1) - value * value;
    } else if constexpr (activation == Activation::sin) {
        return math::cos(z);
    } else if constexpr (activation == Activation::silu) {
        const Real sigmoid = Scalar(1) / (Scalar(1) + math::exp(-z));
        return sigmoid + value * (Scalar(1) - sigmoid);
    } else {
        return select(z <= Real(Scalar(0)), Real(Scalar(0)), Real(Scalar(1)));
    }
}

}  // namespace farstep
