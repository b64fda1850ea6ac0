// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The bytes of an unfinished file that are not values of its variables. Put back, they make the
// file what it was when its structure was complete, whatever half-written attributes came after;
// the values stay as they are.

#pragma once

#include <filesystem>
#include <vector>

#include "io/seal.hpp"

namespace farstep {

struct Skeleton {
    std::int64_t file_length = 0;
    std::vector<ByteRange> ranges;  ///< what the bytes cover, in order
    std::vector<std::int8_t> bytes;

    bool empty() const { return ranges.empty(); }
};

/// All of a file but the ranges given. Throws EnvironmentError.
Skeleton read_skeleton(const std::filesystem::path& file, std::vector<ByteRange> values);

/// Whether the ranges lie within the file, one behind the other, and have as many bytes.
bool is_sound(const Skeleton& skeleton);

/// Whether a file is there, and as long as it was.
bool can_restore(const std::filesystem::path& file, const Skeleton& skeleton);

/// Throws EnvironmentError.
void restore(const std::filesystem::path& file, const Skeleton& skeleton);

}  // namespace farstep
