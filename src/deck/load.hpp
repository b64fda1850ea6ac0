// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The deck library's front door: a deck to options, options to text, and the deck reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "deck/deck.hpp"
#include "deck/options.hpp"
#include "deck/reference.hpp"
#include "deck/vocabulary.hpp"

namespace farstep {

/// Reads the options, fills in the defaults that depend on other keys, and checks what can be
/// checked without the catalog. Mistakes are collected in the deck; the caller adds its own and
/// then calls deck.throw_if_errors(). Until that has passed, the options may be incomplete.
Options read_options(Deck& deck, const Vocabulary& vocabulary);

/// The options as a deck with every default visible, and help and units as comments. Reading it
/// gives the same options.
std::string resolved_text(const Options& options);

/// The options at and below the given key paths ("system", "train.adam"), one line each in a fixed
/// order, numbers exact: equal texts mean equal options.
std::string canonical(const Options& options, const std::vector<std::string>& paths);

/// Every key of a deck, sections before their keys.
std::vector<ReferenceEntry> reference(const Vocabulary& vocabulary);

/// What `farstep explain KEY` prints; an overview for an empty key. KEY may be a path or the last
/// part of one. Throws UsageError for an unknown key.
std::string explain(std::string_view key, const Vocabulary& vocabulary);

/// The reference as a Markdown page.
std::string reference_markdown(const Vocabulary& vocabulary);

/// Whether `whole` is a whole multiple of `part` (at least one), to a relative 1e-9.
bool is_multiple(double whole, double part);

}  // namespace farstep
