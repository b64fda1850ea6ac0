// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What an evaluation says about each rollout beside its errors: further plain schemes, states of
// chosen trajectories, the cost of single runs.
#pragma once

#include "commands/skill_report.hpp"

namespace farstep {

/// Datasets of stored states and single runs, as far as the deck asks for them; the coordinates
/// `rollout` and `time` exist already. Collective.
void define_rollout_details(OutputFile& file, const Setup& setup);
void write_rollout_details(OutputFile& file, const Setup& setup, const ReferenceRun& reference,
                           const std::vector<Contender>& contenders);

/// Times single runs of all contenders, if the deck asks for them. Collective.
void measure_run_costs(const Context& context, const Setup& setup, const ReferenceRun& reference,
                       std::vector<Contender>& contenders);

/// Errors of the further plain schemes at the last time. The deck's curves are the last contenders.
void print_curves(const Communicator& comm, const Setup& setup,
                  const std::vector<Contender>& contenders, double time);
/// Mean and standard deviation of the cost of single runs.
void print_run_costs(const Communicator& comm, const std::vector<Contender>& contenders);

}  // namespace farstep
