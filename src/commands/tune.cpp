// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// farstep tune: the cheapest step that meets an error. Plain schemes set the price; corrected steps
// are tried from the cheapest up, so that the first to meet the error has won.
#include <fstream>

#include <fmt/format.h>

#include "clock.hpp"
#include "commands/stages.hpp"
#include "error.hpp"
#include "io/part_file.hpp"
#include "parallel/agree.hpp"
#include "parallel/log.hpp"
#include "tuning/search.hpp"

namespace farstep {

namespace {

/// A difference in cost below this is no difference: clocks are not better.
constexpr double tie = 1.1;

/// How far the error on fresh trajectories may exceed the target.
constexpr double fresh_allowance = 3;

/// Two contenders measured in turns on the same trajectories.
struct Duel {
    double corrected_error = 0, corrected_cost = 0;
    double plain_error = 0, plain_cost = 0;
    double factor() const { return plain_cost / corrected_cost; }
};

/// The corrected step that met the error, and its model.
struct Winner {
    Candidate candidate;
    Model model;
    Setup setup;  ///< the deck that makes it
    Duel promised, found;
};

std::string slug(const Candidate& candidate) {
    const ApproximatorOptions& a = *candidate.approximator;
    const bool perceptron = a.type == ApproximatorType::Perceptron;
    return fmt::format("{}_step_{:g}_{}_{}", candidate.scheme, candidate.step,
                       perceptron ? "hidden" : "degree", perceptron ? a.hidden : a.degree);
}

/// The deck that makes one corrected step, in a folder of its own.
Setup setup_of(const Setup& setup, const Candidate& candidate) {
    const TuneOptions& tune = *setup.options.tune;
    Setup result = setup;
    Options& o = result.options;
    const std::filesystem::path work = o.output / "tune";
    o.step = candidate.step;
    o.scheme = candidate.scheme;
    o.precision = candidate.precision;
    o.generate = GenerateOptions{tune.until, candidate.step};
    o.output = work / slug(candidate);
    TrainOptions train;
    if (o.train) train = *o.train;
    train.start.reset();
    train.approximator = *candidate.approximator;
    train.rollout.until = 0;  // what counts here is the rollout error
    train.choose_fit();
    train.dataset = work / fmt::format("step_{:g}", candidate.step) / "dataset.h5";
    o.train = train;
    o.forecast.reset();
    o.evaluate.reset();
    o.tune.reset();
    return result;
}

std::string tune_recipe(const Setup& setup) {
    return canonical(setup.options, {"system", "step", "reference", "limits", "train", "tune"});
}

/// The file takes its name when the text is on disk. Throws EnvironmentError.
void write_whole(const std::filesystem::path& file, const std::string& text) {
    PartFile part(file);
    std::ofstream stream(PartFile::part_of(file));
    stream << text;
    stream.close();
    if (!stream) {
        throw EnvironmentError(fmt::format("cannot write {}: check the disk's free space",
                                           file.string()));
    }
    part.commit();
}

/// The same for a copy of a file.
void copy_whole(const std::filesystem::path& from, const std::filesystem::path& to) {
    PartFile part(to);
    std::filesystem::copy_file(from, PartFile::part_of(to),
                               std::filesystem::copy_options::overwrite_existing);
    part.commit();
}

class Tuner {
public:
    Tuner(const Context& context, const Setup& setup)
        : m_context(context),
          m_comm(context.comm),
          m_setup(setup),
          m_tune(*setup.options.tune),
          m_start(Clock::now()),
          m_checkpoint(m_context, setup, "tune", tune_recipe(setup)),
          m_journal(m_checkpoint),
          m_judge(keeping(m_context, m_journal), setup, 0),
          m_fresh(m_context, setup, 1),
          m_pruning(m_tune.error, m_judge.spread()) {
        m_context.progress.quiet = true;
    }

    void run() {
        refuse_an_error_below_the_references();
        heading(m_comm, "tune: plain schemes");
        print_header();
        const Report report = [this](const Candidate& c) { record(c); };
        m_plain = search_plain(m_setup, m_judge, report);
        heading(m_comm, "tune: corrected steps");
        const std::vector<Candidate> candidates = corrected_candidates(m_setup, m_judge);
        say(m_comm, "  {} candidates; {}", candidates.size(),
            m_plain.empty() ? "no plain scheme meets the error"
                            : fmt::format("to win, one must cost less than {:.3g}",
                                          m_plain.front().cost));
        print_header();
        for (const Candidate& candidate : candidates) {
            if (m_winner || is_dearer_than_plain(candidate) || is_out_of_time()) break;
            if (!m_pruning.rules_out(candidate)) try_candidate(candidate);
        }
        if (!m_winner && m_plain.empty()) {
            throw DeckError(fmt::format(
                "{}: error: tune.error: neither a plain scheme nor a corrected step was found that "
                "meets {:g}; allow a larger error, more tune.hidden, shorter tune.steps or a "
                "larger tune.budget", m_setup.deck.locate("tune.error"), m_tune.error));
        }
        conclude();
        m_judge.finish();
        m_fresh.finish();
        m_checkpoint.finish();
    }

private:
    /// Lets a context keep its measurements.
    static const Context& keeping(Context& context, Journal& journal) {
        context.journal = &journal;
        return context;
    }

    void refuse_an_error_below_the_references() const {
        const double floor = m_judge.reference_error();
        if (m_tune.error > 10 * floor) return;
        throw DeckError(fmt::format(
            "{}: error: tune.error: {:g} cannot be told from the error of the reference, {:.2g}; "
            "ask for at least {:.2g}, or choose a shorter reference.step if rounding allows it",
            m_setup.deck.locate("tune.error"), m_tune.error, floor, 10 * floor));
    }

    double elapsed() const { return m_checkpoint.earlier().seconds + seconds_since(m_start); }

    /// Rank 0's clock decides for all.
    bool is_out_of_time() {
        m_stopped_early = m_journal.number([&] {
            std::int64_t over = elapsed() > m_tune.budget;
            m_comm.broadcast(over);
            return double(over);
        }) != 0;
        return m_stopped_early;
    }

    bool is_dearer_than_plain(const Candidate& candidate) const {
        return !m_plain.empty() && candidate.cost >= m_plain.front().cost;
    }

    void print_header() const {
        say(m_comm, "  {:>7}  {:<32} {:>9} {:>12} {:>12}", "seconds", "step", "length", "MSE",
            "ns per time");
    }

    void record(const Candidate& candidate) {
        m_tried.push_back(candidate);
        say(m_comm, "  {:>7.1f}  {:<32} {:>9.4g} {:>12.2e} {:>12.4g}{}", elapsed(),
            candidate.name(), candidate.step, candidate.error, candidate.cost,
            candidate.error <= m_tune.error ? "  meets the error" : "");
    }

    /// From an earlier search with the same deck, if there was one.
    Model model_of(const Setup& setup) {
        m_journal.save();
        Setup data = setup;
        data.options.output = setup.options.train->dataset.parent_path();
        if (!is_current(m_comm, data.dataset_path(), FileKind::dataset, generate_recipe(data))) {
            make_dataset(m_context, data);
        }
        if (!is_current(m_comm, setup.model_path(), FileKind::model, train_recipe(setup))) {
            make_model(m_context, setup);
        }
        return read_model(m_comm, setup.model_path(), setup);
    }

    void try_candidate(Candidate candidate) {
        const Setup setup = setup_of(m_setup, candidate);
        const Model model = model_of(setup);
        const auto stepper = m_judge.stepper(candidate, &model.network);
        candidate.error = m_judge.error(*stepper);
        m_pruning.add(candidate);
        record(candidate);
        if (!(candidate.error <= m_tune.error)) return;
        if (!(m_fresh.error(*stepper) <= fresh_allowance * m_tune.error)) {
            say(m_comm, "           but not on fresh trajectories: dropped");
            return;
        }
        m_winner = Winner{candidate, model, setup, {}, {}};
    }

    Duel duel(const Judge& judge, const Candidate& plain) const {
        const auto corrected = judge.stepper(m_winner->candidate, &m_winner->model.network);
        const auto opponent = judge.stepper(plain);
        Duel result;
        result.corrected_error = judge.error(*corrected);
        result.plain_error = judge.error(*opponent);
        std::tie(result.corrected_cost, result.plain_cost) = judge.costs(*corrected, *opponent);
        return result;
    }

    void conclude() {
        heading(m_comm, "tune: verdict");
        if (m_winner && !m_plain.empty()) {
            m_winner->promised = duel(m_judge, m_plain.front());
            m_winner->found = duel(m_fresh, m_plain.front());
            print_duel("promised", m_winner->promised);
            print_duel("on fresh trajectories", m_winner->found);
        }
        const std::string sentence = verdict_text();
        say(m_comm, "\n  {}", sentence);
        write_deck();
        write_record(sentence);
    }

    void print_duel(const char* when, const Duel& duel) const {
        say(m_comm, "  {:<22} corrected: MSE {:.2e}, {:.4g} ns; plain: MSE {:.2e}, {:.4g} ns; "
                    "factor {:.2f}", when, duel.corrected_error, duel.corrected_cost,
            duel.plain_error, duel.plain_cost, duel.factor());
    }

    bool corrected_wins() const {
        return m_winner && (m_plain.empty() || m_winner->found.factor() > 1 / tie);
    }

    std::string verdict_text() const {
        const std::string at = fmt::format("For MSE {:.2g} at t = {:g}", m_tune.error, m_tune.until);
        if (!m_winner) {
            return fmt::format("{}, plain {} at step {:.4g} is cheapest: {:.4g} ns per trajectory "
                               "and unit of time. No corrected step {} pays.", at,
                               m_plain.front().name(), m_plain.front().step, m_plain.front().cost,
                               m_stopped_early ? "tried within the budget" : "of the deck");
        }
        const Candidate& best = m_winner->candidate;
        if (m_plain.empty()) {
            return fmt::format("{}, {} at step {:.4g} is cheapest; no plain scheme meets it.", at,
                               best.name(), best.step);
        }
        const double factor = m_winner->found.factor();
        const Candidate& plain = m_plain.front();
        const std::string steps =
            fmt::format("{} at step {:.4g} and plain {} at step {:.4g}", best.name(), best.step,
                        plain.name(), plain.step);
        if (factor < tie && factor > 1 / tie) {
            return fmt::format("{}, {} cost the same: a tie.", at, steps);
        }
        return factor > 1
                   ? fmt::format("{}, {} at step {:.4g} is cheapest, {:.3g} times cheaper than "
                                 "plain {} at step {:.4g}. The corrector pays.", at, best.name(),
                                 best.step, factor, plain.name(), plain.step)
                   : fmt::format("{}, plain {} at step {:.4g} is cheapest, {:.3g} times cheaper "
                                 "than {} at step {:.4g}. The corrector does not pay.", at,
                                 plain.name(), plain.step, 1 / factor, best.name(), best.step);
    }

    Options winning_options() const {
        Options o = corrected_wins() ? m_winner->setup.options : m_setup.options;
        const std::filesystem::path folder = m_setup.options.output / "tuned";
        ForecastOptions forecast;
        if (m_setup.options.forecast) forecast = *m_setup.options.forecast;
        if (!m_setup.options.forecast) {
            static_cast<EnsembleOptions&>(forecast.ensemble) = m_tune.ensemble;
            forecast.until = m_tune.until;
        }
        o.output = folder;
        o.tune.reset();
        if (corrected_wins()) {
            o.train->dataset = folder / "dataset.h5";
            o.train->rollout =
                m_setup.options.train ? m_setup.options.train->rollout : RolloutOptions{};
            forecast.corrected = true;
            forecast.model = folder / "model.h5";
            EvaluateOptions evaluate;
            evaluate.model = forecast.model;
            evaluate.ensemble = m_tune.ensemble;
            evaluate.ensemble.seed += 1;
            evaluate.until = m_tune.until;
            evaluate.every = o.step;
            o.evaluate = evaluate;
        } else {
            const Candidate& plain = m_plain.front();
            o.scheme = plain.scheme;
            o.precision = plain.precision;
            o.tolerance = plain.tolerance;
            o.step = plain.tolerance > 0 ? m_tune.until / 100 : plain.step;
            o.reference.step = o.step / 20;
            o.generate.reset();
            o.train.reset();
            o.evaluate.reset();
            forecast.corrected = false;
        }
        forecast.save.every = o.step * std::max(1.0, std::round(m_tune.until / 100 / o.step));
        if (!is_multiple(forecast.until, forecast.save.every)) forecast.save.every = o.step;
        o.forecast = forecast;
        return o;
    }

    /// The deck that reproduces the winner, with its model beside it.
    void write_deck() const {
        const std::filesystem::path file = m_setup.options.output / "tuned.yaml";
        const Options options = winning_options();
        on_root(m_comm, [&] {
            if (corrected_wins()) copy_whole(m_winner->setup.model_path(), options.output / "model.h5");
            write_whole(file, resolved_text(options));
        });
        say(m_comm, "  {}: reproduces it (farstep run)", file.string());
    }

    void write_record(const std::string& sentence) const {
        std::vector<std::string> names;
        std::vector<double> steps, errors, costs;
        std::vector<std::int8_t> corrected;
        for (const Candidate& candidate : m_tried) {
            names.push_back(candidate.name());
            steps.push_back(candidate.step);
            errors.push_back(candidate.error);
            costs.push_back(candidate.cost);
            corrected.push_back(candidate.approximator.has_value());
        }
        const std::string& time = m_setup.system->info().time_unit;
        OutputFile file(m_comm, m_setup.options.output / "tuning.h5", FileKind::tuning);
        file.coordinate("candidate", names, {"", "scheme and approximator", {}});
        file.variable("step", {"candidate"}, NumberType::float64, {time, "step", {}});
        file.variable("error", {"candidate"}, NumberType::float64,
                      {"", "mean squared error at the end", {}});
        file.variable("cost", {"candidate"}, NumberType::float64,
                      {"ns", "wall time per trajectory and unit of time", {}});
        file.variable("corrected", {"candidate"}, NumberType::int8,
                      {"1", "1 for corrected steps, 0 for plain schemes", {}});
        define_system(file, m_setup);
        file.attribute("/", "target_error", m_tune.error);
        file.attribute("/", "until", m_tune.until);
        file.attribute("/", "verdict", sentence);
        if (m_winner && !m_plain.empty()) {
            file.attribute("/", "promised_factor", m_winner->promised.factor());
            file.attribute("/", "found_factor", m_winner->found.factor());
            file.attribute("/", "promised_error", m_winner->promised.corrected_error);
            file.attribute("/", "found_error", m_winner->found.corrected_error);
        }
        Provenance provenance =
            make_provenance(m_comm, m_setup, tune_recipe(m_setup), m_tune.ensemble.seed);
        add_earlier_runs(provenance, m_checkpoint.earlier(), "tune");
        provenance.timings_s["tune"] = elapsed();
        write_provenance(file, provenance);
        file.begin_parallel();
        file.write_whole("step", steps.data());
        file.write_whole("error", errors.data());
        file.write_whole("cost", costs.data());
        file.write_whole("corrected", corrected.data());
        file.commit();
        say(m_comm, "  {}: all that was measured ({})", file.name().string(),
            describe_duration(elapsed()));
    }

    Context m_context;
    const Communicator& m_comm;
    const Setup& m_setup;
    const TuneOptions& m_tune;
    Clock::time_point m_start;
    Checkpoint m_checkpoint;
    Journal m_journal;
    Judge m_judge, m_fresh;
    Pruning m_pruning;
    std::vector<Candidate> m_plain, m_tried;
    std::optional<Winner> m_winner;
    bool m_stopped_early = false;
};

}  // namespace

StageResult tune(const Context& context, const Setup& setup) {
    const Options& options = setup.options;
    require_enough_trajectories(context.comm, setup, options.ensemble->size, "ensemble");
    require_enough_trajectories(context.comm, setup, options.tune->ensemble.size, "tune.ensemble");
    Tuner(context, setup).run();
    return {0, 0};
}

}  // namespace farstep
