// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The communicator's collective operations, on any number of ranks.

#include "parallel/communicator.hpp"

#include <gtest/gtest.h>

#include "scratch.hpp"

namespace farstep {
namespace {

using testing::world;

TEST(Communicator, DefaultIsOneProcessThatNeedsNoMpi) {
    const Communicator alone;
    EXPECT_EQ(alone.size(), 1);
    EXPECT_TRUE(alone.is_root());
    EXPECT_EQ(alone.local_rank(), 0);
    EXPECT_EQ(alone.allreduce(2.5, Reduce::sum), 2.5);
    EXPECT_EQ(alone.gather(std::vector<double>{1, 2}), (std::vector<double>{1, 2}));
    EXPECT_TRUE(alone.all_arrive_within(0));
}

TEST(Communicator, ReducesNumbersInPlace) {
    const Communicator comm = world();
    const std::int64_t n = comm.size();
    std::vector<double> values{1.0, static_cast<double>(comm.rank())};
    comm.allreduce(values, Reduce::sum);
    EXPECT_EQ(values,
              (std::vector<double>{static_cast<double>(n), static_cast<double>(n * (n - 1) / 2)}));
    EXPECT_EQ(comm.allreduce(std::int64_t{comm.rank()}, Reduce::max), n - 1);
    EXPECT_EQ(comm.allreduce(-1.0 * comm.rank(), Reduce::min), -1.0 * static_cast<double>(n - 1));
}

TEST(Communicator, GathersPartsOfAnySizeInRankOrder) {
    const Communicator comm = world();
    const std::vector<double> mine(static_cast<std::size_t>(comm.rank()), comm.rank());
    std::vector<double> expected;
    for (int rank = 0; comm.is_root() && rank < comm.size(); ++rank) {
        expected.insert(expected.end(), static_cast<std::size_t>(rank), rank);
    }
    EXPECT_EQ(comm.gather(mine), expected);
}

TEST(Communicator, BroadcastsSizesAlongWithValues) {
    const Communicator comm = world();
    const int last = comm.size() - 1;
    std::string text = comm.rank() == last ? "from the last rank" : "";
    comm.broadcast(text, last);
    EXPECT_EQ(text, "from the last rank");
    std::vector<double> values;
    if (comm.is_root()) {
        values = {1, 2, 3};
    }
    comm.broadcast(values);
    EXPECT_EQ(values, (std::vector<double>{1, 2, 3}));
}

TEST(Communicator, NumbersRanksOfOneNodeFromZero) {
    const Communicator comm = world();
    const int local = comm.local_rank();
    EXPECT_GE(local, 0);
    EXPECT_LE(local, comm.rank());
    EXPECT_TRUE(comm.all_arrive_within(60));
}

}  // namespace
}  // namespace farstep
