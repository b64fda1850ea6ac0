// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A corrected step tried over many times the length of its training data: single-step errors say
// little about whether a rollout stays where the corrector was trained.
#pragma once

#include "io/input_file.hpp"
#include "setup.hpp"
#include "training/samples.hpp"

namespace farstep {

/// What became of validation trajectories in a long rollout of the corrected step.
struct LongRollout {
    double until = 0;                              ///< [time]; 0: there was none
    double survived = 0;                           ///< [time] up to which no trajectory was lost
    std::int64_t trajectories = 0;
    std::int64_t lost = 0;                         ///< not finite, or outside the deck's limits
    std::int64_t left_box = 0;                     ///< ever outside the widened training box
    std::optional<double> energy_drift = {};       ///< largest |H(t) − H(0)| of those not lost

    /// For people: "to t = 100: 256 of 256 survive, 12 left the training box".
    std::string description(const SystemInfo& info) const;
};

/// Rolls the corrected step out in double, from the first states of validation trajectories of the
/// dataset, with a guard that counts as forecasts do by default. The same on any number of ranks.
/// Collective.
LongRollout roll_out(const Communicator& comm, const Setup& setup, const InputFile& dataset,
                     const TrainingData& data, const DeployedNetwork& network);

}  // namespace farstep
