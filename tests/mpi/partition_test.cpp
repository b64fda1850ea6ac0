// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Sharing items out over ranks.

#include "parallel/partition.hpp"

#include <gtest/gtest.h>

namespace farstep {
namespace {

TEST(Partition, CoversEveryItemOnceInRankOrderAndInEqualShares) {
    for (const std::int64_t n : {0, 1, 2, 3, 7, 64, 1000, 100'003}) {
        for (int size = 1; size <= 17; ++size) {
            std::int64_t next = 0;
            for (int rank = 0; rank < size; ++rank) {
                const Range range = partition(n, rank, size);
                EXPECT_EQ(range.begin, next);
                EXPECT_GE(range.size(), n / size);
                EXPECT_LE(range.size(), n / size + 1);
                next = range.end;
            }
            EXPECT_EQ(next, n);
        }
    }
}

TEST(Partition, OwnerIsTheRankWhoseRangeContainsTheItem) {
    for (const std::int64_t n : {1, 5, 16, 333}) {
        for (int size = 1; size <= 9; ++size) {
            for (std::int64_t index = 0; index < n; ++index) {
                EXPECT_TRUE(partition(n, owner(index, n, size), size).contains(index));
            }
        }
    }
}

TEST(Partition, WorksAtCompileTimeAndBeyond32Bits) {
    static_assert(partition(10, 1, 4) == Range{3, 6});
    constexpr std::int64_t many = 6'000'000'000'001;
    static_assert(partition(many, 999, 1000).end == many);
    static_assert(owner(many - 1, many, 1000) == 999);
}

}  // namespace
}  // namespace farstep
