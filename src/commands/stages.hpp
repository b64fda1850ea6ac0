// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The four stages of a deck, and running all of them in order.
#pragma once

#include "setup.hpp"

namespace farstep {

/// Trajectories that failed in a stage, and of how many.
struct StageResult {
    std::int64_t failed = 0, total = 0;
};

/// Fine-step reference trajectories, sampled at the far step → dataset.h5. Collective.
StageResult generate(const Context& context, const Setup& setup);
/// A corrector from the dataset → model.h5. Collective.
StageResult train(const Context& context, const Setup& setup);
/// An ensemble forecast, corrected or plain → forecast.h5. Collective.
StageResult forecast(const Context& context, const Setup& setup);
/// Error, energy, cost and work–precision → evaluation.h5 and a table. Collective.
StageResult evaluate(const Context& context, const Setup& setup);
/// Every stage of the deck in order; those whose inputs have not changed are skipped. Collective.
StageResult run(const Context& context, const Setup& setup);

/// What decides whether the output of a stage can be reused: its options, and the recipe of the
/// file it reads.
std::string generate_recipe(const Setup& setup);
std::string train_recipe(const Setup& setup);
std::string forecast_recipe(const Setup& setup);
std::string evaluate_recipe(const Setup& setup);

}  // namespace farstep
