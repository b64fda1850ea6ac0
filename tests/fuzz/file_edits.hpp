// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Edits of an HDF5 file, as a fuzzer's bytes ask for them: what another program, or malice, could
// make of it. Bytes flipped at random hardly get beyond a checksum; these edits leave a file that
// HDF5 can open, and it may be sealed afterwards.

#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fuzzing.hpp"

namespace farstep::fuzz {

/// Names in a file that edits may aim at.
struct FileNames {
    std::vector<std::string> variables;
    /// Object and name.
    std::vector<std::pair<std::string, std::string>> attributes;
};

FileNames names_in(const std::filesystem::path& file);

/// A file's bytes without its seal.
std::string unsealed(const std::filesystem::path& file);

/// Writes `original` as `file` and edits it. The first byte says whether the result is sealed, and
/// what is left of the input after the edits, where a sealed file is damaged.
void write_edited(const std::filesystem::path& file, const std::string& original,
                  const FileNames& names, Bytes& input);

}  // namespace farstep::fuzz
