// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The gradient of one hidden unit with few inputs and outputs and a rational activation, in a single
// pass over the samples: everything stays in registers.
#pragma once

#include <farstep/approximators/perceptron_samples.hpp>

namespace farstep::detail {

using CoefficientSums = Vector<Register, rational_coefficient_count>;

/// z ← σ(z) and back ← ∂loss/∂z, given ∂loss/∂σ and the inverse of the denominator. Adds to the
/// gradient of the coefficients.
KOKKOS_FORCEINLINE_FUNCTION void differentiate_rational(Register& z, Register& back,
                                                        const Register& inverse,
                                                        const RationalCoefficients& c,
                                                        CoefficientSums& coefficients) {
    const Register x = z;
    const Register value = (((c[3] * x + c[2]) * x + c[1]) * x + c[0]) * inverse;
    const Register numerator_slope = (3 * c[3] * x + 2 * c[2]) * x + c[1];
    const Register denominator_slope = 2 * c[6] * x + c[5];
    const Register scaled = back * inverse, scaled_x = scaled * x, scaled_x2 = scaled_x * x;
    coefficients[0] += scaled;
    coefficients[1] += scaled_x;
    coefficients[2] += scaled_x2;
    coefficients[3] += scaled_x2 * x;
    coefficients[4] -= scaled * value;
    coefficients[5] -= scaled_x * value;
    coefficients[6] -= scaled_x2 * value;
    z = value;
    back = scaled * (numerator_slope - value * denominator_slope);
}

/// One hidden unit with d inputs and d outputs.
template <int d>
struct SmallUnit {
    /// Sums over samples, lane by lane.
    struct Sums {
        Vector<Register, d> weights, outgoing;
        Register bias;
        CoefficientSums coefficients;
    };

    double bias;
    const double *weights, *outgoing;
    RationalCoefficients c;

    /// Adds the samples of `count` registers. inputs(v) and cotangents(v) are addresses of row 0 of
    /// register v, a row being a tile's width after the one before. Pre-activations and inverses of
    /// denominators are computed one round ahead of their use, which hides the latency of a division.
    template <class Inputs, class Cotangents>
    KOKKOS_FORCEINLINE_FUNCTION void add(int count, const Inputs& inputs,
                                         const Cotangents& cotangents, Sums& result) const {
        Sums sums = result;  // a copy, which stays in registers
        Register next = map(bias, weights, inputs(0));
        Register next_inverse = math::reciprocal(denominator(next, c));
        for (int v = 0; v < count; ++v) {
            Register value = next;
            const Register inverse = next_inverse;
            next = map(bias, weights, inputs(v + 1 < count ? v + 1 : v));
            next_inverse = math::reciprocal(denominator(next, c));
            Register slope = map(0, outgoing, cotangents(v));
            differentiate_rational(value, slope, inverse, c, sums.coefficients);
            sums.bias += slope;
            add_products(slope, inputs(v), sums.weights);
            add_products(value, cotangents(v), sums.outgoing);
        }
        result = sums;
    }

private:
    /// start + Σ_i factors[i] · row i
    KOKKOS_FORCEINLINE_FUNCTION static Register map(double start, const double* factors,
                                                    const double* rows) {
        Register sum(start);
        unrolled<d>([&](auto i) FARSTEP_INLINE {
            sum += factors[i] * load_register(rows + i * tile_width);
        });
        return sum;
    }

    /// sums[i] += factor · row i
    KOKKOS_FORCEINLINE_FUNCTION static void add_products(const Register& factor, const double* rows,
                                                         Vector<Register, d>& sums) {
        unrolled<d>([&](auto i) FARSTEP_INLINE {
            sums[i] += factor * load_register(rows + i * tile_width);
        });
    }
};

}  // namespace farstep::detail
