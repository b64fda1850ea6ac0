// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Checks across keys: each asks first whether its keys are sound, so that it never repeats a
// mistake that was already noted.
#include "deck/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "deck/load.hpp"

namespace farstep {

namespace {

constexpr double multiple_tolerance = 1e-9;

/// Most outputs of a stage, and steps between two outputs: what more than that asks for is a slip.
constexpr double most_parts = 1e8;

/// A time of the deck: its value and the key that gives it.
struct Time {
    double value;
    std::string path;
};

void check_multiple(Deck& deck, const Time& whole, const Time& part) {
    if (!deck.sound({whole.path, part.path})) return;
    if (whole.value <= 0 || part.value <= 0) return;
    if (whole.value / part.value > most_parts) {
        deck.error(whole.path, fmt::format("{} is more than {:g} times {} ({})", whole.value,
                                           most_parts, part.path, part.value));
        return;
    }
    if (is_multiple(whole.value, part.value)) return;
    const double below = std::floor(whole.value / part.value);
    const std::string lower = below >= 1 ? fmt::format("{:.10g} or ", below * part.value) : "";
    deck.error(
        whole.path,
        fmt::format("{} is not a whole multiple of {} ({})", whole.value, part.path, part.value),
        fmt::format("the nearest that is: {}{:.10g}", lower, (below + 1) * part.value));
}

/// The same where it is the part that is to be changed.
void check_divides(Deck& deck, const Time& part, const Time& whole) {
    if (!deck.sound({part.path, whole.path})) return;
    if (part.value <= 0 || whole.value <= 0) return;
    if (whole.value / part.value > most_parts) {
        deck.error(part.path, fmt::format("{} goes more than {:g} times into {} ({})", part.value,
                                          most_parts, whole.path, whole.value));
        return;
    }
    if (is_multiple(whole.value, part.value)) return;
    const double parts = std::max(1.0, std::round(whole.value / part.value));
    deck.error(part.path,
               fmt::format("{} does not divide {} ({})", part.value, whole.path, whole.value),
               fmt::format("the nearest that does: {:.10g}", whole.value / parts));
}

void check_reference(Deck& deck, const Options& o) {
    const bool is_needed = o.generate || o.evaluate || deck.has("reference.step");
    if (is_needed) check_divides(deck, {o.reference.step, "reference.step"}, {o.step, "step"});
}

/// `path` is the key of the selection, `stage` the section of the ensemble.
void check_trajectories(Deck& deck, const std::string& path, const Selection& selection,
                        const std::string& stage, std::int64_t size) {
    if (!deck.sound({path, stage + ".ensemble.size", "ensemble.size"})) return;
    const auto& indices = selection.indices;
    for (std::size_t i = 0; i < indices.size() && size > 0; ++i) {
        if (indices[i] < size) continue;
        deck.error(fmt::format("{}[{}]", path, i),
                   fmt::format("the ensemble has {} trajectories, numbered from 0", size));
    }
}

/// States to store in full, which are to be counted, and their bytes, in 64 bits.
void check_amount(Deck& deck, const std::string& path, std::int64_t size, double outputs) {
    constexpr double most_states = 1e15;
    if (double(size) * outputs <= most_states || !deck.sound({path, "ensemble"})) return;
    deck.error(path, fmt::format("{} trajectories of {:.10g} outputs each are more than {:g} states, "
                                 "and all are to be stored", size, outputs, most_states));
}

/// A stage after `generate`, whose ensemble and length may come from other sections.
void check_stage(Deck& deck, const std::string& stage, const StageEnsembleOptions& ensemble,
                 double until) {
    const std::string size_path = stage + ".ensemble.size";
    if (ensemble.size == 0 && deck.sound({size_path, "ensemble"})) {
        deck.error(stage,
                   fmt::format("needs {}, or an `ensemble` at the top to take it from", size_path));
    }
    const std::string until_path = stage + ".until";
    if (until == 0 && deck.sound({until_path, "generate"})) {
        deck.error(stage,
                   fmt::format("needs {}, or a `generate` section to take it from", until_path));
    }
}

void check_tuning(Deck& deck, const Options& o) {
    const TuneOptions& tune = *o.tune;
    check_stage(deck, "tune", tune.ensemble, tune.until);
    for (std::size_t i = 0; i < tune.steps.size(); ++i) {
        const Time step{tune.steps[i], deck.has("tune.steps") ? fmt::format("tune.steps[{}]", i)
                                                              : std::string("step")};
        check_multiple(deck, {tune.until, "tune.until"}, step);
        check_multiple(deck, step, {o.reference.step, "reference.step"});
    }
    if (o.train && !o.train->conditions.empty()) {
        deck.error("train.conditions", "the search makes one corrector for each step it tries, "
                   "without conditions", "leave out `train.conditions` or `tune`");
    }
    if (!o.ensemble && deck.sound({"ensemble"})) {
        deck.error("tune", "needs an `ensemble` section at the top of the deck, to train on",
                   "such as `ensemble: {size: 1000}`");
    }
}

void check_curves(Deck& deck, const Options& o, const Time& every) {
    const auto& rivals = o.evaluate->rivals;
    for (const auto& [name, curve] : o.evaluate->curves) {
        const std::string path = "evaluate.curves." + name;
        if (name == "plain" || name == "corrected" || rivals.contains(name)) {
            deck.error(path, fmt::format("there is a rollout '{}' already", name),
                       "choose another name than plain, corrected and those of evaluate.rivals");
        }
        if (curve.scheme == "none" && deck.sound({path, "scheme"})) {
            deck.error(path + ".scheme",
                       "without a scheme and without a corrector a rollout stands still",
                       "write a scheme, such as  rk4");
        }
        // The deck's step has been looked at.
        if (deck.has(path + ".step")) check_divides(deck, {curve.step, path + ".step"}, every);
    }
}

void check_skill(Deck& deck, const EvaluateOptions& o, const Time& every) {
    for (std::size_t i = 0; i < o.ladder.steps.size(); ++i) {
        check_multiple(deck, {o.until, "evaluate.until"},
                       {o.ladder.steps[i], fmt::format("evaluate.ladder.steps[{}]", i)});
    }
    for (const auto& [name, rival] : o.rivals) {
        check_multiple(deck, every, {rival.step, "evaluate.rivals." + name + ".step"});
    }
    for (std::size_t i = 0; o.skill && i < o.skill->leads.size(); ++i) {
        const Time lead{o.skill->leads[i], fmt::format("evaluate.skill.leads[{}]", i)};
        check_multiple(deck, lead, every);
        if (lead.value <= o.until * (1 + multiple_tolerance) || !deck.sound({lead.path})) continue;
        deck.error(lead.path, fmt::format("lies beyond evaluate.until ({})", o.until));
    }
    if (!o.climate || !deck.sound({"evaluate.climate"})) return;
    const ClimateOptions& climate = *o.climate;
    const Time interval{climate.every, "evaluate.climate.every"};
    check_multiple(deck, {climate.until, "evaluate.climate.until"}, interval);
    check_multiple(deck, {climate.from, "evaluate.climate.from"}, interval);
    check_multiple(deck, interval, {every.value, "evaluate.every"});
    if (o.ensemble.initial.file) {
        deck.error("evaluate.climate", "needs a second truth from other initial states, and those of "
                   "evaluate.ensemble come from a file", "draw them instead");
    }
    if (climate.from >= climate.until) {
        deck.error("evaluate.climate.from",
                   fmt::format("leaves nothing before evaluate.climate.until ({})", climate.until));
    }
}

/// Pairs of stored states must be as far apart as the steps to learn.
void check_steps(Deck& deck, const Options& o) {
    const bool many = o.train && o.train->is_for_many_steps();
    if (many && o.train->steps.empty() && deck.sound({"train.steps", "train.conditions"})) {
        deck.error("train", "needs the key `steps`, as `step` is among its conditions",
                   "such as `steps: [0.1, 0.2, 0.3, 0.4]`");
    }
    if (!o.generate) return;
    const Time every{o.generate->every, "generate.every"};
    if (!many) {
        check_multiple(deck, every, {o.step, "step"});
        return;
    }
    check_multiple(deck, every, {o.reference.step, "reference.step"});
    for (std::size_t i = 0; i < o.train->steps.size(); ++i) {
        check_multiple(deck, {o.train->steps[i], fmt::format("train.steps[{}]", i)}, every);
    }
    if (!deck.sound({"train.steps", "generate.until"}) || o.train->steps.empty()) return;
    const double longest = *std::max_element(o.train->steps.begin(), o.train->steps.end());
    if (longest <= o.generate->until) return;
    deck.error("generate.until", fmt::format("{} is shorter than the longest of train.steps ({})",
                                             o.generate->until, longest));
}

}  // namespace

bool is_multiple(double whole, double part) {
    const double ratio = whole / part;
    const double count = std::round(ratio);
    return count >= 1 && std::abs(ratio - count) <= multiple_tolerance * count;
}

void check_consistency(const Options& o, Deck& deck) {
    const Time step{o.step, "step"};
    check_reference(deck, o);
    check_steps(deck, o);
    check_multiple(deck, {o.reference.spin_up, "reference.spin_up"},
                   {o.reference.step, "reference.step"});
    if (o.generate) {
        const Time every{o.generate->every, "generate.every"};
        check_multiple(deck, {o.generate->until, "generate.until"}, every);
        if (!o.ensemble && deck.sound({"ensemble"})) {
            deck.error("generate", "needs an `ensemble` section at the top of the deck",
                       "such as `ensemble: {size: 256}`");
        }
        if (o.ensemble) {
            check_amount(deck, "ensemble.size", o.ensemble->size, o.generate->until / every.value);
        }
    }
    if (o.train && o.train->rollout.until) {
        check_multiple(deck, {*o.train->rollout.until, "train.rollout.until"}, step);
    }
    if (o.forecast) {
        const Time every{o.forecast->save.every, "forecast.save.every"};
        check_multiple(deck, every, step);
        check_multiple(deck, {o.forecast->until, "forecast.until"}, every);
        check_stage(deck, "forecast", o.forecast->ensemble, o.forecast->until);
        check_trajectories(deck, "forecast.save.trajectories", o.forecast->save.trajectories,
                           "forecast", o.forecast->ensemble.size);
        if (o.forecast->save.trajectories.all) {
            check_amount(deck, "forecast.ensemble.size", o.forecast->ensemble.size,
                         o.forecast->until / every.value);
        }
    }
    if (o.evaluate) {
        const Time every{o.evaluate->every, "evaluate.every"};
        check_multiple(deck, every, step);
        check_multiple(deck, {o.evaluate->until, "evaluate.until"}, every);
        check_stage(deck, "evaluate", o.evaluate->ensemble, o.evaluate->until);
        check_trajectories(deck, "evaluate.trajectories", o.evaluate->trajectories, "evaluate",
                           o.evaluate->ensemble.size);
        if (o.evaluate->trajectories.all) {
            check_amount(deck, "evaluate.ensemble.size", o.evaluate->ensemble.size,
                         o.evaluate->until / every.value);
        }
        check_curves(deck, o, every);
        check_skill(deck, *o.evaluate, every);
    }
    if (o.tune) check_tuning(deck, o);
}

}  // namespace farstep
