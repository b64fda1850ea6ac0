// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A deck, checked against the catalog: everything a stage needs to know before it starts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "clock.hpp"
#include "deck/load.hpp"
#include "ensemble/ensemble.hpp"
#include "io/provenance.hpp"
#include "parameters.hpp"
#include "parallel/communicator.hpp"
#include "parallel/progress.hpp"

namespace farstep {

class Journal;

/// How a run goes on from where another stopped.
struct RestartOptions {
    bool fresh = false;                  ///< begins anew instead
    std::vector<std::string> overrides;  ///< keys of the deck that may differ
    Clock::time_point start = Clock::now();  ///< of the process
};

/// What all commands share.
struct Context {
    Communicator comm;
    ProgressOptions progress;
    RestartOptions restart = {};
    Journal* journal = nullptr;  ///< of the stage under way, if it keeps its measurements
};

/// A valid deck and what its names stand for.
struct Setup {
    Deck deck;
    Options options = {};
    const SystemModel* system = nullptr;
    std::vector<double> parameters = {};             ///< in the order of SystemInfo; nominal ones
    std::vector<double> limit_low = {}, limit_high = {};  ///< by component; empty without limits
    ParameterPlan plan = {};                              ///< how trajectories get their parameters
    const SystemModel* reference_system = nullptr;        ///< what the reference solves
    ParameterPlan reference_plan = {};
    /// Components of the reference system's state that are the system's; empty: all of them.
    std::vector<int> projection = {};

    /// Whether the reference solves another system than the deck's, a richer one.
    bool is_closure() const { return options.reference.system.has_value(); }
    /// The same deck about the reference system itself: its state, its parameters, no limits.
    Setup of_reference() const;

    /// A stepper of this system; `network` null for the plain scheme.
    std::unique_ptr<Stepper> stepper(const std::string& scheme, double step, Precision precision,
                                     const DeployedNetwork* network = nullptr) const;
    /// The stepper of a guarded corrected forecast.
    std::unique_ptr<Stepper> guarded_stepper(const DeployedNetwork& network,
                                             const GuardSpec& guard) const;
    /// A plain adaptive stepper whose outputs are `interval` apart.
    std::unique_ptr<Stepper> adaptive_stepper(const std::string& scheme, double interval,
                                              Precision precision, double tolerance) const;
    std::unique_ptr<Stepper> reference_stepper() const;

    std::filesystem::path dataset_path() const { return options.output / "dataset.h5"; }
    std::filesystem::path model_path() const { return options.output / "model.h5"; }
    std::filesystem::path forecast_path() const { return options.output / "forecast.h5"; }
    std::filesystem::path evaluation_path() const { return options.output / "evaluation.h5"; }
};

/// A guard on the box [low, high], by component, widened by the deck's margin.
GuardSpec guard_on(const GuardOptions& options, const std::vector<double>& low,
                   const std::vector<double>& high);

/// Reads a deck and checks all of it. Throws DeckError with every mistake found. Rank 0 reads the
/// file; all ranks get the same setup or the same error. Collective.
Setup read_setup(const Communicator& comm, const std::filesystem::path& file,
                 const std::vector<std::string>& overrides);

/// Draws or reads the parameters and initial states of the ensemble's range, and ends trajectories
/// outside the deck's limits. `key` is the section of the deck it comes from, for messages.
/// Collective.
void draw_initial_states(const Communicator& comm, const Setup& setup,
                         const EnsembleOptions& options, const std::string& key,
                         Ensemble& ensemble);

/// Draws the initial states of a reference run and lets them spin up: an ensemble of the reference
/// system. Failures in that time count as steps before the first. Collective.
Ensemble draw_reference_states(const Communicator& comm, const Setup& setup,
                               const EnsembleOptions& options, const std::string& key,
                               const Range& range);

/// Number of steps of length `step` in `span`; decks have been checked to divide.
std::int64_t steps_in(double span, double step);

/// Refuses an ensemble of fewer trajectories than ranks. Throws DeckError.
void require_enough_trajectories(const Communicator& comm, const Setup& setup, std::int64_t size,
                                 const std::string& key);

/// Provenance of a stage's output; `recipe` is what decides whether it can be reused.
Provenance make_provenance(const Communicator& comm, const Setup& setup, const std::string& recipe,
                           std::int64_t seed);

/// Coordinates and descriptions that every file of a system has: components with their units.
void define_components(OutputFile& file, const SystemInfo& info);
/// The attributes that say which system, parameters and step a file belongs to.
void define_system(OutputFile& file, const Setup& setup);

/// Throws EnvironmentError if a file was made for another system.
void require_system(const InputFile& file, const Setup& setup);
/// The same, and if it was made with other parameters.
void require_same_system(const InputFile& file, const Setup& setup);

/// The recipe stored in a file; empty if there is none, or the file cannot be read.
std::string stored_recipe(const std::filesystem::path& file, FileKind kind);

/// Whether a file was made by this recipe, and so need not be made again. Collective.
bool is_current(const Communicator& comm, const std::filesystem::path& file, FileKind kind,
                const std::string& recipe);

/// Memory this rank may use for ensembles [bytes]: the deck's, or a quarter of what is free.
std::int64_t memory_budget(const Communicator& comm, const Options& options);

}  // namespace farstep
