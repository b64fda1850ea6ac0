// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A deck as a tree of values that know their place in the source, read from YAML, and the
// overrides of the command line applied to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deck/source.hpp"

namespace farstep::deck {

/// One YAML value. Scalars keep their text; what it means is up to the reader of the key.
struct Value {
    enum class Kind { nothing, scalar, list, section };
    struct Entry;

    Kind kind = Kind::nothing;
    std::string text;
    bool quoted = false;
    std::vector<Value> items;
    std::vector<Entry> entries;
    Span span;

    /// The entry of this section with that key, or null.
    const Entry* find(std::string_view key) const;
    Entry* find(std::string_view key);
};

struct Value::Entry {
    std::string key;
    Span key_span;
    Value value;
};

/// A key that cannot be written in a deck. An override that reaches into `system: name` keeps the
/// scalar under this key; the reader then treats it as it would have treated the lone scalar.
inline constexpr std::string_view lone_scalar = "";

/// Reads the one YAML document in `text`, which begins at `origin` of its source. Mistakes are
/// added to `problems`; without a value, the text is not YAML or holds nothing.
std::optional<Value> parse_yaml(std::string_view text, const Span& origin,
                                std::vector<Problem>& problems);

/// Puts the override `sources[index]`, of the form `a.b=c`, into the tree; c is read as YAML.
void apply_override(Value& root, const std::vector<Source>& sources, std::size_t index,
                    std::vector<Problem>& problems);

}  // namespace farstep::deck
