// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Decks as text: overrides, resolved decks that read back as what was written, canonical text, and
// the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "deck/load.hpp"
#include "deck_fixture.hpp"

namespace farstep {
namespace {

TEST(Overrides, ReplaceAddAndCreate) {
    const Options options =
        read(every_stage, {"step=0.1", "forecast.save.trajectories=[0, 2]", "train.seed=7",
                           "evaluate.timing.repeats=3", "system.masses=10"});
    EXPECT_EQ(options.step, 0.1);
    EXPECT_EQ(options.forecast->save.trajectories.indices, (std::vector<std::int64_t>{0, 2}));
    EXPECT_EQ(options.train->seed, 7);
    EXPECT_EQ(options.evaluate->timing.repeats, 3);
    EXPECT_EQ(options.system.sizes.at("masses"), 10);
}

TEST(Overrides, ReachIntoALoneScalar) {
    const Options options = read(smallest, {"system.parameters.lambda=0.5"});
    EXPECT_EQ(options.system.name, "henon_heiles");
    EXPECT_EQ(options.system.parameters.values.at("lambda").value, 0.5);
    EXPECT_EQ(read(smallest, {"system.name=lorenz63"}).system.name, "lorenz63");
    const std::string deck = smallest + "ensemble: {size: 2, initial: published}\n";
    EXPECT_EQ(read(deck, {"ensemble.initial.qx=3"}).ensemble->initial.components.size(), 1U);
    EXPECT_HAS(report(smallest, {"step.x=3"}), "step: expected a number > 0, found a section");
}

TEST(Overrides, CreateAStage) {
    EXPECT_EQ(read(smallest + "ensemble: {size: 2}\n", {"generate.until=5"}).generate->until, 5);
}

TEST(Overrides, ApplyInOrder) { EXPECT_EQ(read(smallest, {"step=1", "step=2"}).step, 2); }

TEST(Overrides, AreNamedInTheirMistakes) {
    EXPECT_EQ(report(smallest + "ensemble: {size: 1}\n", {"forecast.until=abc"}),
              "--set forecast.until=abc: forecast.until: expected a number > 0, found `abc`\n"
              "      | forecast.until=abc\n"
              "      |                ^^^\n");
    EXPECT_HAS(report(smallest, {"forcast.until=1"}),
               "--set forcast.until=1: unknown key `forcast`; did you mean `forecast`?");
    EXPECT_HAS(report(smallest, {"step"}), "--set step: expected key=value");
    EXPECT_HAS(report(smallest, {"=3"}), "--set =3: expected key=value");
    EXPECT_HAS(report(smallest, {"a..b=3"}), "--set a..b=3: expected key=value");
    EXPECT_HAS(report(smallest, {"step=[1"}), "--set step=[1: not valid YAML");
    EXPECT_HAS(report(smallest, {"step="}), "--set step=: step: expected a number > 0, found");
    EXPECT_HAS(report(smallest + "train: {fit: [adam]}\n", {"train.fit.x=1"}), "is a list");
}

TEST(Overrides, ArePartOfTheProvenance) {
    const Deck deck = Deck::from_text("x.yaml", smallest, {"step=1"});
    EXPECT_EQ(deck.text(), smallest);
    EXPECT_EQ(deck.overrides(), Overrides{"step=1"});
    EXPECT_EQ(deck.provenance(), smallest + "# --set step=1\n");
}

TEST(ResolvedDeck, ReadsBackAsTheSameOptions) {
    for (const std::string& text : {smallest, every_stage}) {
        const Options options = read(text);
        const std::string resolved = resolved_text(options);
        EXPECT_EQ(read(resolved), options) << resolved;
        EXPECT_EQ(resolved_text(read(resolved)), resolved);
    }
}

TEST(ResolvedDeck, ShowsDefaultsAndUnits) {
    const std::string text = resolved_text(read(every_stage));
    EXPECT_HAS(text, "validation: 0.1 ");
    EXPECT_HAS(text, "# the far step [time]\n");
    EXPECT_HAS(text, "q2: {normal: [0.1, 0.30000000000000004]}\n");
    EXPECT_HAS(text, "\n    y: 10\n");
    EXPECT_HAS(text, "output: \"results/a b\"");
    EXPECT_EQ(count(text, "iterations:"), 0U) << "has no meaning beside epochs";
}

TEST(ResolvedDeck, KeepsEveryBitOfANumber) {
    Options options = read(smallest);
    for (const double x : {0.1, 1.0 / 3, 1e-300, std::numeric_limits<double>::denorm_min(),
                           std::numeric_limits<double>::max(), 123456789012345680.0}) {
        options.system.parameters.values["p"].value = x;
        EXPECT_EQ(read(resolved_text(options)).system.parameters.values.at("p").value, x);
    }
}

TEST(ResolvedDeck, QuotesTextsThatYamlWouldTakeForSomethingElse) {
    Options options = read(smallest);
    for (const char* text : {"true", "1e5", "a: b", "a #b", "-", "null", "tab\there", "\"q\"\\",
                             "[x]", "ünï", "line\nbreak", "~"}) {
        options.output = text;
        if (std::string(text) == "~") continue;  // refused as a path
        EXPECT_EQ(read(resolved_text(options)).output, text);
    }
}

TEST(CanonicalText, IsTheSameForDecksThatMeanTheSame) {
    const std::vector<std::string> keys = {"system", "step", "ensemble"};
    const std::string a =
        canonical(read("step: 0.20\nsystem: {name: spring_chain, parameters: {m: 1, k: 2e0}}\n"
                       "ensemble: {size: 1e3, initial: {b: 1.0, a: {uniform: [0, 1]}}}\n"),
                  keys);
    const std::string b = canonical(
        read("system:\n  parameters: {k: 2, m: 1.0}\n  name: spring_chain\nforecast: {until: 2}\n"
             "ensemble: {initial: {a: {uniform: [0., 1.]}, b: {value: 1}}, size: 1000, seed: 1}\n"
             "step: 2e-1\n"),
        keys);
    EXPECT_EQ(a, b);
    EXPECT_EQ(a,
              "system.name: spring_chain\nsystem.parameters.k.value: 2\nsystem.parameters.m.value: 1\n"
              "step: 0.2\nensemble.size: 1000\nensemble.seed: 1\n"
              "ensemble.initial.a.uniform: [0, 1]\nensemble.initial.b.value: 1\n");
}

TEST(CanonicalText, DiffersInTheLastBit) {
    const std::string a = canonical(read("system: lorenz63\nstep: 0.3\n"), {"step"});
    const std::string b =
        canonical(read("system: lorenz63\nstep: 0.30000000000000004\n"), {"step"});
    EXPECT_NE(a, b);
}

TEST(DeckReference, DescribesEveryKeyThatIsWritten) {
    std::vector<std::string> paths;
    for (const ReferenceEntry& entry : reference(test_vocabulary())) paths.push_back(entry.path);
    for (const char* path : {"system.name", "ensemble.initial.energy_shell.range",
                             "limits.<component>", "train.adam.warm_up", "forecast.save.quantiles",
                             "ensemble.initial.<component>.uniform", "evaluate.ladder.schemes"}) {
        EXPECT_EQ(std::count(paths.begin(), paths.end(), path), 1) << path;
    }
    for (const ReferenceEntry& entry : reference(test_vocabulary())) {
        EXPECT_FALSE(entry.type.empty()) << entry.path;
        const bool is_free = entry.path.back() == '>';
        EXPECT_TRUE(is_free || !entry.help.empty()) << entry.path;
        EXPECT_TRUE(entry.is_section || entry.required || !entry.default_text.empty())
            << entry.path;
    }
}

TEST(Explain, ShowsTypeDefaultUnitAndChoices) {
    const std::string text = explain("train.approximator.activation", test_vocabulary());
    EXPECT_HAS(text, "activation of the hidden units");
    EXPECT_HAS(text, "default    rational");
    EXPECT_HAS(text, "only when `type` is perceptron");
    EXPECT_HAS(text, "tanh");
    EXPECT_HAS(explain("step", test_vocabulary()), "number > 0");
    EXPECT_HAS(explain("warm_up", test_vocabulary()), "train.adam.warm_up");
    EXPECT_HAS(explain("", test_vocabulary()), "work-precision");
    EXPECT_HAS(explain("ensemble", test_vocabulary()), "published");
}

TEST(Explain, KnowsTheNearestKey) {
    try {
        explain("train.approximator.hiden", test_vocabulary());
        FAIL() << "an unknown key was explained";
    } catch (const UsageError& error) {
        EXPECT_HAS(std::string(error.what()), "did you mean `train.approximator.hidden`?");
    }
}

TEST(Reference, HasTheSameKeysWhateverTheWords) {
    const auto with_words = reference(test_vocabulary()), without = reference(Vocabulary());
    ASSERT_EQ(with_words.size(), without.size());
    for (std::size_t k = 0; k < without.size(); ++k) {
        EXPECT_EQ(with_words[k].path, without[k].path);
    }
}

TEST(ReferencePage, HasARowForEveryKey) {
    const std::string page = reference_markdown(test_vocabulary());
    for (const ReferenceEntry& entry : reference(test_vocabulary())) {
        EXPECT_HAS(page, "`" + entry.path + "`");
    }
}

}  // namespace
}  // namespace farstep
