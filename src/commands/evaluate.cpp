// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep evaluate: the corrected step against the plain one and against better plain schemes.
#include <cmath>

#include <fmt/format.h>

#include "clock.hpp"
#include "commands/rollout_report.hpp"
#include "commands/stages.hpp"
#include "evaluation/work_precision.hpp"
#include "parallel/log.hpp"
#include "training/model_file.hpp"

namespace farstep {

namespace {

/// One number a time for every rollout.
struct Series {
    std::string name, unit, long_name;
    std::vector<double> RolloutError::*member;
};

std::vector<Series> series_of(const SystemInfo& info) {
    std::vector<Series> all = {
        {"mean_square", "", "mean squared error against the reference",
         &RolloutError::mean_square},
        {"minimum", "", "smallest squared error of a trajectory", &RolloutError::minimum},
        {"maximum", "", "largest squared error of a trajectory", &RolloutError::maximum},
        {"median", "", "median squared error of a trajectory", &RolloutError::median}};
    if (info.has_energy) {
        all.push_back({"energy_mean", info.energy_unit, "mean energy error",
                       &RolloutError::energy_mean});
        all.push_back({"energy_maximum", info.energy_unit, "largest energy error",
                       &RolloutError::energy_maximum});
    }
    return all;
}

void define_rollouts(OutputFile& file, const std::vector<Contender>& contenders,
                     const SystemInfo& info) {
    std::vector<std::string> names;
    for (const Contender& contender : contenders) names.push_back(contender.name);
    file.coordinate(
        "rollout", names,
        {"", "the far step without and with its corrector, rivals, further plain schemes", {}});
    for (const Series& series : series_of(info)) {
        file.variable(series.name, {"rollout", "time"}, NumberType::float64,
                      {series.unit, series.long_name, {}});
    }
    file.variable("running", {"rollout", "time"}, NumberType::int64,
                  {"1", "trajectories that have not failed", {}});
}

/// One member of every rollout's error, one after the other.
template <class T>
std::vector<T> collect(const std::vector<Contender>& contenders,
                       std::vector<T> RolloutError::*member) {
    std::vector<T> values;
    for (const Contender& contender : contenders) {
        const std::vector<T>& more = contender.errors.*member;
        values.insert(values.end(), more.begin(), more.end());
    }
    return values;
}

void write_rollouts(OutputFile& file, const std::vector<Contender>& contenders,
                    const SystemInfo& info) {
    for (const Series& series : series_of(info)) {
        file.write_whole(series.name, collect(contenders, series.member).data());
    }
    file.write_whole("running", collect(contenders, &RolloutError::running).data());
}

std::string group_of(const WorkCurve& curve) {
    return curve.precision == Precision::Double ? curve.scheme
                                                : curve.scheme + "_" + name_of(curve.precision);
}

bool is_adaptive(const std::vector<WorkPoint>& points) {
    return !points.empty() && points.front().tolerance > 0;
}

void define_curve(OutputFile& file, const std::string& name, const std::vector<WorkPoint>& points,
                  const std::string& time_unit) {
    const std::string group = "work_precision/" + name;
    std::vector<double> steps;
    for (const WorkPoint& point : points) steps.push_back(point.step);
    file.group(group);
    file.coordinate(group + "/step", steps,
                    {time_unit, is_adaptive(points) ? "mean step" : "step", {}});
    if (is_adaptive(points)) {
        file.variable(group + "/tolerance", {"step"}, NumberType::float64,
                      {"1", "error allowed in each step, absolute and relative", {}});
    }
    file.variable(group + "/error", {"step"}, NumberType::float64,
                  {"", "mean squared error at the last time", {}});
    file.variable(group + "/cost", {"step"}, NumberType::float64,
                  {"ns", "wall time per trajectory and unit of time", {}});
}

void write_curve(OutputFile& file, const std::string& name, const std::vector<WorkPoint>& points) {
    std::vector<double> errors, costs, tolerances;
    for (const WorkPoint& point : points) {
        tolerances.push_back(point.tolerance);
        errors.push_back(point.error);
        costs.push_back(point.cost);
    }
    file.write_whole("work_precision/" + name + "/error", errors.data());
    file.write_whole("work_precision/" + name + "/cost", costs.data());
    if (is_adaptive(points)) {
        file.write_whole("work_precision/" + name + "/tolerance", tolerances.data());
    }
}

void write_evaluation(const Communicator& comm, const Setup& setup, const ReferenceRun& reference,
                      const std::vector<Contender>& contenders, const WorkPrecision& work,
                      const SkillReport& skill, const std::string& sentence,
                      const Provenance& provenance) {
    const SystemInfo& info = setup.system->info();
    const RolloutError& corrected = contenders[corrected_contender].errors;
    OutputFile file(comm, setup.evaluation_path(), FileKind::evaluation);
    file.coordinate("time", reference.times, {info.time_unit, "time", {}});
    define_rollouts(file, contenders, info);
    define_rollout_details(file, setup);
    define_skill(file, setup, skill);
    file.group("work_precision");
    for (const WorkCurve& curve : work.curves) {
        define_curve(file, group_of(curve), curve.points, info.time_unit);
    }
    define_curve(file, "corrected", {work.corrected}, info.time_unit);
    define_system(file, setup);
    file.attribute("/", "scheme", setup.options.scheme);
    file.attribute("/", "step", setup.options.step);
    file.attribute("/", "precision", name_of(setup.options.precision));
    file.attribute("/", "trajectories", setup.options.evaluate->ensemble.size);
    file.attribute("/", "failed_trajectories",
                   setup.options.evaluate->ensemble.size - corrected.running.back());
    file.attribute("/", "reference_error", work.reference_error);
    file.attribute("/", "verdict", sentence);
    write_provenance(file, provenance);
    file.begin_parallel();
    write_rollouts(file, contenders, info);
    write_rollout_details(file, setup, reference, contenders);
    write_skill(file, reference, contenders, skill);
    for (const WorkCurve& curve : work.curves) write_curve(file, group_of(curve), curve.points);
    write_curve(file, "corrected", {work.corrected});
    file.commit();
}

std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{:.2e}", value) : "failed";
}

void print_errors(const Communicator& comm, const Setup& setup, const ReferenceRun& reference,
                  const RolloutError& plain, const RolloutError& corrected) {
    const std::size_t last = reference.times.size() - 1;
    const bool energy = setup.system->info().has_energy;
    say(comm, "\n  mean squared error of {} trajectories against {} at step {:g}",
        setup.options.evaluate->ensemble.size, setup.options.reference.scheme,
        setup.options.reference.step);
    say(comm, "  {:>10} {:>12} {:>12} {:>10}{}", "time", "plain", "corrected", "ratio",
        energy ? fmt::format(" {:>16} {:>16}", "energy, plain", "energy, corr.") : "");
    for (int row = 1; row <= 5; ++row) {
        const std::size_t n = last * std::size_t(row) / 5;
        if (n == 0) continue;
        say(comm, "  {:>10g} {:>12} {:>12} {:>10}{}", reference.times[n],
            number(plain.mean_square[n]), number(corrected.mean_square[n]),
            number(plain.mean_square[n] / corrected.mean_square[n]),
            energy ? fmt::format(" {:>16} {:>16}", number(plain.energy_mean[n]),
                                 number(corrected.energy_mean[n]))
                   : "");
    }
    const std::int64_t size = setup.options.evaluate->ensemble.size;
    const std::int64_t lost = size - corrected.running[last];
    if (lost > 0 || plain.running[last] < size) {
        say(comm, "  failed by the end: {} plain, {} corrected; the means are over the others",
            size - plain.running[last], lost);
    }
}

void print_work(const Communicator& comm, const Setup& setup, const WorkPrecision& work,
                double time) {
    const std::string& unit = setup.system->info().time_unit;
    say(comm, "\n  work and precision at t = {:g}; the corrected step in {}", time,
        name_of(setup.options.precision));
    say(comm, "  {:<22} {:>10} {:>12} {:>24}", "scheme", "step", "MSE",
        fmt::format("ns/(trajectory {})", unit == "1" ? "time" : unit));
    const auto row = [&](const std::string& name, const WorkPoint& point) {
        say(comm, "  {:<22} {:>10.4g} {:>12} {:>24.4g}", name, point.step, number(point.error),
            point.cost);
    };
    row("corrected " + setup.options.scheme, work.corrected);
    for (const WorkCurve& curve : work.curves) {
        for (const WorkPoint& point : curve.points) row(curve.name(), point);
    }
    say(comm, "  the reference itself is off by about {}", number(work.reference_error));
    say(comm, "\n  what the corrector's error costs without a corrector");
    for (const Competitor& competitor : work.competitors) {
        if (!competitor.reaches) {
            say(comm, "  {:<22} not reached in the ladder", competitor.scheme);
            continue;
        }
        say(comm, "  {:<22} step {:.3g} (far step / {:.3g}), {:.4g} ns: {:.2f} times the corrected",
            competitor.scheme, competitor.step, work.corrected.step / competitor.step,
            competitor.cost, competitor.cost / work.corrected.cost);
    }
}

/// The far step of a deck, plain or with a corrector.
std::unique_ptr<Stepper> far_step(const Setup& setup, const DeployedNetwork* network) {
    return setup.stepper(setup.options.scheme, setup.options.step, setup.options.precision, network);
}

/// The deck that makes a rival, in a folder of its own if its step is another.
Setup setup_of(const Setup& setup, const std::string& name, const RivalOptions& rival) {
    Setup result = setup;
    Options& o = result.options;
    TrainOptions& train = *o.train;
    train.approximator = rival;
    train.start.reset();
    train.choose_fit();
    train.rollout.until = 0;  // it is judged here
    if (rival.step == o.step) return result;
    o.step = o.generate->every = rival.step;
    o.output = o.output / "rivals" / name;
    train.dataset = result.dataset_path();
    return result;
}

/// Their checkpoints, which last as long as the evaluation: fitted again, rivals take no time.
using RivalFits = std::vector<std::unique_ptr<Checkpoint>>;

/// The deck's far step without and with its corrector, the rivals, further plain schemes.
/// Collective.
std::vector<Contender> make_contenders(const Context& context, const Setup& setup,
                                       const Model& model, RivalFits& fits) {
    std::vector<Contender> contenders;
    contenders.push_back({"plain", far_step(setup, nullptr), {}});
    contenders.push_back({"corrected", far_step(setup, &model.network), {}});
    for (const auto& [name, options] : setup.options.evaluate->rivals) {
        const Setup rival = setup_of(setup, name, options);
        const bool has_samples =
            options.step == setup.options.step ||
            is_current(context.comm, rival.dataset_path(), FileKind::dataset,
                       generate_recipe(rival));
        if (!has_samples) make_dataset(context, rival);
        fits.push_back(std::make_unique<Checkpoint>(context, setup, "evaluate.rival_" + name,
                                                    train_recipe(rival)));
        Journal journal(*fits.back());
        const TrainedModel fitted = fit_model(context, rival, &journal);
        journal.save();
        const DeployedNetwork network = fitted.fit.network.deploy(fitted.scaling);
        contenders.push_back({name, far_step(rival, &network), {}});
    }
    for (const auto& [name, curve] : setup.options.evaluate->curves) {
        contenders.push_back({name, setup.stepper(curve.scheme, curve.step, *curve.precision), {}});
    }
    return contenders;
}

double cheapest_plain(const WorkPrecision& work) {
    double cost = std::numeric_limits<double>::infinity();
    for (const Competitor& competitor : work.competitors) {
        if (competitor.reaches) cost = std::min(cost, competitor.cost);
    }
    return cost;
}

}  // namespace

std::string evaluate_recipe(const Setup& setup) {
    return canonical(setup.options, {"system", "step", "scheme", "precision", "reference",
                                     "limits", "evaluate"}) +
           "model:\n" + stored_recipe(setup.options.evaluate->model, FileKind::model);
}

StageResult evaluate(const Context& shared, const Setup& setup) {
    Context context = shared;
    const Communicator& comm = context.comm;
    const EvaluateOptions& options = *setup.options.evaluate;
    require_enough_trajectories(comm, setup, options.ensemble.size, "evaluate.ensemble");
    heading(comm, "evaluate");
    const auto start = Clock::now();
    const Model model = read_model(comm, options.model, setup);
    Checkpoint checkpoint(context, setup, "evaluate", evaluate_recipe(setup));
    RivalFits rival_fits;
    std::vector<Contender> contenders = make_contenders(context, setup, model, rival_fits);
    Checkpoint reference_checkpoint(context, setup, "evaluate.reference", reference_recipe(setup));
    const ReferenceRun reference = run_reference(context, setup, reference_checkpoint);
    Journal journal(checkpoint);
    context.journal = &journal;
    EnsembleView evaluated;
    evaluated.state = reference.states.front();
    evaluated.parameters = reference.parameters;
    model.require_in_range(comm, setup, evaluated);
    for (Contender& contender : contenders) {
        contender.errors = measure_rollout(context, setup, reference, *contender.stepper);
    }
    const RolloutError &plain = contenders.front().errors,
                       &corrected = contenders[corrected_contender].errors;
    const WorkPrecision work = measure_work_precision(
        context, setup, reference, *contenders[corrected_contender].stepper);
    contenders[corrected_contender].cost = work.corrected.cost;
    for (Contender& contender : contenders) {
        const bool is_asked = options.skill || options.climate;
        if (!is_asked || contender.cost > 0) continue;
        contender.cost = measure_step_cost(context, setup, reference, *contender.stepper) /
                         contender.stepper->step();
    }
    const SkillReport skill = measure_skill(context, setup, reference, contenders);
    measure_run_costs(context, setup, reference, contenders);
    const double time = reference.times.back();
    const std::string sentence = verdict(work, time);

    Provenance provenance =
        make_provenance(comm, setup, evaluate_recipe(setup), options.ensemble.seed);
    provenance.timings_s["evaluate"] = seconds_since(start);
    add_earlier_runs(provenance, checkpoint.earlier(), "evaluate");
    write_evaluation(comm, setup, reference, contenders, work, skill, sentence, provenance);
    for (const auto& rival : rival_fits) rival->finish();
    reference_checkpoint.finish();
    checkpoint.finish();
    print_errors(comm, setup, reference, plain, corrected);
    print_curves(comm, setup, contenders, time);
    print_work(comm, setup, work, time);
    print_run_costs(comm, contenders);
    print_skill(comm, setup, reference, contenders, skill, cheapest_plain(work));
    say(comm, "  single-step error: reduced {:.3g} times by the corrector, {:.3g} times by a "
              "linear one", model.quality.single_step_reduction, model.quality.linear_reduction);
    say(comm, "\n  {}", sentence);
    say(comm, "  {} ({})", setup.evaluation_path().string(),
        describe_duration(provenance.timings_s["evaluate"]));
    return {options.ensemble.size - corrected.running.back(), options.ensemble.size};
}

}  // namespace farstep
