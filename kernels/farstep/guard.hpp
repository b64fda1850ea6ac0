// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a corrected step does with states outside the box that its corrector was trained in.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/guard_action.hpp>
#include <farstep/schemes/runge_kutta.hpp>

#include <limits>

namespace farstep {

/// A state that a guard has looked after: lanes outside the box, and where plain steps take them.
template <class Real, int d>
struct GuardedState {
    static constexpr int W = lanes_of<Real>;
    Vector<Real, d> next;
    bool outside[W];
    bool any_outside;
};

/// The box, and the plain steps outside it. Compiled once a system and precision, not once a
/// scheme.
template <class System, class Scalar>
struct Guard {
    static constexpr int d = System::dimension;

    GuardAction action = GuardAction::off;
    std::int64_t substeps = 1;  ///< of a plain step
    Vector<Scalar, d> low, high;

    /// Whether every lane lies in the box, or there is nothing to guard.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION bool lets_pass(const Vector<Real, d>& u) const {
        if (action == GuardAction::off) return true;
        auto inside = (Real(low[0]) <= u[0]) & (u[0] <= Real(high[0]));
        unrolled<d - 1>([&](auto previous) FARSTEP_INLINE {
            const int c = previous + 1;
            inside = inside & (Real(low[c]) <= u[c]) & (u[c] <= Real(high[c]));
        });
        return all_of(inside);
    }

    template <class Real>
    KOKKOS_INLINE_FUNCTION bool is_inside(const Vector<Real, d>& u, int i) const {
        for (int c = 0; c < d; ++c) {
            const Scalar value = lane(u[c], i);
            if (!(low[c] <= value && value <= high[c])) return false;
        }
        return true;
    }

    /// Counts, steps or ends the lanes outside the box, before the corrected step of the others.
    /// Out of line: it is rare, and must not push the corrected step out of the registers.
    template <class Real>
    FARSTEP_LAYER_FUNCTION void look_after(
        const EnsembleView& ensemble, const LaneSlice<lanes_of<Real>>& slice,
        std::int64_t step_number, const Vector<Real, System::parameter_count>& parameters,
        Scalar dt, Vector<Real, d>& u, GuardedState<Real, d>& state) const {
        state.any_outside = false;
        for (int i = 0; i < lanes_of<Real>; ++i) {
            state.outside[i] = false;
            auto& status = ensemble.status(slice.tile, slice.lane(i));
            if (status != std::int8_t(TrajectoryStatus::running) || is_inside(u, i)) continue;
            ensemble.steps_outside(slice.tile, slice.lane(i)) += 1;
            state.outside[i] = state.any_outside = true;
            if (action != GuardAction::stop) continue;
            status = std::int8_t(TrajectoryStatus::left_training_box);
            ensemble.failure_step(slice.tile, slice.lane(i)) = step_number;
            for (int c = 0; c < d; ++c) {
                set_lane(u[c], i, std::numeric_limits<Scalar>::quiet_NaN());
            }
        }
        if (state.any_outside && action == GuardAction::plain) {
            state.next = stepped_plainly(u, parameters, dt);
        }
    }

    /// After the corrected step: the plain one in the lanes outside.
    template <class Real>
    FARSTEP_LAYER_FUNCTION void put_back(const GuardedState<Real, d>& state,
                                         Vector<Real, d>& u) const {
        if (!state.any_outside || action != GuardAction::plain) return;
        for (int i = 0; i < lanes_of<Real>; ++i) {
            if (!state.outside[i]) continue;
            for (int c = 0; c < d; ++c) set_lane(u[c], i, lane(state.next[c], i));
        }
    }

private:
    template <class Real>
    KOKKOS_INLINE_FUNCTION Vector<Real, d> stepped_plainly(
        Vector<Real, d> u, const Vector<Real, System::parameter_count>& parameters,
        Scalar dt) const {
        const Scalar substep = dt / Scalar(substeps);
        for (std::int64_t n = 0; n < substeps; ++n) {
            const auto increment =
                RungeKutta<RungeKutta4>::template increment<System>(u, parameters, substep);
            unrolled<d>([&](auto c) FARSTEP_INLINE { u[c] += increment[c]; });
        }
        return u;
    }
};

/// A fused step with a guard.
template <class Step, class System, class Scalar>
struct GuardedStep : Step {
    Guard<System, Scalar> guard;
};

}  // namespace farstep
