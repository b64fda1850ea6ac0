// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The statistics kernel, and merging its results over ranks.
#include "ensemble/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace farstep {

namespace {

using TeamPolicy = Kokkos::TeamPolicy<Device>;
using Member = TeamPolicy::member_type;
using Scratch = Device::scratch_memory_space;
using ScratchCounts = Kokkos::View<int*, Scratch, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
using ScratchMoments = Kokkos::View<Moments*, Scratch, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
using MomentsView = Kokkos::View<Moments**, Kokkos::LayoutRight, DeviceMemory>;

/// Trajectories of one column that a team handles, so that its histogram stays in scratch memory.
/// The more, the less the histograms' way to global memory costs; the fewer, the more teams.
constexpr std::int64_t least_block = 16384, largest_block = 131072;

std::int64_t block_size(std::int64_t count, std::size_t columns) {
    const std::int64_t teams = 4 * std::int64_t(Device().concurrency());
    const std::int64_t even = count * std::int64_t(columns) / teams / tile_width * tile_width;
    return std::clamp(even, least_block, largest_block);
}

/// Trajectories side by side; one on GPUs, where a team's threads are side by side.
constexpr int W = native_lanes<double> == 1 ? 1 : 2 * native_lanes<double>;
using Real = Lanes<double, W>;

/// CompensatedSum, lane by lane.
struct LaneSums {
    Real high = Real(0.0), low = Real(0.0);

    KOKKOS_FORCEINLINE_FUNCTION void add(const Real& x) {
        const Real sum = high + x;
        const Real from_x = sum - high;
        low += (high - (sum - from_x)) + (x - from_x);
        high = sum;
    }

    KOKKOS_FORCEINLINE_FUNCTION CompensatedSum of_lane(int i) const {
        return {lane(high, i), lane(low, i)};
    }
};

/// Moments, lane by lane, of trajectories that all run.
struct LaneMoments {
    LaneSums sum, squares;
    Real minimum = Real(std::numeric_limits<double>::infinity());
    Real maximum = Real(-std::numeric_limits<double>::infinity());
    std::int64_t count = 0;  // of each lane

    KOKKOS_FORCEINLINE_FUNCTION void add(const Real& value, double shift) {
        const Real x = value - Real(shift);
        sum.add(x);
        squares.add(x * x);
        minimum = smaller(value, minimum);
        maximum = larger(maximum, value);
        ++count;
    }

    KOKKOS_INLINE_FUNCTION void merge_into(Moments& total) const {
        for (int i = 0; i < W; ++i) {
            total.merge({sum.of_lane(i), squares.of_lane(i), lane(minimum, i), lane(maximum, i),
                         count});
        }
    }
};

/// A histogram in team scratch memory is shared by the team's threads; on CPUs a team is one.
KOKKOS_FORCEINLINE_FUNCTION void count_one(int& counter, bool alone) {
    if (alone) {
        ++counter;
    } else {
        Kokkos::atomic_fetch_add(&counter, 1);
    }
}

struct AccumulateKernel {
    Kokkos::View<Column*, DeviceMemory> columns;
    Kokkos::View<Bins*, DeviceMemory> bins;
    StatusView status;
    std::int64_t count, blocks, block_trajectories;
    int bin_count;
    MomentsView partial;  // [column][block]
    Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory> histogram;

    KOKKOS_INLINE_FUNCTION void operator()(const Member& team) const {
        const std::int64_t column = team.league_rank() / blocks;
        const std::int64_t block = team.league_rank() % blocks;
        const ScratchCounts counts(team.team_scratch(0), std::size_t(bin_count));
        const ScratchMoments moments(team.team_scratch(0), std::size_t(team.team_size()));
        for (int b = team.team_rank(); b < bin_count; b += team.team_size()) counts(b) = 0;
        team.team_barrier();
        moments(team.team_rank()) = add_block(team, column, block, counts);
        team.team_barrier();
        if (team.team_rank() == 0) {
            Moments total = moments(0);
            for (int t = 1; t < team.team_size(); ++t) total.merge(moments(t));
            partial(column, block) = total;
        }
        for (int b = team.team_rank(); b < bin_count; b += team.team_size()) {
            if (counts(b) > 0) {
                Kokkos::atomic_fetch_add(&histogram(column, b), std::int64_t(counts(b)));
            }
        }
    }

private:
    /// A histogram's bins, and where its values fall.
    struct Places {
        double low, scale, last;

        template <class Number>
        KOKKOS_FORCEINLINE_FUNCTION Number of(const Number& value) const {
            const Number position = (value - Number(low)) * Number(scale);
            return larger(Number(0.0), smaller(position, Number(last)));
        }
    };

    KOKKOS_INLINE_FUNCTION Moments add_block(const Member& team, std::int64_t column,
                                             std::int64_t block,
                                             const ScratchCounts& counts) const {
        const Column source = columns(column);
        const Bins range = bins(column);
        const double shift = 0.5 * (range.low + range.high);
        const Places places{range.low,
                            range.high > range.low ? bin_count / (range.high - range.low) : 0,
                            double(bin_count - 1)};
        const std::int64_t first = block * block_trajectories;
        const std::int64_t last =
            first + block_trajectories < count ? first + block_trajectories : count;
        const bool alone = team.team_size() == 1;
        LaneMoments whole;
        Moments rest;
        for (std::int64_t i = first + team.team_rank() * W; i < last; i += team.team_size() * W) {
            const std::int64_t tile = i / tile_width, lane = i % tile_width;
            const double* const values = source.data + tile * source.tile_stride + lane;
            if (i + W <= last && all_run(&status(tile, lane))) {
                const Real value = load<Real>(values, 1);
                whole.add(value, shift);
                if (bin_count > 0) count_all(counts, places.of(value), alone);
                continue;
            }
            for (int l = 0; l < W && i + l < last; ++l) {
                if (status(tile, lane + l) != 0) continue;
                rest.add(values[l], shift);
                if (bin_count > 0) count_one(counts(int(places.of(values[l]))), alone);
            }
        }
        whole.merge_into(rest);
        return rest;
    }

    /// Whether W neighbouring trajectories run.
    KOKKOS_FORCEINLINE_FUNCTION static bool all_run(const std::int8_t* statuses) {
        int failed = 0;
        for (int l = 0; l < W; ++l) failed |= statuses[l];
        return failed == 0;
    }

    KOKKOS_FORCEINLINE_FUNCTION static void count_all(const ScratchCounts& counts,
                                                      const Real& position, bool alone) {
        double positions[W];
        store(positions, 1, position);
        for (int l = 0; l < W; ++l) count_one(counts(int(positions[l])), alone);
    }
};

template <class T>
Kokkos::View<T*, DeviceMemory> to_device(const std::vector<T>& values) {
    Kokkos::View<T*, DeviceMemory> view("farstep::columns", values.size());
    const auto host = Kokkos::create_mirror_view(view);
    std::copy(values.begin(), values.end(), host.data());
    Kokkos::deep_copy(view, host);
    return view;
}

/// Merges the moments of all ranks in their order; every rank gets the result.
void merge_over_ranks(const Communicator& comm, std::vector<Moments>& moments) {
    constexpr std::size_t numbers = 4;
    std::vector<double> mine;
    std::vector<double> low, high;
    std::vector<std::int64_t> counts;
    for (const Moments& m : moments) {
        mine.insert(mine.end(), {m.sum.high, m.sum.low, m.squares.high, m.squares.low});
        low.push_back(m.minimum);
        high.push_back(m.maximum);
        counts.push_back(m.count);
    }
    comm.allreduce(std::span<double>(low), Reduce::min);
    comm.allreduce(std::span<double>(high), Reduce::max);
    comm.allreduce(std::span<std::int64_t>(counts), Reduce::sum);
    const std::vector<double> all = comm.gather(mine);
    std::vector<double> merged(mine.size());
    for (std::size_t k = 0; comm.is_root() && k < moments.size(); ++k) {
        Moments total;
        for (std::size_t r = 0; r < std::size_t(comm.size()); ++r) {
            const double* const part = &all[(r * moments.size() + k) * numbers];
            total.sum += CompensatedSum{part[0], part[1]};
            total.squares += CompensatedSum{part[2], part[3]};
        }
        const double values[numbers] = {total.sum.high, total.sum.low, total.squares.high,
                                        total.squares.low};
        std::copy(values, values + numbers, &merged[k * numbers]);
    }
    comm.broadcast(merged);
    for (std::size_t k = 0; k < moments.size(); ++k) {
        moments[k].sum = {merged[k * numbers], merged[k * numbers + 1]};
        moments[k].squares = {merged[k * numbers + 2], merged[k * numbers + 3]};
        moments[k].minimum = low[k];
        moments[k].maximum = high[k];
        moments[k].count = counts[k];
    }
}

}  // namespace

Column component_column(const StateView& state, int component) {
    return {state.data() + component * tile_width, std::int64_t(state.extent(1)) * tile_width};
}

Column value_column(const ValueView& values) { return {values.data(), tile_width}; }

Accumulator::Accumulator(std::vector<Bins> bins, int bin_count)
    : m_bins(std::move(bins)),
      m_bin_count(bin_count),
      m_moments(m_bins.size()),
      m_histogram("farstep::histogram", m_bins.size(), std::size_t(bin_count)) {}

void Accumulator::add(const std::vector<Column>& columns, const StatusView& status,
                      std::int64_t count) {
    if (count == 0) return;
    const std::int64_t block = block_size(count, columns.size());
    const std::int64_t blocks = (count + block - 1) / block;
    const MomentsView partial("farstep::moments", columns.size(), std::size_t(blocks));
    const AccumulateKernel kernel{to_device(columns), to_device(m_bins), status,  count,
                                  blocks,             block,             m_bin_count, partial,
                                  m_histogram};
    // One thread a team on CPUs, where teams are for sharing scratch memory only.
    const int team_size = native_lanes<double> > 1 ? 1 : 128;
    TeamPolicy policy(int(std::int64_t(columns.size()) * blocks), team_size);
    policy.set_scratch_size(
        0, Kokkos::PerTeam(int(ScratchCounts::shmem_size(std::size_t(m_bin_count)) +
                               ScratchMoments::shmem_size(std::size_t(team_size)))));
    Kokkos::parallel_for("farstep::statistics", policy, kernel);
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), partial);
    for (std::size_t c = 0; c < columns.size(); ++c) {
        for (std::int64_t b = 0; b < blocks; ++b) m_moments[c].merge(host(c, std::size_t(b)));
    }
}

std::vector<Summary> Accumulator::summarise(const Communicator& comm,
                                            const std::vector<double>& quantiles) const {
    std::vector<Moments> moments = m_moments;
    merge_over_ranks(comm, moments);
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_histogram);
    std::vector<Summary> result;
    for (std::size_t c = 0; c < m_bins.size(); ++c) {
        std::vector<std::int64_t> histogram(std::size_t(m_bin_count), 0);
        for (std::size_t b = 0; b < histogram.size(); ++b) histogram[b] = host(c, b);
        if (!quantiles.empty()) comm.allreduce(std::span<std::int64_t>(histogram), Reduce::sum);
        const Moments& m = moments[c];
        const double n = double(m.count);
        const double shift = 0.5 * (m_bins[c].low + m_bins[c].high);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const double shifted_mean = m.sum.value() / n;
        Summary summary{m.count, nan, nan, nan, nan, {}};
        if (m.count > 0) {
            summary.mean = shift + shifted_mean;
            summary.variance = std::max(0.0, m.squares.value() / n - shifted_mean * shifted_mean);
            summary.minimum = m.minimum;
            summary.maximum = m.maximum;
        }
        for (const double q : quantiles) {
            summary.quantiles.push_back(m.count > 0 ? quantile(c, m, histogram, q) : nan);
        }
        result.push_back(std::move(summary));
    }
    return result;
}

double Accumulator::quantile(std::size_t column, const Moments& moments,
                             const std::vector<std::int64_t>& histogram,
                             double probability) const {
    const Bins& range = m_bins[column];
    const double width = (range.high - range.low) / m_bin_count;
    const double wanted = probability * double(moments.count);
    double below = 0;
    for (std::size_t b = 0; b < histogram.size(); ++b) {
        const double here = double(histogram[b]);
        if (below + here >= wanted && here > 0) {
            // The outermost bins also hold what lies beyond them.
            const double left = b == 0 ? std::min(moments.minimum, range.low)
                                       : range.low + width * double(b);
            const double right = b + 1 == histogram.size() ? std::max(moments.maximum, range.high)
                                                           : range.low + width * double(b + 1);
            const double inside = left + (right - left) * (wanted - below) / here;
            return std::clamp(inside, moments.minimum, moments.maximum);
        }
        below += here;
    }
    return moments.maximum;
}

void Accumulator::reset() {
    m_moments.assign(m_moments.size(), Moments());
    Kokkos::deep_copy(m_histogram, 0);
}

std::vector<double> Accumulator::moments() const {
    std::vector<double> numbers;
    for (const Moments& m : m_moments) {
        numbers.insert(numbers.end(), {m.sum.high, m.sum.low, m.squares.high, m.squares.low,
                                       m.minimum, m.maximum, double(m.count)});
    }
    return numbers;
}

std::vector<std::int64_t> Accumulator::counts() const {
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_histogram);
    return {host.data(), host.data() + host.size()};
}

void Accumulator::add_collected(const std::vector<double>& moments,
                                const std::vector<std::int64_t>& counts) {
    for (std::size_t c = 0; c < m_moments.size(); ++c) {
        const double* const m = &moments[c * numbers_per_column];
        m_moments[c].merge({{m[0], m[1]}, {m[2], m[3]}, m[4], m[5], std::int64_t(m[6])});
    }
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_histogram);
    for (std::size_t b = 0; b < host.size() && b < counts.size(); ++b) host.data()[b] += counts[b];
    Kokkos::deep_copy(m_histogram, host);
}

std::int64_t Accumulator::bytes(std::size_t columns, int bin_count) {
    return std::int64_t(columns) *
           (bin_count * std::int64_t(sizeof(std::int64_t)) + std::int64_t(sizeof(Moments)));
}

}  // namespace farstep
