// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a deck says, as plain structs. After read_options() every member holds the value that will
// be used: defaults that depend on other keys are filled in.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "deck/values.hpp"

namespace farstep {

/// How trajectories get one parameter of the system; exactly one member is set.
struct ParameterOptions {
    std::optional<double> value;
    /// [low, high]
    std::optional<std::array<double, 2>> uniform;
    /// [mean, standard deviation]
    std::optional<std::array<double, 2>> normal;
    /// [low, high, points]
    std::optional<std::array<double, 3>> grid;
    bool operator==(const ParameterOptions&) const = default;
};

struct SystemParameters {
    std::map<std::string, ParameterOptions> values;
    /// Of the uniform ranges.
    std::optional<Sampling> sampling;
    std::optional<std::filesystem::path> file;
    /// The dataset in `file`, and the parameters that its columns hold; none: all.
    std::string dataset = "parameters";
    std::vector<std::string> columns;
    bool operator==(const SystemParameters&) const = default;
};

struct SystemOptions {
    std::string name;
    /// Integers that set the system's size, such as `masses`; the catalog knows which there are.
    std::map<std::string, std::int64_t> sizes;
    SystemParameters parameters;
    bool operator==(const SystemOptions&) const = default;
};

/// How one component of the initial state is drawn; exactly one member is set.
struct Distribution {
    std::optional<double> value;
    /// [low, high]
    std::optional<std::array<double, 2>> uniform;
    /// [mean, standard deviation]
    std::optional<std::array<double, 2>> normal;
    bool operator==(const Distribution&) const = default;
};

/// States drawn from a box, kept if their energy lies in a range.
struct EnergyShell {
    std::array<double, 2> range{};
    std::map<std::string, std::array<double, 2>> box;
    bool operator==(const EnergyShell&) const = default;
};

/// At most one of the three is set; none means the system's published ensemble.
struct InitialOptions {
    std::map<std::string, Distribution> components;
    std::optional<EnergyShell> energy_shell;
    std::optional<std::filesystem::path> file;
    /// The dataset in `file`.
    std::string dataset = "initial";

    bool published() const { return components.empty() && !energy_shell && !file; }
    bool operator==(const InitialOptions&) const = default;
};

/// The ensemble to train on.
struct EnsembleOptions {
    std::int64_t size = 0;
    std::int64_t seed = 1;
    InitialOptions initial;
    bool operator==(const EnsembleOptions&) const = default;
};

/// The ensemble of a later stage; what it does not say comes from the deck's `ensemble`.
struct StageEnsembleOptions : EnsembleOptions {
    bool operator==(const StageEnsembleOptions&) const = default;
};

struct ReferenceOptions {
    std::string scheme = "dp8";
    double step = 0;
    /// A richer system than the deck's, which resolves what the deck's leaves out.
    std::optional<SystemOptions> system;
    /// Its components that are the deck's system's, in their order; empty: those of the same names.
    std::vector<std::string> projection;
    double spin_up = 0;
    bool operator==(const ReferenceOptions&) const = default;
};

struct GenerateOptions {
    double until = 0;
    double every = 0;
    bool operator==(const GenerateOptions&) const = default;
};

struct ApproximatorOptions {
    ApproximatorType type = ApproximatorType::Perceptron;
    std::int64_t hidden = 64;
    std::string activation = "rational";
    bool linear = true;
    /// Total degree of the polynomial; 0 until it is filled in.
    std::int64_t degree = 0;
    /// Of a local approximator: variables that it sees on each side.
    std::optional<std::int64_t> neighbours = std::nullopt;
    bool operator==(const ApproximatorOptions&) const = default;
};

struct RidgeOptions {
    std::vector<double> scales = {0.03, 0.05, 0.1, 0.2, 0.3};
    std::vector<double> penalties = {1e-15, 1e-14, 1e-13, 1e-12, 1e-10};
    bool operator==(const RidgeOptions&) const = default;
};

struct LevenbergMarquardtOptions {
    std::int64_t samples = 20000;
    std::int64_t starts = 3;
    std::int64_t start_samples = 4000;
    std::int64_t start_iterations = 40;
    std::int64_t iterations = 200;
    double scale = 0.5;
    double penalty = 1e-13;
    bool operator==(const LevenbergMarquardtOptions&) const = default;
};

struct AdamOptions {
    /// If set, `iterations` has no meaning.
    std::optional<std::int64_t> epochs;
    std::int64_t iterations = 40000;
    std::int64_t batch = 256;
    double learning_rate = 5e-3;
    double beta1 = 0.9;
    double beta2 = 0.99;
    double warm_up = 0.02;
    /// Steps of a rollout that the loss follows; 1: every step begins from the data.
    std::int64_t unroll = 1;
    bool operator==(const AdamOptions&) const = default;
};

/// A rollout of the fitted corrector, to see whether it stays where it was trained.
struct RolloutOptions {
    /// 0: none. If it is not set, ten times the dataset's length, which a deck need not know.
    std::optional<double> until;
    std::int64_t trajectories = 256;
    bool operator==(const RolloutOptions&) const = default;
};

struct TrainOptions {
    /// Where the defaults of other members come from; they are filled in.
    TrainPreset preset = TrainPreset::Farstep;
    std::string corrector = "neurvec";
    /// What the approximator sees; set once it is filled in.
    std::optional<ApproximatorInput> input;
    std::filesystem::path dataset;
    /// A model whose approximator the fit starts from.
    std::optional<std::filesystem::path> start;
    ApproximatorOptions approximator;
    /// Empty until it is filled in: the choice depends on the approximator.
    std::vector<FitMethod> fit;
    double validation = 0.1;
    /// Of the training trajectories; those of a smaller fraction are among those of a larger one.
    double fraction = 1;
    /// Added to every component of the states that training steps begin from.
    double noise = 0;
    std::int64_t seed = 1;
    /// Inputs of the approximator beside the state: names of parameters, or `step`.
    std::vector<std::string> conditions;
    /// Far steps to learn, where `step` is a condition.
    std::vector<double> steps;
    Scaling inputs = Scaling::Standardised;
    TargetScaling targets = TargetScaling::State;
    RidgeOptions ridge;
    LevenbergMarquardtOptions levenberg_marquardt;
    AdamOptions adam;
    RolloutOptions rollout;

    ApproximatorInput seen() const { return input.value_or(ApproximatorInput::state); }

    /// `fit`, or the default for the preset and the approximator.
    std::vector<FitMethod> methods() const;

    /// Fits as an approximator other than the deck's is fitted.
    void choose_fit();

    bool fits_with(FitMethod method) const;
    bool is_for_many_steps() const;
    /// adam.unroll, or 1 if Adam does not fit.
    std::int64_t unrolled_steps() const { return fits_with(FitMethod::Adam) ? adam.unroll : 1; }
    bool operator==(const TrainOptions&) const = default;
};

struct SaveOptions {
    double every = 0;
    std::vector<Statistic> statistics = {Statistic::Mean, Statistic::Variance, Statistic::Minimum,
                                         Statistic::Maximum, Statistic::Quantiles};
    std::vector<double> quantiles = {0.05, 0.25, 0.5, 0.75, 0.95};
    bool energy = true;
    Selection trajectories;

    bool wants(Statistic statistic) const;
    bool operator==(const SaveOptions&) const = default;
};

struct GuardOptions {
    GuardAction action = GuardAction::warn;
    double margin = 0.1;
    std::int64_t substeps = 20;
    bool operator==(const GuardOptions&) const = default;
};

struct ForecastOptions {
    bool corrected = true;
    std::filesystem::path model;
    GuardOptions guard;
    StageEnsembleOptions ensemble;
    double until = 0;
    SaveOptions save;
    bool operator==(const ForecastOptions&) const = default;
};

/// The plain schemes the corrected one is compared with: of fixed steps each at step, step/2,
/// step/4, …, adaptive ones at tolerances 0.01, 0.001, …
struct LadderOptions {
    std::vector<std::string> schemes = {"rk4", "dp8", "dop853", "taylor"};
    std::vector<Precision> precisions = {Precision::Double, Precision::Float};
    std::int64_t refinements = 8;
    /// In place of step, step/2, …, if not empty.
    std::vector<double> steps;
    bool operator==(const LadderOptions&) const = default;
};

struct TimingOptions {
    std::int64_t trajectories = 16384;
    double seconds = 0.2;
    std::int64_t repeats = 5;
    bool operator==(const TimingOptions&) const = default;
};

/// How `evaluate` times.
struct SampledTimingOptions : TimingOptions {
    /// Timed runs of every rollout to keep one by one.
    std::int64_t samples = 0;
    bool operator==(const SampledTimingOptions&) const = default;
};

/// Another approximator, of the deck's far step or of one of its own.
struct RivalOptions : ApproximatorOptions {
    /// 0: the deck's.
    double step = 0;
    bool operator==(const RivalOptions&) const = default;
};

/// A plain scheme of fixed steps, followed over time. What is not set is the deck's.
struct CurveOptions {
    std::string scheme;
    double step = 0;
    std::optional<Precision> precision;
    bool operator==(const CurveOptions&) const = default;
};

/// Measures of a forecast that chaos ends: by lead time, and of ensembles.
struct SkillOptions {
    std::vector<double> leads;
    std::int64_t members = 20;
    double perturbation = 0.02;
    bool operator==(const SkillOptions&) const = default;
};

/// How well long forecasts visit states as often as the truth does.
struct ClimateOptions {
    double until = 0;
    double from = 0;
    double every = 0;
    bool pooled = false;
    bool operator==(const ClimateOptions&) const = default;
};

struct EvaluateOptions {
    std::filesystem::path model;
    StageEnsembleOptions ensemble;
    double until = 0;
    double every = 0;
    /// Stored in full.
    Selection trajectories;
    std::map<std::string, RivalOptions> rivals;
    std::map<std::string, CurveOptions> curves;
    std::optional<SkillOptions> skill;
    std::optional<ClimateOptions> climate;
    LadderOptions ladder;
    SampledTimingOptions timing;
    bool operator==(const EvaluateOptions&) const = default;
};

/// What to look for, and among what.
struct TuneOptions {
    double error = 0;
    double until = 0;
    StageEnsembleOptions ensemble;
    std::vector<std::string> plain_schemes = {"rk4", "dp8", "dop853", "taylor"};
    std::vector<std::string> bases = {"none", "euler", "rk4"};
    /// Empty until it is filled in.
    std::vector<double> steps;
    std::vector<std::int64_t> hidden = {8, 12, 16, 24, 32, 48, 64};
    std::string activation = "inverse_quadratic";
    std::vector<std::int64_t> degrees = {3, 4, 5};
    std::vector<Precision> precisions = {Precision::Double, Precision::Mixed, Precision::Float};
    double budget = 240;
    TimingOptions timing = {16384, 0.1, 5};
    bool operator==(const TuneOptions&) const = default;
};

/// When a run saves its state.
struct CheckpointOptions {
    /// Between two saves [s]; 0: only when the run is stopped.
    double every = 600;
    /// After which the run saves and stops [s]; 0: none.
    double wall_limit = 0;
    bool operator==(const CheckpointOptions&) const = default;
};

struct Options {
    SystemOptions system;
    /// The far step.
    double step = 0;
    std::string scheme = "rk4";
    /// Of an adaptive scheme; 0 until it is filled in, and for fixed steps.
    double tolerance = 0;
    Precision precision = Precision::Double;
    std::optional<EnsembleOptions> ensemble;
    ReferenceOptions reference;
    /// By component: [low, high].
    std::map<std::string, std::array<double, 2>> limits;
    double failure_fraction = 1;
    ByteSize memory;
    std::optional<GenerateOptions> generate;
    std::optional<TrainOptions> train;
    std::optional<ForecastOptions> forecast;
    std::optional<EvaluateOptions> evaluate;
    std::optional<TuneOptions> tune;
    CheckpointOptions checkpoint;
    std::filesystem::path output;

    /// Whether the scheme chooses its own steps.
    bool is_adaptive() const { return tolerance > 0; }
    bool operator==(const Options&) const = default;
};

}  // namespace farstep
