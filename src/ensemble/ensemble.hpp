// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The trajectories that one rank holds at a time: a contiguous range of a global ensemble, on the
// device, in the kernels' layout.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <cstdint>
#include <vector>

#include "parallel/partition.hpp"

namespace farstep {

/// What happened to a trajectory that did not reach the end.
struct FailedTrajectory {
    std::int64_t index = 0;         ///< global
    TrajectoryStatus status = TrajectoryStatus::running;
    std::int64_t step = 0;          ///< number of the step after which it failed
};

/// The first `count` states as rows [trajectory][component], on the host.
std::vector<double> rows_of(const StateView& state, std::int64_t count);
/// Those of some, given by their numbers.
std::vector<double> rows_of(const StateView& state, const std::vector<std::int64_t>& local);

/// Copies states as rows [trajectory][component] to the host, piece by piece and without memory of
/// its own where kernels write host memory.
class RowCopier {
public:
    /// Of all trajectories, in their order.
    RowCopier() = default;
    /// Of some, given by their numbers.
    explicit RowCopier(const std::vector<std::int64_t>& local);

    /// Rows `first` … first + count − 1 to rows[count][component].
    void copy(const StateView& state, std::int64_t first, std::int64_t count, double* rows);

private:
    Kokkos::View<std::int64_t*, DeviceMemory> m_local;  // empty: all
    Kokkos::View<double*, DeviceMemory> m_rows;         // on their way to the host
};

class Ensemble {
public:
    /// Room for trajectories `range` of `dimension` components; states are zero at first.
    Ensemble(int dimension, Range range);

    int dimension() const { return int(m_view.state.extent(1)); }
    std::int64_t size() const { return m_range.size(); }
    const Range& range() const { return m_range; }
    std::int64_t tiles() const { return std::int64_t(m_view.state.extent(0)); }
    const EnsembleView& view() const { return m_view; }

    /// States of all trajectories as rows [trajectory][component], on the host.
    std::vector<double> rows() const;
    /// The states of some trajectories, given by their local numbers.
    std::vector<double> rows(const std::vector<std::int64_t>& local) const;
    /// Parameters of their own as rows [trajectory][parameter], of all or of some.
    std::vector<double> parameter_rows() const;
    std::vector<double> parameter_rows(const std::vector<std::int64_t>& local) const;
    /// Sets all states from such rows; lanes beyond the last trajectory repeat it.
    void set_rows(const std::vector<double>& rows);

    /// Ends trajectories whose state is outside [low, high], by component, before any step; empty
    /// limits end none.
    void end_outside(const std::vector<double>& low, const std::vector<double>& high);
    /// Ends trajectories whose state is not finite, before any step.
    void end_non_finite();

    /// Running trajectories at a state [tile][component][lane], which is copied, with parameters as
    /// set_parameters takes them.
    static Ensemble at(const StateView& state, const StateView& parameters, Range range);

    /// Gives the trajectories parameters of their own [tile][parameter][lane], or one tile for all.
    void set_parameters(const StateView& parameters) { m_view.parameters = parameters; }

    /// Copies states and records of another ensemble of the same shape, and shares its parameters.
    void assign(const Ensemble& other);

    /// In the order of their indices.
    std::vector<FailedTrajectory> failures() const;
    std::int64_t failure_count() const;

    /// Device memory of one trajectory [bytes], with so many parameters of its own.
    static std::int64_t bytes_per_trajectory(int dimension, std::size_t parameters = 0);

private:
    void end_where(const std::vector<double>& low, const std::vector<double>& high,
                   TrajectoryStatus reason);

    Range m_range;
    EnsembleView m_view;
};

}  // namespace farstep
