// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The part of an ensemble that steps change, to a checkpoint and back: states, what became of each
// trajectory, and the record of an adaptive scheme.

#pragma once

#include "checkpoint/checkpoint.hpp"
#include "ensemble/ensemble.hpp"

namespace farstep {

/// The trajectories that all ranks hold together are `whole`; each brings its own. `record` is null
/// for fixed steps.
void save(SavedState& state, const Ensemble& ensemble, const Range& whole,
          const AdaptiveRecord* record);

/// On any number of ranks. Throws EnvironmentError. Not collective.
void load(const Checkpoint& checkpoint, Ensemble& ensemble, const Range& whole,
          AdaptiveRecord* record);

}  // namespace farstep
