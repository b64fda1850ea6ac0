// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Reading decks: places and carets of mistakes, all of them at once, nearest names, values,
// defaults that depend on other keys, and checks across keys.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "deck/load.hpp"
#include "deck/nearest.hpp"
#include "deck_fixture.hpp"

namespace farstep {
namespace {

TEST(DeckPlace, IsFileLineAndColumnOfTheOffendingToken) {
    EXPECT_EQ(report("system: henon_heiles\nstep:   -1  # far\n"),
              "x.yaml:2:9: step: expected a number > 0, found `-1`\n"
              "    2 | step:   -1  # far\n"
              "      |         ^^\n");
}

TEST(DeckPlace, CountsCharactersNotBytes) {
    const std::string text = report(smallest + "limits: {θθ: [1, 0]}\n");
    EXPECT_HAS(text, "x.yaml:3:14: limits.θθ: expected [low, high] with low < high");
    EXPECT_HAS(text, "\n      |              ^\n");
}

TEST(DeckPlace, KeepsTabsInFrontOfTheCaret) {
    EXPECT_HAS(report(smallest + "memory:\t3\n"), "    3 | memory:\t3\n      |        \t^\n");
}

TEST(DeckPlace, UnderlinesQuotedTextWithItsQuotes) {
    EXPECT_HAS(report("system: henon_heiles\nstep: \"0.2\"\n"), "|       ^^^^^\n");
}

TEST(DeckPlace, IsRightWithWindowsLineEndsAndByteOrderMark) {
    const std::string text = report("\xEF\xBB\xBFsystm: henon_heiles\r\nstep: -1\r\n");
    EXPECT_HAS(text, "x.yaml:1:1: unknown key `systm`; did you mean `system`?\n    1 | systm: hen");
    EXPECT_HAS(text, "x.yaml:2:7: step");
}

TEST(DeckPlace, OfALongLineIsShownInAWindow) {
    const std::string name(301, 'a');
    const std::string text = report(smallest + "limits: {" + name + ": [1, 0]}\n");
    EXPECT_HAS(text, "x.yaml:3:313: limits");
    const std::size_t line = text.find("    3 | ");
    EXPECT_LT(text.find('\n', line) - line, 120U);
}

TEST(DeckPlace, OfAMissingKeyIsItsSection) {
    const std::string text = report(smallest + "ensemble: {size: 3}\ngenerate:\n  every: 0.5\n");
    EXPECT_HAS(text, "x.yaml:4:1: `generate` needs the key `until`\n    4 | generate:\n");
}

TEST(DeckPlace, CanBeAskedForAnyKey) {
    const Deck deck = Deck::from_text("x.yaml", every_stage);
    EXPECT_EQ(deck.locate("step"), "x.yaml:3:7");
    EXPECT_EQ(deck.locate("train.fit[1]"), "x.yaml:19:16");
    EXPECT_EQ(deck.locate("generate"), "x.yaml:16:1");
    EXPECT_EQ(deck.locate("generate.every"), "x.yaml:16:1") << "not given: the section";
    EXPECT_TRUE(deck.has("ensemble.initial.q1.uniform"));
    EXPECT_FALSE(deck.has("generate.every"));
    EXPECT_FALSE(deck.has("train.fit[2]"));
}

TEST(DeckReport, ListsAllMistakesInOrder) {
    const std::string text =
        report("sytem: henon_heiles\nstep: abc\nscheme: rk\nensemble: {size: 0, sed: 1}\nstep: 1\n",
               {"forecast.until=-1"});
    const std::vector<std::string> expected = {
        "x.yaml:1:1: unknown key `sytem`; did you mean `system`?",
        "x.yaml:2:7: step: expected a number > 0, found `abc`",
        "x.yaml:3:9: scheme: unknown choice `rk`; did you mean `rk4`?",
        "x.yaml:4:18: ensemble.size: expected an integer from 1 to 1000000000000, found `0`",
        "x.yaml:4:21: unknown key `sed` in `ensemble`; did you mean `seed`?",
        "x.yaml:5:1: duplicate key `step`",
        "--set forecast.until=-1: forecast.until: expected a number > 0, found `-1`",
        "7 mistakes in x.yaml",
    };
    std::size_t last = 0;
    for (const std::string& part : expected) {
        const std::size_t at = text.find(part);
        ASSERT_NE(at, std::string::npos) << part << "\nin:\n" << text;
        EXPECT_GE(at, last) << part;
        last = at;
    }
}

TEST(DeckReport, DoesNotCallAMisspeltKeyMissing) {
    EXPECT_EQ(count(report("sytem: henon_heiles\nstep: 1\n"), "needs the key"), 0U);
}

TEST(DeckReport, JoinsMistakesThatTheCallerFinds) {
    Deck deck = Deck::from_text(
        "x.yaml", smallest + "ensemble: {size: 2.5, initial: {qz: 1}}\ngenerate: {until: 3}\n");
    read_options(deck, test_vocabulary());
    EXPECT_FALSE(deck.sound({"ensemble.size"}));
    EXPECT_FALSE(deck.sound({"ensemble"}));
    EXPECT_TRUE(deck.sound({"step", "ensemble.initial"}));
    deck.unknown_key("ensemble.initial.qz", "component of henon_heiles", {"qx", "qy", "px", "py"});
    deck.error("generate.every", "is odd", "so are others");
    const std::string text = deck.report();
    EXPECT_HAS(
        text,
        "x.yaml:3:18: ensemble.size: expected an integer from 1 to 1000000000000, found `2.5`");
    EXPECT_HAS(text, "x.yaml:3:33: `qz` is no component of henon_heiles; did you mean `qx`?");
    EXPECT_HAS(text, "x.yaml:4:1: generate.every (by default): is odd");
    EXPECT_HAS(text, "= so are others\n");
    EXPECT_HAS(text, "3 mistakes in x.yaml");
    EXPECT_THROW(deck.throw_if_errors(), DeckError);
}

TEST(DeckReport, NamesAMissingFileAndTheNearestOne) {
    const std::filesystem::path folder(FARSTEP_SOURCE_DIR "/tests/decks/bad");
    try {
        Deck::read(folder / "width_zer.yaml");
        FAIL() << "a missing deck was read";
    } catch (const DeckError& error) {
        const std::string text = error.what();
        EXPECT_HAS(text, "width_zer.yaml: cannot read the deck: No such file or directory");
        EXPECT_HAS(text, "width_zero.yaml`?");
        EXPECT_EQ(error.exit_code(), exit_deck);
    }
    EXPECT_THROW(Deck::read(folder), DeckError);
}

TEST(DeckReport, SaysThatTheDeckIsEmpty) {
    EXPECT_HAS(report(""), "x.yaml:1:1: the deck is empty");
    EXPECT_HAS(report("\n# nothing\n"), "the deck is empty");
}

TEST(NearestName, AllowsTyposButNotOtherWords) {
    const std::vector<std::string> names = {"until", "every", "ensemble", "improved_euler"};
    EXPECT_EQ(nearest("untill", names), "until");
    EXPECT_EQ(nearest("utnil", names), "until");
    EXPECT_EQ(nearest("Improved-Euler", names), "improved_euler");
    EXPECT_EQ(nearest("impr", names), "improved_euler");
    EXPECT_EQ(nearest("banana", names), "");
    EXPECT_EQ(edit_distance("ab", "ba"), 1U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(DeckValues, AcceptWholeNumbersInAnyNotation) {
    EXPECT_EQ(read(smallest + "ensemble: {size: 1e5}\n").ensemble->size, 100000);
    EXPECT_EQ(read(smallest + "ensemble: {size: +7}\n").ensemble->size, 7);
    EXPECT_HAS(report(smallest + "ensemble: {size: 1e30}\n"),
               "expected an integer from 1 to 1000000000000");
    EXPECT_HAS(report(smallest + "ensemble: {size: 1e-1}\n"),
               "expected an integer from 1 to 1000000000000");
}

TEST(DeckValues, RefuseNumbersThatAreNotFinite) {
    for (const char* text : {"inf", "nan", ".inf", "1e999", "-.nan"}) {
        EXPECT_HAS(report("system: henon_heiles\nstep: " + std::string(text) + "\n"), "x.yaml:2:7");
    }
}

TEST(DeckValues, ReadSizesWithUnits) {
    EXPECT_EQ(read(smallest + "memory: 2 GiB\n").memory.bytes, 2147483648U);
    EXPECT_EQ(read(smallest + "memory: 1.5MB\n").memory.bytes, 1500000U);
    EXPECT_TRUE(read(smallest + "memory: auto\n").memory.is_auto());
    EXPECT_EQ(to_text(ByteSize{1500000}), "1500000 B");
    EXPECT_EQ(to_text(ByteSize{3U << 20U}), "3 MiB");
}

TEST(DeckValues, TakeALoneScalarForItsSection) {
    const Options options = read(smallest + "train: {approximator: linear, fit: adam}\n");
    EXPECT_EQ(options.system.name, "henon_heiles");
    EXPECT_EQ(options.train->approximator.type, ApproximatorType::Linear);
    EXPECT_EQ(options.train->fit, std::vector<FitMethod>{FitMethod::Adam});
}

TEST(DeckValues, KeepFreeKeys) {
    const Options options = read(every_stage);
    EXPECT_EQ(options.system.sizes.at("masses"), 5);
    EXPECT_EQ(options.system.parameters.values.at("k").value, 1.1);
    EXPECT_EQ(options.ensemble->initial.components.at("y").value, 10.0);
    EXPECT_EQ(options.limits.at("q1")[1], 1000.0);
    EXPECT_TRUE(options.forecast->save.trajectories.all);
}

TEST(DeckDefaults, FollowTheKeysTheyDependOn) {
    const std::string stages = "generate: {until: 10}\ntrain:\nforecast:\nevaluate:\n";
    const std::string ensemble = "ensemble: {size: 9, seed: 4, initial: {r: 1}}\n";
    const Options options = read(smallest + ensemble + stages);
    EXPECT_EQ(options.reference.step, 0.5 / 20);
    EXPECT_EQ(options.generate->every, 0.5);
    EXPECT_EQ(options.forecast->until, 10);
    EXPECT_EQ(options.forecast->save.every, 0.5);
    EXPECT_EQ(options.forecast->ensemble.size, 9);
    EXPECT_EQ(options.forecast->ensemble.seed, 5) << "a stage must not see the training states";
    EXPECT_EQ(options.evaluate->ensemble.seed, 6);
    EXPECT_EQ(options.evaluate->ensemble.initial, options.ensemble->initial);
    EXPECT_EQ(options.output, "results/x");
    EXPECT_EQ(options.train->dataset, "results/x/dataset.h5");
    EXPECT_EQ(options.evaluate->model, "results/x/model.h5");
}

TEST(DeckPresets, StandForKeysThatTheDeckLeavesOut) {
    const auto trained = [](const std::string& keys) {
        const Options options = read(smallest + "train: {preset: published" + keys + "}\n");
        EXPECT_EQ(read(resolved_text(options)), options);
        return *options.train;
    };
    const TrainOptions all = trained("");
    EXPECT_EQ(all.approximator.hidden, 1024);
    EXPECT_FALSE(all.approximator.linear);
    EXPECT_EQ(all.fit, std::vector<FitMethod>{FitMethod::Adam});
    EXPECT_EQ(all.inputs, Scaling::Raw);
    EXPECT_EQ(all.targets, TargetScaling::Raw);
    EXPECT_EQ(all.adam.epochs, 500);
    EXPECT_EQ(all.adam.batch, 16384);
    EXPECT_EQ(all.adam.learning_rate, 1e-3);
    EXPECT_EQ(all.adam.beta2, 0.999);
    EXPECT_EQ(all.adam.warm_up, 0);
    const TrainOptions some =
        trained(", approximator: {hidden: 9}, targets: state, adam: {iterations: 7, batch: 5}");
    EXPECT_EQ(some.approximator.hidden, 9);
    EXPECT_FALSE(some.approximator.linear);
    EXPECT_EQ(some.targets, TargetScaling::State);
    EXPECT_EQ(some.inputs, Scaling::Raw);
    EXPECT_FALSE(some.adam.epochs) << "iterations are given";
    EXPECT_EQ(some.adam.iterations, 7);
    EXPECT_EQ(some.adam.batch, 5);
    EXPECT_EQ(some.adam.beta2, 0.999);
    const TrainOptions ridge = trained(", fit: ridge");
    EXPECT_EQ(ridge.fit, std::vector<FitMethod>{FitMethod::Ridge});
    EXPECT_EQ(ridge.approximator.hidden, 1024);
    EXPECT_EQ(trained(", approximator: linear").approximator.type, ApproximatorType::Linear);
}

TEST(DeckDefaults, LeaveStagesOutThatTheDeckLeavesOut) {
    const Options options = read(smallest);
    EXPECT_FALSE(options.ensemble || options.generate || options.train || options.forecast ||
                 options.evaluate);
}

TEST(DeckChecks, AcceptTimesThatDivideUpToRounding) {
    EXPECT_TRUE(is_multiple(0.3, 0.1));
    EXPECT_TRUE(is_multiple(1e5, 0.1));
    EXPECT_FALSE(is_multiple(0.35, 0.1));
    EXPECT_FALSE(is_multiple(0.05, 0.1));
    EXPECT_EQ(report("system: henon_heiles\nstep: 0.1\nensemble: {size: 2}\n"
                     "generate: {until: 0.7, every: 0.1}\nreference: {step: 0.001}\n"),
              "");
}

TEST(DeckChecks, ProposeTheNearestTimesThatFit) {
    EXPECT_HAS(report(smallest + "ensemble: {size: 2}\ngenerate: {until: 3.2}\n"),
               "the nearest that is: 3 or 3.5");
}

}  // namespace
}  // namespace farstep
