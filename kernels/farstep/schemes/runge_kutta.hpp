// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Explicit Runge–Kutta increments from a Butcher tableau, unrolled at compile time: coefficients
// that are zero cost nothing.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/processor.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/schemes/tableaux.hpp>

#include <new>
#include <type_traits>
#include <utility>

namespace farstep {

/// A fixed-step scheme: `increment` returns S(f, u, Δt), so that u + S is the plain step.
template <class Tableau>
struct RungeKutta {
    static constexpr const char* name = Tableau::name;
    static constexpr const char* title = Tableau::title;
    static constexpr int order = Tableau::order;
    static constexpr int stages = Tableau::stages;
    /// Whether an increment is a function of its own on CPUs: one of many stages is compiled once a
    /// number type, and its call costs nothing beside them.
    static constexpr bool is_function = stages > 4;

    /// The increment of one step of length `dt` [time] from state u. `parameters` are prepared.
    template <class System, class Real, class Parameters, class Step>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, System::dimension> increment(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Step dt) {
        if constexpr (is_function) {
            // What functions take by reference does not stay in registers: they get a copy.
            const Vector<Real, System::dimension> start = u;
            return increment_function<System>(start, parameters, dt);
        } else {
            return inlined_increment<System>(u, parameters, dt);
        }
    }

    /// Sets the slopes ki of all stages. `dt` is one number for all lanes, or a pack of one for
    /// each.
    template <class System, class Real, class Parameters, class Step>
    KOKKOS_FORCEINLINE_FUNCTION static void set_slopes(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Step dt,
        Vector<Vector<Real, System::dimension>, stages>& slopes) {
        fill_slopes<System>(u, parameters, dt, slopes, std::make_integer_sequence<int, stages>{});
    }

    /// Δt Σj<count coefficient(row, j) slope_j, component c. A step common to all lanes goes into
    /// the coefficients, which costs nothing; a pack of steps multiplies the sum.
    template <int row, int count, class Slopes, class Step>
    KOKKOS_FORCEINLINE_FUNCTION static auto weighted_sum(const Slopes& slopes, Step dt, int c) {
        constexpr int first = first_used<row>();
        if constexpr (std::is_arithmetic_v<Step>) {
            auto sum = Step(dt * Step(coefficient<row, first>())) * slopes[first][c];
            add_weighted<row, first + 1, count>(slopes, dt, c, sum);
            return sum;
        } else {
            using Scalar = ScalarOf<Step>;
            auto sum = Scalar(coefficient<row, first>()) * slopes[first][c];
            add_weighted<row, first + 1, count>(slopes, Scalar(1), c, sum);
            return dt * sum;
        }
    }

private:
    template <class System, class Real, class Parameters, class Step>
    FARSTEP_LAYER_FUNCTION static Vector<Real, System::dimension> increment_function(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Step dt) {
        return inlined_increment<System>(u, parameters, dt);
    }

    template <class System, class Real, class Parameters, class Step>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, System::dimension> inlined_increment(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Step dt) {
        Vector<Vector<Real, System::dimension>, stages> slopes;
        if constexpr (adds_beside_products && System::dimension <= unroll_limit &&
                      has_weights_of_one_and_two()) {
            return running_increment<System>(u, parameters, dt, slopes,
                                             std::make_integer_sequence<int, stages>{});
        }
        set_slopes<System>(u, parameters, dt, slopes);
        Vector<Real, System::dimension> result;
        unrolled<System::dimension>([&](auto c) FARSTEP_INLINE {
            if constexpr (has_symmetric_weights()) {
                result[c] = symmetric_sum(slopes, dt, int(c));
            } else {
                result[c] = weighted_sum<stages, stages>(slopes, dt, int(c));
            }
        });
        return result;
    }

    /// Whether every b[i] is b[0] or twice b[0].
    static constexpr bool has_weights_of_one_and_two() {
        for (const double weight : Tableau::tableau.b) {
            const double ratio = weight / Tableau::tableau.b[0];
            if (ratio != 1 && ratio != 2) return false;
        }
        return true;
    }

    /// Δt b[0] Σi (b[i]/b[0]) slope_i, each slope added, once or twice, as soon as it is known: no
    /// products, and none of the slopes waits in a register for the end.
    template <class System, class Real, class Parameters, class Step, int... i>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, System::dimension> running_increment(
        const Vector<Real, System::dimension>& u, const Parameters& parameters, Step dt,
        Vector<Vector<Real, System::dimension>, stages>& slopes, std::integer_sequence<int, i...>) {
        Vector<Real, System::dimension> sum;
        (add_slope<System, i>(u, parameters, dt, slopes, sum), ...);
        const auto factor = Step(dt * Step(Tableau::tableau.b[0]));
        unrolled<System::dimension>([&](auto c) FARSTEP_INLINE { sum[c] = factor * sum[c]; });
        return sum;
    }

    template <class System, int i, class State, class Parameters, class Step, class Slopes>
    KOKKOS_FORCEINLINE_FUNCTION static void add_slope(const State& u, const Parameters& parameters,
                                                      Step dt, Slopes& slopes, State& sum) {
        fill_slope<System, i>(u, parameters, dt, slopes);
        unrolled<System::dimension>([&](auto c) FARSTEP_INLINE {
            if constexpr (i == 0) {
                sum[c] = slopes[0][c];
            } else {
                sum[c] += slopes[i][c];
                if constexpr (Tableau::tableau.b[i] != Tableau::tableau.b[0]) sum[c] += slopes[i][c];
            }
        });
    }

    /// Whether b[i] = b[stages − 1 − i] ≠ 0, as in all schemes here of up to four stages.
    static constexpr bool has_symmetric_weights() {
        for (int i = 0; i < stages; ++i) {
            const double weight = Tableau::tableau.b[i];
            if (weight == 0 || weight != Tableau::tableau.b[stages - 1 - i]) return false;
        }
        return true;
    }

    /// Δt Σi b[i] slope_i, component c, as Δt b[0] (slope_0 + … + slope_s−1): slopes of equal weight
    /// are added before they are multiplied, by units that multiply-adds leave idle on some cores,
    /// and the last product becomes one operation with the sum that uses it.
    template <class Slopes, class Step>
    KOKKOS_FORCEINLINE_FUNCTION static auto symmetric_sum(const Slopes& slopes, Step dt, int c) {
        auto sum = slopes[0][c];
        if constexpr (stages > 2) add_inner_pairs<1>(slopes, c, sum);
        if constexpr (stages > 1) sum += slopes[stages - 1][c];
        return Step(dt * Step(Tableau::tableau.b[0])) * sum;
    }

    /// sum += (b[i]/b[0]) (slope_i + slope_s−1−i) for i of [first, s/2), and the one in the middle.
    template <int first, class Slopes, class Real>
    KOKKOS_FORCEINLINE_FUNCTION static void add_inner_pairs(const Slopes& slopes, int c, Real& sum) {
        constexpr int last = stages - 1 - first;
        if constexpr (first <= last) {
            using Scalar = ScalarOf<Real>;
            constexpr double ratio = Tableau::tableau.b[first] / Tableau::tableau.b[0];
            Real pair = slopes[first][c];
            if constexpr (first < last) pair += slopes[last][c];
            sum += Scalar(ratio) * pair;
            add_inner_pairs<first + 1>(slopes, c, sum);
        }
    }

    /// The coefficient of slope j in stage `row`; row `stages` holds the final weights, the rows
    /// after it those of the error estimates, if the tableau has any.
    template <int row, int j>
    static constexpr double coefficient() {
        if constexpr (row > stages) {
            return Tableau::errors[row - stages - 1][j];
        } else if constexpr (row == stages) {
            return Tableau::tableau.b[j];
        } else {
            return Tableau::tableau.a[row][j];
        }
    }

    template <int row>
    static constexpr int first_used() {
        return first_nonzero<row>(std::make_integer_sequence<int, row < stages ? row : stages>{});
    }

    template <int row, int... j>
    static constexpr int first_nonzero(std::integer_sequence<int, j...>) {
        int first = -1;
        ((first = first < 0 && coefficient<row, j>() != 0 ? j : first), ...);
        return first;
    }

    template <int row, int j, int count, class Slopes, class Scalar, class Real>
    KOKKOS_FORCEINLINE_FUNCTION static void add_weighted(const Slopes& slopes, Scalar dt, int c,
                                                         Real& sum) {
        if constexpr (j < count) {
            constexpr double weight = coefficient<row, j>();
            if constexpr (weight != 0) sum += Scalar(dt * Scalar(weight)) * slopes[j][c];
            add_weighted<row, j + 1, count>(slopes, dt, c, sum);
        }
    }

    template <class System, class State, class Parameters, class Step, class Slopes, int... i>
    KOKKOS_FORCEINLINE_FUNCTION static void fill_slopes(const State& u,
                                                        const Parameters& parameters, Step dt,
                                                        Slopes& slopes,
                                                        std::integer_sequence<int, i...>) {
        (fill_slope<System, i>(u, parameters, dt, slopes), ...);
    }

    template <class System, int i, class State, class Parameters, class Step, class Slopes>
    KOKKOS_FORCEINLINE_FUNCTION static void fill_slope(const State& u, const Parameters& parameters,
                                                       Step dt, Slopes& slopes) {
        if constexpr (i == 0) {
            set_slope<System>(u, parameters, slopes[0]);
        } else {
            State stage;
            unrolled<System::dimension>([&](auto c) FARSTEP_INLINE {
                stage[c] = u[c] + weighted_sum<i, i>(slopes, dt, int(c));
            });
            set_slope<System>(stage, parameters, slopes[i]);
        }
    }

    /// A slope that fits no registers is built where it stays: an assignment would copy it.
    template <class System, class State, class Parameters, class Slope>
    KOKKOS_FORCEINLINE_FUNCTION static void set_slope(const State& u, const Parameters& parameters,
                                                      Slope& slope) {
        if constexpr (System::dimension > unroll_limit) {
            ::new (&slope) Slope(System::rhs(u, parameters));
        } else {
            slope = System::rhs(u, parameters);
        }
    }
};

}  // namespace farstep
