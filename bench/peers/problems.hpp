// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What the C++ peers integrate: the systems written for any number type, with parameters that the
// compiler knows (an advantage over Farstep, whose parameters come at run time), and the check that
// their results are those of classical Runge–Kutta.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "measuring.hpp"

namespace farstep::bench {

inline constexpr double step_length = 1e-3;

/// ẍ = −x − 2xy, ÿ = −y − x² + y²; state (x, y, ẋ, ẏ).
struct HenonHeilesProblem {
    static constexpr const char* name = "henon_heiles";
    static constexpr int dimension = 4;

    template <class Real>
    static std::array<Real, 4> initial(Real share) {
        return {Real(0.1) + Real(0.2) * share, Real(0.1), Real(0.2), Real(0.1)};
    }

    template <class State>
    static void rhs(const State& u, State& slope) {
        slope[0] = u[2];
        slope[1] = u[3];
        slope[2] = -(u[0] + (u[0] + u[0]) * u[1]);
        slope[3] = u[1] * u[1] - (u[1] + u[0] * u[0]);
    }
};

/// θ̈ = −(g sin θ + 2 θ̇ ṙ)/r, r̈ = r θ̇² − k (r − l) + g cos θ; state (θ, r, θ̇, ṙ), unit mass.
struct ElasticPendulumProblem {
    static constexpr const char* name = "elastic_pendulum";
    static constexpr int dimension = 4;

    template <class Real>
    static std::array<Real, 4> initial(Real share) {
        return {Real(0.39) * share, Real(10), Real(0), Real(0)};
    }

    template <class Real>
    static void rhs(const std::array<Real, 4>& u, std::array<Real, 4>& slope) {
        const Real g = Real(9.8), k = Real(40), rest = Real(10);
        slope[0] = u[2];
        slope[1] = u[3];
        slope[2] = -(g * std::sin(u[0]) + Real(2) * u[2] * u[3]) / u[1];
        slope[3] = u[1] * u[2] * u[2] - k * (u[1] - rest) + g * std::cos(u[0]);
    }
};

/// One step of classical Runge–Kutta of one trajectory, as one would write it.
template <class Problem, class Real, std::size_t d>
void rk4_step(std::array<Real, d>& u, Real dt) {
    std::array<Real, d> k1, k2, k3, k4, inner;
    Problem::rhs(u, k1);
    for (std::size_t c = 0; c < d; ++c) inner[c] = u[c] + dt / 2 * k1[c];
    Problem::rhs(inner, k2);
    for (std::size_t c = 0; c < d; ++c) inner[c] = u[c] + dt / 2 * k2[c];
    Problem::rhs(inner, k3);
    for (std::size_t c = 0; c < d; ++c) inner[c] = u[c] + dt * k3[c];
    Problem::rhs(inner, k4);
    for (std::size_t c = 0; c < d; ++c) u[c] += dt / 6 * (k1[c] + 2 * (k2[c] + k3[c]) + k4[c]);
}

/// Ends the program if a peer's last trajectory is not where classical Runge–Kutta leads to: a
/// benchmark of something else would be worth nothing.
template <class Problem, class Real>
void check(const std::array<Real, 4>& u, int steps) {
    auto expected = Problem::template initial<long double>(1);
    for (int n = 0; n < steps; ++n) rk4_step<Problem>(expected, (long double)(step_length));
    const long double tolerance = sizeof(Real) == sizeof(double) ? 1e-10L : 1e-3L;
    for (std::size_t c = 0; c < 4; ++c) {
        if (std::fabs((long double)(u[c]) - expected[c]) <=
            tolerance * (1 + std::fabs(expected[c]))) {
            continue;
        }
        std::fprintf(stderr, "%s: component %zu is %.17g, not %.17Lg\n", Problem::name, c,
                     double(u[c]), expected[c]);
        std::exit(1);
    }
}

template <class Real>
const char* precision_name() {
    return sizeof(Real) == sizeof(double) ? "double" : "float";
}

/// One row of JSON. The best of several variants of a peer is chosen by who reads.
inline std::string row(const std::string& peer, const std::string& variant, const char* system,
                       const char* precision, int trajectories,
                       const std::vector<double>& steps_per_second) {
    return fmt::format(
        "{{\"peer\": \"{}\", \"variant\": \"{}\", \"system\": \"{}\", \"precision\": \"{}\", "
        "\"trajectories\": {}, \"samples\": {}}}",
        peer, variant, system, precision, trajectories, json(steps_per_second));
}

inline void print_rows(const std::vector<std::string>& rows) {
    fmt::print("[\n{}\n]\n", fmt::join(rows, ",\n"));
}

}  // namespace farstep::bench
