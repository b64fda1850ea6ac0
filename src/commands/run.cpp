// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep run: every stage of the deck in order. A stage whose output was made by the same recipe
// is skipped.
#include "checkpoint/checkpoint.hpp"
#include "commands/stages.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"

namespace farstep {

namespace {

/// The result of the run that made a file, or nothing if the file is to be made anew.
std::optional<StageResult> reuse(const Communicator& comm, const std::filesystem::path& file,
                                 FileKind kind, const std::string& recipe) {
    if (!is_current(comm, file, kind, recipe)) return std::nullopt;
    StageResult result;
    on_root(comm, [&] {
        const InputFile stored(file, kind);
        if (!stored.has_attribute("/", "failed_trajectories")) return;
        result = {stored.integer("/", "failed_trajectories"), stored.integer("/", "trajectories")};
    });
    comm.broadcast(result.failed);
    comm.broadcast(result.total);
    say(comm, "\n{} is up to date", file.string());
    return result;
}

/// What a stage needs to be skipped or run.
struct Stage {
    std::filesystem::path file;
    FileKind kind;
    std::string recipe;
    StageResult (*make)(const Context&, const Setup&);
};

void perform(const Context& context, const Setup& setup, const Stage& stage, StageResult& total) {
    stop_if_asked(context, setup);
    const auto reused = reuse(context.comm, stage.file, stage.kind, stage.recipe);
    const StageResult result = reused ? *reused : stage.make(context, setup);
    total.failed += result.failed;
    total.total += result.total;
}

}  // namespace

StageResult run(const Context& context, const Setup& setup) {
    const Options& options = setup.options;
    if (!options.generate && !options.train && !options.forecast && !options.evaluate) {
        throw DeckError(setup.deck.locate("") +
                        ": error: the deck has no stage to run; add generate, train, forecast or "
                        "evaluate");
    }
    StageResult total;
    // A recipe is made after the stage before it has run, since it quotes that stage's file.
    if (options.generate) {
        perform(context, setup,
                {setup.dataset_path(), FileKind::dataset, generate_recipe(setup), generate}, total);
    }
    if (options.train) {
        perform(context, setup,
                {setup.model_path(), FileKind::model, train_recipe(setup), train}, total);
    }
    if (options.forecast) {
        perform(context, setup,
                {setup.forecast_path(), FileKind::forecast, forecast_recipe(setup), forecast},
                total);
    }
    if (options.evaluate) {
        perform(context, setup,
                {setup.evaluation_path(), FileKind::evaluation, evaluate_recipe(setup), evaluate},
                total);
    }
    return total;
}

}  // namespace farstep
