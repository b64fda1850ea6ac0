// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Where a file comes from: enough to make it again. Stands in the file's root attributes.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "io/input_file.hpp"
#include "io/output_file.hpp"

namespace farstep {

struct Provenance {
    std::string deck = {};        // the deck's text as the user wrote it
    std::string recipe = {};      // the resolved deck of this stage, defaults included
    std::string version = {};     // of Farstep
    std::string git_commit = {};  // of Farstep, with a mark if the tree had changes
    std::string host = {};
    std::string date = {};     // ISO 8601, UTC
    std::string backend = {};  // Kokkos execution space
    std::int64_t ranks = 1;
    std::int64_t threads = 1;  // of each rank
    std::int64_t seed = 0;
    std::int64_t restarts = 0;        // from checkpoints
    std::string overridden = {};      // what of the deck changed at them, one line each
    std::map<std::string, double> timings_s = {};  // wall time by stage
};

/// This machine's name.
std::string host_name();
/// "2026-03-01T12:34:56Z"
std::string utc_now();

/// In the structure phase, and again before commit for what is known only then. Collective.
void write_provenance(OutputFile& file, const Provenance& provenance);
/// What a file lacks stays at its default.
Provenance read_provenance(const InputFile& file);

}  // namespace farstep
