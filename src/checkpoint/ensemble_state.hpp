// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The part of an ensemble that steps change, to a checkpoint and back: states, what became of each
// trajectory, the record of an adaptive scheme, and where it stands.

#pragma once

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/position.hpp"
#include "ensemble/ensemble.hpp"

namespace farstep {

/// The trajectories that all ranks hold together are at.chunk; each brings its own. `record` is
/// null for fixed steps.
void save(SavedState& state, const Ensemble& ensemble, const Position& at,
          const AdaptiveRecord* record);

/// On any number of ranks; returns where the ensemble stands. Throws EnvironmentError if that is
/// not on its course, or what became of a trajectory cannot be. Not collective.
Position load(const Checkpoint& checkpoint, Ensemble& ensemble, const Course& course,
              AdaptiveRecord* record);

}  // namespace farstep
