// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Samples are sorted by batch: counted by chunk, given places by a sum over the counts, and put there.
// So their order is always the same, and no two work items share a place.
#include "training/batch_queue.hpp"

#include <farstep/numerics/permutation.hpp>

#include <algorithm>

namespace farstep {

namespace {

using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;
using Numbers = Kokkos::View<std::int64_t*, DeviceMemory>;
using BatchNumbers = Kokkos::View<std::int32_t*, DeviceMemory>;
using Counts = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;

/// Enough for every core or multiprocessor to have some.
constexpr std::int64_t most_chunks = 256;

struct FindBatches {
    Permutation order;
    BatchNumbers batches;
    std::int64_t first_sample, begin, batch;  ///< `begin`: of the epoch, after that of its first batch

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t i) const {
        batches(i) = std::int32_t((begin + order.position_of(first_sample + i)) / batch);
    }
};

/// Samples of chunk c of so many.
struct Chunk {
    std::int64_t first, end;

    KOKKOS_INLINE_FUNCTION Chunk(std::int64_t c, std::int64_t chunks, std::int64_t samples)
        : first(c * samples / chunks), end((c + 1) * samples / chunks) {}
};

struct CountBatches {
    BatchNumbers batches;
    Counts counts;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t c) const {
        const Chunk chunk(c, std::int64_t(counts.extent(1)), std::int64_t(batches.extent(0)));
        for (std::int64_t i = chunk.first; i < chunk.end; ++i) ++counts(batches(i), c);
    }
};

/// Counts to places, in the order of memory: by batch, then by chunk.
struct SumCounts {
    Counts counts;
    Numbers starts;  ///< of batches
    std::int64_t before;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t k, std::int64_t& sum,
                                           const bool is_final) const {
        std::int64_t& entry = counts.data()[k];
        const std::int64_t count = entry, chunks = std::int64_t(counts.extent(1));
        if (is_final) entry = before + sum;
        if (is_final && k % chunks == 0) starts(k / chunks) = entry;
        sum += count;
    }
};

struct PutInPlace {
    BatchNumbers batches;
    Counts places;
    Numbers sorted;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t c) const {
        const Chunk chunk(c, std::int64_t(places.extent(1)), std::int64_t(batches.extent(0)));
        for (std::int64_t i = chunk.first; i < chunk.end; ++i) sorted(places(batches(i), c)++) = i;
    }
};

/// What is left of an epoch, to before the next.
struct MoveRest {
    Numbers sorted;
    std::int64_t from, to;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t k) const {
        sorted(to + k) = sorted(from + k);
    }
};

}  // namespace

BatchQueue::BatchQueue(std::int64_t first, std::int64_t count, std::int64_t total,
                       std::int64_t batch, std::int64_t seed)
    : m_first(first),
      m_count(count),
      m_total(total),
      m_batch(batch),
      m_seed(std::uint64_t(seed)),
      m_room(std::min(batch, count)),
      m_sorted("farstep::sorted_samples", std::size_t(m_room + count)),
      m_batches("farstep::batches", std::size_t(count)) {
    // An epoch may begin and end amid a batch. The table of places is kept shorter than the samples.
    const std::int64_t batches = total / batch + 2;
    const std::int64_t chunks = std::clamp<std::int64_t>(count / (4 * batches), 1, most_chunks);
    m_places = Counts("farstep::places", std::size_t(batches), std::size_t(chunks));
    m_starts = Numbers("farstep::batch_starts", std::size_t(batches));
    m_bounds.resize(std::size_t(batches) + 1);
}

SampleNumbers BatchQueue::batch(std::int64_t iteration) {
    const std::int64_t begin = iteration * m_batch, epoch = begin / m_total;
    if (epoch != m_epoch) load(epoch);
    const auto number = std::size_t(iteration - first_iteration(epoch));
    std::int64_t first = m_bounds[number], end = m_bounds[number + 1];
    if (begin + m_batch > (epoch + 1) * m_total) {
        const std::int64_t left = end - first;
        Kokkos::parallel_for("farstep::move_rest", Policy(0, left),
                             MoveRest{m_sorted, first, m_room - left});
        load(epoch + 1);
        first = m_room - left;
        end = m_bounds[1];
    }
    return Kokkos::subview(m_sorted, std::make_pair(first, end));
}

void BatchQueue::load(std::int64_t epoch) {
    m_epoch = epoch;
    const Permutation order(m_seed, RandomPurpose::sample_order, std::uint32_t(epoch), m_total);
    const std::int64_t begin = epoch * m_total - first_iteration(epoch) * m_batch;
    Kokkos::parallel_for("farstep::find_batches", Policy(0, m_count),
                         FindBatches{order, m_batches, m_first, begin, m_batch});
    const auto chunks = std::int64_t(m_places.extent(1));
    Kokkos::deep_copy(m_places, 0);
    Kokkos::parallel_for("farstep::count_batches", Policy(0, chunks),
                         CountBatches{m_batches, m_places});
    Kokkos::parallel_scan("farstep::sum_counts", Policy(0, std::int64_t(m_places.size())),
                          SumCounts{m_places, m_starts, m_room});
    set_bounds(epoch);
    Kokkos::parallel_for("farstep::put_in_place", Policy(0, chunks),
                         PutInPlace{m_batches, m_places, m_sorted});
}

void BatchQueue::set_bounds(std::int64_t epoch) {
    if (m_count == m_total) {  // every batch is whole, and nothing needs to be copied
        const std::int64_t first = first_iteration(epoch);
        for (std::size_t b = 0; b < m_bounds.size(); ++b) {
            const std::int64_t position = (first + std::int64_t(b)) * m_batch - epoch * m_total;
            m_bounds[b] = m_room + std::clamp<std::int64_t>(position, 0, m_total);
        }
        return;
    }
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_starts);
    std::copy(host.data(), host.data() + host.size(), m_bounds.begin());
    m_bounds.back() = m_room + m_count;
}

}  // namespace farstep
