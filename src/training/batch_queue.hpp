// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Which samples are in which minibatch. Every epoch is a permutation of all samples, and batches run
// on from one epoch into the next; a rank looks only at the samples that it owns.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <cstdint>
#include <vector>

namespace farstep {

/// Local numbers of samples.
using SampleNumbers = Kokkos::View<const std::int64_t*, DeviceMemory>;

class BatchQueue {
public:
    /// Of samples first … first + count − 1, which this rank owns of `total`; `batch` ≤ total.
    BatchQueue(std::int64_t first, std::int64_t count, std::int64_t total, std::int64_t batch,
               std::int64_t seed);

    /// The samples of an iteration's batch that this rank owns, ascending within an epoch. Valid until
    /// the next call; iterations may begin anywhere, and go on one by one.
    SampleNumbers batch(std::int64_t iteration);

private:
    using Numbers = Kokkos::View<std::int64_t*, DeviceMemory>;
    using Counts = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;

    void load(std::int64_t epoch);
    void set_bounds(std::int64_t epoch);
    std::int64_t first_iteration(std::int64_t epoch) const { return epoch * m_total / m_batch; }

    std::int64_t m_first, m_count, m_total, m_batch;
    std::uint64_t m_seed;
    std::int64_t m_room;        ///< before an epoch's samples, for what is left of the one before
    std::int64_t m_epoch = -1;  ///< whose samples are sorted
    Numbers m_sorted;           ///< by batch, from m_room on
    Kokkos::View<std::int32_t*, DeviceMemory> m_batches;  ///< of each sample, from the epoch's first
    Counts m_places;                     ///< [batch][chunk of samples]
    Numbers m_starts;                    ///< where an epoch's batches begin in m_sorted
    std::vector<std::int64_t> m_bounds;  ///< the same on the host, and the end
};

}  // namespace farstep
