// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The visitor that turns options structs into a tree of texts, and the two forms in which that tree
// is written: a readable deck with every value and its help, and one line a key for comparisons.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deck/leaf.hpp"

namespace farstep::deck {

/// A key with its value as text, or a section with its keys.
struct Written {
    std::string name;
    std::string value;
    std::string comment;
    bool is_section = false;
    bool is_shorthand = false;
    bool is_in_line = false;
    std::string word;
    std::vector<Written> keys;

    /// The section on one line: a word, a lone value, `{a: 1, b: 2}`.
    std::string in_line() const;
};

class Writer {
public:
    explicit Writer(Written& into) : m_into(into) {}

    const Vocabulary& vocabulary() const {
        static const Vocabulary none;
        return none;
    }

    template <class T>
    void key(std::string_view name, const T& value, const KeyInfo& info) {
        if constexpr (is_optional<T>) {
            if (value) key(name, *value, info);
        } else if (info.when.holds) {
            Written& written = add(name, info);
            written.value = write_leaf(value);
            written.is_shorthand = info.shorthand;
        }
    }

    template <class T>
    void section(std::string_view name, T& value, const KeyInfo& info) {
        if constexpr (is_optional<T>) {
            if (value) section(name, *value, info);
        } else if (info.when.holds) {
            Written& written = add(name, info);
            written.is_section = true;
            Writer writer(written);
            describe(writer, value);
        }
    }

    template <class T>
    void table(std::string_view name, std::map<std::string, T>& values, const KeyInfo& info) {
        Written& written = add(name, info);
        written.is_section = true;
        Writer(written).others(values, {});
    }

    template <class T>
    void others(std::map<std::string, T>& values, const KeyInfo& info) {
        for (auto& entry : values) {
            if constexpr (requires(Writer & writer, T & item) { describe(writer, item); }) {
                section(entry.first, entry.second, {.unit = info.unit});
                m_into.keys.back().is_in_line = true;
            } else {
                key(entry.first, entry.second, {.unit = info.unit});
            }
        }
    }

    void word(std::string_view text, bool active, const KeyInfo&) {
        if (active) m_into.word = text;
    }
    void check(std::string_view, bool, std::string_view) {}
    void exclusive(std::initializer_list<std::string_view>, bool, bool = false) {}

private:
    Written& m_into;

    Written& add(std::string_view name, const KeyInfo& info);
};

/// A deck: one key a line, help and units as comments.
std::string as_deck(const Written& root);

/// `a.b: value`, one line a key, for the keys at or below the given paths.
std::string as_lines(const Written& root, const std::vector<std::string>& paths);

}  // namespace farstep::deck
