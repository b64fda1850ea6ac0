// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Classical Runge–Kutta as a plain loop over trajectories, sine and cosine from the C library: what
// one writes without a library. Prints JSON.
#include "problems.hpp"

namespace farstep::bench {
namespace {

constexpr int trajectories = 512;
constexpr int steps = 500;

template <class Problem, class Real>
std::string measure(const char* version) {
    std::vector<std::array<Real, 4>> states(trajectories);
    const auto prepare = [&] {
        for (int i = 0; i < trajectories; ++i) {
            states[std::size_t(i)] = Problem::initial(Real(i) / Real(trajectories - 1));
        }
    };
    const auto work = [&] {
        for (auto& u : states) {
            for (int n = 0; n < steps; ++n) rk4_step<Problem>(u, Real(step_length));
        }
    };
    const auto seconds = samples(10, prepare, work);
    check<Problem>(states.back(), steps);
    return row("scalar C++ loop", version, Problem::name, precision_name<Real>(), trajectories,
               rates(double(trajectories) * steps, seconds));
}

}  // namespace
}  // namespace farstep::bench

int main() {
    using namespace farstep::bench;
    print_rows({measure<ElasticPendulumProblem, double>("libm"),
                measure<ElasticPendulumProblem, float>("libm"),
                measure<HenonHeilesProblem, double>("vectorised by the compiler"),
                measure<HenonHeilesProblem, float>("vectorised by the compiler")});
    return 0;
}
