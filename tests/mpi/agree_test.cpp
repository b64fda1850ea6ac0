// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// An error on one rank is the same error on every rank.

#include "parallel/agree.hpp"

#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scratch.hpp"

namespace farstep {
namespace {

using testing::world;

struct Outcome {
    int exit_code = 0;
    std::string message;
};

template <class F>
Outcome outcome_of(F&& f) {
    try {
        f();
    } catch (const Error& error) {
        return {error.exit_code(), error.what()};
    }
    return {};
}

TEST(Together, ReturnsValuesWhenAllIsWell) {
    EXPECT_EQ(together(world(), [] { return 7; }), 7);
    EXPECT_NO_THROW(together(world(), [] {}));
}

TEST(Together, OneFailingRankFailsAllAlikeAndIsNamed) {
    const Communicator comm = world();
    const int failing = comm.size() - 1;
    const Outcome outcome = outcome_of([&] {
        together(comm, [&] {
            if (comm.rank() == failing) {
                throw EnvironmentError("the disk is full; free some space");
            }
        });
    });
    EXPECT_EQ(outcome.exit_code, exit_environment);
    const std::string name =
        comm.size() > 1 ? fmt::format("rank {} of {}: ", failing, comm.size()) : "";
    EXPECT_EQ(outcome.message, name + "the disk is full; free some space");
}

TEST(Together, TellsTheLowestRanksMessageIfAllFail) {
    const Communicator comm = world();
    const Outcome outcome = outcome_of([&] {
        together(comm,
                 [&]() -> int { throw UsageError(fmt::format("seen by rank {}", comm.rank())); });
    });
    EXPECT_EQ(outcome.message, "seen by rank 0");
    EXPECT_EQ(outcome.exit_code, exit_usage);
}

TEST(Together, NamesTheRankOnceWhenNested) {
    const Communicator comm = world();
    const Outcome outcome = outcome_of([&] {
        together(comm, [&] {
            together(comm, [&] {
                if (comm.rank() == 0) {
                    throw EnvironmentError("no");
                }
            });
        });
    });
    EXPECT_EQ(outcome.message,
              comm.size() > 1 ? fmt::format("rank 0 of {}: no", comm.size()) : std::string("no"));
}

TEST(Together, TurnsForeignExceptionsIntoErrors) {
    const Communicator comm = world();
    if (comm.size() == 1) {
        GTEST_SKIP() << "one process passes exceptions as they are";
    }
    const Outcome memory = outcome_of([&] { together(comm, [] { throw std::bad_alloc(); }); });
    EXPECT_EQ(memory.exit_code, exit_environment);
    EXPECT_NE(memory.message.find("out of memory"), std::string::npos);
    const Outcome bug = outcome_of([&] { together(comm, [] { throw std::logic_error("oops"); }); });
    EXPECT_EQ(bug.exit_code, exit_usage);
    EXPECT_EQ(bug.message, "internal error: oops");
}

TEST(OnRoot, RunsOnceAndFailsEverywhere) {
    const Communicator comm = world();
    std::int64_t runs = 0;
    on_root(comm, [&] { ++runs; });
    EXPECT_EQ(comm.allreduce(runs, Reduce::sum), 1);
    const Outcome outcome =
        outcome_of([&] { on_root(comm, [] { throw EnvironmentError("no such file"); }); });
    EXPECT_EQ(outcome.exit_code, exit_environment);
    EXPECT_EQ(outcome.message, "no such file");
}

}  // namespace
}  // namespace farstep
