// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Embedded Runge–Kutta pairs: steps that estimate their own error, with a step size per lane, and
// the next step size that the estimate suggests.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/power.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/schemes/runge_kutta.hpp>

#include <limits>

namespace farstep {

/// An adaptive scheme. Hairer, Nørsett and Wanner, "Solving Ordinary Differential Equations I"
/// (1993), sections II.4 and II.10.
template <class Tableau>
struct Embedded {
    static constexpr const char* name = Tableau::name;
    static constexpr const char* title = Tableau::title;
    static constexpr int order = Tableau::order;
    static constexpr int stages = Tableau::stages;
    static constexpr int error_order = Tableau::error_order;
    static constexpr int estimates = int(sizeof(Tableau::errors) / sizeof(Tableau::errors[0]));

    /// Whether the slopes of all stages, which live until the step's end, do not spill too far in two
    /// vectors.
    template <class System>
    static constexpr bool is_small = System::dimension * stages <= 32;

    /// Steps from u by h [time] into `next`. Returns the square of the error's norm, in which 1 is
    /// what the tolerance allows: within a percent, the mean over components of
    ///   (error / (tolerance (1 + max(|u|, |next|))))².
    template <class System, class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Real attempt(const Vector<Real, System::dimension>& u,
                                                    const Parameters& parameters, const Real& h,
                                                    ScalarOf<Real> tolerance,
                                                    Vector<Real, System::dimension>& next) {
        using Scalar = ScalarOf<Real>;
        Vector<Vector<Real, System::dimension>, stages> slopes;
        Solver::template set_slopes<System>(u, parameters, h, slopes);
        const Scalar one_over_tolerance = Scalar(1) / tolerance;
        Vector<Real, estimates> squares;
        unrolled<estimates>([&](auto k) FARSTEP_INLINE { squares[k] = Real(Scalar(0)); });
        unrolled<System::dimension>([&](auto c) FARSTEP_INLINE {
            next[c] = u[c] + Solver::template weighted_sum<stages, stages>(slopes, h, int(c));
            const Real size = larger(magnitude(u[c]), magnitude(next[c]));
            const Real weight = one_over_tolerance * approximate_reciprocal(Scalar(1) + size);
            add_squares(slopes, h, int(c), weight, squares);
        });
        return combine(squares, Scalar(1) / Scalar(System::dimension));
    }

    /// What to multiply a step by whose squared error was `squared_error`: 0.9 error^(−1/q), at
    /// least 0.2, at most `growth`. An error that is not a number counts as a large one.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION static Real step_factor(const Real& squared_error,
                                                        const Real& growth) {
        using Scalar = ScalarOf<Real>;
        const Real error = smaller(squared_error, Real(Scalar(1e30)));
        const Real power = approximate_power(error, Scalar(-0.5) / error_order);
        return smaller(larger(Scalar(0.9) * power, Real(Scalar(0.2))), growth);
    }

    /// What trials need to know of the tolerance: all of it.
    template <class Scalar>
    KOKKOS_FORCEINLINE_FUNCTION static Scalar accuracy_for(Scalar tolerance) {
        return tolerance;
    }

    /// A step from u of a wanted length [time].
    template <class System, class Real>
    class Trial {
        using State = Vector<Real, System::dimension>;
        using Parameters = Vector<Real, System::parameter_count>;

    public:
        KOKKOS_FORCEINLINE_FUNCTION Trial(const State& u, const Parameters& parameters,
                                          ScalarOf<Real> tolerance, const Real& wanted)
            : m_u(u), m_parameters(parameters), m_tolerance(tolerance), m_wanted(wanted) {}

        KOKKOS_FORCEINLINE_FUNCTION const Real& length() const { return m_wanted; }
        /// As attempt().
        KOKKOS_FORCEINLINE_FUNCTION Real advance(const Real& h, State& next) const {
            return attempt<System>(m_u, m_parameters, h, m_tolerance, next);
        }

    private:
        const State& m_u;
        const Parameters& m_parameters;
        ScalarOf<Real> m_tolerance;
        const Real& m_wanted;
    };

private:
    using Solver = RungeKutta<Tableau>;

    template <class Slopes, class Real>
    KOKKOS_FORCEINLINE_FUNCTION static void add_squares(const Slopes& slopes, const Real& h, int c,
                                                        const Real& weight,
                                                        Vector<Real, estimates>& squares) {
        unrolled<estimates>([&](auto k) FARSTEP_INLINE {
            constexpr int row = stages + 1 + decltype(k)::value;
            const Real error = Solver::template weighted_sum<row, stages>(slopes, h, c) * weight;
            squares[k] += error * error;
        });
    }

    /// One estimate: its mean square. Two: the square of Hairer's e5²/√(e5² + 0.01 e3²).
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION static Real combine(const Vector<Real, estimates>& squares,
                                                    ScalarOf<Real> one_over_count) {
        if constexpr (estimates == 1) {
            return squares[0] * one_over_count;
        } else {
            using Scalar = ScalarOf<Real>;
            const Real fifth = squares[0] * one_over_count, third = squares[1] * one_over_count;
            // The smallest number keeps an error of exactly zero from dividing by zero.
            return fifth * (fifth / (fifth + Scalar(0.01) * third +
                                     std::numeric_limits<Scalar>::min()));
        }
    }
};

}  // namespace farstep
