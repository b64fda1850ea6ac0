// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Progress: its wording, and who prints what where.

#include "parallel/progress.hpp"

#include <array>
#include <memory>

#include <gtest/gtest.h>

namespace farstep {
namespace {

using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Stream temporary_stream() { return {std::tmpfile(), &std::fclose}; }

std::string content(std::FILE* stream) {
    std::rewind(stream);
    std::string text;
    for (int c = std::fgetc(stream); c != EOF; c = std::fgetc(stream)) {
        text.push_back(static_cast<char>(c));
    }
    return text;
}

TEST(Progress, DescribesRateAndRemainingTime) {
    EXPECT_EQ(describe_progress({0, 100, 0}, "steps"), "0 %");
    EXPECT_EQ(describe_progress({25, 100, 50}, "epochs"), "25 %, 0.5 epochs/s, 2 min 30 s left");
    EXPECT_EQ(describe_progress({30, 0, 10}, "samples"), "30 samples, 3 samples/s");
}

TEST(Progress, DescribesDurations) {
    EXPECT_EQ(describe_duration(0.423), "0.42 s");
    EXPECT_EQ(describe_duration(4.23), "4.2 s");
    EXPECT_EQ(describe_duration(59.4), "59 s");
    EXPECT_EQ(describe_duration(59.6), "1 min 00 s");
    EXPECT_EQ(describe_duration(12000), "3 h 20 min");
}

TEST(Progress, WritesPlainFirstAndLastLinesOffTerminal) {
    const Stream stream = temporary_stream();
    Progress progress({}, "generate", 200, "steps", {.stream = stream.get()});
    for (int i = 0; i < 200; ++i) {
        progress.advance(1);
    }
    progress.finish();
    progress.finish();
    const std::string text = content(stream.get());
    EXPECT_EQ(text.find("  generate   0 of 200 steps\n  generate   200 steps in 0.00 s, "), 0u);
    EXPECT_EQ(text.find_first_of("\r\033"), std::string::npos);
}

TEST(Progress, DrawsABarOnATerminalAndClearsIt) {
    const Stream stream = temporary_stream();
    {
        Progress progress({}, "train", 10, "epochs", {.stream = stream.get(), .on_terminal = true});
        progress.finish();
    }
    EXPECT_EQ(content(stream.get()).find("\r\033[K  train      0 epochs in "), 0u);
}

TEST(Progress, IsSilentOnOtherRanksAndWhenQuiet) {
    const Communicator world(MPI_COMM_WORLD);
    const Stream loud = temporary_stream();
    const Stream quiet = temporary_stream();
    Progress first(world, "a", 1, "steps", {.stream = loud.get()});
    Progress second(world, "b", 1, "steps", {.quiet = true, .stream = quiet.get()});
    first.finish();
    second.finish();
    EXPECT_EQ(content(loud.get()).empty(), !world.is_root());
    EXPECT_TRUE(content(quiet.get()).empty());
}

}  // namespace
}  // namespace farstep
