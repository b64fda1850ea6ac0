// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What stages have in common: reading a deck, drawing initial states, building steppers, naming
// files after their systems.
#include "setup.hpp"

#include <cmath>
#include <fstream>

#include <fmt/format.h>

#include "deck/source.hpp"
#include "parallel/agree.hpp"
#include "parallel/kokkos_session.hpp"
#include "setup_checks.hpp"

#include <farstep_version.hpp>

namespace farstep {

namespace {

ComponentDistribution to_distribution(const Distribution& given) {
    if (given.uniform) {
        return ComponentDistribution::uniform((*given.uniform)[0], (*given.uniform)[1]);
    }
    if (given.normal) {
        return ComponentDistribution::normal((*given.normal)[0], (*given.normal)[1]);
    }
    return ComponentDistribution::constant(given.value.value_or(0));
}

InitialDistribution to_distribution(const SystemInfo& info, const InitialOptions& options) {
    if (options.published()) return info.initial;
    InitialDistribution result;
    for (const ComponentInfo& component : info.components) {
        if (options.energy_shell) {
            const auto& box = options.energy_shell->box.at(component.name);
            result.components.push_back(ComponentDistribution::uniform(box[0], box[1]));
        } else {
            result.components.push_back(to_distribution(options.components.at(component.name)));
        }
    }
    if (options.energy_shell) {
        result.energy_low = options.energy_shell->range[0];
        result.energy_high = options.energy_shell->range[1];
    }
    return result;
}

void read_initial_states(const Setup& setup, const EnsembleOptions& options, Ensemble& ensemble) {
    const InputFile file(*options.initial.file);
    file.require_shape(options.initial.dataset, {-1, setup.system->dimension()});
    const std::int64_t available = file.shape(options.initial.dataset)[0];
    if (available < options.size) {
        throw EnvironmentError(fmt::format("{}: '{}' holds {} states, the ensemble needs {}",
                                           file.name().string(), options.initial.dataset,
                                           available, options.size));
    }
    ensemble.set_rows(file.read(options.initial.dataset,
                                Slab{{ensemble.range().begin, 0},
                                     {ensemble.size(), setup.system->dimension()}}));
    ensemble.end_non_finite();  // one bad row must not end the others
}

/// Returns how many trajectories found no state in the energy range.
std::int64_t draw(const Setup& setup, const EnsembleOptions& options, Ensemble& ensemble) {
    return setup.system->sample(ensemble.view().state, ensemble.range().begin,
                                ensemble.range().end - 1,
                                to_distribution(setup.system->info(), options.initial),
                                ensemble.view().parameters, options.seed);
}

/// A range of energies that no state was found in is a mistake of the deck. Collective.
void draw_anew(const Communicator& comm, const Setup& setup, const EnsembleOptions& options,
               const std::string& key, Ensemble& ensemble) {
    std::int64_t failures = 0;
    if (ensemble.size() > 0) {
        // An energy that no state has would take hours to find out for all trajectories.
        if (options.initial.energy_shell) {
            Ensemble first(ensemble.dimension(),
                           {ensemble.range().begin, ensemble.range().begin + 1});
            first.set_parameters(ensemble.view().parameters);
            failures = draw(setup, options, first);
        }
        if (failures == 0) failures = draw(setup, options, ensemble);
    }
    if (comm.allreduce(failures, Reduce::sum) > 0) {
        throw DeckError(fmt::format(
            "{}: error: {}.initial: no state with an energy in the given range was found in a "
            "million draws from the box; widen the range or change the box",
            setup.deck.locate(key + ".initial"), key));
    }
}

}  // namespace

std::unique_ptr<Stepper> Setup::stepper(const std::string& scheme, double step,
                                        Precision precision,
                                        const DeployedNetwork* network) const {
    return system->stepper({scheme, precision, step, parameters, limit_low, limit_high, network,
                            options.tolerance});
}

std::unique_ptr<Stepper> Setup::guarded_stepper(const DeployedNetwork& network,
                                                const GuardSpec& guard) const {
    StepperSpec spec{options.scheme, options.precision, options.step, parameters, limit_low,
                     limit_high, &network};
    spec.guard = guard;
    return system->stepper(spec);
}

std::unique_ptr<Stepper> Setup::adaptive_stepper(const std::string& scheme, double interval,
                                                 Precision precision, double tolerance) const {
    return system->stepper(
        {scheme, precision, interval, parameters, limit_low, limit_high, nullptr, tolerance});
}

std::unique_ptr<Stepper> Setup::reference_stepper() const {
    return of_reference().stepper(options.reference.scheme, options.reference.step,
                                  Precision::Double);
}

Setup Setup::of_reference() const {
    Setup result = *this;
    if (!is_closure()) return result;
    result.system = reference_system;
    result.parameters = reference_plan.nominal();
    result.plan = reference_plan;
    result.limit_low.clear();
    result.limit_high.clear();
    result.projection.clear();
    result.options.reference.system.reset();
    return result;
}

GuardSpec guard_on(const GuardOptions& options, const std::vector<double>& low,
                   const std::vector<double>& high) {
    GuardSpec guard{options.action, options.substeps, low, high};
    for (std::size_t c = 0; c < low.size(); ++c) {
        const double margin = options.margin * (high[c] - low[c]);
        guard.low[c] -= margin;
        guard.high[c] += margin;
    }
    return guard;
}

Setup read_setup(const Communicator& comm, const std::filesystem::path& file,
                 const std::vector<std::string>& overrides) {
    // Rank 0 alone touches the disk; the others parse the same text.
    std::string text;
    on_root(comm, [&] { text = Deck::read(file, overrides).text(); });
    comm.broadcast(text);
    return together(comm, [&] {
        Setup setup{.deck = Deck::from_text(file.string(), text, overrides)};
        setup.options = read_options(setup.deck, vocabulary());
        check_against_catalog(setup.deck, setup);
        setup.deck.throw_if_errors();
        return setup;
    });
}

void draw_initial_states(const Communicator& comm, const Setup& setup,
                         const EnsembleOptions& options, const std::string& key,
                         Ensemble& ensemble) {
    together(comm, [&] {
        ensemble.set_parameters(
            parameters_of(setup.plan, ensemble.range(), options.size, options.seed));
    });
    if (options.initial.file) {
        together(comm, [&] { read_initial_states(setup, options, ensemble); });
    } else {
        draw_anew(comm, setup, options, key, ensemble);
    }
    ensemble.end_outside(setup.limit_low, setup.limit_high);
}

Ensemble draw_reference_states(const Communicator& comm, const Setup& setup,
                               const EnsembleOptions& options, const std::string& key,
                               const Range& range) {
    const Setup reference = setup.of_reference();
    Ensemble ensemble(reference.system->dimension(), range);
    draw_initial_states(comm, reference, options, key, ensemble);
    const ReferenceOptions& truth = setup.options.reference;
    const std::int64_t steps = truth.spin_up > 0 ? steps_in(truth.spin_up, truth.step) : 0;
    if (steps > 0) setup.reference_stepper()->advance(ensemble.view(), -steps, steps);
    return ensemble;
}

std::int64_t steps_in(double span, double step) { return std::llround(span / step); }

void require_enough_trajectories(const Communicator& comm, const Setup& setup, std::int64_t size,
                                 const std::string& key) {
    if (size >= comm.size()) return;
    throw DeckError(fmt::format(
        "{}: error: {}.size: {} trajectories cannot be shared by {} ranks; use fewer ranks or a "
        "larger ensemble", setup.deck.locate(key + ".size"), key, size, comm.size()));
}

Provenance make_provenance(const Communicator& comm, const Setup& setup, const std::string& recipe,
                           std::int64_t seed) {
    Provenance provenance;
    provenance.deck = setup.deck.provenance();
    provenance.recipe = recipe;
    provenance.version = build_info::version;
    provenance.git_commit = fmt::format("{}{}", build_info::git_commit,
                                        build_info::git_dirty ? " (modified)" : "");
    provenance.host = host_name();
    provenance.date = utc_now();
    provenance.backend = Device::name();
    provenance.ranks = comm.size();
    provenance.threads = Device().concurrency();
    provenance.seed = seed;
    return provenance;
}

void define_components(OutputFile& file, const SystemInfo& info) {
    std::vector<std::string> units, long_names;
    for (const ComponentInfo& component : info.components) {
        units.push_back(component.unit);
        long_names.push_back(component.long_name);
    }
    file.coordinate("component", component_names(info), {"", "component of the state", {}});
    file.attribute("component", "component_units", units);
    file.attribute("component", "component_long_names", long_names);
}

void define_system(OutputFile& file, const Setup& setup) {
    const SystemInfo& info = setup.system->info();
    file.attribute("/", "system", info.name);
    file.attribute("/", "system_title", info.title);
    file.attribute("/", "system_size", std::int64_t(info.size));
    file.attribute("/", "parameter_names", parameter_names(info));
    file.attribute("/", "parameters", setup.parameters);
    if (setup.plan.varies()) {
        file.attribute("/", "parameter_distributions", setup.plan.texts());
    }
    file.attribute("/", "time_unit", info.time_unit);
    if (info.has_energy) file.attribute("/", "energy_unit", info.energy_unit);
}

void require_system(const InputFile& file, const Setup& setup) {
    const SystemInfo& info = setup.system->info();
    const auto describe = [](const std::string& name, std::int64_t size) {
        return size > 0 ? fmt::format("{} of size {}", name, size) : name;
    };
    const std::string name = file.text("/", "system");
    const std::int64_t size = file.integer("/", "system_size");
    if (name != info.name || size != info.size) {
        throw EnvironmentError(fmt::format(
            "{}: made for {}, but the deck is about {}; choose another file or make this one anew",
            file.name().string(), describe(name, size), describe(info.name, info.size)));
    }
}

void require_same_system(const InputFile& file, const Setup& setup) {
    require_system(file, setup);
    const bool varied = file.has_attribute("/", "parameter_distributions");
    const bool same_distributions =
        varied == setup.plan.varies() &&
        (!varied || file.attribute("/", "parameter_distributions") ==
                        AttributeValue(setup.plan.texts()));
    if (file.numbers("/", "parameters") != setup.parameters || !same_distributions) {
        throw EnvironmentError(
            fmt::format("{}: made for {} with other parameters than the deck's; make it anew",
                        file.name().string(), setup.system->info().name));
    }
}

bool is_current(const Communicator& comm, const std::filesystem::path& file, FileKind kind,
                const std::string& recipe) {
    std::int64_t current = 0;
    on_root(comm, [&] { current = stored_recipe(file, kind) == recipe; });
    comm.broadcast(current);
    return current != 0;
}

std::string stored_recipe(const std::filesystem::path& file, FileKind kind) {
    try {
        return std::filesystem::exists(file) ? read_provenance(InputFile(file, kind)).recipe : "";
    } catch (const Error&) {
        return "";
    }
}

std::int64_t memory_budget(const Communicator& comm, const Options& options) {
    if (!options.memory.is_auto()) return std::int64_t(options.memory.bytes);
    constexpr std::int64_t fallback = std::int64_t(4) << 30;
    if constexpr (!std::is_same_v<DeviceMemory, Kokkos::HostSpace>) return fallback;
    std::ifstream information("/proc/meminfo");
    std::string key, unit;
    std::int64_t kibibytes = 0;
    while (information >> key >> kibibytes) {
        std::getline(information, unit);
        if (key == "MemAvailable:") return kibibytes * 1024 / 4 / ranks_on_node(comm);
    }
    return fallback;
}

}  // namespace farstep
