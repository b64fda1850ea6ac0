// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A corrector that knows the exact residual makes the coarse run equal the fine one: what the step
// does beside the corrector is right.
#include <farstep/advance.hpp>
#include <farstep/correctors/coupled.hpp>
#include <farstep/correctors/none.hpp>
#include <farstep/numerics/dual.hpp>
#include <farstep/numerics/linear_solve.hpp>
#include <farstep/schemes/runge_kutta.hpp>
#include <farstep/systems/elastic_pendulum.hpp>
#include <farstep/systems/henon_heiles.hpp>
#include <farstep/systems/lorenz63.hpp>
#include <farstep/systems/pendulum_chain.hpp>

#include <cmath>

#include <gtest/gtest.h>

#include "deck/values.hpp"
#include "models.hpp"

namespace farstep {
namespace {

using testing::Rows;

/// The residual of the coarse step against `substeps` fine steps.
template <class System>
struct Oracle {
    using Scheme = RungeKutta<RungeKutta4>;
    Vector<double, System::parameter_count> parameters;
    int substeps;
    double dt;

    template <class Real>
    KOKKOS_INLINE_FUNCTION NoSideInputs load_side_inputs(
        const StateView& /*parameters*/, const LaneSlice<lanes_of<Real>>& /*slice*/) const {
        return {};
    }

    template <class Real>
    KOKKOS_INLINE_FUNCTION Vector<Real, System::dimension> next(
        const Vector<Real, System::dimension>& u, const Vector<Real, System::dimension>& increment,
        const NoSideInputs& /*side*/) const {
        Vector<Real, System::dimension> fine = u, result;
        for (int n = 0; n < substeps; ++n) {
            const auto s = Scheme::template increment<System>(fine, parameters, dt / substeps);
            for (int c = 0; c < System::dimension; ++c) fine[c] += s[c];
        }
        for (int c = 0; c < System::dimension; ++c) {
            const Real residual = fine[c] - u[c] - increment[c];
            result[c] = u[c] + (increment[c] + residual);
        }
        return result;
    }
};

template <class System>
Rows advanced_by_oracle(const SystemModel& model, const Rows& start, double step, int substeps,
                        std::int64_t steps) {
    Vector<double, System::parameter_count> parameters;
    for (int p = 0; p < System::parameter_count; ++p) {
        parameters[p] = testing::parameters_of(model)[std::size_t(p)];
    }
    parameters = prepare_parameters<System>(parameters);
    const farstep::FusedStep<System, RungeKutta<Euler>, Oracle<System>, double> fused{
        step, {parameters, substeps, step}};
    Ensemble ensemble = testing::ensemble_of(model, start);
    ensemble.set_parameters(parameter_tile(testing::parameters_of(model)));
    using Real = Lanes<double, lanes_per_item<double, System::dimension>>;
    advance<Real>(Device(), ensemble.view(), fused, StateLimits<double, System::dimension>{}, 0,
                  steps);
    Kokkos::fence();
    return ensemble.rows();
}

/// Difference of the corrected coarse run from the fine run, relative to the size of the states.
template <class System>
double oracle_error(const SystemModel& model, double step, int substeps, std::int64_t steps) {
    const Rows start = testing::sampled(model, 64, 1);
    const Rows fine = testing::advanced(model, start, "rk4", step / substeps, steps * substeps);
    const Rows corrected = advanced_by_oracle<System>(model, start, step, substeps, steps);
    double scale = 0;
    for (const double x : fine) scale = std::max(scale, std::fabs(x));
    return testing::largest_difference(corrected, fine) / scale;
}

TEST(OracleCorrector, MakesTheCoarseRunEqualTheFineOneOnNonlinearSystems) {
    // Some orbits to t = 50 amplify their rounding errors a thousandfold; none does to t = 15.
    EXPECT_LT(oracle_error<HenonHeiles>(testing::system("henon_heiles"), 0.5, 50, 100), 1e-11);
    EXPECT_LT(oracle_error<HenonHeiles>(testing::system("henon_heiles"), 0.5, 50, 30), 1e-12);
    EXPECT_LT(oracle_error<ElasticPendulum>(testing::system("elastic_pendulum"), 0.1, 10, 500),
              1e-12);
    EXPECT_LT(oracle_error<PendulumChain<2>>(testing::system("pendulum_chain", {{"links", 2}}), 0.1,
                                             10, 100),
              1e-12);
    EXPECT_LT(oracle_error<Lorenz63>(testing::system("lorenz63"), 0.02, 4, 100), 1e-12);
}

/// What an approximator that sees the slope, or the increment, starts its search from: a state near
/// that of the mean slope s.
template <class System, class Real>
Vector<Real, System::dimension> state_near(const Vector<Real, System::dimension>& s) {
    if constexpr (std::is_same_v<System, HenonHeiles>) {
        return {{-s[2], -s[3], s[0], s[1]}};
    } else {
        static_assert(std::is_same_v<System, ElasticPendulum>);
        const Real r = 10.0 + (9.8 - s[3]) / 40.0;
        return {{-s[2] * r / 9.8, r, s[0], s[1]}};
    }
}

/// The residual as a function of what AttNS sees of a step: the state is found again, by Newton's
/// method, from the scheme's increment alone, or taken from beside the slope.
template <class System, class Base>
struct SlopeOracle {
    static constexpr int d = System::dimension;
    Vector<double, System::parameter_count> parameters;
    int substeps;
    double dt, increment_scale;
    bool sees_state;

    template <class Real>
    struct Side {
        Vector<Real, d> slope;
    };
    template <class Real>
    KOKKOS_INLINE_FUNCTION Side<Real> load_side_inputs(
        const StateView& /*parameters*/, const LaneSlice<lanes_of<Real>>& /*slice*/) const {
        return {};
    }
    template <class Real>
    KOKKOS_INLINE_FUNCTION void set_slope(const Vector<Real, d>& slope, Side<Real>& side) const {
        side.slope = slope;
    }

    template <class Real>
    KOKKOS_INLINE_FUNCTION Vector<Real, d> operator()(const Vector<Real, d>& seen,
                                                      const Side<Real>& side) const {
        const Vector<Real, d> u = sees_state ? seen : state_of(seen);
        Vector<Real, d> fine = u, residual;
        for (int n = 0; n < substeps; ++n) {
            const auto s = RungeKutta<RungeKutta4>::template increment<System>(fine, parameters,
                                                                               dt / substeps);
            for (int c = 0; c < d; ++c) fine[c] += s[c];
        }
        for (int c = 0; c < d; ++c) {
            const Real s = sees_state ? dt * side.slope[c] : seen[c] / increment_scale;
            residual[c] = fine[c] - u[c] - s;
        }
        return residual;
    }

private:
    /// The u whose increment is the one seen.
    template <class Real>
    KOKKOS_INLINE_FUNCTION Vector<Real, d> state_of(const Vector<Real, d>& seen) const {
        Vector<Real, d> s = seen;
        for (int c = 0; c < d; ++c) s[c] = seen[c] / (increment_scale * dt);
        Vector<Real, d> u = state_near<System>(s);
        for (int iteration = 0; iteration < 12; ++iteration) {
            Vector<Vector<Real, d>, d> jacobian;
            Vector<Real, d> excess;
            for (int j = 0; j < d; ++j) {
                Vector<Dual<Real>, d> along;
                for (int c = 0; c < d; ++c) along[c] = {u[c], Real(c == j ? 1.0 : 0.0)};
                const auto increment = Base::template increment<System>(along, parameters, dt);
                for (int c = 0; c < d; ++c) {
                    excess[c] = increment[c].value / dt - s[c];
                    jacobian[c][j] = increment[c].derivative / dt;
                }
            }
            solve_general(jacobian, excess);
            for (int c = 0; c < d; ++c) u[c] -= excess[c];
        }
        return u;
    }
};

/// As oracle_error, through the coupling that AttNS uses.
template <class System, class Base>
double slope_oracle_error(const SystemModel& model, const Rows& start, double step, int substeps,
                          std::int64_t steps, ApproximatorInput input) {
    Vector<double, System::parameter_count> parameters;
    for (int p = 0; p < System::parameter_count; ++p) {
        parameters[p] = testing::parameters_of(model)[std::size_t(p)];
    }
    parameters = prepare_parameters<System>(parameters);
    const double scale = input == ApproximatorInput::increment ? 1 : 1 / step;
    using Oracle = SlopeOracle<System, Base>;
    using Corrector = Coupled<Oracle, double>;
    const Oracle oracle{parameters, substeps, step, scale, input == ApproximatorInput::both};
    const FusedStep<System, Base, Corrector, double> fused{step, {oracle, input, false, scale}};
    Ensemble ensemble = testing::ensemble_of(model, start);
    ensemble.set_parameters(parameter_tile(testing::parameters_of(model)));
    using Real = Lanes<double, lanes_per_item<double, System::dimension>>;
    advance<Real>(Device(), ensemble.view(), fused, StateLimits<double, System::dimension>{}, 0,
                  steps);
    Kokkos::fence();
    const Rows fine = testing::advanced(model, start, "rk4", step / substeps, steps * substeps);
    double largest = 0;
    for (const double x : fine) largest = std::max(largest, std::fabs(x));
    return testing::largest_difference(ensemble.rows(), fine) / largest;
}

TEST(OracleCorrector, ThatSeesTheSlopeMakesTheCoarseRunEqualTheFineOne) {
    const SystemModel& model = testing::system("henon_heiles");
    // Slopes tell states apart as long as |q| < 1/2, where the Hessian is regular.
    Rows slow = testing::sampled(model, 64, 1);
    for (double& x : slow) x *= 0.4;
    const SystemModel& pendulum = testing::system("elastic_pendulum");
    const Rows swinging = testing::sampled(pendulum, 64, 1);
    for (const ApproximatorInput input :
         {ApproximatorInput::slope, ApproximatorInput::increment, ApproximatorInput::both}) {
        SCOPED_TRACE(name_of(input));
        using Classical = RungeKutta<RungeKutta4>;
        const auto henon_heiles_error = [&](auto base, double step) {
            return slope_oracle_error<HenonHeiles, decltype(base)>(model, slow, step, 20, 100,
                                                                   input);
        };
        EXPECT_LT(henon_heiles_error(RungeKutta<Euler>(), 0.1), 1e-12);
        EXPECT_LT(henon_heiles_error(Classical(), 0.5), 1e-12);
        const auto pendulum_error = [&](auto base) {
            return slope_oracle_error<ElasticPendulum, decltype(base)>(pendulum, swinging, 0.1, 10,
                                                                       100, input);
        };
        EXPECT_LT(pendulum_error(RungeKutta<Euler>()), 1e-12);
        EXPECT_LT(pendulum_error(Classical()), 1e-12);
    }
}

using Matrix = std::vector<double>;  // [d][d]

Matrix product(const Matrix& a, const Matrix& b, std::size_t d) {
    Matrix result(d * d, 0.0);
    for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t k = 0; k < d; ++k) {
            for (std::size_t j = 0; j < d; ++j) result[i * d + j] += a[i * d + k] * b[k * d + j];
        }
    }
    return result;
}

Matrix identity(std::size_t d) {
    Matrix result(d * d, 0.0);
    for (std::size_t i = 0; i < d; ++i) result[i * d + i] = 1;
    return result;
}

/// e^A, by scaling, Taylor's series and squaring.
Matrix exponential(Matrix a, std::size_t d) {
    const int squarings = 6;
    for (double& x : a) x /= 1 << squarings;
    Matrix sum = identity(d), term = sum;
    for (int n = 1; n < 16; ++n) {
        term = product(term, a, d);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += term[i] /= n;
    }
    for (int n = 0; n < squarings; ++n) sum = product(sum, sum, d);
    return sum;
}

/// Columns are the images of unit states, which rows of the result of a map of unit rows are not.
Matrix transposed(const Matrix& a, std::size_t d) {
    Matrix result(d * d);
    for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j < d; ++j) result[j * d + i] = a[i * d + j];
    }
    return result;
}

/// The spring chain's exact corrector of one scheme: the linear map e^{AH} − R(AH).
DeployedNetwork exact_corrector(const SystemModel& model, const std::string& scheme, double step) {
    const auto d = std::size_t(model.dimension());
    const Rows units = identity(d);
    Matrix a = transposed(testing::right_hand_side(model, units), d);
    for (double& x : a) x *= step;
    DeployedNetwork network;
    network.inputs = network.outputs = model.dimension();
    network.centre.assign(d, 0.0);
    network.bias.assign(d, 0.0);
    network.linear = exponential(a, d);
    const Matrix coarse = transposed(testing::advanced(model, units, scheme, step), d);
    for (std::size_t i = 0; i < d * d; ++i) network.linear[i] -= coarse[i];
    return network;
}

TEST(OracleCorrector, OfTheSpringChainIsALinearMap) {
    const double step = 0.2;
    for (const int masses : {5, 20}) {
        const SystemModel& model = testing::system("spring_chain", {{"masses", masses}});
        const Rows start = testing::sampled(model, 100, 1);
        const Rows exact = testing::advanced(model, start, "dp8", 0.01, 2000);  // t = 20
        for (const std::string scheme : {"euler", "rk4"}) {
            SCOPED_TRACE(scheme);
            const DeployedNetwork network = exact_corrector(model, scheme, step);
            StepperSpec spec = testing::plain_spec(model, scheme, step);
            spec.corrector = &network;
            const auto error = [&](Precision precision) {
                spec.precision = precision;
                return testing::largest_difference(testing::advanced(model, start, spec, 100),
                                                   exact);
            };
            // States are up to 10; Euler's correction is 70 times that of RK4.
            EXPECT_LT(error(Precision::Double), 1e-11);
            EXPECT_LT(error(Precision::Mixed), scheme == "rk4" ? 1e-6 : 5e-5);
            EXPECT_LT(error(Precision::Float), 1e-4);
            spec.corrector = nullptr;
            EXPECT_GT(error(Precision::Double), 0.1);
        }
    }
}

}  // namespace
}  // namespace farstep
