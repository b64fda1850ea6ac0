// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep run: every stage of the deck in order. A stage whose output was made by the same recipe
// is skipped.
#include "commands/stages.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"

namespace farstep {

namespace {

bool is_current(const Communicator& comm, const std::filesystem::path& file, FileKind kind,
                const std::string& recipe) {
    std::int64_t current = 0;
    on_root(comm, [&] { current = stored_recipe(file, kind) == recipe ? 1 : 0; });
    comm.broadcast(current);
    if (current) say(comm, "\n{} is up to date", file.string());
    return current != 0;
}

void add(StageResult& total, const StageResult& stage) {
    total.failed += stage.failed;
    total.total += stage.total;
}

}  // namespace

StageResult run(const Context& context, const Setup& setup) {
    const Communicator& comm = context.comm;
    const Options& options = setup.options;
    if (!options.generate && !options.train && !options.forecast && !options.evaluate) {
        throw DeckError(setup.deck.locate("") +
                        ": error: the deck has no stage to run; add generate, train, forecast or "
                        "evaluate");
    }
    StageResult total;
    if (options.generate &&
        !is_current(comm, setup.dataset_path(), FileKind::dataset, generate_recipe(setup))) {
        add(total, generate(context, setup));
    }
    // A recipe is made after the stage before it has run, since it quotes that stage's file.
    if (options.train &&
        !is_current(comm, setup.model_path(), FileKind::model, train_recipe(setup))) {
        add(total, train(context, setup));
    }
    if (options.forecast &&
        !is_current(comm, setup.forecast_path(), FileKind::forecast, forecast_recipe(setup))) {
        add(total, forecast(context, setup));
    }
    if (options.evaluate &&
        !is_current(comm, setup.evaluation_path(), FileKind::evaluation, evaluate_recipe(setup))) {
        add(total, evaluate(context, setup));
    }
    return total;
}

}  // namespace farstep
