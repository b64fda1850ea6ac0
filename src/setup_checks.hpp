// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Checking a deck against the catalog: what its names stand for, and what cannot be combined.
#pragma once

#include "setup.hpp"

namespace farstep {

/// Fills in what the setup knows of its system and of the reference's, and notes every mistake in the
/// deck.
void check_against_catalog(Deck& deck, Setup& setup);

}  // namespace farstep
