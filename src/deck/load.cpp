// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Reading options, filling in the defaults that depend on other keys, and writing options.
#include "deck/load.hpp"

#include <algorithm>

#include "deck/checks.hpp"
#include "deck/reader.hpp"
#include "deck/schema.hpp"
#include "deck/writer.hpp"

namespace farstep {

std::vector<FitMethod> TrainOptions::methods() const {
    constexpr std::int64_t largest_for_second_order = 128;
    if (!fit.empty()) return fit;
    if (preset == TrainPreset::Published) return {FitMethod::Adam};
    const bool small = approximator.type == ApproximatorType::Perceptron &&
                       approximator.hidden <= largest_for_second_order;
    return {small ? FitMethod::LevenbergMarquardt : FitMethod::Ridge};
}

void TrainOptions::choose_fit() {
    preset = TrainPreset::Farstep;
    fit.clear();
    fit = methods();
}

bool TrainOptions::fits_with(FitMethod method) const {
    const std::vector<FitMethod> all = methods();
    return std::find(all.begin(), all.end(), method) != all.end();
}

bool TrainOptions::is_for_many_steps() const {
    return std::find(conditions.begin(), conditions.end(), "step") != conditions.end();
}

bool SaveOptions::wants(Statistic statistic) const {
    return std::find(statistics.begin(), statistics.end(), statistic) != statistics.end();
}

namespace {

void set_default(double& value, double otherwise) {
    if (value == 0) value = otherwise;
}

void set_default(std::filesystem::path& value, const std::filesystem::path& otherwise) {
    if (value.empty()) value = otherwise;
}

/// `stage` is the section's name; each stage has its own seed, so that none sees another's states.
void fill_in_ensemble(StageEnsembleOptions& ensemble, const Options& options, const Deck& deck,
                      const std::string& stage, std::int64_t seed_offset) {
    const EnsembleOptions base = options.ensemble.value_or(EnsembleOptions{});
    const std::string path = stage + ".ensemble.";
    if (ensemble.size == 0) ensemble.size = base.size;
    if (!deck.has(path + "seed")) ensemble.seed = base.seed + seed_offset;
    // The initial states of a richer reference system are none of a forecast's.
    const bool inherits = stage != "forecast" || !options.reference.system;
    if (!deck.has(path + "initial") && inherits) ensemble.initial = base.initial;
}

void fill_in_approximator(ApproximatorOptions& approximator) {
    const bool polynomial = approximator.type == ApproximatorType::Polynomial;
    if (approximator.degree == 0) approximator.degree = polynomial ? 4 : 1;
}

/// The recipe of NeurVec's authors, of which the deck's own keys stand.
void fill_in_published(TrainOptions& train, const Deck& deck) {
    const auto set = [&](const std::string& key, auto& value, const auto& published) {
        if (!deck.has("train." + key)) value = published;
    };
    if (train.approximator.type == ApproximatorType::Perceptron) {
        set("approximator.hidden", train.approximator.hidden, 1024);
        set("approximator.activation", train.approximator.activation, "rational");
        set("approximator.linear", train.approximator.linear, false);
    }
    set("inputs", train.inputs, Scaling::Raw);
    set("targets", train.targets, TargetScaling::Raw);
    if (!train.fits_with(FitMethod::Adam)) return;
    if (!deck.has("train.adam.iterations")) set("adam.epochs", train.adam.epochs, 500);
    set("adam.batch", train.adam.batch, 16384);
    set("adam.learning_rate", train.adam.learning_rate, 1e-3);
    set("adam.beta2", train.adam.beta2, 0.999);
    set("adam.warm_up", train.adam.warm_up, 0);
}

void fill_in_curve(CurveOptions& curve, const Options& o) {
    if (curve.scheme.empty()) curve.scheme = o.scheme;
    set_default(curve.step, o.step);
    if (!curve.precision) curve.precision = o.precision;
}

void fill_in_tuning(Options& o, const Deck& deck) {
    TuneOptions& tune = *o.tune;
    if (o.generate) set_default(tune.until, o.generate->until);
    if (tune.steps.empty()) tune.steps = {o.step, o.step / 2, o.step / 4, o.step / 8};
    fill_in_ensemble(tune.ensemble, o, deck, "tune", 3);
}

double shortest_far_step(const Options& o) {
    return o.tune ? std::min(o.step, *std::min_element(o.tune->steps.begin(), o.tune->steps.end()))
                  : o.step;
}

void fill_in_defaults(Options& o, const Deck& deck, const Vocabulary& vocabulary) {
    constexpr double default_tolerance = 1e-6;
    if (vocabulary.is_adaptive(o.scheme)) set_default(o.tolerance, default_tolerance);
    constexpr double reference_substeps = 20;
    if (o.tune) fill_in_tuning(o, deck);
    set_default(o.reference.step, shortest_far_step(o) / reference_substeps);
    set_default(o.output,
                std::filesystem::path("results") / std::filesystem::path(deck.name()).stem());
    const double until = o.generate ? o.generate->until : 0;
    if (o.generate) set_default(o.generate->every, o.step);
    if (o.train) {
        set_default(o.train->dataset, o.output / "dataset.h5");
        if (!o.train->input) o.train->input = vocabulary.input_of(o.train->corrector);
        const bool only_adam = o.train->fit.empty() && vocabulary.multiplies(o.train->corrector);
        if (only_adam) o.train->fit = {FitMethod::Adam};
        o.train->fit = o.train->methods();
        if (o.train->preset == TrainPreset::Published) fill_in_published(*o.train, deck);
        fill_in_approximator(o.train->approximator);
    }
    if (o.forecast) {
        set_default(o.forecast->until, until);
        set_default(o.forecast->save.every, o.step);
        set_default(o.forecast->model, o.output / "model.h5");
        fill_in_ensemble(o.forecast->ensemble, o, deck, "forecast", 1);
    }
    if (o.evaluate) {
        set_default(o.evaluate->until, until);
        set_default(o.evaluate->every, o.step);
        set_default(o.evaluate->model, o.output / "model.h5");
        fill_in_ensemble(o.evaluate->ensemble, o, deck, "evaluate", 2);
        for (auto& rival : o.evaluate->rivals) {
            fill_in_approximator(rival.second);
            set_default(rival.second.step, o.step);
        }
        for (auto& curve : o.evaluate->curves) fill_in_curve(curve.second, o);
        if (o.evaluate->climate) set_default(o.evaluate->climate->every, o.evaluate->every);
    }
}

deck::Written written(Options options) {
    deck::Written root;
    root.is_section = true;
    deck::Writer writer(root);
    describe(writer, options);
    return root;
}

/// Every key of a deck: the schema's, whose words are no matter. Found once, since that takes longer
/// than reading a deck.
const std::vector<std::string>& all_paths() {
    static const std::vector<std::string> paths = [] {
        std::vector<std::string> found;
        for (const ReferenceEntry& entry : reference(Vocabulary())) found.push_back(entry.path);
        return found;
    }();
    return paths;
}

}  // namespace

Options read_options(Deck& deck, const Vocabulary& vocabulary) {
    Options options;
    deck::Reader(deck, vocabulary, all_paths()).read_all(options);
    fill_in_defaults(options, deck, vocabulary);
    check_consistency(options, deck);
    return options;
}

std::string resolved_text(const Options& options) { return deck::as_deck(written(options)); }

std::string canonical(const Options& options, const std::vector<std::string>& paths) {
    return deck::as_lines(written(options), paths);
}

}  // namespace farstep
