// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Ridge regression on random features: one Gram matrix, then a small Cholesky solve.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "error.hpp"
#include "training/design.hpp"
#include "training/fit.hpp"

namespace farstep {

namespace {

/// Samples that scale and penalty are chosen on; the chosen scale is then fitted on all.
constexpr std::int64_t selection_samples = 32768;

/// The best network so far, and what it was fitted with.
struct Candidate {
    Network network;
    Loss loss{std::numeric_limits<double>::infinity(), 0};
    double scale = 0, penalty = 0;

    bool found() const { return !network.parameters.empty(); }
};

/// Solves for every penalty with hidden weights of one scale; keeps what improves on `best`.
void try_scale(const FitProblem& problem, LossFunction& validation, const SampleSet& samples,
               double scale, Network& network, Candidate& best) {
    draw_hidden_layer(network, problem.options.seed,
                      scale / std::sqrt(double(network.shape.inputs)));
    const NormalEquations equations = normal_equations(problem.comm, network, samples);
    for (const double penalty : problem.options.ridge.penalties) {
        std::vector<double> solution;
        if (!solve(equations, network.shape.outputs, penalty, solution)) continue;
        // One rank's solution for all: solvers may differ in the last digit between machines.
        problem.comm.broadcast(solution);
        set_solution(network, solution);
        const Loss loss = validation(network);
        if (loss.scaled < best.loss.scaled) best = {network, loss, scale, penalty};
    }
}

}  // namespace

Fit fit_ridge(const FitProblem& problem) {
    LossFunction validation(problem.comm, problem.data.validation, problem.data.scaling);
    Network network = blank_network(problem);
    Candidate best;
    const SampleSet few = thinned(problem.data.training, selection_samples);
    // Without hidden units there is no scale to choose.
    std::vector<double> scales = problem.options.ridge.scales;
    if (network.shape.hidden == 0) scales.resize(1);
    for (const double scale : scales) {
        try_scale(problem, validation, few, scale, network, best);
    }
    if (few.total < problem.data.training.total && best.found()) {
        const double chosen = best.scale;
        try_scale(problem, validation, problem.data.training, chosen, network, best);
    }
    if (!best.found()) {
        throw EnvironmentError(
            "ridge regression found no solution: every Gram matrix was singular; use larger "
            "train.ridge.penalties");
    }
    Fit fit{best.network, best.loss, {}, {}};
    fit.description = fmt::format("ridge: scale {:g}, penalty {:g}", best.scale, best.penalty);
    fit.history.push_back({0, best.loss.scaled, best.loss.scaled, 0});
    return fit;
}

/// Fewer samples than coefficients fit anything and predict nothing.
void require_enough_samples(const FitProblem& problem) {
    const Network network = blank_network(problem);
    const std::int64_t coefficients = base_column_count(network) + network.shape.hidden;
    const std::int64_t samples = problem.data.training.total;
    if (samples >= coefficients) return;
    throw EnvironmentError(fmt::format(
        "train.approximator asks for {} coefficients an output, but the dataset has {} training "
        "samples; lower `degree` or `hidden`, or generate more trajectories",
        coefficients, samples));
}

/// A fit of a network like another one, by way of the journal if there is one.
template <class F>
Fit kept_fit(const FitProblem& problem, const Network& like, const F& fit) {
    return kept(
        problem.journal, [](NumberWriter& writer, const Fit& done) { write(writer, done); },
        [&](NumberReader& reader) { return read_fit(reader, like); }, fit);
}

Fit fit(const FitProblem& problem) {
    require_enough_samples(problem);
    Fit result;
    for (const FitMethod method : problem.options.fit) {
        const bool first = result.network.parameters.empty();
        const bool from_scratch = first && !problem.start;
        if (method == FitMethod::Ridge) {
            result = kept_fit(problem, blank_network(problem), [&] { return fit_ridge(problem); });
            continue;
        }
        const Network* const start = from_scratch ? nullptr
                                     : first      ? problem.start
                                                  : &result.network;
        Fit next = method == FitMethod::Adam
                       ? kept_fit(problem, start ? *start : blank_network(problem),
                                  [&] { return fit_adam(problem, start); })
                       : fit_levenberg_marquardt(problem, start);
        if (next.diverged_after == 0) next.diverged_after = result.diverged_after;
        if (!first) {
            next.history.insert(next.history.begin(), result.history.begin(),
                                result.history.end());
            next.description = result.description + "; " + next.description;
            // Of rollouts Adam is the judge itself: single steps may well get worse.
            const bool judged = method == FitMethod::Adam && problem.options.unrolled_steps() > 1;
            if (!judged && !(next.validation.scaled < result.validation.scaled)) {
                next.network = result.network;
                next.validation = result.validation;
            }
        }
        result = std::move(next);
    }
    if (!std::isfinite(result.validation.scaled)) {
        throw EnvironmentError(fmt::format(
            "the loss is not finite after {} iterations; lower train.adam.learning_rate "
            "(now {:g})", result.diverged_after, problem.options.adam.learning_rate));
    }
    return result;
}

}  // namespace farstep
