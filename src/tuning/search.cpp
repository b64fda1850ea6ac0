// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "tuning/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "training/network.hpp"

namespace farstep {

namespace {

/// A plain scheme that costs so many times the best is not refined any further.
constexpr double hopeless_cost = 4;

/// Longest rollouts of the search, in steps.
constexpr double most_steps = 1 << 20;

/// Squared errors are taken to fall at most like (hidden units)^−14: a generous guess.
constexpr double steepest_exponent = 14;

/// One more degree lowers squared errors at most so far.
constexpr double steepest_degree = 1e6;

/// One plain scheme in one precision. The horizon is cut into whole numbers of steps.
class FixedStepSearch {
public:
    FixedStepSearch(const Judge& judge, const TuneOptions& tune, Candidate candidate,
                    double first_step, double cost_limit, const Report& report)
        : m_judge(judge),
          m_tune(tune),
          m_candidate(std::move(candidate)),
          m_cost_limit(cost_limit),
          m_report(report) {
        m_step_cost = judge.quick_step_cost(m_candidate, nullptr);
        m_candidate.step = first_step;
    }

    std::optional<Candidate> run() {
        const double first = std::max(1.0, std::ceil(m_tune.until / m_candidate.step));
        double before = std::numeric_limits<double>::infinity();
        for (double parts = first; parts <= most_steps; parts *= 2) {
            if (m_step_cost * parts / m_tune.until > m_cost_limit) return std::nullopt;
            const double error = measure(parts);
            if (error <= m_tune.error) return refine(parts == first ? parts : parts / 2, parts);
            // Rounding, not the scheme, sets the error: shorter steps do not help.
            if (std::isfinite(before) && error > before / 2 && error < 1e-2 * m_judge.spread()) {
                return std::nullopt;
            }
            before = error;
        }
        return std::nullopt;
    }

private:
    double measure(double parts) {
        m_candidate.step = m_tune.until / parts;
        m_candidate.cost = m_step_cost / m_candidate.step;
        m_candidate.error = m_judge.error(*m_judge.stepper(m_candidate));
        m_report(m_candidate);
        if (m_candidate.error <= m_tune.error) m_best = m_candidate;
        return m_candidate.error;
    }

    /// Fewest steps between `few`, which do not meet the error, and `many`, which do.
    Candidate refine(double few, double many) {
        while (many / few > 1.05 && many - few > 1) {
            const double middle = std::round(std::sqrt(few * many));
            if (middle <= few || middle >= many) break;
            (measure(middle) <= m_tune.error ? many : few) = middle;
        }
        return m_best;
    }

    const Judge& m_judge;
    const TuneOptions& m_tune;
    Candidate m_candidate, m_best;
    double m_cost_limit, m_step_cost = 0;
    const Report& m_report;
};

/// One adaptive scheme in one precision, over tolerances.
class AdaptiveSearch {
public:
    AdaptiveSearch(const Judge& judge, const TuneOptions& tune, Candidate candidate,
                   double cost_limit, const Report& report)
        : m_judge(judge),
          m_tune(tune),
          m_candidate(std::move(candidate)),
          m_cost_limit(cost_limit),
          m_report(report) {}

    std::optional<Candidate> run() {
        const double smallest = m_candidate.precision == Precision::Float ? 1e-6 : 1e-14;
        for (double tolerance = 0.01; tolerance >= smallest; tolerance /= 10) {
            if (measure(tolerance) <= m_tune.error) return refine(10 * tolerance, tolerance);
            if (m_candidate.cost > m_cost_limit) return std::nullopt;
        }
        return std::nullopt;
    }

private:
    double measure(double tolerance) {
        m_candidate.tolerance = tolerance;
        const auto stepper = m_judge.stepper(m_candidate);
        const AdaptiveRollout rollout = m_judge.adaptive_rollout(*stepper);
        m_candidate.error = rollout.error;
        m_candidate.step = rollout.mean_step;
        m_candidate.cost = m_judge.quick_cost(*stepper);
        m_report(m_candidate);
        if (m_candidate.error <= m_tune.error) m_best = m_candidate;
        return m_candidate.error;
    }

    /// Between a tolerance that does not meet the error and one that does.
    Candidate refine(double loose, double tight) {
        while (loose / tight > 1.5) {
            const double middle = std::sqrt(loose * tight);
            (measure(middle) <= m_tune.error ? tight : loose) = middle;
        }
        return m_best;
    }

    const Judge& m_judge;
    const TuneOptions& m_tune;
    Candidate m_candidate, m_best;
    double m_cost_limit;
    const Report& m_report;
};

std::vector<ApproximatorOptions> approximators(const TuneOptions& tune) {
    std::vector<ApproximatorOptions> all;
    for (const std::int64_t hidden : tune.hidden) {
        all.push_back({ApproximatorType::Perceptron, hidden, tune.activation, true, 1});
    }
    for (const std::int64_t degree : tune.degrees) {
        ApproximatorOptions polynomial;
        polynomial.type = ApproximatorType::Polynomial;
        polynomial.degree = degree;
        all.push_back(polynomial);
    }
    return all;
}

void sort_by_cost(std::vector<Candidate>& candidates) {
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.cost < b.cost; });
}

std::int64_t size_of(const ApproximatorOptions& a) {
    return a.type == ApproximatorType::Perceptron ? a.hidden : a.degree;
}

/// Whether `a` is `b` with no larger an approximator of the same kind.
bool is_at_most(const Candidate& a, const Candidate& b) {
    return a.scheme == b.scheme && a.precision == b.precision && a.step == b.step &&
           a.approximator->type == b.approximator->type &&
           size_of(*a.approximator) <= size_of(*b.approximator);
}

/// Less of the same costs no more, whatever a short measurement says: without this, noise would put
/// a larger network before a smaller one, and the search ends at the first that meets the error.
void keep_costs_in_order(std::vector<Candidate>& candidates) {
    for (Candidate& a : candidates) {
        for (const Candidate& b : candidates) {
            if (is_at_most(a, b)) a.cost = std::min(a.cost, b.cost);
        }
    }
}

}  // namespace

std::vector<Candidate> search_plain(const Setup& setup, const Judge& judge, const Report& report) {
    const TuneOptions& tune = *setup.options.tune;
    const Vocabulary words = vocabulary();
    std::vector<Candidate> found;
    double limit = std::numeric_limits<double>::infinity();
    for (const std::string& scheme : tune.plain_schemes) {
        for (const Precision precision : tune.precisions) {
            if (precision == Precision::Mixed) continue;  // there is no network to be in float
            const Candidate candidate{.scheme = scheme, .precision = precision};
            const auto best =
                words.is_adaptive(scheme)
                    ? AdaptiveSearch(judge, tune, candidate, limit, report).run()
                    : FixedStepSearch(judge, tune, candidate, setup.options.step, limit, report)
                          .run();
            if (!best) continue;
            found.push_back(*best);
            limit = std::min(limit, hopeless_cost * best->cost);
        }
    }
    sort_by_cost(found);
    return found;
}

std::vector<Candidate> corrected_candidates(const Setup& setup, const Judge& judge) {
    const TuneOptions& tune = *setup.options.tune;
    std::vector<Candidate> all;
    for (const std::string& scheme : tune.bases) {
        for (const ApproximatorOptions& approximator : approximators(tune)) {
            const DeployedNetwork blank = blank_network(setup.system->dimension(), approximator);
            for (const Precision precision : tune.precisions) {
                Candidate candidate{
                    .scheme = scheme, .precision = precision, .approximator = approximator};
                const double cost = judge.quick_step_cost(candidate, &blank);
                for (const double step : tune.steps) {
                    candidate.step = step;
                    candidate.cost = cost / step;
                    all.push_back(candidate);
                }
            }
        }
    }
    keep_costs_in_order(all);
    sort_by_cost(all);
    return all;
}

bool Pruning::rules_out(const Candidate& candidate) const {
    return std::any_of(m_tried.begin(), m_tried.end(), [&](const Candidate& tried) {
        return tried.error > m_target && rules_out(candidate, tried);
    });
}

bool Pruning::rules_out(const Candidate& candidate, const Candidate& tried) const {
    const ApproximatorOptions &a = *candidate.approximator, &b = *tried.approximator;
    if (candidate.scheme != tried.scheme || candidate.step != tried.step || a.type != b.type) {
        return false;
    }
    // A float network that failed says little about the same network in double.
    const bool precise =
        tried.precision == Precision::Double || tried.precision == candidate.precision;
    if (!precise) return false;
    const double error = std::min(tried.error, m_spread);
    const double gain = a.type == ApproximatorType::Perceptron
                            ? std::pow(double(a.hidden) / double(b.hidden), steepest_exponent)
                            : std::pow(steepest_degree, double(a.degree - b.degree));
    return error / gain > m_target;
}

}  // namespace farstep
