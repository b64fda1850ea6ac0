// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep train: samples from the dataset, a fit, and the model file.
#include <chrono>
#include <cmath>

#include "commands/stages.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"
#include "training/fit.hpp"
#include "training/model_file.hpp"

#include <fmt/format.h>

namespace farstep {

namespace {

InputFile open_dataset(const Communicator& comm, const Setup& setup) {
    return together(comm, [&] {
        InputFile dataset(setup.options.train->dataset, FileKind::dataset);
        require_same_system(dataset, setup);
        const double sampling = dataset.number("/", "sampling_step");
        if (std::abs(sampling - setup.options.step) > 1e-12 * sampling) {
            throw EnvironmentError(fmt::format(
                "{}: sampled every {:g}, but the far step of the deck is {:g}; training needs "
                "samples at the far step", dataset.name().string(), sampling,
                setup.options.step));
        }
        return dataset;
    });
}

/// How much of the single-step error the best linear corrector removes: what a network must beat.
double linear_baseline(const FitProblem& problem) {
    TrainOptions options = problem.options;
    options.approximator.type = ApproximatorType::Linear;
    const Fit linear =
        fit_ridge({problem.comm, problem.system, problem.data, options, problem.progress});
    return problem.data.validation_target_power / linear.validation.raw;
}

}  // namespace

std::string train_recipe(const Setup& setup) {
    return canonical(setup.options, {"system", "step", "scheme", "train"}) + "dataset:\n" +
           stored_recipe(setup.options.train->dataset, FileKind::dataset);
}

StageResult train(const Context& context, const Setup& setup) {
    const Communicator& comm = context.comm;
    const TrainOptions& options = *setup.options.train;
    heading(comm, "train");
    const auto start = std::chrono::steady_clock::now();

    const InputFile dataset = open_dataset(comm, setup);
    const auto stepper =
        setup.stepper(setup.options.scheme, setup.options.step, Precision::Double);
    const TrainingData data = make_training_data(comm, dataset, *setup.system, *stepper, options);
    say(comm, "  {} samples for training, {} for validation", data.training.total,
        data.validation.total);

    const FitProblem problem{comm, *setup.system, data, options, context.progress};
    const Fit result = fit(problem);
    const ModelQuality quality{result.validation.scaled,
                               data.validation_target_power / result.validation.raw,
                               linear_baseline(problem)};
    Provenance provenance = make_provenance(comm, setup, train_recipe(setup), options.seed);
    provenance.timings_s["train"] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    write_model(comm, setup, result, data.scaling, quality, provenance);

    say(comm, "  {}", result.description);
    say(comm, "  single-step mean squared error reduced {:.3g} times (a linear corrector: {:.3g})",
        quality.single_step_reduction, quality.linear_reduction);
    say(comm, "  {} ({})", setup.model_path().string(),
        describe_duration(provenance.timings_s["train"]));
    return {0, 0};
}

}  // namespace farstep
