// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep train: samples from the dataset, a fit, and the model file.
#include <cmath>
#include <optional>

#include "clock.hpp"
#include "commands/stages.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"
#include "training/fit.hpp"
#include "training/model_file.hpp"

#include <fmt/format.h>

namespace farstep {

namespace {

std::vector<double> steps_to_learn(const Setup& setup) {
    const TrainOptions& train = *setup.options.train;
    return train.is_for_many_steps() ? train.steps : std::vector<double>{setup.options.step};
}

/// A parameter that all trajectories share teaches nothing about others.
void require_varying_conditions(const Setup& setup) {
    const auto& names = setup.options.train->conditions;
    const auto numbers = condition_numbers(setup.system->info(), names);
    for (std::size_t e = 0; e < names.size(); ++e) {
        if (numbers[e] == step_condition) continue;
        if (setup.plan.rules[std::size_t(numbers[e])].varies()) continue;
        throw DeckError(fmt::format(
            "{}: error: train.conditions: '{}' is the same for all training trajectories; give it "
            "a range, such as  system: {{parameters: {{{}: {{uniform: [1, 2]}}}}}}",
            setup.deck.locate("train.conditions"), names[e], names[e]));
    }
}

InputFile open_dataset(const Communicator& comm, const Setup& setup) {
    return together(comm, [&] {
        InputFile dataset(setup.options.train->dataset, FileKind::dataset);
        require_same_system(dataset, setup);
        require_varying_conditions(setup);
        const double sampling = dataset.number("/", "sampling_step");
        const bool many = setup.options.train->is_for_many_steps();
        for (const double step : steps_to_learn(setup)) {
            if (many ? is_multiple(step, sampling) : std::abs(sampling - step) <= 1e-12 * sampling) {
                continue;
            }
            throw EnvironmentError(fmt::format(
                "{}: sampled every {:g}, but {} {:g}; training needs samples at the far step",
                dataset.name().string(), sampling,
                many ? "train.steps asks for" : "the far step of the deck is", step));
        }
        return dataset;
    });
}

/// The samples of the deck's far step, or of all that it wants learnt.
/// Centred as the network to start from, if there is one.
TrainingData make_data(const Communicator& comm, const InputFile& dataset, const Setup& setup,
                       const DeployedNetwork* start) {
    std::vector<std::unique_ptr<Stepper>> steppers;
    TrainingSteps steps;
    for (const double step : steps_to_learn(setup)) {
        // Without the deck's limits: a plain step may leave them where the solution does not.
        steppers.push_back(setup.system->stepper({setup.options.scheme, Precision::Double, step,
                                                  setup.parameters, {}, {}}));
        steps.steppers.push_back(steppers.back().get());
    }
    steps.sampling = dataset.number("/", "sampling_step");
    steps.power = target_power(setup);
    return make_training_data(comm, dataset, *setup.system, steps, *setup.options.train,
                              start ? start->centre : std::vector<double>{});
}

/// How much of the single-step error the best linear corrector removes: what a network must beat.
double linear_baseline(const FitProblem& problem) {
    TrainOptions options = problem.options;
    options.approximator.type = ApproximatorType::Linear;
    options.corrector = "neurvec";  // whose output is added, whatever its approximator sees
    const Fit linear =
        fit_ridge({problem.comm, problem.system, problem.data, options, problem.progress});
    return problem.data.validation_target_power / linear.validation.raw;
}

}  // namespace

std::string train_recipe(const Setup& setup) {
    // A corrector of many steps does not depend on the one that the deck forecasts with.
    std::vector<std::string> keys = {"system", "scheme", "limits", "train"};
    if (!setup.options.train->is_for_many_steps()) keys.push_back("step");
    const TrainOptions& train = *setup.options.train;
    std::string recipe = canonical(setup.options, keys) + "dataset:\n" +
                         stored_recipe(train.dataset, FileKind::dataset);
    if (train.start) recipe += "start:\n" + stored_recipe(*train.start, FileKind::model);
    return recipe;
}

TrainedModel fit_model(const Context& context, const Setup& setup, Journal* journal) {
    const Communicator& comm = context.comm;
    const TrainOptions& options = *setup.options.train;
    const auto begin = Clock::now();
    const InputFile dataset = open_dataset(comm, setup);
    std::optional<DeployedNetwork> deployed;
    if (options.start) deployed = read_start(comm, setup);
    const TrainingData data = make_data(comm, dataset, setup, deployed ? &*deployed : nullptr);
    FitProblem problem{comm, *setup.system, data, options, context.progress};
    std::optional<Network> start;
    if (deployed) start = standardised(*deployed, data.scaling);
    if (start) problem.start = &*start;
    problem.journal = journal;
    const FarStep far_step{setup.options.scheme, setup.options.step, setup.parameters};
    problem.far_step = &far_step;
    TrainedModel model;
    model.fit = fit(problem);
    model.training_samples = data.training.total;
    model.validation_samples = data.validation.total;
    model.quality = {model.fit.validation.scaled,
                     data.validation_target_power / model.fit.validation.raw,
                     linear_baseline(problem)};
    model.scaling = data.scaling;
    model.rollout =
        roll_out(comm, setup, dataset, data, model.fit.network.deploy(data.scaling));
    model.seconds = seconds_since(begin);
    return model;
}

TrainedModel make_model(const Context& context, const Setup& setup) {
    Checkpoint checkpoint(context, setup, "train", train_recipe(setup));
    Journal journal(checkpoint);
    const TrainedModel model = fit_model(context, setup, &journal);
    Provenance provenance =
        make_provenance(context.comm, setup, train_recipe(setup), setup.options.train->seed);
    provenance.timings_s["train"] = model.seconds;
    add_earlier_runs(provenance, checkpoint.earlier(), "train");
    write_model(context.comm, setup, model.fit, model.scaling, model.quality, model.rollout,
                provenance);
    checkpoint.finish();
    return model;
}

StageResult train(const Context& context, const Setup& setup) {
    const Communicator& comm = context.comm;
    heading(comm, "train");
    const TrainedModel model = make_model(context, setup);
    say(comm, "  {} samples for training, {} for validation", model.training_samples,
        model.validation_samples);
    say(comm, "  {}", model.fit.description);
    if (model.fit.diverged_after > 0) {
        say(comm, "  warning: the loss was no longer finite after {} iterations of adam; the best "
                  "network until then is kept. Lower train.adam.learning_rate (now {:g})",
            model.fit.diverged_after, setup.options.train->adam.learning_rate);
    }
    say(comm, "  single-step mean squared error reduced {:.3g} times (a linear corrector: {:.3g})",
        model.quality.single_step_reduction, model.quality.linear_reduction);
    if (!(model.quality.single_step_reduction > 1)) {
        say(comm, "  warning: a step is no better with this corrector than without it; try another "
                  "train.fit or its settings");
    }
    if (model.rollout.until > 0) {
        say(comm, "  long rollout {}", model.rollout.description(setup.system->info()));
    }
    say(comm, "  {} ({})", setup.model_path().string(), describe_duration(model.seconds));
    return {0, 0};
}

}  // namespace farstep
