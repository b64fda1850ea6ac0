// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What tests do with the systems of the catalog: find them, draw states, advance them, ask for
// energies. States are rows [trajectory][component] on the host.

#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "ensemble/ensemble.hpp"

namespace farstep::testing {

using Rows = std::vector<double>;

/// A system of this build; a build without it fails the test.
inline const SystemModel& system(const std::string& name,
                                 const std::map<std::string, std::int64_t>& sizes = {}) {
    const SystemModel* model = find_system(name, sizes);
    if (!model) {
        throw std::runtime_error("this build lacks the system " + name +
                                 ": see the CMake option FARSTEP_SYSTEMS");
    }
    return *model;
}

/// The published parameters.
inline std::vector<double> parameters_of(const SystemModel& model) {
    std::vector<double> values;
    for (const ParameterInfo& parameter : model.info().parameters) {
        values.push_back(parameter.value);
    }
    return values;
}

/// A stepper with published parameters, in double, without limits and corrector.
inline StepperSpec plain_spec(const SystemModel& model, const std::string& scheme, double step) {
    StepperSpec spec;
    spec.scheme = scheme;
    spec.step = step;
    spec.parameters = parameters_of(model);
    return spec;
}

inline Ensemble ensemble_of(const SystemModel& model, const Rows& rows) {
    Ensemble ensemble(model.dimension(), {0, std::int64_t(rows.size()) / model.dimension()});
    ensemble.set_rows(rows);
    return ensemble;
}

inline Rows advanced(const SystemModel& model, const Rows& start, const StepperSpec& spec,
                     std::int64_t steps) {
    const Ensemble ensemble = ensemble_of(model, start);
    model.stepper(spec)->advance(ensemble.view(), 0, steps);
    Kokkos::fence();
    return ensemble.rows();
}

inline Rows advanced(const SystemModel& model, const Rows& start, const std::string& scheme,
                     double step, std::int64_t steps = 1) {
    return advanced(model, start, plain_spec(model, scheme, step), steps);
}

/// f(u), as the difference of an Euler step of length 1.
inline Rows right_hand_side(const SystemModel& model, const Rows& rows) {
    Rows rate = advanced(model, rows, "euler", 1);
    for (std::size_t i = 0; i < rows.size(); ++i) rate[i] -= rows[i];
    return rate;
}

/// Trajectories 0 … count − 1 of an ensemble.
inline Rows sampled(const SystemModel& model, const InitialDistribution& distribution,
                    std::int64_t count, std::int64_t seed) {
    const Ensemble ensemble(model.dimension(), {0, count});
    const std::int64_t failures =
        model.sample(ensemble.view().state, 0, count - 1, distribution,
                     parameter_tile(parameters_of(model)), seed);
    if (failures > 0) throw std::runtime_error("no state in the energy range");
    return ensemble.rows();
}

/// The published ensemble.
inline Rows sampled(const SystemModel& model, std::int64_t count, std::int64_t seed) {
    return sampled(model, model.info().initial, count, seed);
}

inline std::vector<double> energies(const SystemModel& model, const Rows& rows) {
    const Ensemble ensemble = ensemble_of(model, rows);
    const ValueView values("energies", std::size_t(ensemble.tiles()), tile_width);
    model.energy(ensemble.view().state, parameter_tile(parameters_of(model)), values);
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), values);
    return {host.data(), host.data() + ensemble.size()};
}

inline double mean_square_difference(const Rows& a, const Rows& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum / double(a.size());
}

inline double largest_difference(const Rows& a, const Rows& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = a[i] < b[i] ? b[i] - a[i] : a[i] - b[i];
        // A difference that is not a number is the largest of all.
        if (!(difference <= largest)) largest = difference;
    }
    return largest;
}

}  // namespace farstep::testing
