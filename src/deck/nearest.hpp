// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The nearest right name to a misspelt one, for "did you mean".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace farstep {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
/// Upper and lower case, and `-` and `_`, count as equal.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `name`, or an empty text if none is near enough to be meant.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

/// "; did you mean `x`?", or an empty text.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace farstep
