// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The schemes against theory: orders of convergence, order conditions of the tableaux, and the
// amplification of the spring chain's modes.
#include <farstep/schemes/tableaux.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "models.hpp"

namespace farstep {
namespace {

using testing::advanced;
using testing::Rows;

/// Error at `until` with a given number of steps.
double error_after(const SystemModel& model, const Rows& start, const Rows& exact, double until,
                   const std::string& scheme, int steps) {
    return testing::largest_difference(advanced(model, start, scheme, until / steps, steps), exact);
}

/// Slope of log error over log step between `steps` and twice as many.
double observed_order(const SystemModel& model, const Rows& start, const Rows& exact, double until,
                      const std::string& scheme, int steps) {
    const double coarse = error_after(model, start, exact, until, scheme, steps);
    const double fine = error_after(model, start, exact, until, scheme, 2 * steps);
    return std::log2(coarse / fine);
}

/// The oscillator from (1, 0) to t = 3: all that matters is how well exp is approximated.
double order_on_oscillator(const std::string& scheme, int steps) {
    return observed_order(testing::system("harmonic_oscillator"), {1, 0},
                          {std::cos(3.0), -std::sin(3.0)}, 3, scheme, steps);
}

/// Hénon–Heiles to t = 3, where the conditions of all trees matter. The reference takes steps so
/// small that its error is rounding.
double order_on_henon_heiles(const std::string& scheme, int steps) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows start = {0.1, -0.2, 0.3, 0.25};
    return observed_order(model, start, advanced(model, start, "dp8", 3.0 / 200, 200), 3, scheme,
                          steps);
}

// Errors are C h^p (1 + c h + …), so the slope over a halving is off by about c h/(2 ln 2). Steps
// are as small as rounding (1e-15) allows, and the tolerance is several times what is left.
constexpr double order_tolerance = 0.05;
constexpr double order_tolerance_8 = 0.15;  // errors of 1e-13 leave no smaller steps

TEST(Euler, ConvergesAtOrderOne) {
    EXPECT_NEAR(order_on_oscillator("euler", 1024), 1, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("euler", 1024), 1, order_tolerance);
}

TEST(ImprovedEuler, ConvergesAtOrderTwo) {
    EXPECT_NEAR(order_on_oscillator("improved_euler", 512), 2, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("improved_euler", 512), 2, order_tolerance);
}

TEST(Kutta3, ConvergesAtOrderThree) {
    EXPECT_NEAR(order_on_oscillator("kutta3", 256), 3, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("kutta3", 256), 3, order_tolerance);
}

TEST(RungeKutta4, ConvergesAtOrderFour) {
    EXPECT_NEAR(order_on_oscillator("rk4", 128), 4, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("rk4", 128), 4, order_tolerance);
}

TEST(DormandPrince8, ConvergesAtOrderEight) {
    EXPECT_NEAR(order_on_oscillator("dp8", 3), 8, order_tolerance_8);
    EXPECT_NEAR(order_on_henon_heiles("dp8", 5), 8, order_tolerance_8);
}

TEST(StormerVerlet, ConvergesAtOrderTwo) {
    EXPECT_NEAR(order_on_oscillator("stormer_verlet", 512), 2, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("stormer_verlet", 512), 2, order_tolerance);
}

TEST(SymplecticEuler, ConvergesAtOrderOne) {
    EXPECT_NEAR(order_on_oscillator("symplectic_euler", 1024), 1, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("symplectic_euler", 1024), 1, order_tolerance);
}

TEST(ImplicitEuler, ConvergesAtOrderOne) {
    EXPECT_NEAR(order_on_oscillator("implicit_euler", 1024), 1, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("implicit_euler", 1024), 1, order_tolerance);
}

TEST(ImplicitMidpoint, ConvergesAtOrderTwo) {
    EXPECT_NEAR(order_on_oscillator("implicit_midpoint", 512), 2, order_tolerance);
    EXPECT_NEAR(order_on_henon_heiles("implicit_midpoint", 512), 2, order_tolerance);
}

TEST(StormerVerlet, TurnsBackTheWayItCame) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows start = testing::sampled(model, 32, 1);
    const Rows there = advanced(model, start, "stormer_verlet", 0.25, 40);
    const Rows back = advanced(model, there, "stormer_verlet", -0.25, 40);
    EXPECT_GT(testing::largest_difference(there, start), 0.1);
    EXPECT_LT(testing::largest_difference(back, start), 1e-12);
}

TEST(StormerVerlet, ConservesItsOwnEnergyOfTheOscillatorToRounding) {
    const double step = 0.5;
    // p²/2 + (1 − Δt²/4) q²/2, for m = k = 1.
    const auto energy = [&](const Rows& u) {
        return u[1] * u[1] / 2 + (1 - step * step / 4) * u[0] * u[0] / 2;
    };
    const Rows start = {1, 0};
    const Rows end = advanced(testing::system("harmonic_oscillator"), start, "stormer_verlet",
                              step, 100000);
    EXPECT_NEAR(energy(end), energy(start), 1e-11);
}

/// Largest |H(t) − H(0)| of any state at the end of any of `rounds` of 50 steps from `first`.
double energy_error(const SystemModel& model, const Rows& start, const std::string& scheme,
                    int first, int rounds) {
    const Rows before = testing::energies(model, start);
    Rows rows = advanced(model, start, scheme, 0.25, 50 * first);
    double largest = 0;
    for (int round = 0; round < rounds; ++round) {
        rows = advanced(model, rows, scheme, 0.25, 50);
        largest = std::max(largest,
                           testing::largest_difference(testing::energies(model, rows), before));
    }
    return largest;
}

TEST(StormerVerlet, KeepsTheEnergyNearForeverWhereRungeKuttaDrifts) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows start = testing::sampled(model, 64, 2);
    const int late = 1000, rounds = 40;
    EXPECT_LT(energy_error(model, start, "stormer_verlet", late, rounds),
              1.5 * energy_error(model, start, "stormer_verlet", 0, rounds));
    EXPECT_GT(energy_error(model, start, "rk4", late, rounds),
              10 * energy_error(model, start, "rk4", 0, rounds));
}

TEST(SymplecticEuler, ConservesItsOwnEnergyOfTheOscillatorToRounding) {
    const double step = 0.5;
    // p²/2 + q²/2 − Δt pq/2, for m = k = 1.
    const auto energy = [&](const Rows& u) {
        return (u[1] * u[1] + u[0] * u[0] - step * u[0] * u[1]) / 2;
    };
    const Rows start = {1, 0};
    const Rows end =
        advanced(testing::system("harmonic_oscillator"), start, "symplectic_euler", step, 100000);
    EXPECT_NEAR(energy(end), energy(start), 1e-11);
}

TEST(SymplecticEuler, KeepsTheEnergyNearForeverWhereEulerGains) {
    const SystemModel& model = testing::system("henon_heiles");
    const Rows start = {0.1, -0.2, 0.15, 0.1};
    const int late = 1000, rounds = 40;
    EXPECT_LT(energy_error(model, start, "symplectic_euler", late, rounds),
              1.5 * energy_error(model, start, "symplectic_euler", 0, rounds));
    const SystemModel& oscillator = testing::system("harmonic_oscillator");
    EXPECT_GT(energy_error(oscillator, {1, 0}, "euler", 5, 1),
              1e6 * energy_error(oscillator, {1, 0}, "euler", 0, 1));
}

TEST(StormerVerlet, AppliesToSeparableSystemsOnly) {
    EXPECT_TRUE(testing::system("henon_heiles").has_scheme("stormer_verlet"));
    const SystemModel& pendulum = testing::system("elastic_pendulum");
    EXPECT_FALSE(pendulum.has_scheme("stormer_verlet"));
    EXPECT_TRUE(pendulum.has_scheme("rk4"));
    EXPECT_THROW(pendulum.stepper(testing::plain_spec(pendulum, "stormer_verlet", 0.1)),
                 std::logic_error);
}

/// Largest residual of Σi bi ci^(k−1) = 1/k for k up to the order, with ci the row sums.
template <class Tableau>
double quadrature_residual() {
    double worst = 0;
    for (int k = 1; k <= Tableau::order; ++k) {
        double sum = 0;
        for (int i = 0; i < Tableau::stages; ++i) {
            double c = 0;
            for (int j = 0; j < i; ++j) c += Tableau::tableau.a[i][j];
            sum += Tableau::tableau.b[i] * std::pow(c, k - 1);
        }
        worst = std::max(worst, std::fabs(sum - 1.0 / k));
    }
    return worst;
}

TEST(Tableaux, IntegratePolynomialsUpToTheirOrderExactly) {
    EXPECT_LT(quadrature_residual<Euler>(), 1e-15);
    EXPECT_LT(quadrature_residual<ImprovedEuler>(), 1e-15);
    EXPECT_LT(quadrature_residual<Kutta3>(), 1e-15);
    EXPECT_LT(quadrature_residual<RungeKutta4>(), 1e-15);
    EXPECT_LT(quadrature_residual<DormandPrince8>(), 1e-14);
}

/// Normal modes of a spring chain, from the right-hand side of unit states.
struct Modes {
    std::vector<double> frequencies;  ///< ascending
    std::vector<Rows> states;         ///< at rest, deflected along the mode
};

using Matrix = std::vector<std::vector<double>>;

/// One rotation of Jacobi's eigenvalue method: annihilates a[p][q], and turns the vectors with it.
void rotate(Matrix& a, Matrix& vectors, std::size_t p, std::size_t q) {
    if (a[p][q] == 0) return;
    const double ratio = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    const double t = (ratio < 0 ? -1 : 1) / (std::fabs(ratio) + std::hypot(ratio, 1.0));
    const double c = 1 / std::hypot(t, 1.0), s = t * c;
    for (std::size_t k = 0; k < a.size(); ++k) {
        const double kp = a[k][p], kq = a[k][q];
        a[k][p] = c * kp - s * kq;
        a[k][q] = s * kp + c * kq;
    }
    for (std::size_t k = 0; k < a.size(); ++k) {
        const double pk = a[p][k], qk = a[q][k];
        a[p][k] = c * pk - s * qk;
        a[q][k] = s * pk + c * qk;
        const double vp = vectors[p][k], vq = vectors[q][k];
        vectors[p][k] = c * vp - s * vq;
        vectors[q][k] = s * vp + c * vq;
    }
}

/// Eigenvalues on the diagonal of the result, eigenvectors in the rows of `vectors`.
Matrix diagonalised(Matrix a, Matrix& vectors) {
    const std::size_t n = a.size();
    vectors.assign(n, std::vector<double>(n, 0));
    for (std::size_t i = 0; i < n; ++i) vectors[i][i] = 1;
    for (int sweep = 0; sweep < 12; ++sweep) {
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) rotate(a, vectors, p, q);
        }
    }
    return a;
}

Modes modes_of(const SystemModel& model) {
    const auto d = std::size_t(model.dimension()), n = d / 2;
    Rows units(d * d, 0.0);
    for (std::size_t i = 0; i < d; ++i) units[i * d + i] = 1;
    const Rows rate = testing::right_hand_side(model, units);
    const auto inverse_root_mass = [&](std::size_t i) { return std::sqrt(rate[(n + i) * d + i]); };
    Matrix stiffness(n, std::vector<double>(n)), vectors;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            stiffness[i][j] = -rate[j * d + n + i] * inverse_root_mass(i) * inverse_root_mass(j);
        }
    }
    const Matrix diagonal = diagonalised(stiffness, vectors);
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return diagonal[a][a] < diagonal[b][b]; });
    Modes modes;
    for (const std::size_t m : order) {
        modes.frequencies.push_back(std::sqrt(diagonal[m][m]));
        Rows state(d, 0.0);
        for (std::size_t i = 0; i < n; ++i) state[i] = vectors[m][i] * inverse_root_mass(i);
        modes.states.push_back(state);
    }
    return modes;
}

/// |R(iωH)|: a step multiplies the energy of a mode by its square.
double amplification(const SystemModel& model, const Rows& mode, const std::string& scheme,
                     double step) {
    const double before = testing::energies(model, mode).front();
    return std::sqrt(testing::energies(model, advanced(model, mode, scheme, step)).front() /
                     before);
}

TEST(SpringChain, HasThePublishedFrequencies) {
    const Modes modes = modes_of(testing::system("spring_chain", {{"masses", 20}}));
    EXPECT_NEAR(modes.frequencies.back(), 5.5949387, 5e-8);
    EXPECT_NEAR(modes.frequencies.front(), 0.3030524, 5e-8);
}

TEST(SpringChain, FastestModeIsAmplifiedAsTheStabilityFunctionSays) {
    const SystemModel& model = testing::system("spring_chain", {{"masses", 20}});
    const Rows fastest = modes_of(model).states.back();
    const double digits = 5e-5;
    EXPECT_NEAR(amplification(model, fastest, "euler", 0.2), 1.5007, digits);
    EXPECT_NEAR(amplification(model, fastest, "improved_euler", 0.2), 1.1798, digits);
    EXPECT_NEAR(amplification(model, fastest, "kutta3", 0.2), 0.9612, digits);
    EXPECT_NEAR(amplification(model, fastest, "rk4", 0.2), 0.9884, digits);
    EXPECT_NEAR(amplification(model, fastest, "euler", 0.1), 1.1459, digits);
    EXPECT_NEAR(amplification(model, fastest, "improved_euler", 0.1), 1.0122, digits);
    EXPECT_NEAR(amplification(model, fastest, "kutta3", 0.1), 0.9963, digits);
    EXPECT_NEAR(amplification(model, fastest, "rk4", 0.1), 0.9998, digits);
}

TEST(SpringChain, EveryModeKeepsItsShapeAndTurnsAtItsFrequency) {
    const SystemModel& model = testing::system("spring_chain", {{"masses", 20}});
    const Modes modes = modes_of(model);
    for (std::size_t m = 0; m < modes.states.size(); ++m) {
        const double half_period = std::numbers::pi / modes.frequencies[m];
        Rows expected = modes.states[m];
        for (double& x : expected) x = -x;
        EXPECT_LT(testing::largest_difference(
                      advanced(model, modes.states[m], "dp8", half_period / 40, 40), expected),
                  1e-11);
    }
}

}  // namespace
}  // namespace farstep
