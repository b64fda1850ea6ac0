// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Decks that are small as files and would be large in memory, or take long: each is refused, or
// read, at once.
#include <gtest/gtest.h>

#include <chrono>

#include "deck_fixture.hpp"

namespace farstep {
namespace {

std::string repeated(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

/// Fails if the deck takes longer than a slow machine needs for what it deserves.
std::string timed_report(const std::string& text) {
    const auto start = std::chrono::steady_clock::now();
    const std::string found = report(text);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
    return found;
}

TEST(DeckSize, CountsTheTextsThatAliasesRepeat) {
    const std::string bomb =
        "a: &a \"" + repeated("x", 500'000) + "\"\nb: [" + repeated("*a, ", 90'000) + "0]\n";
    EXPECT_HAS(timed_report(bomb), "the deck is too large");
}

TEST(DeckSize, CountsTheCopiesThatNestedAnchorsKeep) {
    std::string bomb = "a: ";
    for (int i = 0; i < 400; ++i) bomb += "&a" + std::to_string(i) + " [";
    EXPECT_HAS(timed_report(bomb + repeated("1, ", 50'000) + "1" + repeated("]", 400) + "\n"),
               "the deck is too large");
}

TEST(DeckSize, RefusesDeepNesting) {
    for (const std::string open : {"[", "{a: ", "- "}) {
        EXPECT_HAS(timed_report("a: " + repeated(open, 200'000)), "x.yaml:1:");
    }
}

TEST(DeckSize, LimitsTheKeysOfASection) {
    std::string deck = smallest;
    for (int i = 0; i < 50'000; ++i) deck += "key_" + std::to_string(i) + ": 1\n";
    EXPECT_HAS(timed_report(deck), "more than 1000 keys in one section");
}

TEST(DeckSize, StopsCountingMistakes) {
    const std::string deck =
        smallest + "forecast: {save: {quantiles: [" + repeated("2, ", 90'000) + "2]}}\n";
    EXPECT_HAS(timed_report(deck), "at least 1000 mistakes in x.yaml");
}

TEST(DeckSize, FindsRepeatedItemsOfLongListsAtOnce) {
    std::string list;
    for (int i = 0; i < 90'000; ++i) list += std::to_string(i) + ", ";
    const std::string deck = smallest +
                             "ensemble: {size: 100000}\ngenerate: {until: 1}\n"
                             "forecast: {save: {trajectories: [" +
                             list;
    EXPECT_EQ(timed_report(deck + "90000]}}\n"), "");
    EXPECT_HAS(timed_report(deck + "17]}}\n"), "`17` is listed twice");
}

TEST(DeckSize, DoesNotListTheFreeKeysThatADeckGaveAsExpected) {
    const std::string found =
        report("step: 0.5\nsystem: {name: spring_chain, mine: 1, paramaters: {k: 1}}\n");
    EXPECT_HAS(found, "did you mean `parameters`?");
    EXPECT_EQ(count(found, "mine"), 1U);  // in the line shown, not in the note
}

TEST(DeckSize, BoundsNumbersOfThings) {
    for (const char* key : {"ensemble.size", "evaluate.timing.trajectories", "train.adam.batch"}) {
        const std::string found =
            report(smallest + "ensemble: 4\ntrain: {fit: adam}\nevaluate: {}\n",
                   {std::string(key) + "=1000000000000000000"});
        EXPECT_HAS(found, "expected an integer from 1 to 1000000000000");
    }
}

TEST(DeckSize, RefusesMoreStatesThanCanBeCounted) {
    EXPECT_HAS(report(smallest + "ensemble: {size: 1e12}\ngenerate: {until: 1e6}\n"),
               "1000000000000 trajectories of 2000000 outputs each are more than 1e+15 states");
}

}  // namespace
}  // namespace farstep
