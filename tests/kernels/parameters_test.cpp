// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Trajectories with parameters of their own go exactly where each would go alone with these
// parameters for all: plain, adaptive, corrected and guarded, in every precision.
#include <cmath>

#include <gtest/gtest.h>

#include "deck/values.hpp"
#include "models.hpp"
#include "networks.hpp"

namespace farstep {
namespace {

using testing::Rows;

constexpr std::int64_t trajectories = tile_width + 9, steps = 5;
constexpr std::size_t d = 4, count = 4;

const SystemModel& model() { return testing::system("elastic_pendulum"); }

/// Different for every trajectory, in every parameter.
Rows parameters_of_trajectory(std::int64_t i) {
    Rows values = testing::parameters_of(model());
    for (std::size_t p = 0; p < values.size(); ++p) {
        values[p] *= 1 + 0.001 * double(i % 40) * (1 + double(p));
    }
    return values;
}

StateView parameters_of_all() {
    Rows rows;
    for (std::int64_t i = 0; i < trajectories; ++i) {
        const Rows own = parameters_of_trajectory(i);
        rows.insert(rows.end(), own.begin(), own.end());
    }
    Ensemble values(int(count), {0, trajectories});
    values.set_rows(rows);
    return values.view().state;
}

Rows advanced_with(const StateView& parameters, const Rows& start, const StepperSpec& spec) {
    Ensemble ensemble = testing::ensemble_of(model(), start);
    ensemble.set_parameters(parameters);
    model().stepper(spec)->advance(ensemble.view(), 0, steps);
    Kokkos::fence();
    return ensemble.rows();
}

/// Compares some trajectories of the ensemble with ensembles in which all have their parameters.
void expect_as_alone(StepperSpec spec) {
    const Rows start = testing::sampled(model(), trajectories, 3);
    const Rows together = advanced_with(parameters_of_all(), start, spec);
    for (const std::int64_t i : {std::int64_t(0), std::int64_t(13), trajectories - 1}) {
        const Rows alone = advanced_with(parameter_tile(parameters_of_trajectory(i)), start, spec);
        for (std::size_t c = 0; c < d; ++c) {
            EXPECT_EQ(together[std::size_t(i) * d + c], alone[std::size_t(i) * d + c]) << i;
        }
        spec.parameters = parameters_of_trajectory(i);
        EXPECT_EQ(testing::advanced(model(), start, spec, steps), alone);
    }
    EXPECT_NE(together, advanced_with(parameter_tile(testing::parameters_of(model())), start, spec));
}

class OwnParameters : public ::testing::TestWithParam<Precision> {
protected:
    StepperSpec spec(const char* scheme) const {
        StepperSpec spec = testing::plain_spec(model(), scheme, 0.1);
        spec.precision = GetParam();
        return spec;
    }
};

TEST_P(OwnParameters, AreThoseOfPlainSteps) {
    expect_as_alone(spec("rk4"));
    expect_as_alone(spec("dp8"));
}

TEST_P(OwnParameters, AreThoseOfAdaptiveSteps) {
    if (GetParam() == Precision::Mixed) return;
    StepperSpec adaptive = spec("dopri5");
    adaptive.tolerance = 1e-4;
    expect_as_alone(adaptive);
}

TEST_P(OwnParameters, AreThoseOfCorrectedAndGuardedSteps) {
    DeployedNetwork network = testing::random_network(int(d), 16, Activation::tanh, true, 5);
    for (double& x : network.outgoing) x *= 0.01;
    StepperSpec corrected = spec("rk4");
    corrected.corrector = &network;
    expect_as_alone(corrected);
    corrected.guard = {GuardAction::plain, 4, {-1, 9.9, -1, -1}, {0.2, 10.1, 1, 1}};
    expect_as_alone(corrected);
}

TEST_P(OwnParameters, AreConditionsOfCorrectors) {
    const std::vector<int> conditions = {3, 0};  // l0 and k
    for (const Activation activation : testing::all_activations) {
        for (const bool linear : {false, true}) {
            DeployedNetwork network =
                testing::random_network(int(d), conditions, 13, activation, linear, 8);
            network.centre[d] = 10;
            network.centre[d + 1] = 40;
            for (double& x : network.outgoing) x *= 0.01;
            for (double& x : network.linear) x *= 0.01;
            StepperSpec corrected = spec("rk4");
            corrected.corrector = &network;
            const Rows start = testing::sampled(model(), trajectories, 3);
            const Rows together = advanced_with(parameters_of_all(), start, corrected);
            for (const std::int64_t i : {std::int64_t(1), std::int64_t(39), trajectories - 1}) {
                const Rows own = parameters_of_trajectory(i);
                const DeployedNetwork fixed = with_condition_fixed(
                    with_condition_fixed(network, 1, own[0]), 0, own[3]);
                corrected.corrector = &fixed;
                const Rows alone = advanced_with(parameter_tile(own), start, corrected);
                const double rounding = GetParam() == Precision::Double ? 1e-12 : 1e-4;
                for (std::size_t c = 0; c < d; ++c) {
                    EXPECT_NEAR(together[std::size_t(i) * d + c], alone[std::size_t(i) * d + c],
                                rounding) << name_of(activation) << " " << i;
                }
                corrected.corrector = &network;
            }
        }
    }
}

TEST(OwnParametersOfLargeStates, AreConditionsOfCorrectors) {
    const SystemModel& chain = testing::system("spring_chain", {{"masses", 10}});
    const DeployedNetwork network =
        testing::random_network(20, {0, 12}, 29, Activation::tanh, true, 8);
    StepperSpec spec = testing::plain_spec(chain, "rk4", 0.1);
    const Rows start = testing::sampled(chain, trajectories, 3);
    const auto own = [&](std::int64_t i) {
        Rows values = testing::parameters_of(chain);
        for (double& value : values) value *= 1 + 0.01 * double(i);
        return values;
    };
    Rows rows;
    for (std::int64_t i = 0; i < trajectories; ++i) {
        const Rows values = own(i);
        rows.insert(rows.end(), values.begin(), values.end());
    }
    Ensemble parameters(21, {0, trajectories}), together = testing::ensemble_of(chain, start);
    parameters.set_rows(rows);
    together.set_parameters(parameters.view().state);
    spec.corrector = &network;
    chain.stepper(spec)->advance(together.view(), 0, steps);
    Kokkos::fence();
    for (const std::int64_t i : {std::int64_t(2), trajectories - 1}) {
        const DeployedNetwork fixed =
            with_condition_fixed(with_condition_fixed(network, 1, own(i)[12]), 0, own(i)[0]);
        spec.corrector = &fixed;
        spec.parameters = own(i);
        const Rows alone = testing::advanced(chain, start, spec, steps);
        for (std::size_t c = 0; c < 20; ++c) {
            const std::size_t at = std::size_t(i) * 20 + c;
            EXPECT_NEAR(together.rows()[at], alone[at], 1e-11) << i;
        }
    }
}

TEST(FixedConditions, GiveTheSameFunctionOfTheState) {
    for (const int degree : {1, 2, 4}) {
        for (const bool linear : {false, true}) {
            DeployedNetwork network =
                testing::random_network(3, {0, step_condition}, 7, Activation::tanh, linear, 9);
            if (degree > 1) network = testing::with_monomials(network, degree, 10);
            const Rows input = {0.3, -0.2, 0.7, 1.1, -0.4};
            const DeployedNetwork one = with_condition_fixed(network, 1, input[4]);
            const DeployedNetwork none = with_condition_fixed(one, 0, input[3]);
            EXPECT_EQ(one.conditions, std::vector<int>{0});
            EXPECT_EQ(none.inputs, 3);
            const Rows expected = testing::evaluated(network, input.data());
            const Rows with_one = testing::evaluated(one, input.data());
            const Rows with_none = testing::evaluated(none, input.data());
            for (std::size_t j = 0; j < 3; ++j) {
                EXPECT_NEAR(with_one[j], expected[j], 1e-14);
                EXPECT_NEAR(with_none[j], expected[j], 1e-14);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Precisions, OwnParameters,
                         ::testing::Values(Precision::Double, Precision::Mixed, Precision::Float),
                         [](const auto& tested) { return name_of(tested.param); });

TEST(OwnParametersOfEnergies, AreThoseOfTheTrajectory) {
    const Rows start = testing::sampled(model(), trajectories, 4);
    const Ensemble ensemble = testing::ensemble_of(model(), start);
    const ValueView values("energies", std::size_t(ensemble.tiles()), tile_width);
    model().energy(ensemble.view().state, parameters_of_all(), values);
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), values);
    for (std::int64_t i = 0; i < trajectories; ++i) {
        const Rows p = parameters_of_trajectory(i);
        const double* const u = &start[std::size_t(i) * d];
        const double stretch = u[1] - p[3];
        const double energy = p[1] / 2 * (u[3] * u[3] + u[1] * u[1] * u[2] * u[2]) +
                              p[0] / 2 * stretch * stretch -
                              p[1] * p[2] * u[1] * std::cos(u[0]);
        EXPECT_NEAR(host.data()[i], energy, 1e-12 * std::fabs(energy));
    }
}

TEST(OwnParametersOfEnergyShells, AreThoseOfTheTrajectory) {
    InitialDistribution shell;
    shell.components = {ComponentDistribution::uniform(-0.5, 0.5),
                        ComponentDistribution::uniform(9, 12), ComponentDistribution::constant(0),
                        ComponentDistribution::constant(0)};
    shell.energy_low = -100;
    shell.energy_high = -80;
    const Ensemble ensemble(int(d), {0, trajectories});
    const StateView parameters = parameters_of_all();
    EXPECT_EQ(model().sample(ensemble.view().state, 0, trajectories - 1, shell, parameters, 1), 0);
    const ValueView values("energies", std::size_t(ensemble.tiles()), tile_width);
    model().energy(ensemble.view().state, parameters, values);
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), values);
    for (std::int64_t i = 0; i < trajectories; ++i) {
        EXPECT_GE(host.data()[i], shell.energy_low);
        EXPECT_LE(host.data()[i], shell.energy_high);
    }
}

}  // namespace
}  // namespace farstep
