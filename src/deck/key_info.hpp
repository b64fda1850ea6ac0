// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a description says about a key besides its name and type: help, unit, bounds and so on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "deck/vocabulary.hpp"

namespace farstep::deck {

/// The numbers a key admits.
struct Bounds {
    std::optional<double> low = std::nullopt;
    std::optional<double> high = std::nullopt;
    bool low_is_open = false;
    bool high_is_open = false;

    bool contains(double x) const;
    /// Such as "> 0" or "from 0 to 1"; empty without bounds.
    std::string text() const;
};

inline Bounds positive() { return {.low = 0.0, .low_is_open = true}; }
inline Bounds at_least(double low) { return {.low = low}; }
inline Bounds between(double low, double high) { return {.low = low, .high = high}; }
/// Numbers of things: what is more than any machine can do is a slip, and would overflow products.
inline Bounds counts() { return between(1, 1e12); }
/// Seeds: exact in decks, and with room for the seeds of later stages.
inline Bounds seeds() { return between(0.0, 9007199254740992.0); }
/// Greater than `low` and less than `high`.
inline Bounds inside(double low, double high) {
    return {.low = low, .high = high, .low_is_open = true, .high_is_open = true};
}

/// When a key may be given: an option that the chosen path would ignore is refused. `text` reads
/// after "only when"; `on` is the key of the same section that decides.
struct Condition {
    bool holds = true;
    std::string_view on = {};
    std::string_view text = {};
};

struct KeyInfo {
    std::string_view help = {};
    std::string_view unit = {};
    Bounds bounds = {};
    /// The names that a text may be; null: any text.
    const Choices* choices = nullptr;
    /// Said where a name is none of them; may be empty.
    std::string_view choices_note = {};
    bool required = false;
    /// What the default depends on, if it is no constant: "step", "OUTPUT/model.h5".
    std::string_view otherwise = {};
    /// The key that a lone scalar in place of the section stands for.
    bool shorthand = false;
    /// A list of one may be written without brackets.
    bool one_or_list = false;
    std::size_t min_items = 0;
    bool distinct = false;
    /// A pair is [low, high] with low < high.
    bool ascending = false;
    /// Replaces what the type and the bounds would say is expected.
    std::string_view expected = {};
    /// What stands for the free name in the reference: `limits.<component>`.
    std::string_view placeholder = "name";
    Condition when = {};
};

/// How a type is called: "a" "number", "numbers".
struct Noun {
    std::string article;
    std::string one;
    std::string many;
};

}  // namespace farstep::deck
