// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep run: every stage of the deck in order. A stage whose output was made by the same recipe,
// but for keys that the user overrides, is skipped.
#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checkpoint/checkpoint.hpp"
#include "commands/stages.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"

namespace farstep {

namespace {

/// What a stage needs to be skipped or run.
struct Stage {
    std::filesystem::path file;
    FileKind kind;
    std::string recipe;
    StageResult (*make)(const Context&, const Setup&);
};

/// Which keys that the user overrides have changed since a stage's file was made; nothing if the
/// file is to be made anew, since others have, or since the stage was stopped then and is to go on.
std::optional<std::vector<std::string>> changes_since(const Context& context, const Setup& setup,
                                                      const Stage& stage) {
    const std::string stored = stored_recipe(stage.file, stage.kind);
    if (stored == stage.recipe) return std::vector<std::string>();
    if (stored.empty() || Checkpoint::is_any_of(setup, maker_of(stage.kind))) return std::nullopt;
    const auto changes = recipe_changes(stored, stage.recipe);
    const std::vector<std::string>& overrides = context.restart.overrides;
    const auto is_allowed = [&](const RecipeChange& change) {
        return is_any_at_or_below(change.key, overrides);
    };
    if (!std::all_of(changes.begin(), changes.end(), is_allowed)) return std::nullopt;
    std::vector<std::string> changed;
    for (const std::string& key : overrides) {
        const bool has_changed = std::any_of(
            changes.begin(), changes.end(),
            [&](const RecipeChange& change) { return is_any_at_or_below(change.key, {key}); });
        if (has_changed) changed.push_back(key);
    }
    return changed;
}

/// The result of the run that made a file, or nothing if the file is to be made anew. Collective.
std::optional<StageResult> reuse(const Context& context, const Setup& setup, const Stage& stage) {
    const Communicator& comm = context.comm;
    std::int64_t reused = 0;
    StageResult result;
    on_root(comm, [&] {
        const auto changed = changes_since(context, setup, stage);
        if (!changed) return;
        reused = 1;
        say(comm, "\n{} is {}", stage.file.string(),
            changed->empty() ? "up to date"
                             : fmt::format("reused, although made with another value of {}",
                                           fmt::join(*changed, ", ")));
        const InputFile stored(stage.file, stage.kind);
        if (!stored.has_attribute("/", "failed_trajectories")) return;
        result = {stored.integer("/", "failed_trajectories"), stored.integer("/", "trajectories")};
    });
    comm.broadcast(reused);
    comm.broadcast(result.failed);
    comm.broadcast(result.total);
    return reused != 0 ? std::optional(result) : std::nullopt;
}

void perform(const Context& context, const Setup& setup, const Stage& stage, StageResult& total) {
    stop_if_asked(context, setup);
    const auto reused = reuse(context, setup, stage);
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
    require_changeable(context.restart.overrides);
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
