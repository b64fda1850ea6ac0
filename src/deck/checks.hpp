// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Checks across keys that need nothing but the deck.
#pragma once

#include "deck/deck.hpp"
#include "deck/options.hpp"

namespace farstep {

/// Times that must divide each other, sections that need another, trajectories that do not exist.
void check_consistency(const Options& options, Deck& deck);

}  // namespace farstep
