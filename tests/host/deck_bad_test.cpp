// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Every deck in tests/decks/bad is refused at the line, and with the words, that its first line
// names: `# expect: LINE: words`.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "deck/load.hpp"
#include "deck_fixture.hpp"

namespace farstep {
namespace {

struct BadDeck {
    std::filesystem::path file;
    friend void PrintTo(const BadDeck& deck, std::ostream* out) { *out << deck.file.filename(); }
};

std::vector<BadDeck> bad_decks() {
    std::vector<BadDeck> decks;
    for (const auto& entry :
         std::filesystem::directory_iterator(FARSTEP_SOURCE_DIR "/tests/decks/bad")) {
        if (entry.path().extension() == ".yaml") decks.push_back({entry.path()});
    }
    return decks;
}

std::string report_of(const std::filesystem::path& file) {
    try {
        Deck deck = Deck::read(file);
        read_options(deck, test_vocabulary());
        return deck.report();
    } catch (const DeckError& error) {
        return error.what();
    }
}

/// Whether a line of the report begins with `place` and contains `words`.
bool has_message(const std::string& report, const std::string& place, const std::string& words) {
    std::istringstream lines(report);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(place, 0) == 0 && line.find(words) != std::string::npos) return true;
    }
    return false;
}

class BadDeckTest : public testing::TestWithParam<BadDeck> {};

TEST_P(BadDeckTest, IsRefusedWhereAndAsItSays) {
    const std::filesystem::path& file = GetParam().file;
    std::ifstream stream(file);
    std::string first;
    std::getline(stream, first);
    const std::string mark = "# expect: ";
    ASSERT_EQ(first.rfind(mark, 0), 0U) << "the first line must be `# expect: LINE: words`";
    const std::size_t colon = first.find(": ", mark.size());
    ASSERT_NE(colon, std::string::npos);
    const std::string line = first.substr(mark.size(), colon - mark.size());
    const std::string report = report_of(file);
    EXPECT_TRUE(has_message(report, file.string() + ":" + line + ":", first.substr(colon + 2)))
        << first << "\nbut found:\n"
        << report;
}

INSTANTIATE_TEST_SUITE_P(Folder, BadDeckTest, testing::ValuesIn(bad_decks()),
                         [](const testing::TestParamInfo<BadDeck>& tested) {
                             return tested.param.file.stem().string();
                         });

TEST(BadDecks, AreAtLeastTwentyFive) { EXPECT_GE(bad_decks().size(), 25U); }

}  // namespace
}  // namespace farstep
