// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "tuning/judge.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace farstep {

namespace {

Setup judging_setup(const Setup& setup, std::int64_t number) {
    Setup result = setup;
    const TuneOptions& tune = *setup.options.tune;
    EvaluateOptions evaluate;
    evaluate.ensemble = tune.ensemble;
    evaluate.ensemble.seed += number;
    evaluate.until = evaluate.every = tune.until;
    static_cast<TimingOptions&>(evaluate.timing) = tune.timing;
    result.options.evaluate = evaluate;
    return result;
}

/// Over all components, as the error of a rollout is.
double variance_of(const Communicator& comm, const StateView& state, std::int64_t size) {
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), state);
    const std::size_t d = host.extent(1);
    std::vector<double> sums(2 * d + 1, 0.0);
    for (std::int64_t i = 0; i < size; ++i) {
        for (std::size_t c = 0; c < d; ++c) {
            const double x = host(i / tile_width, c, i % tile_width);
            sums[c] += x;
            sums[d + c] += x * x;
        }
    }
    sums[2 * d] = double(size);
    comm.allreduce(std::span<double>(sums), Reduce::sum);
    double variance = 0;
    for (std::size_t c = 0; c < d; ++c) {
        const double mean = sums[c] / sums[2 * d];
        variance += (sums[d + c] / sums[2 * d] - mean * mean) / double(d);
    }
    return variance;
}

}  // namespace

std::string Candidate::name() const {
    std::string text = scheme;
    if (tolerance > 0) text += fmt::format(" at tolerance {:.1e}", tolerance);
    if (approximator && approximator->type == ApproximatorType::Perceptron) {
        text += fmt::format(" + {} hidden units", approximator->hidden);
    } else if (approximator) {
        text += fmt::format(" + degree {}", approximator->degree);
    }
    return precision == Precision::Double ? text : text + ", " + name_of(precision);
}

Judge::Judge(const Context& context, const Setup& setup, std::int64_t number)
    : m_context(context),
      m_setup(judging_setup(setup, number)),
      m_checkpoint(m_context, m_setup, fmt::format("tune.reference_{}", number),
                   reference_recipe(m_setup)) {
    m_context.progress.quiet = true;
    m_reference = run_reference(m_context, m_setup, m_checkpoint);
    m_spread = variance_of(m_context.comm, m_reference.states.back(), m_reference.range.size());
}

std::unique_ptr<Stepper> Judge::stepper(const Candidate& candidate,
                                        const DeployedNetwork* network) const {
    if (candidate.tolerance > 0) {
        return m_setup.adaptive_stepper(candidate.scheme, m_setup.options.tune->until,
                                        candidate.precision, candidate.tolerance);
    }
    return m_setup.stepper(candidate.scheme, candidate.step, candidate.precision, network);
}

double Judge::error(const Stepper& stepper) const {
    return final_error(m_context, m_setup, m_reference, stepper);
}

AdaptiveRollout Judge::adaptive_rollout(const Stepper& stepper) const {
    return farstep::adaptive_rollout(m_context, m_setup, m_reference, stepper);
}

double Judge::quick_step_cost(Candidate candidate, const DeployedNetwork* network) const {
    candidate.step = m_setup.options.reference.step;
    const auto short_stepper = stepper(candidate, network);
    return quick_cost(*short_stepper) * short_stepper->step();
}

double Judge::quick_cost(const Stepper& stepper) const {
    Setup quick = m_setup;
    TimingOptions& timing = quick.options.evaluate->timing;
    timing.trajectories = std::min<std::int64_t>(timing.trajectories, 4096);
    timing.seconds /= 20;
    return measure_step_cost(m_context, quick, m_reference, stepper) / stepper.step();
}

std::pair<double, double> Judge::costs(const Stepper& a, const Stepper& b) const {
    Setup once = m_setup;
    once.options.evaluate->timing.repeats = 1;
    std::pair<double, double> fastest(std::numeric_limits<double>::infinity(),
                                      std::numeric_limits<double>::infinity());
    for (std::int64_t turn = 0; turn < m_setup.options.tune->timing.repeats; ++turn) {
        const double first = measure_step_cost(m_context, once, m_reference, a) / a.step();
        const double second = measure_step_cost(m_context, once, m_reference, b) / b.step();
        fastest = {std::min(fastest.first, first), std::min(fastest.second, second)};
    }
    return fastest;
}

double Judge::reference_error() const {
    const ReferenceOptions& reference = m_setup.options.reference;
    return error(*m_setup.stepper(reference.scheme, reference.step / 2, Precision::Double));
}

}  // namespace farstep
