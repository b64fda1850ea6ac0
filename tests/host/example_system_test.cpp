// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The worked example of docs/adding-a-system.md compiles, integrates, and stands there as it is.
#include <duffing.hpp>
#include <farstep/schemes/runge_kutta.hpp>
#include <farstep/step.hpp>
#include <farstep/correctors/none.hpp>

#include <gtest/gtest.h>

namespace farstep {
namespace {

TEST(ExampleSystem, ConservesItsEnergy) {
    const SystemInfo info = Duffing::describe();
    const Vector<double, 2> parameters{{info.parameters[0].value, info.parameters[1].value}};
    const FusedStep<Duffing, RungeKutta<RungeKutta4>, NoCorrector, double> step{0.01, {}};
    Vector<double, 2> u{{0.7, -0.2}};
    const double start = Duffing::energy(u, parameters);
    for (int n = 0; n < 1000; ++n) step(u, parameters);
    // RK4 loses energy at order five; at this step that is below 1e-9 over ten units of time.
    EXPECT_NEAR(Duffing::energy(u, parameters), start, 1e-9);
}

TEST(ExampleSystem, DescribesEveryComponentAndParameter) {
    const SystemInfo info = Duffing::describe();
    EXPECT_EQ(info.components.size(), std::size_t(Duffing::dimension));
    EXPECT_EQ(info.initial.components.size(), std::size_t(Duffing::dimension));
    EXPECT_EQ(info.parameters.size(), std::size_t(Duffing::parameter_count));
}

}  // namespace
}  // namespace farstep
