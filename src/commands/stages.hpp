// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The stages of a deck, running all of them in order, and the search for the best step.
#pragma once

#include "setup.hpp"
#include "training/model_file.hpp"

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

/// The cheapest step that meets an error → tuned.yaml, its model, tuning.h5. Collective.
StageResult tune(const Context& context, const Setup& setup);

/// What generate() does, without a word. Collective.
StageResult make_dataset(const Context& context, const Setup& setup);

struct TrainedModel {
    Fit fit;
    SampleScaling scaling;
    ModelQuality quality;
    LongRollout rollout;
    std::int64_t training_samples = 0, validation_samples = 0;
    double seconds = 0;
};
/// The corrector of train() without its file; the journal, if there is one, keeps the fit. Collective.
TrainedModel fit_model(const Context& context, const Setup& setup, Journal* journal);
/// What train() does, without a word. Collective.
TrainedModel make_model(const Context& context, const Setup& setup);

/// What decides whether the output of a stage can be reused: its options, and the recipe of the
/// file it reads.
std::string generate_recipe(const Setup& setup);
std::string train_recipe(const Setup& setup);
std::string forecast_recipe(const Setup& setup);
std::string evaluate_recipe(const Setup& setup);

}  // namespace farstep
