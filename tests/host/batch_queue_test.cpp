// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Minibatches: what ranks find on their own is what the permutation says, wherever training begins.
#include "training/batch_queue.hpp"

#include <gtest/gtest.h>

#include <farstep/numerics/permutation.hpp>

#include <algorithm>
#include <vector>

#include "parallel/partition.hpp"

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
        Ranks ranks(std::min<std::int64_t>(2, total), total, batch);
        for (std::int64_t i = start; i < start + 2; ++i) {
            ASSERT_EQ(ranks.whole_batch(i), expected_batch(i, total, batch)) << "from " << start;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, BatchQueueOf,
                         testing::Values(Sizes{1000, 10}, Sizes{1003, 10}, Sizes{97, 97},
                                         Sizes{97, 96}, Sizes{97, 50}, Sizes{64, 1}, Sizes{1, 1},
                                         Sizes{20'011, 512}),
                         [](const auto& info) {
                             return std::to_string(info.param.total) + "_by_" +
                                    std::to_string(info.param.batch);
                         });

TEST(BatchQueue, KeepsTheOrderOfSamplesWithinAnEpoch) {
    BatchQueue queue(0, 1000, 1000, 100, seed);
    for (std::int64_t i = 0; i < 10; ++i) {
        const auto batch = own_batch(queue, i);
        EXPECT_TRUE(std::is_sorted(batch.begin(), batch.end()));
    }
}

}  // namespace
}  // namespace farstep
