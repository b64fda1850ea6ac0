// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What an evaluation says about forecasts that chaos ends: skill by lead time, ensembles, climate.
#pragma once

#include <optional>

#include "evaluation/climate.hpp"
#include "evaluation/ensemble_skill.hpp"
#include "io/output_file.hpp"

namespace farstep {

/// What is rolled out: the far step, plain, corrected, or with another approximator; or another
/// plain scheme.
struct Contender {
    std::string name;
    std::unique_ptr<Stepper> stepper;
    RolloutError errors;
    double cost = 0;  ///< wall time [ns per trajectory and unit of time]; only where skill is asked
    std::vector<double> run_costs = {};  ///< of single runs, in the same unit; where they are asked
};

/// The parts of `evaluate` that a deck may ask for, for all contenders; the ensembles are of the
/// corrected step.
struct SkillReport {
    std::optional<EnsembleSkill> ensembles;
    std::optional<Climate> climate;
};

/// Index of the deck's own corrector among the contenders.
inline constexpr std::size_t corrected_contender = 1;

/// Root mean squared error in units of the truth's deviation, by output time.
std::vector<double> normalised_error(const RolloutError& errors, const Climatology& climatology);

/// Collective.
SkillReport measure_skill(const Context& context, const Setup& setup, const ReferenceRun& reference,
                          const std::vector<Contender>& contenders);

/// Datasets of the report; the coordinates `rollout` and `time` exist already.
void define_skill(OutputFile& file, const Setup& setup, const SkillReport& report);
void write_skill(OutputFile& file, const ReferenceRun& reference,
                 const std::vector<Contender>& contenders, const SkillReport& report);

/// `best_plain_cost` is that of the cheapest plain scheme as good as the corrector; infinite if there
/// is none.
void print_skill(const Communicator& comm, const Setup& setup, const ReferenceRun& reference,
                 const std::vector<Contender>& contenders, const SkillReport& report,
                 double best_plain_cost);

}  // namespace farstep
