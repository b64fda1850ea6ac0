// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The texts a deck comes from (the file and each `--set`), places in them, and one mistake with
// the place it is shown at: `file:line:col: message`, the source line, a caret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "error.hpp"

namespace farstep {

/// Thrown with the whole report of a deck's mistakes as what().
class DeckError : public Error {
public:
    using Error::Error;
    int exit_code() const noexcept override { return exit_deck; }
};

}  // namespace farstep

namespace farstep::deck {

/// A stretch of one line of a source. Line and column count from 0, the column in bytes.
struct Span {
    std::size_t source = 0;
    std::size_t line = 0;
    std::size_t column = 0;
    std::size_t length = 1;
};

/// One text with its name: the deck file, or an override (`text` is then `a.b=c`).
struct Source {
    std::string name;
    std::string text;
    bool is_override = false;

    std::string_view line(std::size_t index) const;
    /// `file:line:col`, counting from 1 and in characters, or `--set a.b=c`.
    std::string place(const Span& span) const;
};

/// One mistake. `note` is a second sentence, printed below the source line; it may be empty.
struct Problem {
    Span span;
    std::string message;
    std::string note;
};

/// A deck's mistakes beyond this many are dropped: nobody reads them.
inline constexpr std::size_t max_problems = 1000;

/// The mistake as the user sees it, ending in a newline.
std::string render(const Problem& problem, const std::vector<Source>& sources);

/// All mistakes, in the order of the sources, and how many there are.
std::string render(std::vector<Problem> problems, const std::vector<Source>& sources);

}  // namespace farstep::deck
