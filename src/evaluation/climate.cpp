// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Long runs, their histograms, and distances between these.
#include "evaluation/climate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ensemble/projection.hpp"

namespace farstep {

namespace {

/// Fine enough that binning adds less to a distance than sampling does.
constexpr int bin_count = 4000;
/// The Hellinger distance of fine bins would measure their emptiness.
constexpr int bins_together = 40;

using Counts = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;
using DeviceBins = Kokkos::View<Bins*, DeviceMemory>;

struct CountStates {
    StateView state;
    StatusView status;
    std::int64_t size;
    DeviceBins range;  // of one row, or of one a component
    Counts counts;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        const std::int64_t tile = i / tile_width, lane = i % tile_width;
        if (i >= size || status(tile, lane) != 0) return;
        for (std::size_t c = 0; c < state.extent(1); ++c) {
            const std::size_t row = range.extent(0) == 1 ? 0 : c;
            const double share =
                (state(tile, c, lane) - range(row).low) / (range(row).high - range(row).low);
            const double bin = share * bin_count;
            const int at = bin < 0 ? 0 : bin < bin_count ? int(bin) : bin_count - 1;
            Kokkos::atomic_fetch_add(&counts(row, at), std::int64_t(1));
        }
    }
};

/// A little more than what the states of the reference run fill.
std::vector<Bins> find_range(const Communicator& comm, const ReferenceRun& reference, bool pooled) {
    const std::size_t d = reference.states.front().extent(1);
    std::vector<double> low(pooled ? 1 : d, std::numeric_limits<double>::infinity());
    std::vector<double> high(low.size(), -std::numeric_limits<double>::infinity());
    for (const StateView& state : reference.states) {
        const auto rows = rows_of(state, reference.range.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::size_t row = pooled ? 0 : i % d;
            low[row] = std::min(low[row], rows[i]);
            high[row] = std::max(high[row], rows[i]);
        }
    }
    comm.allreduce(std::span<double>(low), Reduce::min);
    comm.allreduce(std::span<double>(high), Reduce::max);
    std::vector<Bins> range;
    for (std::size_t row = 0; row < low.size(); ++row) {
        const double margin = 0.1 * (high[row] - low[row]) + 1e-12;
        range.push_back({low[row] - margin, high[row] + margin});
    }
    return range;
}

/// Advances an ensemble to the end and counts its states on the way.
Histogram run(const Context& context, const Setup& setup, const std::vector<Bins>& range,
              const Stepper& stepper, Ensemble& ensemble, const std::vector<int>& projection,
              Progress& progress) {
    const ClimateOptions& options = *setup.options.evaluate->climate;
    const DeviceBins device_range("farstep::climate_range", range.size());
    const auto host = Kokkos::create_mirror_view(device_range);
    std::copy(range.begin(), range.end(), host.data());
    Kokkos::deep_copy(device_range, host);
    const Counts counts("farstep::climate", range.size(), bin_count);
    const std::int64_t outputs = steps_in(options.until, options.every);
    const std::int64_t steps = steps_in(options.every, stepper.step());
    const std::int64_t first = steps_in(options.from, options.every);
    for (std::int64_t n = 1; n <= outputs; ++n) {
        stepper.advance(ensemble.view(), (n - 1) * steps, steps);
        progress.advance(1);
        if (n < first) continue;
        Kokkos::parallel_for(
            "farstep::count_states",
            Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(
                0, ensemble.tiles() * tile_width),
            CountStates{project(ensemble.view().state, projection), ensemble.view().status,
                        ensemble.size(), device_range, counts});
    }
    const auto result = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), counts);
    Histogram histogram{range, {}};
    for (std::size_t row = 0; row < range.size(); ++row) {
        std::vector<std::int64_t> line(&result(row, 0), &result(row, 0) + bin_count);
        context.comm.allreduce(std::span<std::int64_t>(line), Reduce::sum);
        histogram.counts.push_back(std::move(line));
    }
    return histogram;
}

/// The same, by way of the journal if the context has one.
template <class MakeEnsemble>
Histogram kept_run(const Context& context, const Setup& setup, const std::vector<Bins>& range,
                   const Stepper& stepper, const MakeEnsemble& make_ensemble,
                   const std::vector<int>& projection, Progress& progress) {
    const auto write = [](NumberWriter& writer, const Histogram& histogram) {
        for (const auto& line : histogram.counts) {
            writer.add(std::vector<double>(line.begin(), line.end()));
        }
    };
    const auto read = [&](NumberReader& reader) {
        Histogram histogram{range, {}};
        for (std::size_t row = 0; row < range.size(); ++row) {
            histogram.counts.push_back(reader.integers(bin_count));
        }
        return histogram;
    };
    return kept(context.journal, write, read, [&] {
        Ensemble ensemble = make_ensemble();
        return run(context, setup, range, stepper, ensemble, projection, progress);
    });
}

double total(const std::vector<std::int64_t>& counts) {
    std::int64_t sum = 0;
    for (const std::int64_t count : counts) sum += count;
    return double(sum);
}

ClimateDistance row_distance(const std::vector<std::int64_t>& a,
                             const std::vector<std::int64_t>& b) {
    const double all_a = total(a), all_b = total(b);
    // A run without survivors is as far off as can be.
    if (all_a == 0 || all_b == 0) return {1, 1};
    ClimateDistance result;
    double sum_a = 0, sum_b = 0, overlap = 0, bin_a = 0, bin_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        bin_a += double(a[i]) / all_a;
        bin_b += double(b[i]) / all_b;
        sum_a += double(a[i]);
        sum_b += double(b[i]);
        result.kolmogorov_smirnov =
            std::max(result.kolmogorov_smirnov, std::abs(sum_a / all_a - sum_b / all_b));
        if ((i + 1) % bins_together != 0) continue;
        overlap += std::sqrt(bin_a * bin_b);
        bin_a = bin_b = 0;
    }
    result.hellinger = std::sqrt(std::max(0.0, 1 - overlap));
    return result;
}

}  // namespace

ClimateDistance distance(const Histogram& a, const Histogram& b) {
    ClimateDistance largest;
    for (std::size_t row = 0; row < a.counts.size(); ++row) {
        const ClimateDistance here = row_distance(a.counts[row], b.counts[row]);
        largest.kolmogorov_smirnov = std::max(largest.kolmogorov_smirnov, here.kolmogorov_smirnov);
        largest.hellinger = std::max(largest.hellinger, here.hellinger);
    }
    return largest;
}

Climate measure_climate(const Context& context, const Setup& setup, const ReferenceRun& reference,
                        const std::vector<const Stepper*>& steppers) {
    const EvaluateOptions& options = *setup.options.evaluate;
    const auto range = find_range(context.comm, reference, options.climate->pooled);
    const std::int64_t outputs = steps_in(options.climate->until, options.climate->every);
    Progress progress(context.comm, "climate", outputs * std::int64_t(steppers.size() + 2),
                      "output times", context.progress);
    const auto truth = setup.reference_stepper();
    Climate climate;
    const auto first = [&] {
        return Ensemble::at(reference.start, reference.start_parameters, reference.range);
    };
    climate.truth = kept_run(context, setup, range, *truth, first, setup.projection, progress);
    EnsembleOptions others = options.ensemble;
    others.seed = options.ensemble.seed + 1000;
    const auto second = [&] {
        return draw_reference_states(context.comm, setup, others, "evaluate.ensemble",
                                     reference.range);
    };
    climate.floor =
        distance(climate.truth, kept_run(context, setup, range, *truth, second, setup.projection,
                                         progress));
    const auto start = [&] {
        return Ensemble::at(reference.states.front(), reference.parameters, reference.range);
    };
    for (const Stepper* stepper : steppers) {
        climate.others.push_back(kept_run(context, setup, range, *stepper, start, {}, progress));
        climate.distances.push_back(distance(climate.truth, climate.others.back()));
    }
    progress.finish();
    return climate;
}

}  // namespace farstep
