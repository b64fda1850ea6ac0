// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Moving states between the kernels' layout and rows.
#include "ensemble/ensemble.hpp"

#include <algorithm>
#include <limits>

namespace farstep {

namespace {

using RowView = Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory>;
using IndexView = Kokkos::View<std::int64_t*, DeviceMemory>;
using NumberView = Kokkos::View<double*, DeviceMemory>;
using Unmanaged = Kokkos::MemoryTraits<Kokkos::Unmanaged>;

using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;

std::int64_t tiles_for(std::int64_t trajectories) {
    return (trajectories + tile_width - 1) / tile_width;
}

/// Whether kernels can write straight to the host's memory.
constexpr bool on_host = Kokkos::SpaceAccessibility<Device, Kokkos::HostSpace>::accessible;

struct GatherRows {
    StateView state;
    IndexView local;  // empty: all
    std::int64_t first;
    double* rows;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t n) const {
        const std::int64_t i = local.extent(0) > 0 ? local(first + n) : first + n;
        const int d = int(state.extent(1));
        const double* const column = &state(i / tile_width, 0, i % tile_width);
        double* const row = rows + n * d;
        for (int c = 0; c < d; ++c) row[c] = column[c * tile_width];
    }
};

struct ScatterRows {
    RowView rows;
    StateView state;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t last = std::int64_t(rows.extent(0)) - 1;
        const std::int64_t row = i < last ? i : last;
        for (std::size_t c = 0; c < state.extent(1); ++c) {
            state(i / tile_width, c, i % tile_width) = rows(row, c);
        }
    }
};

struct EndOutside {
    EnsembleView ensemble;
    RowView limits;  // low, high
    TrajectoryStatus reason;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t tile = i / tile_width, lane = i % tile_width;
        if (ensemble.status(tile, lane) != 0) return;  // what has ended keeps its reason
        bool is_inside = true;
        for (std::size_t c = 0; c < limits.extent(1); ++c) {
            const double value = ensemble.state(tile, c, lane);
            is_inside = is_inside && limits(0, c) <= value && value <= limits(1, c);
        }
        if (is_inside) return;
        ensemble.status(tile, lane) = std::int8_t(reason);
        ensemble.failure_step(tile, lane) = 0;
        for (std::size_t c = 0; c < limits.extent(1); ++c) {
            ensemble.state(tile, c, lane) = std::numeric_limits<double>::quiet_NaN();
        }
    }
};

IndexView on_device(const std::vector<std::int64_t>& local) {
    const IndexView indices("farstep::indices", local.size());
    const auto host = Kokkos::create_mirror_view(indices);
    std::copy(local.begin(), local.end(), host.data());
    Kokkos::deep_copy(indices, host);
    return indices;
}

std::vector<double> gather(RowCopier copier, const StateView& state, std::int64_t count) {
    std::vector<double> rows(std::size_t(count) * state.extent(1));
    copier.copy(state, 0, count, rows.data());
    return rows;
}

}  // namespace

Ensemble::Ensemble(int dimension, Range range) : m_range(range) {
    const auto tiles = std::size_t(tiles_for(range.size()));
    m_view.state = StateView("farstep::state", tiles, std::size_t(dimension), tile_width);
    m_view.status = StatusView("farstep::status", tiles, tile_width);
    m_view.failure_step = StepView("farstep::failure_step", tiles, tile_width);
    m_view.steps_outside = StepView("farstep::steps_outside", tiles, tile_width);
}

RowCopier::RowCopier(const std::vector<std::int64_t>& local) : m_local(on_device(local)) {}

void RowCopier::copy(const StateView& state, std::int64_t first, std::int64_t count,
                     double* rows) {
    if (count == 0) return;
    const std::size_t numbers = std::size_t(count) * state.extent(1);
    if (!on_host && m_rows.extent(0) < numbers) {
        m_rows = NumberView(Kokkos::view_alloc("farstep::rows", Kokkos::WithoutInitializing),
                            numbers);
    }
    double* const target = on_host ? rows : m_rows.data();
    Kokkos::parallel_for("farstep::gather_rows", Policy(0, count),
                         GatherRows{state, m_local, first, target});
    Kokkos::fence();
    if (!on_host) {
        Kokkos::deep_copy(Kokkos::View<double*, Kokkos::HostSpace, Unmanaged>(rows, numbers),
                          Kokkos::View<double*, DeviceMemory, Unmanaged>(target, numbers));
    }
}

std::vector<double> rows_of(const StateView& state, std::int64_t count) {
    return gather(RowCopier(), state, count);
}

std::vector<double> rows_of(const StateView& state, const std::vector<std::int64_t>& local) {
    if (local.empty()) return {};
    return gather(RowCopier(local), state, std::int64_t(local.size()));
}

std::vector<double> Ensemble::rows() const { return rows_of(m_view.state, size()); }

std::vector<double> Ensemble::rows(const std::vector<std::int64_t>& local) const {
    return rows_of(m_view.state, local);
}

std::vector<double> Ensemble::parameter_rows() const {
    return rows_of(m_view.parameters, size());
}

std::vector<double> Ensemble::parameter_rows(const std::vector<std::int64_t>& local) const {
    return rows_of(m_view.parameters, local);
}

void Ensemble::set_rows(const std::vector<double>& rows) {
    if (size() == 0) return;
    const auto d = std::size_t(dimension());
    const RowView device(Kokkos::view_alloc("farstep::rows", Kokkos::WithoutInitializing),
                         std::size_t(size()), d);
    Kokkos::deep_copy(
        device, Kokkos::View<const double**, Kokkos::LayoutRight, Kokkos::HostSpace,
                             Kokkos::MemoryTraits<Kokkos::Unmanaged>>(rows.data(),
                                                                      std::size_t(size()), d));
    Kokkos::parallel_for("farstep::scatter_rows", Policy(0, tiles() * tile_width),
                         ScatterRows{device, m_view.state});
    Kokkos::fence();
}

Ensemble Ensemble::at(const StateView& state, const StateView& parameters, Range range) {
    Ensemble ensemble(int(state.extent(1)), range);
    ensemble.set_parameters(parameters);
    Kokkos::deep_copy(ensemble.m_view.state, state);
    return ensemble;
}

void Ensemble::end_outside(const std::vector<double>& low, const std::vector<double>& high) {
    end_where(low, high, TrajectoryStatus::out_of_bounds);
}

void Ensemble::end_non_finite() {
    const std::vector<double> most(std::size_t(dimension()), std::numeric_limits<double>::max());
    const std::vector<double> least(most.size(), std::numeric_limits<double>::lowest());
    end_where(least, most, TrajectoryStatus::non_finite);
}

void Ensemble::end_where(const std::vector<double>& low, const std::vector<double>& high,
                         TrajectoryStatus reason) {
    if (size() == 0 || low.empty()) return;
    const RowView limits("farstep::limits", 2, low.size());
    const auto host = Kokkos::create_mirror_view(limits);
    for (std::size_t c = 0; c < low.size(); ++c) {
        host(0, c) = low[c];
        host(1, c) = high[c];
    }
    Kokkos::deep_copy(limits, host);
    Kokkos::parallel_for("farstep::end_outside", Policy(0, tiles() * tile_width),
                         EndOutside{m_view, limits, reason});
    Kokkos::fence();
}

void Ensemble::assign(const Ensemble& other) {
    m_view.parameters = other.m_view.parameters;
    Kokkos::deep_copy(m_view.state, other.m_view.state);
    Kokkos::deep_copy(m_view.status, other.m_view.status);
    Kokkos::deep_copy(m_view.failure_step, other.m_view.failure_step);
    Kokkos::deep_copy(m_view.steps_outside, other.m_view.steps_outside);
}

std::vector<FailedTrajectory> Ensemble::failures() const {
    const auto status = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_view.status);
    const auto step = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_view.failure_step);
    std::vector<FailedTrajectory> failed;
    for (std::int64_t i = 0; i < size(); ++i) {
        const auto value = TrajectoryStatus(status(i / tile_width, i % tile_width));
        if (value == TrajectoryStatus::running) continue;
        failed.push_back({m_range.begin + i, value, step(i / tile_width, i % tile_width)});
    }
    return failed;
}

std::int64_t Ensemble::failure_count() const {
    const auto status = m_view.status;
    std::int64_t count = 0;
    Kokkos::parallel_reduce(
        "farstep::failure_count", Policy(0, size()),
        KOKKOS_LAMBDA(const std::int64_t i, std::int64_t& sum) {
            sum += status(i / tile_width, i % tile_width) != 0;
        },
        count);
    return count;
}

std::int64_t Ensemble::bytes_per_trajectory(int dimension, std::size_t parameters) {
    return (dimension + std::int64_t(parameters)) * std::int64_t(sizeof(double)) +
           std::int64_t(sizeof(std::int8_t)) +
           2 * std::int64_t(sizeof(std::int64_t));
}

}  // namespace farstep
