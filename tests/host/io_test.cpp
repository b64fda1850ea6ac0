// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What OutputFile writes, InputFile reads; and what is half written never takes its final name.

#include <fstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../mpi/scratch.hpp"
#include "error.hpp"
#include "io/input_file.hpp"
#include "io/output_file.hpp"
#include "io/provenance.hpp"
#include "io_example.hpp"

namespace farstep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Scratch;

class ExampleFile : public ::testing::Test {
protected:
    ExampleFile() { testing::write_example(m_folder / "example.h5"); }
    InputFile open() const { return InputFile(m_folder / "example.h5", FileKind::forecast); }

    Scratch m_folder;
};

TEST_F(ExampleFile, ReadsBackNumbersOfEveryType) {
    const InputFile file = open();
    EXPECT_EQ(file.read("state"), testing::example_states());
    EXPECT_THAT(file.read<std::int8_t>("status"), ElementsAre(0, 1, 0));
    EXPECT_THAT(file.read<float>("parameters"), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(file.read<std::int64_t>("steps"), ElementsAre(10'000'000'000));
    EXPECT_THAT(file.read<std::int32_t>("plain/histogram"), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(file.read("/plain/mean"), ::testing::Each(2.5));
}

TEST_F(ExampleFile, ReadsPartsOfVariables) {
    const InputFile file = open();
    EXPECT_THAT(file.read("state", {{2, 1, 0}, {1, 2, 2}}), ElementsAre(210, 211, 220, 221));
    EXPECT_THAT(file.read("state", {{4, 0, 1}, {1, 3, 1}}), ElementsAre(401, 411, 421));
    EXPECT_THAT(file.read("state", {{5, 0, 0}, {0, 3, 2}}), IsEmpty());
    EXPECT_THROW(file.read("state", {{4, 0, 0}, {2, 3, 2}}), EnvironmentError);
    EXPECT_THROW(file.read("state", {{0}, {5}}), EnvironmentError);
    float one = 0;
    file.read_into("parameters", {{1, 2}, {1, 1}}, &one);
    EXPECT_EQ(one, 6);
}

TEST_F(ExampleFile, KnowsShapesAndDimensions) {
    const InputFile file = open();
    EXPECT_EQ(file.kind(), FileKind::forecast);
    EXPECT_THAT(file.shape("state"), ElementsAre(5, 3, 2));
    EXPECT_THAT(file.shape("steps"), IsEmpty());
    EXPECT_THAT(file.dimensions("state"), ElementsAre("time", "trajectory", "component"));
    EXPECT_THAT(file.dimensions("plain/mean"), ElementsAre("time", "component"));
    EXPECT_THAT(file.dimensions("time"), ElementsAre("time"));
    EXPECT_THAT(file.variables(), ElementsAre("time", "component", "state", "status", "parameters",
                                              "steps", "plain/mean", "plain/histogram"));
    EXPECT_TRUE(file.has("plain"));
    EXPECT_TRUE(file.has("plain/mean"));
    EXPECT_FALSE(file.has("plain/median"));
    EXPECT_FALSE(file.has("corrected/mean"));
    EXPECT_NO_THROW(file.require_shape("state", {5, -1, 2}));
    EXPECT_THROW(file.require_shape("state", {5, -1, 4}), EnvironmentError);
}

TEST_F(ExampleFile, ReadsTextsAndAttributes) {
    const InputFile file = open();
    EXPECT_TRUE(file.is_text("component"));
    EXPECT_THAT(file.read_texts("component"), ElementsAre("θ", "r"));
    EXPECT_EQ(file.text("time", "units"), "s");
    EXPECT_EQ(file.text("plain", "scheme"), "rk4");
    EXPECT_EQ(file.text("state", "scheme"), "rk4");
    EXPECT_THAT(file.numbers("/", "levels"), ElementsAre(0.05, 0.5, 0.95));
    EXPECT_EQ(describe(file.attribute("/", "names")), "a, b");
    EXPECT_THAT(file.attributes("state"), ElementsAre("units", "long_name", "scheme"));
    EXPECT_THROW(file.number("time", "units"), EnvironmentError);
    EXPECT_THROW(file.text("time", "colour"), EnvironmentError);
}

TEST_F(ExampleFile, CarriesItsProvenance) {
    const Provenance expected = testing::example_provenance();
    const Provenance found = read_provenance(open());
    EXPECT_EQ(found.deck, expected.deck);
    EXPECT_EQ(found.recipe, expected.recipe);
    EXPECT_EQ(found.version, expected.version);
    EXPECT_EQ(found.git_commit, expected.git_commit);
    EXPECT_EQ(found.host, expected.host);
    EXPECT_EQ(found.date, expected.date);
    EXPECT_EQ(found.backend, expected.backend);
    EXPECT_EQ(found.ranks, expected.ranks);
    EXPECT_EQ(found.threads, expected.threads);
    EXPECT_EQ(found.seed, expected.seed);
    EXPECT_EQ(found.timings_s, expected.timings_s);
}

TEST(Provenance, DatesAreIso8601) {
    EXPECT_THAT(utc_now(), ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
    EXPECT_FALSE(host_name().empty());
}

TEST(OutputFile, HasItsFinalNameOnlyWhenWhole) {
    const Scratch folder;
    std::ofstream(folder / "model.h5") << "older";
    {
        OutputFile file({}, folder / "model.h5", FileKind::model);
        EXPECT_TRUE(std::filesystem::exists(folder / "model.h5.part"));
        EXPECT_EQ(std::filesystem::file_size(folder / "model.h5"), 5u);
    }
    EXPECT_TRUE(folder.holds_only("model.h5"));
    EXPECT_EQ(std::filesystem::file_size(folder / "model.h5"), 5u);
    OutputFile(Communicator(), folder / "model.h5", FileKind::model).commit();
    EXPECT_TRUE(folder.holds_only("model.h5"));
    EXPECT_EQ(InputFile(folder / "model.h5").kind(), FileKind::model);
}

TEST(OutputFile, CreatesItsFoldersAndReplacesAttributes) {
    const Scratch folder;
    const auto name = folder / "a/b/c.h5";
    OutputFile file({}, name, FileKind::model);
    file.attribute("/", "seconds", 1.0);
    file.attribute("/", "seconds", "unknown");
    file.attribute("/", "deck", std::string(300'000, 'd'));
    file.commit();
    const InputFile input(name);
    EXPECT_EQ(input.text("/", "seconds"), "unknown");
    EXPECT_EQ(input.text("/", "deck").size(), 300'000u);
}

TEST(OutputFile, RefusesMistakesOfItsCaller) {
    const Scratch folder;
    OutputFile file({}, folder / "a.h5", FileKind::model);
    file.dimension("n", 4);
    file.variable("w", {"n"}, NumberType::float64);
    const std::vector<double> values(4, 0);
    EXPECT_THROW(file.dimension("n", 5), std::logic_error);
    EXPECT_THROW(file.variable("v", {"m"}, NumberType::float64), std::logic_error);
    EXPECT_THROW(file.attribute("v2", "units", "m"), std::logic_error);
    EXPECT_THROW(file.write("w", {{0}, {4}}, values.data()), std::logic_error);
    file.begin_parallel();
    EXPECT_THROW(file.write("w", {{1}, {4}}, values.data()), std::logic_error);
    EXPECT_THROW(file.write("x", {{0}, {4}}, values.data()), std::logic_error);
    EXPECT_THROW(file.group("late"), std::logic_error);
}

TEST(Slab, KnowsWhetherItIsOneBlock) {
    EXPECT_TRUE(is_one_block({{3, 0, 0}, {1, 5, 2}}, {9, 5, 2}));
    EXPECT_TRUE(is_one_block({{3, 2, 0}, {1, 3, 2}}, {9, 5, 2}));
    EXPECT_TRUE(is_one_block({{3, 2, 1}, {1, 1, 1}}, {9, 5, 2}));
    EXPECT_FALSE(is_one_block({{3, 2, 0}, {2, 3, 2}}, {9, 5, 2}));
    EXPECT_FALSE(is_one_block({{3, 2, 0}, {1, 3, 1}}, {9, 5, 2}));
    EXPECT_TRUE(is_one_block({}, {}));
}

TEST(Slab, SplitsIntoPiecesThatFollowEachOther) {
    const std::vector<Slab> pieces = split({{2, 0}, {1, 10}}, 4);
    std::int64_t next = 0;
    for (const Slab& piece : pieces) {
        EXPECT_THAT(piece.offset, ElementsAre(2, next));
        EXPECT_LE(piece.count[1], 4);
        next += piece.count[1];
    }
    EXPECT_EQ(next, 10);
    EXPECT_EQ(split({{0, 0}, {0, 3}}, 4).size(), 1u);
    EXPECT_EQ(split({}, 4).size(), 1u);
}

}  // namespace
}  // namespace farstep
