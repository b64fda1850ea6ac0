// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Taylor series of the solution: of as high an order as the tolerance asks for, summed as far from
// the state as its last coefficients allow.
#pragma once

#include <farstep/numerics/math.hpp>
#include <farstep/numerics/power.hpp>
#include <farstep/numerics/taylor_coefficient.hpp>
#include <farstep/numerics/vector.hpp>

#include <limits>

namespace farstep {

/// An adaptive scheme that takes every step it tries: the step's length comes from the series
/// itself. Jorba and Zou, "A software package for the numerical integration of ODEs by means of
/// high-order Taylor methods" (2005), sections 2 and 3.
struct TaylorSeries {
    static constexpr const char* name = "taylor";
    static constexpr const char* title =
        "Taylor series, adaptive, of order 5 to 20 by the tolerance";
    static constexpr int lowest_order = 5, highest_order = taylor_row_length;

    /// Coefficients that are remembered of each order.
    template <class System>
    static constexpr int remembered = System::dimension + count_taylor_rows<System>();

    static constexpr const char* needs = "a system of fewer components and products";
    /// GPUs have a hundred kilobytes of local memory for each trajectory at most; half of that is
    /// used.
    template <class System>
    static constexpr bool applies_to = remembered<System> <= 300;

    /// Whether two vectors of all that is remembered nearly fit the first-level cache.
    template <class System>
    static constexpr bool is_small = remembered<System> <= 16;

    struct Order {
        int value;
    };

    /// The order at which a step of 1/e² of the radius of convergence leaves this relative error, or
    /// that of rounding, if it is larger: double needs no order above the highest.
    template <class Scalar>
    KOKKOS_FORCEINLINE_FUNCTION static Order accuracy_for(Scalar tolerance) {
        constexpr Scalar rounding = std::numeric_limits<Scalar>::epsilon();
        const double error = double(tolerance > rounding ? tolerance : rounding);
        const int order = int(2 - 0.5 * math::log(error));
        return {order < lowest_order ? lowest_order : order};
    }

    /// Steps from u.
    template <class System, class Real>
    class Trial {
        static constexpr int d = System::dimension;
        using Scalar = ScalarOf<Real>;

    public:
        /// Computes the coefficients of the solution up to an order: from (k + 1) uk+1 = fk, the
        /// coefficients of the slope. `parameters` are prepared; the length wanted does not matter.
        KOKKOS_FORCEINLINE_FUNCTION Trial(const Vector<Real, d>& u,
                                          const Vector<Real, System::parameter_count>& parameters,
                                          Order order, const Real& /*wanted*/)
            : m_order(order.value) {
            constexpr int rows = count_taylor_rows<System>();
            Real memory_rows[(rows > 0 ? rows : 1) * taylor_row_length];
            unrolled<d>([&](auto c) FARSTEP_INLINE { m_series[c][0] = u[c]; });
            for (int k = 0; k < m_order; ++k) {
                TaylorMemory<Real> memory(memory_rows, k);
                Vector<TaylorCoefficient<Real>, d> state;
                unrolled<d>([&](auto c) FARSTEP_INLINE { state[c] = {m_series[c], &memory}; });
                const auto slope = System::rhs(state, parameters);
                const Scalar factor = Scalar(1) / Scalar(k + 1);
                unrolled<d>([&](auto c) FARSTEP_INLINE {
                    m_series[c][k + 1] = factor * slope[c].at(k);
                });
            }
        }

        /// The step to take [time]: a little less than 1/e² of the radius of convergence, of which
        /// the last two coefficients each give an estimate, in units of a state of at least 1. None
        /// if the coefficients overflow, as they do close to a singularity.
        KOKKOS_FORCEINLINE_FUNCTION Real length() const {
            constexpr double safety = 0.95, one_over_e2 = 0.1353352832366127;
            const Real size = larger(Real(Scalar(1)), norm(0));
            const Real radius = smaller(root(norm(m_order - 1) / size, m_order - 1),
                                        root(norm(m_order) / size, m_order));
            return select(is_finite(), Scalar(safety * one_over_e2) * radius, Real(Scalar(0)));
        }

        /// Steps by h into `next`. Returns the square of the error's norm, in which 1 is allowed: the
        /// length of the step has seen to that if there is one.
        KOKKOS_FORCEINLINE_FUNCTION Real advance(const Real& h, Vector<Real, d>& next) const {
            unrolled<d>([&](auto c) FARSTEP_INLINE { next[c] = m_series[c][m_order]; });
            for (int k = m_order - 1; k >= 0; --k) {
                unrolled<d>([&](auto c) FARSTEP_INLINE {
                    next[c] = m_series[c][k] + h * next[c];
                });
            }
            return select(is_finite(), Real(Scalar(0)), Real(Scalar(2)));
        }

    private:
        KOKKOS_FORCEINLINE_FUNCTION auto is_finite() const {
            Real sum = magnitude(m_series[0][m_order]);
            for (int c = 1; c < d; ++c) sum += magnitude(m_series[c][m_order]);
            return sum <= Real(std::numeric_limits<Scalar>::max());
        }

        /// The largest coefficient of order k.
        KOKKOS_FORCEINLINE_FUNCTION Real norm(int k) const {
            Real largest = magnitude(m_series[0][k]);
            unrolled<d>([&](auto c) FARSTEP_INLINE {
                largest = larger(largest, magnitude(m_series[c][k]));
            });
            return largest;
        }

        /// x^(−1/n) of a finite x.
        KOKKOS_FORCEINLINE_FUNCTION static Real root(const Real& x, int n) {
            return approximate_power(x, Scalar(-1) / Scalar(n));
        }

        int m_order;
        Real m_series[d][highest_order + 1];
    };

    /// The next step does not follow from this one.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION static Real step_factor(const Real& /*squared_error*/,
                                                        const Real& /*growth*/) {
        return Real(ScalarOf<Real>(1));
    }
};

}  // namespace farstep
