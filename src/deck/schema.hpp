// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The deck's keys, each described once: name, help, unit, bounds. The reader, the writer and the
// reference all go through these functions; to add a key, add a member and one line here.
#pragma once

#include "deck/key_info.hpp"
#include "deck/options.hpp"

namespace farstep {

template <class Visitor>
void describe(Visitor& v, ParameterOptions& o) {
    v.key("value", o.value,
          {.help = "the same for every trajectory",
           .shorthand = true,
           .expected = "a number, {uniform: [low, high]}, {normal: [mean, deviation]} or "
                       "{grid: [low, high, points]}"});
    v.key("uniform", o.uniform,
          {.help = "[low, high]: drawn uniformly between the two", .ascending = true});
    v.key("normal", o.normal,
          {.help = "[mean, deviation]: drawn from a normal distribution",
           .expected = "[mean, deviation]"});
    v.key("grid", o.grid,
          {.help = "[low, high, points]: evenly spaced, both ends included; trajectories take the "
                   "points of all grids in turn",
           .expected = "[low, high, points]"});
    v.check("normal", !o.normal || (*o.normal)[1] >= 0, "the deviation must be >= 0");
    v.check("grid",
            !o.grid || ((*o.grid)[0] < (*o.grid)[1] && (*o.grid)[2] >= 2 && (*o.grid)[2] <= 1e9 &&
                        (*o.grid)[2] == double(std::int64_t((*o.grid)[2]))),
            "expected [low, high, points] with low < high and a whole number of points >= 2");
    v.exclusive({"value", "uniform", "normal", "grid"}, true);
}

template <class Visitor>
void describe(Visitor& v, SystemParameters& o) {
    v.key("sampling", o.sampling,
          {.help = "how uniform ranges are drawn from", .otherwise = "independent"});
    v.key("file", o.file, {.help = "an HDF5 file with the parameters of one trajectory a row"});
    const deck::Condition with_file{o.file.has_value(), "file", "`file` is given"};
    v.key("dataset", o.dataset, {.help = "the dataset in that file", .when = with_file});
    v.key("columns", o.columns,
          {.help = "the parameters that its columns hold",
           .otherwise = "all of the system, in its order",
           .distinct = true,
           .when = with_file});
    v.others(o.values, {.help = "a parameter of the system: one number, or how trajectories get "
                                "their own",
                        .placeholder = "parameter"});
}

template <class Visitor>
void describe(Visitor& v, SystemOptions& o) {
    v.key("name", o.name,
          {.help = "the dynamical system; `farstep list` shows them",
           .choices = &v.vocabulary().systems,
           .choices_note = v.vocabulary().systems_note,
           .required = true,
           .shorthand = true});
    v.section("parameters", o.parameters,
              {.help = "physical parameters that differ from the system's own",
               .otherwise = "the system's own"});
    v.others(o.sizes, {.help = "a size of the system, such as `masses` of a spring chain",
                       .bounds = deck::at_least(1),
                       .otherwise = "the system's own",
                       .placeholder = "size"});
}

template <class Visitor>
void describe(Visitor& v, Distribution& o) {
    v.key("value", o.value,
          {.help = "the same for every trajectory",
           .shorthand = true,
           .expected = "a number, {uniform: [low, high]} or {normal: [mean, deviation]}"});
    v.key("uniform", o.uniform,
          {.help = "[low, high]: drawn uniformly between the two", .ascending = true});
    v.key("normal", o.normal,
          {.help = "[mean, deviation]: drawn from a normal distribution",
           .expected = "[mean, deviation]"});
    v.check("normal", !o.normal || (*o.normal)[1] >= 0, "the deviation must be >= 0");
    v.exclusive({"value", "uniform", "normal"}, true);
}

template <class Visitor>
void describe(Visitor& v, EnergyShell& o) {
    v.key("range", o.range,
          {.help = "[low, high]: energies to keep", .required = true, .ascending = true});
    v.table("box", o.box,
            {.help = "[low, high] by component: the box to draw from",
             .required = true,
             .ascending = true,
             .placeholder = "component"});
}

template <class Visitor>
void describe(Visitor& v, InitialOptions& o) {
    v.word("published", o.published(), {.help = "the ensemble of the system's publication"});
    v.section("energy_shell", o.energy_shell,
              {.help = "states from a box whose energy lies in a range"});
    v.key("file", o.file, {.help = "an HDF5 file with one initial state a row"});
    v.key("dataset", o.dataset,
          {.help = "the dataset in that file",
           .when = {o.file.has_value(), "file", "`file` is given"}});
    v.others(o.components,
             {.help = "how this component of the state is drawn", .placeholder = "component"});
    v.exclusive({"energy_shell", "file"}, false, true);
}

template <class Visitor>
void describe(Visitor& v, EnsembleOptions& o) {
    v.key("size", o.size,
          {.help = "number of trajectories", .bounds = deck::counts(), .required = true});
    v.key("seed", o.seed, {.help = "seed of the initial states", .bounds = deck::seeds()});
    v.section("initial", o.initial, {.help = "the initial states", .otherwise = "published"});
}

template <class Visitor>
void describe(Visitor& v, StageEnsembleOptions& o) {
    v.key("size", o.size,
          {.help = "number of trajectories",
           .bounds = deck::counts(),
           .otherwise = "ensemble.size"});
    v.key("seed", o.seed,
          {.help = "seed of the initial states",
           .bounds = deck::seeds(),
           .otherwise = "another seed than other stages have"});
    v.section("initial", o.initial,
              {.help = "the initial states", .otherwise = "ensemble.initial"});
}

template <class Visitor>
void describe(Visitor& v, ReferenceOptions& o) {
    v.key("scheme", o.scheme,
          {.help = "scheme of the reference solution",
           .choices = &v.vocabulary().plain_schemes});
    v.key("step", o.step,
          {.help = "its step, a whole fraction of the far step",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step / 20"});
    v.section("system", o.system,
              {.help = "a richer system that the reference solves in place of the deck's",
               .otherwise = "the deck's system"});
    v.key("projection", o.projection,
          {.help = "its components that are those of the deck's system, in their order",
           .otherwise = "those of the same names",
           .distinct = true,
           .when = {o.system.has_value(), "system", "`system` is given"}});
    v.key("spin_up", o.spin_up,
          {.help = "time that reference trajectories run before they count",
           .unit = "time",
           .bounds = deck::at_least(0)});
}

template <class Visitor>
void describe(Visitor& v, GenerateOptions& o) {
    v.key("until", o.until,
          {.help = "length of the reference trajectories",
           .unit = "time",
           .bounds = deck::positive(),
           .required = true});
    v.key("every", o.every,
          {.help = "interval between stored states",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step"});
}

template <class Visitor>
void describe(Visitor& v, ApproximatorOptions& o) {
    v.key("type", o.type,
          {.help = "kind of function that approximates the correction", .shorthand = true});
    const deck::Condition perceptron{o.type == ApproximatorType::Perceptron, "type",
                                     "`type` is perceptron"};
    v.key("hidden", o.hidden,
          {.help = "number of hidden units", .bounds = deck::between(1, 1e6), .when = perceptron});
    v.key("activation", o.activation,
          {.help = "activation of the hidden units",
           .choices = &v.vocabulary().activations,
           .when = perceptron});
    v.key("linear", o.linear,
          {.help = "add a linear term beside the hidden units; a degree above 1 has one anyway",
           .when = perceptron});
    v.key("degree", o.degree,
          {.help = "total degree of the polynomial",
           .bounds = deck::between(1, 6),
           .otherwise = "4 for a polynomial, 1 beside hidden units",
           .when = {o.type != ApproximatorType::Linear, "type", "`type` is not linear"}});
    v.key("neighbours", o.neighbours,
          {.help = "variables that each variable of a ring sees on either side, through weights "
                   "that all share; the polynomial is one in the variable itself",
           .bounds = deck::between(0, 1e6),
           .otherwise = "no ring: every output sees the whole state, through its own weights"});
}

template <class Visitor>
void describe(Visitor& v, RivalOptions& o) {
    describe(v, static_cast<ApproximatorOptions&>(o));
    v.key("step", o.step,
          {.help = "its far step; a dataset of its own is made for another than the deck's",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step"});
}

template <class Visitor>
void describe(Visitor& v, RidgeOptions& o) {
    v.key("scales", o.scales,
          {.help = "scales of the random hidden weights to try",
           .bounds = deck::positive(),
           .min_items = 1,
           .distinct = true});
    v.key("penalties", o.penalties,
          {.help = "relative penalties to try",
           .bounds = deck::at_least(0),
           .min_items = 1,
           .distinct = true});
}

template <class Visitor>
void describe(Visitor& v, LevenbergMarquardtOptions& o) {
    v.key("samples", o.samples,
          {.help = "training pairs to fit, thinned evenly", .bounds = deck::between(100, 1e6)});
    v.key("starts", o.starts,
          {.help = "short fits from different random weights; the best is continued",
           .bounds = deck::between(1, 100)});
    v.key("start_samples", o.start_samples,
          {.help = "training pairs of the short fits", .bounds = deck::between(100, 1e6)});
    v.key("start_iterations", o.start_iterations,
          {.help = "iterations of each short fit", .bounds = deck::counts()});
    v.key("iterations", o.iterations,
          {.help = "most iterations of the best one", .bounds = deck::counts()});
    v.key("scale", o.scale,
          {.help = "scale of the random hidden weights to start from", .bounds = deck::positive()});
    v.key("penalty", o.penalty,
          {.help = "relative penalty on the output weights", .bounds = deck::at_least(0)});
}

template <class Visitor>
void describe(Visitor& v, AdamOptions& o) {
    v.key("epochs", o.epochs,
          {.help = "passes over the training pairs, instead of `iterations`",
           .bounds = deck::counts()});
    v.key("iterations", o.iterations,
          {.help = "number of steps",
           .bounds = deck::counts(),
           .when = {!o.epochs, "epochs", "`epochs` is not given"}});
    v.key("batch", o.batch,
          {.help = "training pairs a step, over all ranks", .bounds = deck::counts()});
    v.key("learning_rate", o.learning_rate,
          {.help = "largest learning rate; it falls as a cosine", .bounds = deck::positive()});
    v.key("beta1", o.beta1,
          {.help = "decay of the mean gradient",
           .bounds = {.low = 0, .high = 1, .high_is_open = true}});
    v.key("beta2", o.beta2,
          {.help = "decay of the mean squared gradient",
           .bounds = {.low = 0, .high = 1, .high_is_open = true}});
    v.key("warm_up", o.warm_up,
          {.help = "part of the steps in which the learning rate rises",
           .bounds = {.low = 0, .high = 1, .high_is_open = true}});
    v.key("unroll", o.unroll,
          {.help = "far steps of the corrected rollouts whose errors are the loss; above 1, "
                   "gradients go back through scheme and corrector",
           .bounds = deck::between(1, 100)});
}

template <class Visitor>
void describe(Visitor& v, RolloutOptions& o) {
    v.key("until", o.until,
          {.help = "its length; 0: no long rollout",
           .unit = "time",
           .bounds = deck::at_least(0),
           .otherwise = "10 times the dataset's length"});
    v.key("trajectories", o.trajectories,
          {.help = "most validation trajectories to begin from", .bounds = deck::counts()});
}

template <class Visitor>
void describe(Visitor& v, TrainOptions& o) {
    v.key("preset", o.preset,
          {.help = "whose defaults the other keys of `train` have; what the deck gives itself "
                   "stands"});
    v.key("corrector", o.corrector,
          {.help = "how the approximator couples to the step",
           .choices = &v.vocabulary().correctors});
    v.key("input", o.input,
          {.help = "what the approximator sees of a step",
           .otherwise = "slope for the attns correctors, else state"});
    v.key("dataset", o.dataset,
          {.help = "reference trajectories to learn from", .otherwise = "OUTPUT/dataset.h5"});
    v.key("start", o.start,
          {.help = "a model to start from, trained for the same system, scheme, step and form of "
                   "approximator on other data"});
    v.section("approximator", o.approximator, {.help = "the function to be fitted"});
    v.key("fit", o.fit,
          {.help = "how to fit it; of several, each starts from the last's result",
           .otherwise = "levenberg_marquardt for up to 128 hidden units, else ridge",
           .one_or_list = true,
           .min_items = 1,
           .distinct = true});
    v.key("validation", o.validation,
          {.help = "fraction of trajectories kept for validation", .bounds = deck::inside(0, 1)});
    v.key("fraction", o.fraction,
          {.help = "fraction of the other trajectories to train on; those of a smaller one are "
                   "among those of a larger one",
           .bounds = {.low = 0, .high = 1, .low_is_open = true}});
    v.key("noise", o.noise,
          {.help = "added to every component of the states that training steps begin from, to see "
                   "what errors in the data do",
           .bounds = deck::at_least(0)});
    v.key("seed", o.seed,
          {.help = "seed of weights, batches and the validation split", .bounds = deck::seeds()});
    v.key("conditions", o.conditions,
          {.help = "inputs of the approximator beside the state: names of parameters that vary in "
                   "system.parameters, and `step`; one corrector then serves their whole ranges",
           .one_or_list = true,
           .distinct = true});
    v.key("steps", o.steps,
          {.help = "far steps to learn, whole multiples of generate.every",
           .unit = "time",
           .bounds = deck::positive(),
           .one_or_list = true,
           .min_items = 2,
           .distinct = true,
           .when = {o.is_for_many_steps(), "conditions", "`conditions` includes step"}});
    v.key("inputs", o.inputs, {.help = "scaling of the approximator's inputs"});
    v.key("targets", o.targets, {.help = "scaling of the corrections to be learnt"});
    v.section("ridge", o.ridge,
              {.help = "settings of fit: ridge",
               .when = {o.fits_with(FitMethod::Ridge), "fit", "`fit` includes ridge"}});
    v.section("levenberg_marquardt", o.levenberg_marquardt,
              {.help = "settings of fit: levenberg_marquardt",
               .when = {o.fits_with(FitMethod::LevenbergMarquardt), "fit",
                        "`fit` includes levenberg_marquardt"}});
    v.section("adam", o.adam,
              {.help = "settings of fit: adam",
               .when = {o.fits_with(FitMethod::Adam), "fit", "`fit` includes adam"}});
    v.section("rollout", o.rollout,
              {.help = "a long rollout of the fitted corrector; the model tells how it went"});
}

template <class Visitor>
void describe(Visitor& v, SaveOptions& o) {
    v.key("every", o.every,
          {.help = "interval between outputs",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step"});
    v.key("statistics", o.statistics,
          {.help = "ensemble statistics at each output", .one_or_list = true, .distinct = true});
    v.key(
        "quantiles", o.quantiles,
        {.help = "which quantiles",
         .bounds = deck::between(0, 1),
         .one_or_list = true,
         .min_items = 1,
         .distinct = true,
         .when = {o.wants(Statistic::Quantiles), "statistics", "`statistics` includes quantiles"}});
    v.key("energy", o.energy, {.help = "statistics of the energy too, if the system has one"});
    v.key("trajectories", o.trajectories, {.help = "trajectories stored in full, from 0"});
}

template <class Visitor>
void describe(Visitor& v, GuardOptions& o) {
    v.key("action", o.action,
          {.help = "what to do with a trajectory outside the box of the training states",
           .shorthand = true});
    v.key("margin", o.margin,
          {.help = "by how much of its width the box is widened on every side",
           .bounds = deck::at_least(0)});
    v.key("substeps", o.substeps,
          {.help = "substeps of rk4 in a step outside",
           .bounds = deck::between(1, 1e6),
           .when = {o.action == GuardAction::plain, "action", "`action` is plain"}});
}

template <class Visitor>
void describe(Visitor& v, ForecastOptions& o) {
    v.key("corrected", o.corrected, {.help = "with the trained corrector, or the plain scheme"});
    v.key("model", o.model,
          {.help = "the trained corrector",
           .otherwise = "OUTPUT/model.h5",
           .when = {o.corrected, "corrected", "`corrected` is true"}});
    v.section("guard", o.guard,
              {.help = "what happens where the corrector knows nothing",
               .when = {o.corrected, "corrected", "`corrected` is true"}});
    v.section("ensemble", o.ensemble, {.help = "the ensemble to forecast"});
    v.key("until", o.until,
          {.help = "length of the forecast",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "generate.until"});
    v.section("save", o.save, {.help = "what to write"});
}

template <class Visitor>
void describe(Visitor& v, LadderOptions& o) {
    v.key("schemes", o.schemes,
          {.help = "plain schemes to compare with",
           .choices = &v.vocabulary().competitors,
           .one_or_list = true,
           .distinct = true});
    v.key("precisions", o.precisions,
          {.help = "arithmetics they are tried in; mixed means double, as there is no network",
           .one_or_list = true,
           .min_items = 1,
           .distinct = true});
    v.key("refinements", o.refinements,
          {.help = "how often their step is halved, or their tolerance divided by ten",
           .bounds = deck::between(0, 30)});
    v.key("steps", o.steps,
          {.help = "steps of schemes of fixed steps, longest first",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step, step/2, step/4, …",
           .distinct = true});
}

template <class Visitor>
void describe(Visitor& v, SkillOptions& o) {
    v.key("leads", o.leads,
          {.help = "lead times to report, whole multiples of `every`",
           .unit = "time",
           .bounds = deck::positive(),
           .required = true,
           .one_or_list = true,
           .min_items = 1,
           .distinct = true});
    v.key("members", o.members,
          {.help = "members of the ensemble around each initial state, for the rank histogram",
           .bounds = deck::between(2, 1000)});
    v.key("perturbation", o.perturbation,
          {.help = "standard deviation of their initial errors, in that of the component",
           .bounds = deck::positive()});
}

template <class Visitor>
void describe(Visitor& v, ClimateOptions& o) {
    v.key("until", o.until,
          {.help = "length of the long forecasts",
           .unit = "time",
           .bounds = deck::positive(),
           .required = true});
    v.key("from", o.from,
          {.help = "time from which states count, when the initial state is forgotten",
           .unit = "time",
           .bounds = deck::at_least(0)});
    v.key("every", o.every,
          {.help = "interval between states that count",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "evaluate.every"});
    v.key("pooled", o.pooled,
          {.help = "one histogram of all components, where they are alike"});
}

template <class Visitor>
void describe(Visitor& v, TimingOptions& o) {
    v.key("trajectories", o.trajectories,
          {.help = "trajectories in a timed run", .bounds = deck::counts()});
    v.key("seconds", o.seconds,
          {.help = "shortest time of a timed run", .unit = "s", .bounds = deck::positive()});
    v.key("repeats", o.repeats,
          {.help = "timed runs; the fastest counts", .bounds = deck::counts()});
}

template <class Visitor>
void describe(Visitor& v, SampledTimingOptions& o) {
    describe(v, static_cast<TimingOptions&>(o));
    v.key("samples", o.samples,
          {.help = "timed runs of every rollout that are kept one by one, for statistics of cost; "
                   "rollouts take turns",
           .bounds = deck::between(0, 100000)});
}

template <class Visitor>
void describe(Visitor& v, CurveOptions& o) {
    v.key("scheme", o.scheme,
          {.help = "its scheme, of fixed steps",
           .choices = &v.vocabulary().plain_schemes,
           .otherwise = "scheme"});
    v.key("step", o.step,
          {.help = "its step, a whole fraction of `evaluate.every`",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step"});
    v.key("precision", o.precision,
          {.help = "its arithmetic; mixed means double, as there is no network",
           .otherwise = "precision"});
}

template <class Visitor>
void describe(Visitor& v, EvaluateOptions& o) {
    v.key("model", o.model, {.help = "the trained corrector", .otherwise = "OUTPUT/model.h5"});
    v.section("ensemble", o.ensemble, {.help = "the ensemble to judge by"});
    v.key("until", o.until,
          {.help = "length of the comparison",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "generate.until"});
    v.key("every", o.every,
          {.help = "interval between comparisons",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step"});
    v.key("trajectories", o.trajectories,
          {.help = "trajectories whose states are stored in full, from 0, with the reference's"});
    v.table("rivals", o.rivals,
            {.help = "other approximators to compare with, fitted as `train` fits its own",
             .placeholder = "name"});
    v.table("curves", o.curves,
            {.help = "further plain schemes of fixed steps to follow over time",
             .placeholder = "name"});
    v.section("skill", o.skill,
              {.help = "error and anomaly correlation by lead time, spread and ranks of ensembles"});
    v.section("climate", o.climate,
              {.help = "distances between histograms of long forecasts and of the truth"});
    v.section("ladder", o.ladder, {.help = "steps of the work-precision table"});
    v.section("timing", o.timing, {.help = "how cost is measured"});
}

template <class Visitor>
void describe(Visitor& v, TuneOptions& o) {
    v.key("error", o.error,
          {.help = "mean squared error to meet at `until`",
           .bounds = deck::positive(),
           .required = true});
    v.key("until", o.until,
          {.help = "length of the rollouts",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "generate.until"});
    v.section("ensemble", o.ensemble, {.help = "the ensemble to judge by"});
    v.key("plain_schemes", o.plain_schemes,
          {.help = "schemes that compete without a corrector",
           .choices = &v.vocabulary().competitors,
           .one_or_list = true,
           .min_items = 1,
           .distinct = true});
    v.key("bases", o.bases,
          {.help = "schemes that compete with one",
           .choices = &v.vocabulary().bases,
           .one_or_list = true,
           .distinct = true});
    v.key("steps", o.steps,
          {.help = "far steps to try",
           .unit = "time",
           .bounds = deck::positive(),
           .otherwise = "step, step/2, step/4, step/8",
           .one_or_list = true,
           .min_items = 1,
           .distinct = true});
    v.key("hidden", o.hidden,
          {.help = "numbers of hidden units to try",
           .bounds = deck::between(1, 128),
           .one_or_list = true,
           .distinct = true});
    v.key("activation", o.activation,
          {.help = "their activation", .choices = &v.vocabulary().activations});
    v.key("degrees", o.degrees,
          {.help = "degrees of polynomials to try",
           .bounds = deck::between(1, 6),
           .one_or_list = true,
           .distinct = true});
    v.key("precisions", o.precisions,
          {.help = "arithmetics to try", .one_or_list = true, .min_items = 1, .distinct = true});
    v.key("budget", o.budget,
          {.help = "no new candidate is begun after this time",
           .unit = "s",
           .bounds = deck::positive()});
    v.section("timing", o.timing,
              {.help = "how the cost of the finalists is measured; of the others in a twentieth"});
}

template <class Visitor>
void describe(Visitor& v, CheckpointOptions& o) {
    v.key("every", o.every,
          {.help = "interval between saved states; 0 saves only when the run is stopped",
           .unit = "s",
           .bounds = deck::at_least(0)});
    v.key("wall_limit", o.wall_limit,
          {.help = "time after which the run saves its state and stops; 0 for none",
           .unit = "s",
           .bounds = deck::at_least(0)});
}

template <class Visitor>
void describe(Visitor& v, Options& o) {
    v.section("system", o.system, {.help = "the dynamical system", .required = true});
    v.key("step", o.step,
          {.help = "the far step", .unit = "time", .bounds = deck::positive(), .required = true});
    v.key("scheme", o.scheme,
          {.help = "scheme of the far step", .choices = &v.vocabulary().schemes});
    v.key("tolerance", o.tolerance,
          {.help = "error per step that an adaptive scheme allows, absolute and relative",
           .bounds = {.low = 0.0, .high = 0.1, .low_is_open = true},
           .otherwise = "1e-06",
           .when = {o.is_adaptive() || v.vocabulary().is_adaptive(o.scheme), "scheme",
                    "`scheme` is adaptive"}});
    v.key("precision", o.precision, {.help = "arithmetic of the steps"});
    v.section("ensemble", o.ensemble, {.help = "the ensemble to generate and train on"});
    v.section("reference", o.reference, {.help = "the fine solution taken as truth"});
    v.table("limits", o.limits,
            {.help = "[low, high] by component; a trajectory outside fails",
             .ascending = true,
             .placeholder = "component"});
    v.key("failure_fraction", o.failure_fraction,
          {.help = "fraction of failed trajectories that ends the run with 4",
           .bounds = deck::between(0, 1)});
    v.key("memory", o.memory, {.help = "memory for trajectories, on each rank"});
    v.section("generate", o.generate, {.help = "compute reference trajectories"});
    v.section("train", o.train, {.help = "fit the corrector to them"});
    v.section("forecast", o.forecast, {.help = "integrate an ensemble, with statistics"});
    v.section("evaluate", o.evaluate, {.help = "errors, energy and cost of the corrector"});
    v.section("tune", o.tune, {.help = "the cheapest step that meets an error"});
    v.section("checkpoint", o.checkpoint, {.help = "when a run saves its state"});
    v.key("output", o.output, {.help = "folder for results", .otherwise = "results/NAME_OF_DECK"});
}

}  // namespace farstep
