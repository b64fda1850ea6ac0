// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Perturbed ensembles, ranks, and spread.
#include "evaluation/ensemble_skill.hpp"

#include <farstep/numerics/random.hpp>

#include <cmath>

namespace farstep {

namespace {

double noise(std::int64_t seed, std::int64_t trajectory, std::int64_t draw, std::int64_t component,
             std::int64_t dimension) {
    const std::int64_t pairs = (dimension + 1) / 2;
    const RandomPair pair =
        normal_pair(std::uint64_t(seed), RandomPurpose::perturbations, std::uint64_t(trajectory),
                    std::uint32_t(draw * pairs + component / 2));
    return component % 2 == 0 ? pair.first : pair.second;
}

/// Rows [trajectory][member][component] around the observed initial states.
std::vector<double> perturbed(const std::vector<double>& truth, const Range& range,
                              const Climatology& climatology, const SkillOptions& options,
                              std::int64_t seed) {
    const auto d = std::int64_t(climatology.mean.size());
    std::vector<double> rows;
    for (std::int64_t i = 0; i < range.size(); ++i) {
        for (std::int64_t member = 1; member <= options.members; ++member) {
            for (std::int64_t c = 0; c < d; ++c) {
                // Draw 0 is the error of the observation, which all members share.
                const double error = noise(seed, range.begin + i, 0, c, d) +
                                     noise(seed, range.begin + i, member, c, d);
                rows.push_back(truth[std::size_t(i * d + c)] +
                               options.perturbation * error *
                                   climatology.deviation[std::size_t(c)]);
            }
        }
    }
    return rows;
}

/// Sums over this rank's components and trajectories at one lead time.
struct Sums {
    std::vector<std::int64_t> ranks;
    double variance = 0, square = 0;
    std::int64_t count = 0;
};

void add(Sums& sums, const double* members, std::int64_t stride, std::int64_t count, double truth,
         double deviation) {
    double mean = 0, squares = 0;
    std::int64_t rank = 0;
    for (std::int64_t m = 0; m < count; ++m) {
        const double x = members[m * stride];
        mean += x;
        rank += x < truth;
    }
    if (!std::isfinite(mean)) return;
    mean /= double(count);
    for (std::int64_t m = 0; m < count; ++m) {
        const double distance = members[m * stride] - mean;
        squares += distance * distance;
    }
    ++sums.ranks[std::size_t(rank)];
    sums.variance += squares / double(count - 1) / (deviation * deviation);
    sums.square += (mean - truth) * (mean - truth) / (deviation * deviation);
    ++sums.count;
}

Sums compare(const std::vector<double>& rows, const std::vector<double>& truth,
             const Climatology& climatology, std::int64_t members) {
    const auto d = std::int64_t(climatology.mean.size());
    Sums sums{std::vector<std::int64_t>(std::size_t(members + 1), 0)};
    for (std::int64_t k = 0; k < std::int64_t(truth.size()); ++k) {
        const std::int64_t trajectory = k / d, component = k % d;
        add(sums, &rows[std::size_t(trajectory * members * d + component)], d, members,
            truth[std::size_t(k)], climatology.deviation[std::size_t(component)]);
    }
    return sums;
}

}  // namespace

EnsembleSkill measure_ensembles(const Context& context, const Setup& setup,
                                const ReferenceRun& reference, const Stepper& stepper) {
    const Communicator& comm = context.comm;
    const EvaluateOptions& options = *setup.options.evaluate;
    const SkillOptions& skill = *options.skill;
    const std::int64_t n = reference.range.size(), members = skill.members;
    Ensemble ensemble(setup.system->dimension(), {0, n * members});
    ensemble.set_rows(perturbed(rows_of(reference.states.front(), n), reference.range,
                                reference.climatology, skill, options.ensemble.seed));
    EnsembleSkill result;
    std::int64_t done = 0;
    for (const double lead : skill.leads) {
        const std::int64_t steps = steps_in(lead, stepper.step());
        stepper.advance(ensemble.view(), done, steps - done);
        done = steps;
        const StateView& truth = reference.states[std::size_t(steps_in(lead, options.every))];
        Sums sums = compare(ensemble.rows(), rows_of(truth, n), reference.climatology, members);
        comm.allreduce(std::span<std::int64_t>(sums.ranks), Reduce::sum);
        const double count = double(comm.allreduce(sums.count, Reduce::sum));
        result.ranks.push_back(sums.ranks);
        result.spread.push_back(std::sqrt(comm.allreduce(sums.variance, Reduce::sum) / count));
        result.error.push_back(std::sqrt(comm.allreduce(sums.square, Reduce::sum) / count));
    }
    return result;
}

}  // namespace farstep
