// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Minibatches and thinned samples: what ranks find on their own is what one rank finds.
#include "training/batch_queue.hpp"

#include <gtest/gtest.h>

#include <farstep/numerics/permutation.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "parallel/partition.hpp"
#include "training/design.hpp"

namespace farstep {
namespace {

constexpr std::int64_t seed = 7;

/// Global numbers of the samples of a batch, position by position.
std::vector<std::int64_t> expected_batch(std::int64_t iteration, std::int64_t total,
                                         std::int64_t batch) {
    std::vector<std::int64_t> samples;
    for (std::int64_t place = iteration * batch; place < (iteration + 1) * batch; ++place) {
        const Permutation order(std::uint64_t(seed), RandomPurpose::sample_order,
                                std::uint32_t(place / total), total);
        samples.push_back(order(place % total));
    }
    std::sort(samples.begin(), samples.end());
    return samples;
}

std::vector<std::int64_t> own_batch(BatchQueue& queue, std::int64_t iteration) {
    const SampleNumbers batch = queue.batch(iteration);
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), batch);
    return {host.data(), host.data() + host.size()};
}

struct Ranks {
    std::int64_t total, batch;
    std::vector<Range> ranges;
    std::vector<BatchQueue> queues;

    Ranks(int size, std::int64_t samples, std::int64_t batch_size)
        : total(samples), batch(batch_size) {
        for (int rank = 0; rank < size; ++rank) {
            ranges.push_back(partition(total, rank, size));
            queues.emplace_back(ranges.back().begin, ranges.back().size(), total, batch, seed);
        }
    }

    std::vector<std::int64_t> whole_batch(std::int64_t iteration) {
        std::vector<std::int64_t> samples;
        for (std::size_t rank = 0; rank < queues.size(); ++rank) {
            for (const std::int64_t local : own_batch(queues[rank], iteration)) {
                EXPECT_GE(local, 0);
                EXPECT_LT(local, ranges[rank].size());
                samples.push_back(ranges[rank].begin + local);
            }
        }
        std::sort(samples.begin(), samples.end());
        return samples;
    }
};

struct Sizes {
    std::int64_t total, batch;
};

class BatchQueueOf : public testing::TestWithParam<Sizes> {};

TEST_P(BatchQueueOf, GivesEveryRankItsSamplesOfThePermutation) {
    const auto [total, batch] = GetParam();
    for (const int size : {1, 2, 3, 7}) {
        if (size > total) continue;
        Ranks ranks(size, total, batch);
        for (std::int64_t i = 0; i * batch < 4 * total; ++i) {
            ASSERT_EQ(ranks.whole_batch(i), expected_batch(i, total, batch))
                << size << " ranks, iteration " << i;
        }
    }
}

TEST_P(BatchQueueOf, GoesOnFromAnyIteration) {
    const auto [total, batch] = GetParam();
    for (std::int64_t start = 0; start * batch < 3 * total; start += 1 + total / batch / 5) {
        Ranks ranks(total < 2 ? 1 : 2, total, batch);
        for (std::int64_t i = start; i < start + 2; ++i) {
            ASSERT_EQ(ranks.whole_batch(i), expected_batch(i, total, batch)) << "from " << start;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, BatchQueueOf,
                         testing::Values(Sizes{1000, 10}, Sizes{1003, 10}, Sizes{97, 97},
                                         Sizes{97, 96}, Sizes{97, 50}, Sizes{64, 1}, Sizes{1, 1},
                                         Sizes{20'011, 512}),
                         [](const auto& tested) {
                             return std::to_string(tested.param.total) + "_by_" +
                                    std::to_string(tested.param.batch);
                         });

TEST(BatchQueue, KeepsTheOrderOfSamplesWithinAnEpoch) {
    BatchQueue queue(0, 1000, 1000, 100, seed);
    for (std::int64_t i = 0; i < 10; ++i) {
        const auto batch = own_batch(queue, i);
        EXPECT_TRUE(std::is_sorted(batch.begin(), batch.end()));
    }
}

/// Numbers of the samples that are left of `total` on all of so many ranks.
std::vector<std::int64_t> numbers_left(int size, std::int64_t total, std::int64_t wanted) {
    std::vector<std::int64_t> numbers;
    for (int rank = 0; rank < size; ++rank) {
        const Range range = partition(total, rank, size);
        SampleSet samples;
        samples.first = range.begin;
        samples.count = range.size();
        samples.total = total;
        const auto tiles = std::size_t((range.size() + tile_width - 1) / tile_width);
        samples.inputs = StateView("inputs", tiles, 1, tile_width);
        samples.targets = StateView("targets", tiles, 1, tile_width);
        const auto host = Kokkos::create_mirror_view(samples.inputs);
        for (std::int64_t i = 0; i < range.size(); ++i) {
            host(i / tile_width, 0, i % tile_width) = double(range.begin + i);
        }
        Kokkos::deep_copy(samples.inputs, host);
        const SampleSet few = thinned(samples, wanted);
        EXPECT_EQ(few.first, std::int64_t(numbers.size()));
        const auto left = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), few.inputs);
        for (std::int64_t i = 0; i < few.count; ++i) {
            numbers.push_back(std::int64_t(left(i / tile_width, 0, i % tile_width)));
        }
        EXPECT_EQ(few.total, (total + total / wanted - 1) / (total / wanted));
    }
    return numbers;
}

TEST(ThinnedSamples, AreTheSameOnAnyNumberOfRanks) {
    for (const std::int64_t total : {1000, 1001, 1003, 64}) {
        const auto alone = numbers_left(1, total, total / 4);
        EXPECT_TRUE(std::is_sorted(alone.begin(), alone.end()));
        for (const int size : {2, 3, 7}) EXPECT_EQ(numbers_left(size, total, total / 4), alone);
    }
}

TEST(ThinnedSamples, SeeEveryTimeOfTrajectories) {
    // Trajectories of 50 times, of which every fourth sample would see the even ones alone.
    std::set<std::int64_t> times;
    for (const std::int64_t number : numbers_left(1, 50 * 40, 500)) times.insert(number % 50);
    EXPECT_EQ(times.size(), 50U);
}

}  // namespace
}  // namespace farstep
