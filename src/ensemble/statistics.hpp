// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Statistics over an ensemble, computed where the data is: moments, extremes, quantiles. They do
// not depend on how the ensemble is split over lanes, threads, chunks and ranks: sums carry their
// rounding errors, and quantiles come from integer counts in fixed bins.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/numerics/compensated_sum.hpp>

#include <cstdint>
#include <limits>
#include <vector>

#include "parallel/communicator.hpp"

namespace farstep {

/// One number a trajectory: a component of the state, its energy, its error. Lane l of tile t is
/// at data[t·tile_stride + l].
struct Column {
    const double* data = nullptr;
    std::int64_t tile_stride = 0;
};

Column component_column(const StateView& state, int component);
Column value_column(const ValueView& values);

/// Fixed bins of a histogram; values outside count in the first and the last bin.
struct Bins {
    double low = 0, high = 0;
};

/// Sums of one column over running trajectories, relative to a shift that all ranks share.
struct Moments {
    CompensatedSum sum, squares;
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -std::numeric_limits<double>::infinity();
    std::int64_t count = 0;

    KOKKOS_INLINE_FUNCTION void add(double value, double shift) {
        const double x = value - shift;
        sum.add(x);
        squares.add(x * x);
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
        ++count;
    }

    KOKKOS_INLINE_FUNCTION void merge(const Moments& other) {
        sum += other.sum;
        squares += other.squares;
        if (other.minimum < minimum) minimum = other.minimum;
        if (other.maximum > maximum) maximum = other.maximum;
        count += other.count;
    }
};

/// Statistics of one column. Without a running trajectory all numbers are NaN.
struct Summary {
    std::int64_t count = 0;
    double mean = 0, variance = 0, minimum = 0, maximum = 0;
    std::vector<double> quantiles;
};

/// Collects statistics of several columns over chunks of an ensemble, then over ranks.
class Accumulator {
public:
    /// One bin range and shift a column. With `bin_count` 0 there are no histograms.
    Accumulator(std::vector<Bins> bins, int bin_count);

    /// Adds the running trajectories among the first `count`.
    void add(const std::vector<Column>& columns, const StatusView& status, std::int64_t count);

    /// Over all ranks; every rank gets the result. Quantiles are interpolated in the histogram, so
    /// their resolution is one bin. Collective.
    std::vector<Summary> summarise(const Communicator& comm,
                                   const std::vector<double>& quantiles) const;
    void reset();

    /// What this rank has collected, as numbers: moments [column][7], and counts [column][bin].
    static constexpr std::size_t numbers_per_column = 7;
    std::vector<double> moments() const;
    std::vector<std::int64_t> counts() const;
    /// Adds such numbers; those of several ranks may be added one after the other.
    void add_collected(const std::vector<double>& moments, const std::vector<std::int64_t>& counts);

    /// Host and device memory [bytes].
    static std::int64_t bytes(std::size_t columns, int bin_count);

private:
    double quantile(std::size_t column, const Moments& moments,
                    const std::vector<std::int64_t>& histogram, double probability) const;

    using Histogram = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;
    std::vector<Bins> m_bins;
    int m_bin_count;
    std::vector<Moments> m_moments;
    Histogram m_histogram;  // [column][bin]
};

}  // namespace farstep
