// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Levenberg–Marquardt on the hidden weights, everything else eliminated: several short starts, the
// best continued.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "error.hpp"
#include "training/fit.hpp"
#include "training/lapack.hpp"
#include "training/variable_projection.hpp"

namespace farstep {

namespace {

/// Iterations between looks at the validation loss and at what they gained.
constexpr std::int64_t interval = 10;

/// So many iterations that lower the loss by a smaller part than this are the last.
constexpr double least_gain = 0.02;

/// An iteration is given up after this many rejected steps, each with larger damping.
constexpr int most_rejections = 12;

/// The best network so far by validation loss, and how it got there.
struct Search {
    Network network;
    Loss loss{std::numeric_limits<double>::infinity(), 0};
    std::vector<double> weights;  ///< where the iteration ended
    std::vector<HistoryEntry> history;
    std::int64_t iterations = 0;

    bool found() const { return !network.parameters.empty(); }
};

void write(NumberWriter& writer, const Search& search) {
    write(writer, Fit{search.network, search.loss, search.history, {}});
    writer.add(search.weights);
    writer.add(double(search.iterations));
}

Search read_search(NumberReader& reader, const Network& like) {
    const Fit fit = read_fit(reader, like);
    Search search;
    search.network = fit.network;
    search.loss = fit.validation;
    search.history = fit.history;
    search.weights = reader.numbers();
    search.iterations = reader.integer();
    if (search.iterations < 0) refuse_numbers();
    return search;
}

class Iteration {
public:
    Iteration(const FitProblem& problem, LossFunction& validation, std::int64_t samples,
              const Network& start)
        : m_problem(problem),
          m_validation(validation),
          m_projection(problem.comm, problem.data.training, samples, start,
                       problem.options.levenberg_marquardt.penalty),
          m_weights(VariableProjection::hidden_weights(start)),
          m_loss(m_projection.evaluate(m_weights)) {}

    /// Runs until nothing improves any more, `iterations` at most.
    Search run(std::int64_t iterations, Progress* progress) {
        Search search;
        double last_loss = m_loss;
        if (!load(search, last_loss)) look(search, 0);
        while (search.iterations < iterations && std::isfinite(m_loss) && improve()) {
            ++search.iterations;
            if (progress) progress->advance(1);
            if (search.iterations % interval == 0) {
                look(search, search.iterations);
                if (m_loss > (1 - least_gain) * last_loss) break;
                last_loss = m_loss;
            }
            if (m_problem.journal) {
                m_problem.journal->offer([&] { return state(search, last_loss); });
            }
        }
        m_projection.evaluate(m_weights);
        try_penalties(search);
        search.weights = m_weights;
        return search;
    }

private:
    Journal::Numbers state(const Search& search, double last_loss) const {
        NumberWriter writer;
        write(writer, search);
        writer.add(m_weights);
        writer.add(m_damping);
        writer.add(last_loss);
        return writer.take();
    }

    /// Goes on from a saved state; false if there is none.
    bool load(Search& search, double& last_loss) {
        Journal::Numbers saved;
        if (m_problem.journal) saved = m_problem.journal->take_state();
        if (saved.empty()) return false;
        NumberReader reader(std::move(saved));
        search = read_search(reader, m_projection.network());
        m_weights = reader.numbers(m_weights.size());
        m_damping = reader.number();
        last_loss = reader.number();
        m_loss = m_projection.evaluate(m_weights);
        return true;
    }

    /// One step that lowers the loss; false if there is none worth taking.
    bool improve() {
        const auto linear = m_projection.linearise();
        for (int rejections = 0; rejections < most_rejections; ++rejections) {
            const std::vector<double> candidate = damped_step(linear);
            const double loss = candidate.empty() ? std::numeric_limits<double>::infinity()
                                                  : m_projection.evaluate(candidate);
            if (loss < m_loss) {
                const bool worthwhile = loss < (1 - 1e-7) * m_loss;
                m_weights = candidate;
                m_loss = loss;
                m_damping = std::max(m_damping / 5, 1e-15);
                return worthwhile;
            }
            m_damping *= 4;
        }
        return false;
    }

    /// weights + (A + damping · diagonal)⁻¹ g; empty if the matrix is not positive definite.
    std::vector<double> damped_step(const VariableProjection::Linearisation& linear) const {
        NormalEquations equations{linear.matrix, linear.gradient, int(linear.gradient.size())};
        const std::size_t n = linear.gradient.size();
        double largest = 0;
        for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, equations.gram[i * (n + 1)]);
        for (std::size_t i = 0; i < n; ++i) {
            // Directions that the samples say nothing about keep a little damping of their own.
            double& diagonal = equations.gram[i * (n + 1)];
            diagonal += m_damping * (std::max(diagonal, 0.0) + 1e-10 * largest);
        }
        std::vector<double> step;
        if (!solve(equations, 1, 0, step)) step.clear();
        m_problem.comm.broadcast(step);
        for (std::size_t i = 0; i < step.size(); ++i) step[i] += m_weights[i];
        return step;
    }

    void look(Search& search, std::int64_t iteration) {
        const Network network = m_projection.network();
        const Loss loss = m_validation(network);
        search.history.push_back({iteration, m_loss, loss.scaled, m_damping});
        keep_if_better(search, network, loss);
    }

    static void keep_if_better(Search& search, const Network& network, const Loss& loss) {
        if (!(loss.scaled < search.loss.scaled)) return;
        search.network = network;
        search.loss = loss;
    }

    /// The output weights' penalty is chosen at the end, by the validation loss.
    void try_penalties(Search& search) {
        const double given = m_problem.options.levenberg_marquardt.penalty;
        for (const double penalty : {given, 100 * given, given / 100}) {
            if (!m_projection.solve_again(penalty)) continue;
            const Network network = m_projection.network();
            keep_if_better(search, network, m_validation(network));
        }
    }

    const FitProblem& m_problem;
    LossFunction& m_validation;
    VariableProjection m_projection;
    std::vector<double> m_weights;
    double m_loss;
    double m_damping = 1e-2;
};

Network with_hidden_layer_of(Network network, const std::vector<double>& weights) {
    const PerceptronShape& shape = network.shape;
    const auto expected = std::size_t(shape.hidden) * std::size_t(shape.inputs + 1);
    if (weights.size() != expected) refuse_numbers();
    for (int h = 0; h < shape.hidden; ++h) {
        const double* const row = &weights[std::size_t(h * (shape.inputs + 1))];
        std::copy(row, row + shape.inputs,
                  network.parameters.begin() + shape.weights() + h * shape.inputs);
        network.parameters[std::size_t(shape.biases() + h)] = row[shape.inputs];
    }
    return network;
}

/// A search from a network, by way of the journal if there is one.
Search search_from(const FitProblem& problem, LossFunction& validation, std::int64_t samples,
                   const Network& start, std::int64_t iterations, Progress& progress) {
    return kept(
        problem.journal, [](NumberWriter& writer, const Search& done) { write(writer, done); },
        [&](NumberReader& reader) { return read_search(reader, start); },
        [&] { return Iteration(problem, validation, samples, start).run(iterations, &progress); });
}

/// The best of several short fits from different random weights.
Search best_start(const FitProblem& problem, LossFunction& validation, Progress& progress) {
    const LevenbergMarquardtOptions& options = problem.options.levenberg_marquardt;
    Search best;
    for (int start = 0; start < options.starts; ++start) {
        Network network = blank_network(problem);
        const double bound = options.scale / std::sqrt(double(network.shape.inputs));
        draw_hidden_layer(network, problem.options.seed, bound, start);
        Search search = search_from(problem, validation, options.start_samples, network,
                                    options.start_iterations, progress);
        if (!best.found() || search.loss.scaled < best.loss.scaled) best = std::move(search);
    }
    return best;
}

}  // namespace

Fit fit_levenberg_marquardt(const FitProblem& problem, const Network* start) {
    // Rounding must not depend on the number of threads that a call takes.
    const OneThreadPerBlasCall guard;
    const LevenbergMarquardtOptions& options = problem.options.levenberg_marquardt;
    LossFunction validation(problem.comm, problem.data.validation, problem.data.scaling);
    const std::int64_t short_ones = start ? 0 : options.starts * options.start_iterations;
    Progress progress(problem.comm, "levenberg-marquardt", short_ones + options.iterations,
                      "iterations", problem.progress);
    Network first = start ? *start : blank_network(problem);
    if (!start) {
        const Search chosen = best_start(problem, validation, progress);
        first = with_hidden_layer_of(first, chosen.weights);
    }
    Search search = search_from(problem, validation, options.samples, first, options.iterations,
                                progress);
    progress.finish();
    if (!search.found()) {
        throw EnvironmentError(
            "levenberg_marquardt found no solution: every Gram matrix was singular; use a larger "
            "train.levenberg_marquardt.penalty or fewer hidden units");
    }
    Fit fit{search.network, search.loss, std::move(search.history), {}};
    fit.description = fmt::format("levenberg-marquardt: {} iterations", search.iterations);
    return fit;
}

}  // namespace farstep
