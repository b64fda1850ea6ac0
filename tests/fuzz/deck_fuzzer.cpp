// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Decks: the input is a deck's text, read from a file through schema and all checks. Lines at its
// start of the form `#set a.b=c` are overrides. A deck that passes must read the same once more
// from its resolved text.

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string_view>
#include <vector>

#include "deck/load.hpp"
#include "fuzzing.hpp"
#include "setup.hpp"

namespace farstep::fuzz {
namespace {

std::vector<std::string> overrides_in(const std::string& deck) {
    constexpr std::string_view mark = "#set ";
    std::vector<std::string> overrides;
    std::istringstream lines(deck);
    for (std::string line; std::getline(lines, line) && line.starts_with(mark);) {
        overrides.push_back(line.substr(mark.size()));
    }
    return overrides;
}

void check_resolved(const std::string& name, const Options& options) {
    const std::string resolved = resolved_text(options);
    Deck deck = Deck::from_text(name, resolved);
    const Options again = read_options(deck, vocabulary());
    if (!deck.has_errors() && again == options) return;
    std::fprintf(stderr, "fuzzer: the resolved deck is another one:\n%s\n%s\n", resolved.c_str(),
                 deck.report().c_str());
    std::abort();
}

void check(std::span<const std::uint8_t> text) {
    const auto file = folder() / "deck.yaml";
    write_bytes(file, text);
    const Setup setup = read_setup({}, file, overrides_in(std::string(text.begin(), text.end())));
    check_resolved(file.string(), setup.options);
}

}  // namespace
}  // namespace farstep::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    farstep::fuzz::start();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    farstep::fuzz::expect_refusal({farstep::exit_deck}, [&] {
        farstep::fuzz::check({data, size});
    });
    return 0;
}
