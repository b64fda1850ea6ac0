// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The adaptive counterpart of AdvanceKernel: every trajectory takes steps of its own length. Lanes
// draw trajectories from a queue and keep each until it is done, so that none waits for a slow
// neighbour.
#pragma once

#include <farstep/advance.hpp>
#include <farstep/numerics/math.hpp>
#include <farstep/schemes/embedded.hpp>

#include <cstdint>
#include <limits>

namespace farstep {

/// Number of the next trajectory that no lane has drawn yet.
using QueueView = Kokkos::View<std::int64_t, DeviceMemory>;

/// How errors and steps are bounded, and the time to cover.
template <class Scalar>
struct AdaptiveControl {
    Scalar tolerance;         ///< of the error of a step, absolute and relative
    double step;              ///< the far step, in which failures are counted [time]
    std::int64_t first_step;  ///< far steps taken before
    std::int64_t steps;       ///< far steps to take
    std::int64_t max_steps;   ///< most own steps of a trajectory in this launch

    KOKKOS_FORCEINLINE_FUNCTION Scalar span() const { return Scalar(step * double(steps)); }

    /// The shortest step: below it, time hardly moves any more.
    KOKKOS_FORCEINLINE_FUNCTION Scalar shortest_step() const {
        constexpr double resolution = 4 * double(std::numeric_limits<Scalar>::epsilon());
        return Scalar(resolution > 1e-14 ? resolution : 1e-14) * span();
    }

    /// Number of the far step that contains a time of this launch.
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t far_step_at(Scalar time) const {
        const auto within = std::int64_t(double(time) / step);
        return first_step + 1 + (within < steps ? within : steps - 1);
    }
};

/// A first step for every trajectory: 0.01 |u|/|f|, after Hairer, Nørsett and Wanner (1993), II.4,
/// in norms that weigh a component with 1/(1 + |u|).
template <class System, class Real>
struct FirstStepKernel {
    static constexpr int d = System::dimension;
    static constexpr int W = lanes_of<Real>;
    using Scalar = ScalarOf<Real>;

    KernelArgument<EnsembleView> ensemble;
    KernelArgument<AdaptiveRecord> record;
    double span;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const LaneSlice<W> slice(item);
        const auto u = load_state<Real, d>(ensemble.state, slice);
        const Vector<Real, d> slope =
            System::rhs(u, load_parameters<System, Real>(ensemble.parameters, slice));
        // As much as a state of 1e-4, so that trajectories from zero get going.
        Real states = Real(Scalar(1e-8 * d)), slopes = Real(Scalar(0));
        unrolled<d>([&](auto c) FARSTEP_INLINE {
            const Real weight = Scalar(1) / (Scalar(1) + magnitude(u[c]));
            states += (u[c] * weight) * (u[c] * weight);
            slopes += (slope[c] * weight) * (slope[c] * weight);
        });
        const Real ratio = states / slopes;
        for (int i = 0; i < W; ++i) {
            const double guess = 0.01 * math::sqrt(double(lane(ratio, i)));
            record.step_size(slice.tile, slice.lane(i)) = guess < span ? guess : span;
            record.steps(slice.tile, slice.lane(i)) = 0;
        }
    }
};

/// Makes the first trajectory the next to be drawn.
struct BeginQueue {
    KernelArgument<QueueView> queue;
    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t /*item*/) const { queue() = 0; }
};

/// Functor of one launch: items that work as long as there are trajectories, W at a time.
template <class System, class Scheme, class Real>
struct AdvanceAdaptiveKernel {
    static constexpr int d = System::dimension;
    static constexpr int W = lanes_of<Real>;
    using Scalar = ScalarOf<Real>;

    KernelArgument<EnsembleView> ensemble;
    KernelArgument<AdaptiveRecord> record;
    KernelArgument<QueueView> queue;
    StateLimits<Scalar, d> limits;
    AdaptiveControl<Scalar> control;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t /*item*/) const {
        Batch at;
        const auto accuracy = Scheme::accuracy_for(control.tolerance);
        int working = 0;
        for (int i = 0; i < W; ++i) working += draw(at, i);
        while (working > 0) {
            if (attempt(at, accuracy)) continue;
            for (int i = 0; i < W; ++i) {
                if (at.trajectory[i] >= 0 && is_over(at, i)) working += draw(at, i) - 1;
            }
        }
    }

private:
    static constexpr std::int64_t none = -1;

    /// The trajectories of an item. Lanes without one stand still: no time is left to them.
    struct Batch {
        Vector<Real, d> u;
        Vector<Real, System::parameter_count> parameters;  ///< prepared
        Real step;      ///< to try next; the last one is cut to what is left
        Real left;      ///< time to the end
        Real growth;    ///< largest factor of the next step: 1 after a rejection
        Real shortest;  ///< length below which a step is given up
        Real budget;    ///< steps that may still be tried
        std::int64_t trajectory[W];
    };

    /// Gives lane i the next trajectory that runs; returns 0 if there is none, else 1.
    KOKKOS_INLINE_FUNCTION int draw(Batch& at, int i) const {
        const std::int64_t count = std::int64_t(ensemble.state.extent(0)) * tile_width;
        for (;;) {
            const std::int64_t next = Kokkos::atomic_fetch_add(&queue(), std::int64_t(1));
            if (next >= count) {
                idle(at, i);
                return 0;
            }
            if (ensemble.status(next / tile_width, next % tile_width) != 0) continue;
            load(at, i, next);
            return 1;
        }
    }

    KOKKOS_INLINE_FUNCTION void load(Batch& at, int i, std::int64_t trajectory) const {
        const std::int64_t tile = trajectory / tile_width, column = trajectory % tile_width;
        at.trajectory[i] = trajectory;
        for (int c = 0; c < d; ++c) set_lane(at.u[c], i, Scalar(ensemble.state(tile, c, column)));
        const auto parameters = parameters_at<System>(ensemble.parameters, tile, column);
        for (int p = 0; p < System::parameter_count; ++p) {
            set_lane(at.parameters[p], i, Scalar(parameters[p]));
        }
        set_lane(at.step, i, Scalar(record.step_size(tile, column)));
        set_lane(at.left, i, control.span());
        set_lane(at.growth, i, largest_growth);
        set_lane(at.shortest, i, control.shortest_step());
        set_lane(at.budget, i, Scalar(control.max_steps));
    }

    KOKKOS_INLINE_FUNCTION void idle(Batch& at, int i) const {
        at.trajectory[i] = none;
        for (int c = 0; c < d; ++c) set_lane(at.u[c], i, Scalar(1));
        for (int p = 0; p < System::parameter_count; ++p) {
            set_lane(at.parameters[p], i, Scalar(1));
        }
        set_lane(at.step, i, Scalar(0));
        set_lane(at.left, i, Scalar(0));
        set_lane(at.growth, i, Scalar(1));
        set_lane(at.shortest, i, Scalar(0));
        set_lane(at.budget, i, Scalar(1e30));
    }

    /// The length of the next step. The last may be a little longer than asked for, so that no
    /// sliver is left.
    KOKKOS_FORCEINLINE_FUNCTION static Real next_step(const Batch& at) {
        return select(at.left <= Scalar(1.01) * at.step, at.left, at.step);
    }

    /// One step in all lanes, kept where its error is small enough. Returns whether every lane can
    /// simply go on.
    template <class Accuracy>
    KOKKOS_FORCEINLINE_FUNCTION bool attempt(Batch& at, const Accuracy& accuracy) const {
        const typename Scheme::template Trial<System, Real> trial(at.u, at.parameters, accuracy,
                                                                  at.step);
        at.step = trial.length();
        const Real one(Scalar(1)), wanted = next_step(at);
        // This difference is exact, so that steps add up to the span without error.
        const Real after = at.left - wanted, h = at.left - after;
        Vector<Real, d> next;
        const Real error = trial.advance(h, next);
        const auto accepted = error <= one;
        const Real step = h * Scheme::step_factor(error, at.growth);
        // A step that was cut says nothing against the longer one that was meant.
        at.step = select(accepted, select(at.left <= h, larger(step, at.step), step), step);
        at.left = select(accepted, after, at.left);
        at.growth = select(accepted, Real(largest_growth), one);
        at.budget = at.budget - one;
        unrolled<d>([&](auto c) FARSTEP_INLINE {
            at.u[c] = select(accepted, next[c], at.u[c]);
        });
        // A lane at the end has nothing left to step over, which is less than the shortest step.
        return all_of((at.shortest <= next_step(at)) & (one <= at.budget)) &&
               !limits.suspects(at.u);
    }

    /// Whether the trajectory in lane i has ended, well or not; then it is stored.
    KOKKOS_INLINE_FUNCTION bool is_over(const Batch& at, int i) const {
        const Scalar left = lane(at.left, i);
        TrajectoryStatus status = limits.examine(at.u, i);
        if (status == TrajectoryStatus::running && left > 0) {
            const bool can_go_on = lane(at.shortest, i) <= lane(next_step(at), i) &&
                                   lane(at.budget, i) >= 1;
            if (can_go_on) return false;
            status = TrajectoryStatus::step_limit;
        }
        store(at, i, status);
        return true;
    }

    KOKKOS_INLINE_FUNCTION void store(const Batch& at, int i, TrajectoryStatus status) const {
        const std::int64_t tile = at.trajectory[i] / tile_width;
        const std::int64_t column = at.trajectory[i] % tile_width;
        const bool failed = status != TrajectoryStatus::running;
        for (int c = 0; c < d; ++c) {
            ensemble.state(tile, c, column) =
                failed ? std::numeric_limits<double>::quiet_NaN() : double(lane(at.u[c], i));
        }
        record.step_size(tile, column) = double(lane(at.step, i));
        record.steps(tile, column) += control.max_steps - std::int64_t(lane(at.budget, i));
        if (!failed) return;
        ensemble.status(tile, column) = std::int8_t(status);
        ensemble.failure_step(tile, column) =
            control.far_step_at(control.span() - lane(at.left, i));
    }

    static constexpr Scalar largest_growth = 5;
};

/// Guesses a first step for every trajectory and forgets the counts.
template <class System, class Real>
void begin_adaptive(const Device& device, const EnsembleView& ensemble,
                    const AdaptiveRecord& record, double span) {
    const std::int64_t items =
        std::int64_t(ensemble.state.extent(0)) * LaneSlice<lanes_of<Real>>::items_per_tile;
    launch(device, "farstep::first_step", items,
           FirstStepKernel<System, Real>{ensemble, record, span});
}

/// Advances all tiles of the ensemble over the control's span. There are as many items as run at
/// the same time; each works until the queue is empty.
template <class Scheme, class System, class Real>
void advance_adaptive(const Device& device, const EnsembleView& ensemble,
                      const AdaptiveRecord& record, const QueueView& queue,
                      const StateLimits<ScalarOf<Real>, System::dimension>& limits,
                      const AdaptiveControl<ScalarOf<Real>>& control) {
    constexpr int W = lanes_of<Real>;
    const std::int64_t groups = std::int64_t(ensemble.state.extent(0)) * (tile_width / W);
    const std::int64_t at_once = device.concurrency();
    launch(device, "farstep::begin_queue", 1, BeginQueue{queue});
    launch(device, "farstep::advance_adaptive", groups < at_once ? groups : at_once,
           AdvanceAdaptiveKernel<System, Scheme, Real>{ensemble, record, queue, limits, control});
}

}  // namespace farstep
