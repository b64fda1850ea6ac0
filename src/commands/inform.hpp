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

std::string version_text();

}  // namespace farstep
