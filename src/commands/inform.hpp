// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Commands that only tell: list, info, check, version.
#pragma once

#include "setup.hpp"

namespace farstep {

/// Systems, schemes, correctors and activations, one line each.
std::string list_text();

/// One system in full: components, parameters, published ensemble. Throws UsageError.
std::string system_text(const std::string& name);

/// What is in a file. Throws EnvironmentError.
std::string info_text(const std::filesystem::path& file);

/// The resolved deck, with estimates of memory, disk and time. Collective.
void check(const Context& context, const Setup& setup);

/// What numbers of a size [bytes] in a file will cost: "1.8 GiB in out/forecast.h5, about 1.7 s at
/// 1.1 GiB/s, as just measured there". Writes to the file's folder for a tenth of a second.
std::string storage_text(const std::filesystem::path& file, std::int64_t bytes);

/// States that cost before a stage pays it, if it is worth a word. Collective.
void state_storage(const Communicator& comm, const std::filesystem::path& file,
                   std::int64_t bytes);

std::string version_text();

}  // namespace farstep
