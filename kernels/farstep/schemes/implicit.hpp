// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Implicit schemes of one stage, solved by Newton's method with dense Jacobians, for small systems.
#pragma once

#include <farstep/numerics/dual.hpp>
#include <farstep/numerics/linear_solve.hpp>
#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

#include <limits>

namespace farstep {

/// States of more components have no implicit schemes: d evaluations of the right-hand side and
/// d³/3 multiply-adds an iteration.
inline constexpr int largest_dense_state = 8;

/// Newton's method is given up after so many iterations.
inline constexpr int newton_iterations = 20;

/// A correction that is smaller, relative to its component, is the last: Newton's method squares
/// errors, and this is ε^(2/3).
template <class Scalar>
inline constexpr Scalar newton_tolerance = Scalar(sizeof(Scalar) == 8 ? 3.7e-11 : 2.4e-5);

/// Relative to the largest component, what rounding leaves of corrections.
template <class Scalar>
inline constexpr Scalar newton_noise = 64 * std::numeric_limits<Scalar>::epsilon();

/// Newton's method for the increment S of  u' = u + S,  S = Δt f(u + θ S).
template <class System, class Real>
class ImplicitStage {
public:
    static constexpr int d = System::dimension;
    using Scalar = ScalarOf<Real>;
    using State = Vector<Real, d>;
    using Matrix = Vector<State, d>;

    /// S, to rounding, in the lanes where the method converges, NaN in the others. Each lane does
    /// the same arithmetic whoever its neighbours are: it stops when it has converged itself.
    /// Compiled once a system and number type, not once a scheme and corrector.
    template <class Parameters>
    FARSTEP_LAYER_FUNCTION static State increment(const State& u, const Parameters& parameters,
                                                  Scalar dt, Scalar theta) {
        const Real zero(Scalar(0));
        State s;
        unrolled<d>([&](auto c) FARSTEP_INLINE { s[c] = zero; });
        Real iterates(Scalar(1));  // 1 in lanes that go on, 0 in the others
        for (int n = 0; n < newton_iterations && !all_of(iterates <= zero); ++n) {
            const State minus = correction(u, s, parameters, dt, theta);
            unrolled<d>([&](auto c) FARSTEP_INLINE {
                s[c] = select(iterates <= zero, s[c], Real(s[c] - minus[c]));
            });
            iterates = still_iterates(iterates, u, s, minus);
        }
        const Real nan(std::numeric_limits<Scalar>::quiet_NaN());
        unrolled<d>([&](auto c) FARSTEP_INLINE { s[c] = select(iterates <= zero, s[c], nan); });
        return s;
    }

private:
    /// (I − θΔt J)⁻¹ (S − Δt f) at u + θS.
    template <class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static State correction(const State& u, const State& s,
                                                        const Parameters& parameters, Scalar dt,
                                                        Scalar theta) {
        State stage, rate;
        unrolled<d>([&](auto c) FARSTEP_INLINE { stage[c] = u[c] + theta * s[c]; });
        Matrix matrix;
        linearise(stage, parameters, rate, matrix);
        const Scalar minus_step = -(theta * dt);
        unrolled<d>([&](auto i) FARSTEP_INLINE {
            unrolled<d>([&](auto j) FARSTEP_INLINE { matrix[i][j] *= Real(minus_step); });
            matrix[i][i] += Real(Scalar(1));
            rate[i] = s[i] - dt * rate[i];
        });
        // Pivots are needed: far steps make the matrix anything but dominated by its diagonal.
        solve_general(matrix, rate);
        return rate;
    }

    /// f and J = ∂f/∂u at u: the system's own Jacobian if it has one, else d directional
    /// derivatives.
    template <class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static void linearise(const State& u, const Parameters& parameters,
                                                      State& rate, Matrix& jacobian) {
        if constexpr (requires { System::jacobian(u, parameters); }) {
            rate = System::rhs(u, parameters);
            jacobian = System::jacobian(u, parameters);
        } else {
            for (int j = 0; j < d; ++j) {
                Vector<Dual<Real>, d> along;
                unrolled<d>([&](auto c) FARSTEP_INLINE {
                    along[c] = {u[c], Real(Scalar(c == j ? 1 : 0))};
                });
                const Vector<Dual<Real>, d> slope = System::rhs(along, parameters);
                unrolled<d>([&](auto c) FARSTEP_INLINE {
                    rate[c] = slope[c].value;
                    jacobian[c][j] = slope[c].derivative;
                });
            }
        }
    }

    /// 0 in lanes that have stopped, have converged with this correction, or are lost: a correction
    /// that is not finite has made S so.
    KOKKOS_FORCEINLINE_FUNCTION static Real still_iterates(const Real& iterates, const State& u,
                                                           const State& s, const State& minus) {
        const Real zero(Scalar(0));
        Real largest = zero, nothing = zero;  // NaN where a correction is not finite
        unrolled<d>([&](auto c) FARSTEP_INLINE {
            largest = larger(largest, size(u[c], s[c]));
            nothing += zero * minus[c];
        });
        const Real noise = newton_noise<Scalar> * largest;
        Real result = zero;
        unrolled<d>([&](auto c) FARSTEP_INLINE {
            const Real bound = newton_tolerance<Scalar> * size(u[c], s[c]) + noise;
            result = select(magnitude(minus[c]) <= bound, result, iterates);
        });
        return select(nothing <= zero, result, zero);
    }

    KOKKOS_FORCEINLINE_FUNCTION static Real size(const Real& u, const Real& s) {
        return magnitude(u) + magnitude(s);
    }
};

/// S = Δt f(u + S): damps whatever decays, at any step.
struct ImplicitEuler {
    static constexpr const char* name = "implicit_euler";
    static constexpr const char* title =
        "implicit Euler, order 1, L-stable; for systems of at most 8 components";
    static constexpr int order = 1;
    static constexpr double theta = 1;
};

/// S = Δt f(u + S/2): conserves quadratic invariants.
struct ImplicitMidpoint {
    static constexpr const char* name = "implicit_midpoint";
    static constexpr const char* title =
        "implicit midpoint, order 2, A-stable, symplectic; for systems of at most 8 components";
    static constexpr int order = 2;
    static constexpr double theta = 0.5;
};

/// A fixed-step scheme of one implicit stage. A trajectory fails where Newton's method does not
/// converge, from the state it starts from. Hairer and Wanner, "Solving Ordinary Differential
/// Equations II" (1996), sections IV.3 and IV.8.
template <class Method>
struct Implicit {
    static constexpr const char* name = Method::name;
    static constexpr const char* title = Method::title;
    static constexpr int order = Method::order;
    static constexpr bool is_function = true;

    static constexpr const char* needs = "a system of at most 8 components";
    static_assert(largest_dense_state == 8, "titles and needs say so");

    template <class System>
    static constexpr bool applies_to = System::dimension <= largest_dense_state;

    /// The increment of one step of length `dt` [time] from state u. `parameters` are prepared.
    template <class System, class Real, class Parameters, class Scalar>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, System::dimension> increment(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Scalar dt) {
        // What functions take by reference does not stay in registers: they get copies.
        const Vector<Real, System::dimension> start = u;
        const Parameters same = parameters;
        return ImplicitStage<System, Real>::increment(start, same, dt, Scalar(Method::theta));
    }
};

}  // namespace farstep
