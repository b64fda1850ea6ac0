// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Checks of a deck against systems, schemes and approximators; each asks first whether its keys are
// sound, so that it never repeats a mistake that was already noted.
#include "setup_checks.hpp"

#include <farstep/approximators/side_inputs.hpp>
#include <farstep/approximators/polynomial.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "training/explicit_scheme.hpp"

namespace farstep {

namespace {

/// Position of a name, or -1.
int position(const std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : int(found - names.begin());
}

/// `path` is the section that names the system.
const SystemModel* check_size(Deck& deck, const std::string& path, const SystemOptions& system) {
    const auto variants = system_variants(system.name);
    if (variants.empty()) return nullptr;  // a misspelt key, which has been noted, hides the name
    const std::string& key = variants.front()->info().size_key;
    for (const auto& [given, value] : system.sizes) {
        if (given == key) continue;
        deck.error(path + "." + given,
                   key.empty() ? fmt::format("{} has no size to choose", system.name)
                               : fmt::format("the size of {} is '{}'", system.name, key));
        return nullptr;
    }
    const SystemModel* const found = find_system(system.name, system.sizes);
    if (!found) {
        std::vector<int> sizes;
        for (const SystemModel* model : variants) sizes.push_back(model->info().size);
        deck.error(deck.has(path + "." + key) ? path + "." + key : path,
                   fmt::format("{} needs '{}', one of {}", system.name, key,
                               fmt::join(sizes, ", ")),
                   fmt::format("write  system: {{name: {}, {}: {}}}", system.name, key,
                               sizes.front()));
    }
    return found;
}

/// `path` is the section of the parameters.
void check_columns(Deck& deck, const std::string& path, const SystemParameters& given,
                   const SystemInfo& info) {
    const auto names = parameter_names(info);
    for (std::size_t i = 0; i < given.columns.size(); ++i) {
        if (position(names, given.columns[i]) >= 0) continue;
        deck.error(fmt::format("{}.columns[{}]", path, i),
                   fmt::format("'{}' is no parameter of {}", given.columns[i], info.name),
                   fmt::format("expected one of: {}", fmt::join(names, ", ")));
    }
    for (const auto& entry : given.values) {
        const bool in_file = given.file && (given.columns.empty() ||
                                            position(given.columns, entry.first) >= 0);
        if (!in_file || position(names, entry.first) < 0) continue;
        deck.error(path + "." + entry.first,
                   fmt::format("the file has a column for '{}' already", entry.first),
                   fmt::format("leave it out here, or name the file's columns in {}.columns", path));
    }
}

/// `section` is that of the system.
void check_parameters(Deck& deck, const std::string& section, const SystemParameters& given,
                      const SystemInfo& info) {
    const std::string path = section + ".parameters";
    const auto names = parameter_names(info);
    bool any_uniform = false;
    for (const auto& [name, value] : given.values) {
        any_uniform = any_uniform || value.uniform;
        if (position(names, name) >= 0) continue;
        deck.unknown_key(path + "." + name, "parameter of " + info.name, names);
    }
    check_columns(deck, path, given, info);
    if (given.sampling && !any_uniform) {
        deck.error(path + ".sampling", "there is no uniform range to draw from",
                   "such as  k: {uniform: [30, 50]}");
    }
}

/// Every point of a grid shall count the same.
void check_grid_size(Deck& deck, const std::string& path, std::int64_t size, std::int64_t points) {
    if (size % points == 0 || size <= 0 || !deck.sound({path + ".size", "ensemble.size"})) return;
    const std::int64_t below = size / points * points;
    deck.error(path + ".size",
               fmt::format("{} trajectories cannot take the {} points of the grid in "
                           "system.parameters equally often", size, points),
               fmt::format("the nearest sizes that can: {}{}",
                           below > 0 ? fmt::format("{} or ", below) : "", below + points));
}

void check_grid_sizes(Deck& deck, const Options& o, std::int64_t points) {
    const auto check = [&](const char* path, const auto& section) {
        if (section) check_grid_size(deck, path, section->ensemble.size, points);
    };
    if (o.ensemble) check_grid_size(deck, "ensemble", o.ensemble->size, points);
    // A stage without a size of its own has that of the top, which has been looked at.
    if (!o.ensemble || deck.has("forecast.ensemble.size")) check("forecast.ensemble", o.forecast);
    if (!o.ensemble || deck.has("evaluate.ensemble.size")) check("evaluate.ensemble", o.evaluate);
    if (!o.ensemble || deck.has("tune.ensemble.size")) check("tune.ensemble", o.tune);
}

template <class Map>
void check_components(Deck& deck, const std::string& path, const Map& given,
                      const SystemInfo& info, bool all_needed) {
    const auto names = component_names(info);
    for (const auto& entry : given) {
        if (position(names, entry.first) < 0) {
            deck.unknown_key(path + "." + entry.first, "component of " + info.name, names);
        }
    }
    for (const std::string& name : names) {
        if (all_needed && !given.contains(name)) {
            deck.error(path, fmt::format("component '{}' of {} is missing", name, info.name),
                       fmt::format("every component needs a number or a distribution: {}",
                                   fmt::join(names, ", ")));
        }
    }
}

void check_initial(Deck& deck, const std::string& path, const InitialOptions& initial,
                   const SystemInfo& info) {
    if (!deck.has(path) || !deck.sound({path})) return;
    if (initial.energy_shell) {
        if (!info.has_energy) {
            deck.error(path, info.name + " conserves no energy, so it has no energy shell");
        }
        check_components(deck, path + ".energy_shell.box", initial.energy_shell->box, info, true);
    } else if (!initial.components.empty()) {
        check_components(deck, path, initial.components, info, true);
    }
}

void check_energy(Deck& deck, const Options& options, const SystemInfo& info) {
    if (options.forecast && options.forecast->save.energy && !info.has_energy &&
        deck.has("forecast.save.energy")) {
        deck.error("forecast.save.energy", info.name + " conserves no energy");
    }
}

void check_limits(Deck& deck, Setup& setup) {
    const auto& limits = setup.options.limits;
    if (limits.empty()) return;
    const SystemInfo& info = setup.system->info();
    check_components(deck, "limits", limits, info, false);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const ComponentInfo& component : info.components) {
        const auto found = limits.find(component.name);
        setup.limit_low.push_back(found == limits.end() ? -infinity : found->second[0]);
        setup.limit_high.push_back(found == limits.end() ? infinity : found->second[1]);
    }
}

bool includes(const std::vector<FitMethod>& methods, FitMethod method) {
    return std::find(methods.begin(), methods.end(), method) != methods.end();
}

/// Conditions are the step and parameters that training trajectories differ in.
void check_conditions(Deck& deck, const TrainOptions& train, const Setup& setup) {
    const SystemInfo& info = setup.system->info();
    auto names = parameter_names(info);
    names.push_back("step");
    for (std::size_t i = 0; i < train.conditions.size(); ++i) {
        const std::string path = deck.has(fmt::format("train.conditions[{}]", i))
                                     ? fmt::format("train.conditions[{}]", i)
                                     : std::string("train.conditions");
        const std::string& name = train.conditions[i];
        if (position(names, name) < 0) {
            deck.error(path, fmt::format("'{}' is no parameter of {}", name, info.name),
                       fmt::format("expected one of: {}", fmt::join(names, ", ")));
        }
    }
    if (train.conditions.size() > largest_condition_count) {
        deck.error("train.conditions",
                   fmt::format("at most {} conditions are possible", largest_condition_count));
    }
}

/// Inputs that an approximator of a system has, and monomials in them.
struct ApproximatorSize {
    std::int64_t inputs, monomials;
};

ApproximatorSize size_of(const ApproximatorOptions& a, int dimension) {
    if (a.neighbours) return {2 * *a.neighbours + 1, std::max<std::int64_t>(0, a.degree - 1)};
    return {dimension, monomial_count(dimension, int(a.degree))};
}

/// `path` is the section of the approximator, which sees `conditions` numbers beside the state.
void check_approximator(Deck& deck, const std::string& path, const ApproximatorOptions& a,
                        const SystemInfo& info, std::size_t conditions) {
    constexpr std::int64_t most_monomials = 20000;
    const int dimension = int(info.components.size());
    if (a.neighbours && conditions > 0) {
        deck.error(path + ".neighbours", "a local approximator sees no train.conditions",
                   "leave one of the two out");
    }
    if (a.neighbours && !info.ring) {
        deck.error(path + ".neighbours",
                   fmt::format("the variables of {} are no ring of equals that could share weights",
                               info.name), "leave `neighbours` out, or choose lorenz96");
    } else if (a.neighbours && *a.neighbours > (dimension - 1) / 2) {
        deck.error(path + ".neighbours",
                   fmt::format("a ring of {} has at most {} neighbours on each side", dimension,
                               (dimension - 1) / 2));
    }
    const int inputs = dimension + int(conditions);
    if (size_of(a, inputs).monomials > most_monomials) {
        deck.error(path + ".degree",
                   fmt::format("{} variables have {} monomials up to degree {}; at most {} can be "
                               "fitted", inputs, size_of(a, inputs).monomials, a.degree,
                               most_monomials),
                   "lower the degree");
    }
}

/// What a method of fitting cannot do is refused here, never ignored.
void check_fit(Deck& deck, const TrainOptions& train, const SystemInfo& info) {
    constexpr std::int64_t most_weights = 4000;
    if (!deck.sound({"train.fit", "train.approximator"})) return;
    const ApproximatorOptions& a = train.approximator;
    const std::size_t conditions = train.conditions.size();
    check_approximator(deck, "train.approximator", a, info, conditions);
    const bool has_units = a.type == ApproximatorType::Perceptron;
    if (includes(train.fit, FitMethod::Adam) && (a.degree > 1 || a.neighbours)) {
        deck.error("train.fit",
                   a.neighbours ? "adam fits no weights that a ring shares"
                                : "adam fits no polynomial beyond the linear term",
                   "write  fit: ridge  or  fit: levenberg_marquardt");
    }
    if (!includes(train.fit, FitMethod::LevenbergMarquardt)) return;
    const std::int64_t weights =
        a.hidden * (size_of(a, int(info.components.size() + conditions)).inputs + 1);
    if (!has_units) {
        deck.error("train.fit", "levenberg_marquardt fits hidden units, and there are none",
                   "write  fit: ridge");
    } else if (weights > most_weights) {
        deck.error("train.fit",
                   fmt::format("levenberg_marquardt would solve for {} hidden weights at once; at "
                               "most {} are possible", weights, most_weights),
                   "write  fit: adam  or fewer hidden units");
    }
}

/// What does not go with an approximator that sees more, or something else, than the state.
void check_input(Deck& deck, const Options& options) {
    const TrainOptions& train = *options.train;
    if (train.seen() == ApproximatorInput::state) return;
    // Where the deck asks for it: by `input`, or by a corrector that sees the slope.
    const std::string path = deck.has("train.input") ? "train.input" : "train.corrector";
    if (options.scheme == "none") {
        deck.error(path, "scheme none has no increment that an approximator could see",
                   "write  input: state, or choose a scheme");
    }
    if (train.seen() != ApproximatorInput::both) return;
    if (train.approximator.neighbours) {
        deck.error("train.approximator.neighbours", "a local approximator sees the state or the "
                   "slope, not both", "write  input: state  or  input: slope");
    } else if (train.approximator.degree > 1) {
        deck.error("train.approximator.degree",
                   "a polynomial sees the state or the slope, not both; beside hidden units a "
                   "linear term can", "write  degree: 1, or another train.input");
    }
}

/// An output that is a factor enters the loss with a weight of its own in every sample.
void check_factor(Deck& deck, const Options& options) {
    const TrainOptions& train = *options.train;
    if (!find_corrector(train.corrector)->multiplies) return;
    if (options.scheme == "none") {
        deck.error("train.corrector", fmt::format("{} multiplies the scheme's increment, and scheme "
                   "none has none", train.corrector), "choose another corrector or scheme");
    }
    if (train.fit != std::vector<FitMethod>{FitMethod::Adam}) {
        deck.error("train.fit", fmt::format("{} multiplies the scheme's increment, which only adam "
                   "fits", train.corrector), "write  fit: adam");
    }
    if (options.evaluate && !options.evaluate->rivals.empty()) {
        deck.error("evaluate.rivals", fmt::format("are fitted in closed form, which {} is not",
                   train.corrector), "leave them out, or choose another train.corrector");
    }
    if (options.tune) {
        deck.error("tune", fmt::format("fits in closed form, which {} is not", train.corrector),
                   "choose another train.corrector");
    }
}

/// What a loss over rollouts cannot go back through.
void check_unrolled(Deck& deck, const Options& options, const Setup& setup) {
    const TrainOptions& train = *options.train;
    if (train.unrolled_steps() <= 1 || !deck.sound({"train.adam.unroll", "train.conditions"})) {
        return;
    }
    const std::string path = "train.adam.unroll";
    if (!explicit_scheme(options.scheme) && !options.is_adaptive() && deck.sound({"scheme"})) {
        deck.error(path, fmt::format("rollouts are differentiated through explicit schemes of "
                   "fixed steps, and {} is none", options.scheme),
                   "write  unroll: 1, or another scheme, such as  rk4");
    }
    const CorrectorInfo& corrector = *find_corrector(train.corrector);
    if (corrector.multiplies || corrector.scales_with_step) {
        deck.error(path, fmt::format("rollouts are differentiated through correctors whose output "
                   "is added as it is, and {} is none", train.corrector),
                   "write  unroll: 1, or  corrector: neurvec  or  corrector: attns");
    }
    if (!train.conditions.empty()) {
        deck.error(path, "rollouts of networks that see train.conditions are not differentiated",
                   "leave one of the two out");
    } else if (setup.plan.varies()) {
        deck.error(path, "rollouts are differentiated with the same parameters for all "
                   "trajectories, and system.parameters vary", "write  unroll: 1, or give each "
                   "parameter one value");
    }
}

void check_start(Deck& deck, const TrainOptions& train) {
    if (!train.start || train.fit.front() != FitMethod::Ridge) return;
    deck.error("train.start", "ridge draws hidden weights anew, so that it cannot start from a model",
               "write  fit: levenberg_marquardt  or  fit: adam");
}

void check_coupling(Deck& deck, const Options& options, const Setup& setup) {
    if (!deck.sound({"train.corrector", "train.input", "train.fit", "train.approximator", "scheme"})) {
        return;
    }
    check_input(deck, options);
    check_factor(deck, options);
    check_start(deck, *options.train);
    check_unrolled(deck, options, setup);
}

void check_rivals(Deck& deck, const Options& options, const SystemInfo& info) {
    const auto& rivals = options.evaluate->rivals;
    if (!rivals.empty() && !options.train && deck.sound({"train"})) {
        deck.error("evaluate.rivals", "need a `train` section, which says how to fit them");
    }
    if (!rivals.empty() && options.train && !options.train->conditions.empty()) {
        deck.error("evaluate.rivals", "are fitted for one step and one set of parameters, not for "
                   "train.conditions", "leave one of the two out");
    }
    for (const auto& [name, approximator] : rivals) {
        const std::string path = "evaluate.rivals." + name;
        if (deck.sound({path})) check_approximator(deck, path, approximator, info, 0);
        if (approximator.step != options.step && !options.generate && deck.sound({"generate"})) {
            deck.error(path + ".step", "needs a `generate` section, for samples at another step");
        }
    }
}

/// A trajectory has one set of parameters, not one for each of two systems.
void check_fixed_parameters(Deck& deck, const Setup& setup) {
    const auto check = [&](const std::string& path, const ParameterPlan& plan) {
        if (!plan.varies()) return;
        deck.error(path, "vary by trajectory, which a reference of another system does not allow",
                   "give each parameter one value");
    };
    check("system.parameters", setup.plan);
    check("reference.system.parameters", setup.reference_plan);
}

/// The richer system of the reference, if there is one, and how it projects onto the deck's.
void check_closure(Deck& deck, Setup& setup) {
    setup.reference_system = setup.system;
    setup.reference_plan = setup.plan;
    const ReferenceOptions& reference = setup.options.reference;
    if (!reference.system || !deck.sound({"reference.system"})) return;
    const SystemModel* const model = check_size(deck, "reference.system", *reference.system);
    if (!model) return;
    setup.reference_system = model;
    check_parameters(deck, "reference.system", reference.system->parameters, model->info());
    setup.reference_plan = plan_parameters(model->info(), reference.system->parameters);
    check_fixed_parameters(deck, setup);
    const auto wanted = component_names(setup.system->info());
    const auto available = component_names(model->info());
    const auto names = reference.projection.empty() ? wanted : reference.projection;
    const std::string key = reference.projection.empty() ? "reference.system"
                                                         : "reference.projection";
    if (names.size() != wanted.size()) {
        deck.error(key, fmt::format("names {} components, but {} has {}", names.size(),
                                    setup.system->info().name, wanted.size()),
                   fmt::format("name one for each of {}", fmt::join(wanted, ", ")));
        return;
    }
    for (const std::string& name : names) {
        setup.projection.push_back(position(available, name));
        if (setup.projection.back() >= 0) continue;
        deck.error(key, fmt::format("{} has no component '{}'", model->info().name, name),
                   "`reference.projection` lists the components of the reference system that are "
                   "those of the deck's");
        return;
    }
}

/// What a richer reference system cannot be used for, and what only it can be.
void check_closure_stages(Deck& deck, const Setup& setup) {
    const Options& o = setup.options;
    const SystemInfo& info = setup.system->info();
    if (setup.is_closure() && o.tune) {
        deck.error("tune", "compares steps of one system, and the reference solves another",
                   "leave out `reference.system`");
    }
    if (o.evaluate && o.evaluate->skill && setup.plan.varies()) {
        deck.error("evaluate.skill", "perturbs trajectories of one system, and system.parameters "
                   "vary by trajectory", "leave `skill` out, or give each parameter one value");
    }
    const bool corrects = o.train || o.evaluate || o.tune || (o.forecast && o.forecast->corrected);
    if (info.reference_only && corrects) {
        deck.error("system",
                   fmt::format("{} has {} components, too many for a corrector", info.name,
                               info.components.size()),
                   "it serves as `reference.system` of a smaller one, or for `generate` and plain "
                   "forecasts");
    }
}

void check_flow_map(Deck& deck, const Options& options) {
    if (options.scheme != "none" || !options.forecast || options.forecast->corrected) return;
    deck.error("forecast.corrected", "a forecast without a scheme and without a corrector stands "
               "still", "choose a scheme, or set  corrected: true");
}

/// A corrector is trained for one step; an adaptive scheme has many.
void check_adaptive(Deck& deck, const Options& options) {
    const bool forecasts = options.forecast && options.forecast->corrected;
    if (!options.is_adaptive() || !(options.train || options.evaluate || forecasts)) return;
    deck.error("scheme",
               fmt::format("correctors need a scheme of fixed steps, and {} is adaptive",
                           options.scheme),
               "`forecast: {corrected: false}` without `train` and `evaluate` makes a plain "
               "adaptive forecast");
}

void check_scheme(Deck& deck, const std::string& path, const std::string& scheme,
                  const SystemModel& system) {
    if (!deck.sound({path}) || system.has_scheme(scheme)) return;
    deck.error(path,
               fmt::format("{} needs {}, and {} ({} components) is not such a system", scheme,
                           scheme_needs(scheme), system.info().name, system.dimension()),
               "write another scheme, such as  rk4");
}

/// The schemes of a list must be able to step the system; of a list that the deck does not give, those
/// that are not are left out.
void check_schemes(Deck& deck, const std::string& path, std::vector<std::string>& schemes,
                   const SystemModel& system) {
    if (!deck.has(path)) {
        std::erase_if(schemes, [&](const std::string& name) { return !system.has_scheme(name); });
    }
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        check_scheme(deck, fmt::format("{}[{}]", path, i), schemes[i], system);
    }
}

/// Every scheme that the deck names must be able to step its system, or the reference's.
void check_all_schemes(Deck& deck, Setup& setup) {
    Options& o = setup.options;
    const SystemModel &system = *setup.system, &reference = *setup.reference_system;
    check_scheme(deck, "scheme", o.scheme, system);
    check_scheme(deck, "reference.scheme", o.reference.scheme, reference);
    if (o.evaluate) {
        check_schemes(deck, "evaluate.ladder.schemes", o.evaluate->ladder.schemes, reference);
        for (const auto& [name, curve] : o.evaluate->curves) {
            const std::string path = "evaluate.curves." + name + ".scheme";
            if (deck.has(path)) check_scheme(deck, path, curve.scheme, system);
        }
    }
    if (!o.tune) return;
    check_schemes(deck, "tune.plain_schemes", o.tune->plain_schemes, system);
    check_schemes(deck, "tune.bases", o.tune->bases, system);
}

}  // namespace

void check_against_catalog(Deck& deck, Setup& setup) {
    if (!deck.sound({"system"})) return;
    setup.system = check_size(deck, "system", setup.options.system);
    if (!setup.system) return;
    const SystemInfo& info = setup.system->info();
    check_parameters(deck, "system", setup.options.system.parameters, info);
    setup.plan = plan_parameters(info, setup.options.system.parameters);
    setup.parameters = setup.plan.nominal();
    check_grid_sizes(deck, setup.options, setup.plan.grid_points());
    check_closure(deck, setup);
    check_limits(deck, setup);
    check_energy(deck, setup.options, info);
    check_closure_stages(deck, setup);
    const Options& o = setup.options;
    const SystemInfo& reference = setup.reference_system->info();
    if (o.train) {
        check_conditions(deck, *o.train, setup);
        check_fit(deck, *o.train, info);
        check_coupling(deck, o, setup);
    }
    check_all_schemes(deck, setup);
    check_flow_map(deck, o);
    check_adaptive(deck, o);
    if (o.ensemble) check_initial(deck, "ensemble.initial", o.ensemble->initial, reference);
    if (o.forecast) {
        check_initial(deck, "forecast.ensemble.initial", o.forecast->ensemble.initial, info);
    }
    if (o.evaluate) {
        check_initial(deck, "evaluate.ensemble.initial", o.evaluate->ensemble.initial, reference);
        check_rivals(deck, o, info);
    }
    if (o.tune) check_initial(deck, "tune.ensemble.initial", o.tune->ensemble.initial, info);
}

}  // namespace farstep
