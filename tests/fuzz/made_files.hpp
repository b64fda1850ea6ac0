// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Files as the stages write them, of small decks, for the fuzzers to edit.

#pragma once

#include <string>
#include <vector>

#include "file_edits.hpp"
#include "fuzzing.hpp"
#include "setup.hpp"

namespace farstep::fuzz {

/// A file to edit, and the deck that reads it.
struct MadeFile {
    Setup setup;
    std::string bytes;  // without the seal
    FileNames names;
};

/// A deck of that name, which writes into a folder of its own.
Setup setup_of(const std::string& name, std::string deck);
MadeFile made(const Setup& setup, const std::filesystem::path& file);

/// Datasets of decks without and with parameters that vary.
const std::vector<MadeFile>& made_datasets();
/// Models: of hidden units, of a polynomial, of a ring, and one that sees a parameter.
const std::vector<MadeFile>& made_models();
/// A file as another program writes it, of initial states and parameters: no scales, no seal.
const std::vector<MadeFile>& foreign_files();

/// Edits one of the files and gives it to `read`, which may refuse it.
int fuzz_file(const std::vector<MadeFile>& files, std::span<const std::uint8_t> input,
              const std::function<void(const Setup&, const std::filesystem::path&)>& read);

}  // namespace farstep::fuzz
