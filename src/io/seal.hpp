// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A checksum behind the end of a finished HDF5 file, where HDF5 does not look. It is verified
// before HDF5 opens the file, since HDF5 1.10 checks only part of its own structure and crashes
// on damage to the rest. A program that changes the file cuts the seal off, which is fine.

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace farstep {

/// Consecutive bytes of a file.
struct ByteRange {
    std::int64_t begin = 0;
    std::int64_t length = 0;
};

/// Numbers of variables larger than this are left out of the checksum, to keep it quick, but in
/// checkpoints.
inline constexpr std::int64_t max_sealed_bytes = std::int64_t{16} << 20;

enum class Seal { absent, intact, broken };

/// Bytes that a seal takes.
std::int64_t seal_bytes(std::size_t uncovered);

/// Appends a seal that covers all but the ranges given, which do not overlap. Throws
/// EnvironmentError.
void write_seal(const std::filesystem::path& file, std::span<const ByteRange> uncovered);

Seal check_seal(const std::filesystem::path& file);

}  // namespace farstep
