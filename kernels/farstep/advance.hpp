// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The main kernel: every trajectory is loaded once, takes many fused steps in registers, and is
// stored once. Trajectories that fail are marked and set to NaN; the others go on.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/guard.hpp>
#include <farstep/launch.hpp>
#include <farstep/parameters.hpp>
#include <farstep/step.hpp>

#include <limits>

namespace farstep {

/// Box that trajectories must stay in; the default only excludes what is not finite.
template <class Scalar, int d>
struct StateLimits {
    Vector<Scalar, d> low, high;
    bool bounded = false;  ///< whether low and high matter

    /// A cheap test that no failure escapes: the components of a state that is not finite do not sum
    /// to a finite number.
    template <class Real>
    KOKKOS_FORCEINLINE_FUNCTION bool suspects(const Vector<Real, d>& u) const {
        Real sum = u[0];
        unrolled<d - 1>([&](auto previous) FARSTEP_INLINE { sum += u[previous + 1]; });
        return bounded || !all_finite(sum);
    }

    /// What the state in lane i means for its trajectory.
    template <class Real>
    KOKKOS_INLINE_FUNCTION TrajectoryStatus examine(const Vector<Real, d>& u, int i) const {
        TrajectoryStatus status = TrajectoryStatus::running;
        for (int c = 0; c < d; ++c) {
            const Scalar value = lane(u[c], i);
            const Scalar largest = std::numeric_limits<Scalar>::max();
            if (!(value >= -largest && value <= largest)) return TrajectoryStatus::non_finite;
            if (bounded && (value < low[c] || value > high[c])) {
                status = TrajectoryStatus::out_of_bounds;
            }
        }
        return status;
    }
};

/// Functor of one launch: `steps` fused steps on W = lanes_of<Real> trajectories a work item.
template <class Step, class Real>
struct AdvanceKernel {
    static constexpr int d = Step::dimension;
    static constexpr int W = lanes_of<Real>;
    using Scalar = ScalarOf<Real>;
    using Parameters = Vector<Real, Step::System::parameter_count>;
    /// On CPUs a copy, which no store into the ensemble can be taken to change; GPUs keep the
    /// kernel's own in constant memory.
    using OwnStep = std::conditional_t<compiled_for_host, const Step, const Step&>;

    KernelArgument<EnsembleView> ensemble;
    Step step;
    StateLimits<Scalar, d> limits;
    std::int64_t first_step;
    std::int64_t steps;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const LaneSlice<W> slice(item);
        const Parameters parameters =
            load_parameters<typename Step::System, Real>(ensemble.parameters, slice);
        auto side = step.template load_side_inputs<Real>(ensemble.parameters, slice);
        Vector<Real, d> u = load_state<Real, d>(ensemble.state, slice);
        const OwnStep own_step = step;
        for (std::int64_t n = 0; n < steps; ++n) {
            take_step(own_step, slice, first_step + n, parameters, side, u);
            if (limits.suspects(u)) {
                Vector<Real, d> copy = u;
                const bool any_running = mark_failures(slice, copy, first_step + n + 1);
                u = copy;
                if (!any_running) break;
            }
        }
        store_state(ensemble.state, slice, u);
    }

private:
    /// One step of all lanes, the guard's before and after it if there is one. What functions take
    /// by reference or index at run time does not stay in registers, so the guard, and whoever marks
    /// failures, works on copies.
    template <class SideInputs>
    KOKKOS_FORCEINLINE_FUNCTION void take_step(const Step& fused, const LaneSlice<W>& slice,
                                               std::int64_t step_number,
                                               const Parameters& parameters,
                                               SideInputs& side, Vector<Real, d>& u) const {
        if constexpr (requires { fused.guard; }) {
            GuardedState<Real, d> guarded;
            const bool passes = fused.guard.lets_pass(u);
            if (!passes) {
                Vector<Real, d> copy = u;
                const Parameters same = parameters;
                fused.guard.look_after(ensemble, slice, step_number, same, fused.dt, copy, guarded);
                u = copy;
            }
            fused(u, parameters, side);
            if (!passes) {
                Vector<Real, d> copy = u;
                fused.guard.put_back(guarded, copy);
                u = copy;
            }
        } else {
            fused(u, parameters, side);
        }
    }

    /// Marks lanes that left the limits at this step; returns whether any lane is still running.
    KOKKOS_INLINE_FUNCTION bool mark_failures(const LaneSlice<W>& slice, Vector<Real, d>& u,
                                              std::int64_t step_number) const {
        bool any_running = false;
        for (int i = 0; i < W; ++i) {
            auto& status = ensemble.status(slice.tile, slice.lane(i));
            if (status != std::int8_t(TrajectoryStatus::running)) continue;
            const TrajectoryStatus now = limits.examine(u, i);
            if (now == TrajectoryStatus::running) {
                any_running = true;
                continue;
            }
            status = std::int8_t(now);
            ensemble.failure_step(slice.tile, slice.lane(i)) = step_number;
            for (int c = 0; c < d; ++c) {
                set_lane(u[c], i, std::numeric_limits<Scalar>::quiet_NaN());
            }
        }
        return any_running;
    }
};

/// Advances all tiles of the ensemble by `steps` steps. Real is the number type of a work item;
/// `first_step` is the number of steps taken before, for the record of failures.
template <class Real, class Step>
void advance(const Device& device, const EnsembleView& ensemble, const Step& step,
             const StateLimits<ScalarOf<Real>, Step::dimension>& limits, std::int64_t first_step,
             std::int64_t steps) {
    const std::int64_t items =
        std::int64_t(ensemble.state.extent(0)) * LaneSlice<lanes_of<Real>>::items_per_tile;
    launch(device, "farstep::advance", items,
           AdvanceKernel<Step, Real>{ensemble, step, limits, first_step, steps});
}

}  // namespace farstep
