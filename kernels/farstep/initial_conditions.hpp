// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Distributions of initial conditions, as plain data that kernels can read.
#pragma once

#include <limits>
#include <vector>

namespace farstep {

/// How one component of an initial condition is drawn.
struct ComponentDistribution {
    enum class Kind { constant, uniform, normal };
    Kind kind = Kind::constant;
    double a = 0;  ///< the constant; lower bound; mean
    double b = 0;  ///< unused; upper bound; standard deviation

    static ComponentDistribution constant(double value) { return {Kind::constant, value, 0}; }
    static ComponentDistribution uniform(double low, double high) {
        return {Kind::uniform, low, high};
    }
    static ComponentDistribution normal(double mean, double deviation) {
        return {Kind::normal, mean, deviation};
    }
};

/// Independent components, optionally restricted to an energy shell by rejection.
struct InitialDistribution {
    std::vector<ComponentDistribution> components;
    double energy_low = -std::numeric_limits<double>::infinity();
    double energy_high = std::numeric_limits<double>::infinity();
};

}  // namespace farstep
