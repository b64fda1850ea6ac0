// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A deck: its text, the overrides, the tree of values with their places, and the mistakes found in
// it so far, by whoever finds them, so that all are reported at once.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "deck/source.hpp"
#include "deck/tree.hpp"

namespace farstep {

class Deck {
public:
    /// Reads a file. Each override is `a.b=c`. Throws DeckError if the file cannot be read, holds
    /// no YAML section, or an override is malformed.
    static Deck read(const std::filesystem::path& file, std::vector<std::string> overrides = {});

    /// The same for a text that is already here; `name` stands for the file in messages.
    static Deck from_text(std::string name, std::string text,
                          std::vector<std::string> overrides = {});

    const std::string& name() const { return m_sources.front().name; }
    /// The file's bytes as they were (less a byte order mark), without the overrides.
    const std::string& text() const { return m_sources.front().text; }
    std::vector<std::string> overrides() const;
    /// The text followed by one comment line for each override: what to store as provenance.
    std::string provenance() const;

    const deck::Value& root() const { return m_root; }

    /// Whether the deck (or an override) gives this key. Paths: `forecast.save.trajectories[2]`.
    bool has(std::string_view path) const;

    /// `file:line:col` of the key's value, or of the nearest enclosing section that is given.
    std::string locate(std::string_view path) const;

    /// Notes a mistake in the value at `path`, shown with a caret below it. Where the deck does not
    /// give the key, the caret is below the enclosing section and the message names the key.
    void error(std::string_view path, std::string message, std::string note = "");

    /// Notes that the last part of `path` is none of `expected`, with the nearest right name.
    /// `what` is the kind of name, such as "component of elastic_pendulum".
    void unknown_key(std::string_view path, std::string_view what,
                     const std::vector<std::string>& expected);

    /// Notes a mistake at a given place that concerns the key `path`.
    void error_at(const deck::Span& span, std::string_view path, std::string message,
                  std::string note = "");

    /// Whether no mistake was noted at these keys, below them, or in a section around them.
    /// Cross-checks ask this first, so that one mistake is not reported twice.
    bool sound(std::initializer_list<std::string_view> paths) const;

    bool has_errors() const { return !m_problems.empty(); }
    /// All mistakes noted so far as one text; empty if there are none.
    std::string report() const;
    /// Throws DeckError with the report if there are mistakes.
    void throw_if_errors() const;

private:
    struct Found {
        const deck::Value* value = nullptr;
        deck::Span key_span;
        bool exact = false;
    };

    std::vector<deck::Source> m_sources;
    deck::Value m_root;
    std::vector<deck::Problem> m_problems;
    std::set<std::string, std::less<>> m_bad_paths;

    Found find(std::string_view path) const;
    deck::Span span_of(const Found& found) const;
    void check_root(bool file_is_yaml);
};

}  // namespace farstep
