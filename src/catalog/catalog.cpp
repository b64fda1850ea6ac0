// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The catalog: lists, and looking things up in them.
#include "catalog/catalog.hpp"

#include <farstep/schemes/schemes.hpp>

#include <algorithm>

namespace farstep {

// Written by cmake/FarstepSystems.cmake from the list in src/CMakeLists.txt.
std::vector<std::unique_ptr<SystemModel>> make_all_systems();

namespace {

/// A new corrector is added here. The order is that of help texts.
const std::vector<CorrectorInfo> correctors = {
    {.name = "neurvec",
     .title = "u + S + Q(u): the network sees the state, and its output is added (NeurVec)"},
    {.name = "attns",
     .title = "u + S + Q(S/step): the network sees the scheme's slope (AttNS)",
     .input = ApproximatorInput::slope},
    {.name = "attns_m",
     .title = "u + S*Q(S/step): the output is a factor of every component (AttNS-m)",
     .input = ApproximatorInput::slope,
     .multiplies = true,
     .initial_factor = 0},
    {.name = "attns_residual",
     .title = "u + S*(1 + Q(S/step)): the same, starting from the plain step",
     .input = ApproximatorInput::slope,
     .multiplies = true},
    {.name = "hypersolver",
     .title = "u + S + step^(order + 1)*Q(u): serves steps other than the one it was trained for",
     .scales_with_step = true}};

template <class... Scheme>
Choices choices_of(SchemeList<Scheme...>) {
    return {{Scheme::name, Scheme::title}...};
}

template <class Scheme>
constexpr int order_of() {
    if constexpr (requires { Scheme::order; }) {
        return Scheme::order;
    } else {
        return 0;
    }
}

template <class... Scheme>
int find_order(const std::string& name, SchemeList<Scheme...>) {
    int order = 0;
    ((order = Scheme::name == name ? order_of<Scheme>() : order), ...);
    return order;
}

template <class Scheme>
constexpr const char* needs_of() {
    if constexpr (requires { Scheme::needs; }) {
        return Scheme::needs;
    } else {
        return "";
    }
}

template <class... Scheme>
std::string find_needs(const std::string& name, SchemeList<Scheme...>) {
    std::string needs;
    ((needs = Scheme::name == name ? needs_of<Scheme>() : needs), ...);
    return needs;
}

bool has_size(const SystemModel& model, const std::map<std::string, std::int64_t>& sizes) {
    const SystemInfo& info = model.info();
    if (info.size_key.empty()) return sizes.empty();
    const auto size = sizes.find(info.size_key);
    return sizes.size() == 1 && size != sizes.end() && size->second == info.size;
}

}  // namespace

const std::vector<std::unique_ptr<SystemModel>>& all_systems() {
    static const auto systems = make_all_systems();
    return systems;
}

std::vector<const SystemModel*> system_variants(const std::string& name) {
    std::vector<const SystemModel*> variants;
    for (const auto& system : all_systems()) {
        if (system->info().name == name) variants.push_back(system.get());
    }
    return variants;
}

const SystemModel* find_system(const std::string& name,
                               const std::map<std::string, std::int64_t>& sizes) {
    for (const SystemModel* model : system_variants(name)) {
        if (has_size(*model, sizes)) return model;
    }
    return nullptr;
}

std::vector<std::string> component_names(const SystemInfo& info) {
    std::vector<std::string> names;
    for (const ComponentInfo& component : info.components) names.push_back(component.name);
    return names;
}

std::vector<std::string> parameter_names(const SystemInfo& info) {
    std::vector<std::string> names;
    for (const ParameterInfo& parameter : info.parameters) names.push_back(parameter.name);
    return names;
}

const Choices& scheme_choices() {
    static const Choices choices = [] {
        Choices all = choices_of(Schemes{});
        const Choices adaptive = choices_of(AdaptiveSchemes{});
        all.insert(all.end(), adaptive.begin(), adaptive.end());
        return all;
    }();
    return choices;
}

int scheme_order(const std::string& name) { return find_order(name, Schemes{}); }

std::string scheme_needs(const std::string& name) {
    return find_needs(name, Schemes{}) + find_needs(name, AdaptiveSchemes{});
}

const Choices& corrector_choices() {
    static const Choices choices = [] {
        Choices all;
        for (const CorrectorInfo& corrector : correctors) {
            all.push_back({corrector.name, corrector.title});
        }
        return all;
    }();
    return choices;
}

const CorrectorInfo* find_corrector(const std::string& name) {
    const auto found =
        std::find_if(correctors.begin(), correctors.end(),
                     [&](const CorrectorInfo& corrector) { return corrector.name == name; });
    return found == correctors.end() ? nullptr : &*found;
}

const Choices& activation_choices() {
    static const Choices choices = {
        {"rational", "cubic over quadratic, 7 trainable coefficients, starts near ReLU (NeurVec)"},
        {"inverse_quadratic", "1/(1 + z^2): the cheapest to evaluate"},
        {"tanh", "hyperbolic tangent"},
        {"sin", "sine"},
        {"silu", "z/(1 + exp(-z))"},
        {"relu", "max(0, z)"}};
    return choices;
}

Vocabulary vocabulary() {
    Vocabulary result;
    for (const auto& system : all_systems()) {
        const SystemInfo& info = system->info();
        const bool listed = std::any_of(result.systems.begin(), result.systems.end(),
                                        [&](const Choice& c) { return c.name == info.name; });
        if (!listed) result.systems.push_back({info.name, info.title});
    }
    if (!systems_left_out().empty()) {
        result.systems_note = "this build leaves out " + systems_left_out() +
                              "; configure with FARSTEP_SYSTEMS=all for them";
    }
    result.schemes = scheme_choices();
    result.bases = choices_of(Schemes{});
    for (const Choice& scheme : result.bases) {
        if (scheme.name != NoScheme::name) result.plain_schemes.push_back(scheme);
    }
    result.adaptive_schemes = choices_of(AdaptiveSchemes{});
    result.competitors = result.plain_schemes;
    result.competitors.insert(result.competitors.end(), result.adaptive_schemes.begin(),
                              result.adaptive_schemes.end());
    result.activations = activation_choices();
    result.correctors = corrector_choices();
    for (const CorrectorInfo& corrector : correctors) {
        result.corrector_inputs[corrector.name] = corrector.input;
        if (corrector.multiplies) result.multiplying_correctors.push_back(corrector.name);
    }
    return result;
}

}  // namespace farstep
