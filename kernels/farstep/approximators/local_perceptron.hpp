// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The approximator of a ring of equal variables: each sees itself and its neighbours through
// weights that all share.
#pragma once

#include <farstep/approximators/activation.hpp>
#include <farstep/backend.hpp>
#include <farstep/ensemble_view.hpp>
#include <farstep/numerics/pack_memory.hpp>

namespace farstep {

/// Most neighbours on each side: no variable of a ring of d is seen twice.
template <int d>
inline constexpr int most_neighbours = (d - 1) / 2;

/// Hidden units that share each load of a variable, and variables that share each load of a weight.
inline constexpr int local_units = 2;
template <int d>
inline constexpr int local_sites = d % 4 == 0 ? 4 : d % 2 == 0 ? 2 : 1;

/// Numbers per packed block of hidden units: weights [window][unit], biases [unit], outgoing [unit].
KOKKOS_FORCEINLINE_FUNCTION constexpr int local_block_size(int window) {
    return local_units * (window + 2);
}

/// result[k] += Σh out[h] σ(Σi in[i][h] ring[k + i] + bias[h]) for all d variables.
template <Activation activation, int d, class Real, class Scalar>
FARSTEP_LAYER_FUNCTION void add_local_layer(const Scalar* first_block, int blocks, int window,
                                            const Vector<Scalar, rational_coefficient_count>& c,
                                            const Real* ring, Vector<Real, d>& result) {
    constexpr int sites = local_sites<d>, units = local_units;
    for (int first = 0; first < d; first += sites) {
        Vector<Real, sites> sum;
        unrolled<sites>([&](auto s) FARSTEP_INLINE { sum[s] = result[first + s]; });
        const Scalar* weight = first_block;
        for (int b = 0; b < blocks; ++b) {
            const Scalar* const bias = weight + units * window;
            Vector<Real, units * sites> z;
            unrolled<units>([&](auto u) FARSTEP_INLINE {
                unrolled<sites>([&](auto s) FARSTEP_INLINE { z[u * sites + s] = Real(bias[u]); });
            });
            for (int i = 0; i < window; ++i, weight += units) {
                unrolled<sites>([&](auto s) FARSTEP_INLINE {
                    const Real x = ring[first + i + s];
                    unrolled<units>([&](auto u) FARSTEP_INLINE {
                        z[u * sites + s] += weight[u] * x;
                    });
                });
            }
            activate<activation>(z, c);
            const Scalar* const out = bias + units;
            unrolled<units>([&](auto u) FARSTEP_INLINE {
                unrolled<sites>([&](auto s) FARSTEP_INLINE { sum[s] += out[u] * z[u * sites + s]; });
            });
            weight = out + units;
        }
        unrolled<sites>([&](auto s) FARSTEP_INLINE { result[first + s] = sum[s]; });
    }
}

/// Q_k = q(x_k−n, …, x_k+n) with x = u − centre and one q for all k of the ring:
///   q(x) = bias + linear·x + Σ_{p=2}^{degree} powers[p − 2] x_k^p + hidden layer(x).
/// The pointers are into memory that the host-side owner keeps alive.
template <class Scalar, int d>
struct LocalPerceptron {
    Activation activation;
    int neighbours;           ///< n, on each side
    int blocks;               ///< packed blocks of hidden units; 0 for a polynomial alone
    const Scalar* units;      ///< [blocks][local_block_size(2n + 1)]
    const Scalar* linear;     ///< [2n + 1]
    int degree;               ///< of the polynomial in the variable itself
    const Scalar* powers;     ///< [degree − 1]
    Scalar bias;
    double centre;
    Vector<Scalar, rational_coefficient_count> coefficients;

    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> operator()(const Vector<Real, d>& input) const {
        using Net = Lanes<Scalar, lanes_of<Real>>;
        Net ring[d + 2 * most_neighbours<d>];
        for (int i = 0; i < d + 2 * neighbours; ++i) {
            const int k = (i + d - neighbours) % d;
            ring[i] = convert<Net>(Real(input[k] - static_cast<ScalarOf<Real>>(centre)));
        }
        const Vector<Net, d> q = evaluate(ring);
        Vector<Real, d> output;
        for (int k = 0; k < d; ++k) output[k] = convert<Real>(q[k]);
        return output;
    }

private:
    /// Q(ring) in the precision of the network.
    template <class Net>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Net, d> evaluate(const Net* ring) const {
        Vector<Net, d> q;
        for (int k = 0; k < d; ++k) q[k] = polynomial(ring + k);
        if (blocks == 0) return q;
        with_activation(activation, [&](auto a) FARSTEP_INLINE {
            add_local_layer<a()>(units, blocks, 2 * neighbours + 1, coefficients, ring, q);
        });
        return q;
    }

    template <class Net>
    KOKKOS_FORCEINLINE_FUNCTION Net polynomial(const Net* window) const {
        Net sum = Net(bias);
        for (int i = 0; i <= 2 * neighbours; ++i) sum += linear[i] * window[i];
        if (degree < 2) return sum;
        const Net& x = window[neighbours];
        Net inner = Net(powers[degree - 2]);
        for (int p = degree - 3; p >= 0; --p) inner = inner * x + Net(powers[p]);
        return sum + inner * (x * x);
    }
};

}  // namespace farstep
