// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Implicit schemes on systems with known answers: stiff ones, quadratic invariants, equations
// without a solution. Their orders are in schemes_test.cpp.
#include <farstep/advance.hpp>
#include <farstep/correctors/none.hpp>
#include <farstep/linearise.hpp>
#include <farstep/schemes/schemes.hpp>
#include <farstep/systems/elastic_pendulum.hpp>
#include <farstep/systems/harmonic_oscillator.hpp>
#include <farstep/systems/pendulum_chain.hpp>
#include <farstep/systems/spring_chain.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "models.hpp"

namespace farstep {
namespace {

using EulerScheme = Implicit<ImplicitEuler>;
using MidpointScheme = Implicit<ImplicitMidpoint>;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// The state after some plain steps.
template <class System, class Scheme, class Real, class Parameters>
Vector<Real, System::dimension> stepped(Vector<Real, System::dimension> u,
                                        const Parameters& parameters, ScalarOf<Real> dt,
                                        int steps = 1) {
    const FusedStep<System, Scheme, NoCorrector, ScalarOf<Real>> step{dt, {}};
    for (int n = 0; n < steps; ++n) step(u, parameters);
    return u;
}

/// u̇ = λ u.
struct Decay {
    static constexpr int dimension = 1;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, dimension> rhs(const Vector<Real, dimension>& u,
                                                                   const Parameters& parameters) {
        return {{parameters[0] * u[0]}};
    }
};

TEST(ImplicitEuler, DampsStiffDecayToItsLastDigitAtAnyStep) {
    const Vector<double, 1> lambda{{-1e6}};
    Vector<double, 1> u{{3}};
    for (int n = 0; n < 5; ++n) {
        const double before = u[0];
        u = stepped<Decay, EulerScheme>(u, lambda, 1.0);
        // The increment is −u to six digits: u + S has its rounding error relative to u.
        EXPECT_NEAR(u[0], before / (1 + 1e6), epsilon * std::fabs(before));
    }
    EXPECT_LT(std::fabs(u[0]), 1e-29);
}

TEST(ImplicitMidpoint, IsStableOnStiffDecayWithoutDampingIt) {
    const Vector<double, 1> lambda{{-1e6}};
    const Vector<double, 1> u = stepped<Decay, MidpointScheme>(Vector<double, 1>{{3}}, lambda, 1.0);
    EXPECT_NEAR(u[0], 3 * (1 - 5e5) / (1 + 5e5), 3 * 4 * epsilon);
    const auto later = stepped<Decay, MidpointScheme>(Vector<double, 1>{{3}}, lambda, 1.0, 1001);
    EXPECT_NEAR(later[0], -3 * std::pow((5e5 - 1) / (5e5 + 1), 1001), 1e-10);
}

/// Robertson's reactions: rates from 0.04 to 3·10⁷. "The solution of a set of reaction rate
/// equations" (1966).
struct Robertson {
    static constexpr int dimension = 3;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, dimension> rhs(const Vector<Real, dimension>& u,
                                                                   const Parameters& parameters) {
        const Real slow = parameters[0] * u[0], back = parameters[1] * u[1] * u[2],
                   fast = parameters[2] * u[1] * u[1];
        return {{back - slow, slow - back - fast, fast}};
    }
};

TEST(ImplicitEuler, FollowsStiffReactionsInLongSteps) {
    const Vector<double, 3> rates{{0.04, 1e4, 3e7}}, start{{1, 0, 0}};
    const auto exact = stepped<Robertson, MidpointScheme>(start, rates, 1e-3, 40'000);
    EXPECT_NEAR(exact[0], 0.7158271, 1e-7);  // known from the literature
    const auto coarse = stepped<Robertson, EulerScheme>(start, rates, 0.02, 2000);
    const auto fine = stepped<Robertson, EulerScheme>(start, rates, 0.01, 4000);
    for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR((coarse[c] - exact[c]) / (fine[c] - exact[c]), 2, 0.01) << "component " << c;
        EXPECT_NEAR(fine[c], exact[c], 2e-4 * exact[c]);
    }
    EXPECT_NEAR(fine[0] + fine[1] + fine[2], 1, 1e-12);
}

/// A free rigid body in its frame, angular momentum u, parameters a:
///   u̇₁ = a₁ u₂u₃, u̇₂ = a₂ u₃u₁, u̇₃ = a₃ u₁u₂.
/// |u|² is conserved if Σ aᵢ = 0, and Σ bᵢuᵢ² for every b with Σ aᵢbᵢ = 0.
struct RigidBody {
    static constexpr int dimension = 3;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, dimension> rhs(const Vector<Real, dimension>& u,
                                                                   const Parameters& a) {
        return {{a[0] * u[1] * u[2], a[1] * u[2] * u[0], a[2] * u[0] * u[1]}};
    }
};

/// The same with a Jacobian of its own, and a right-hand side that knows no dual numbers.
struct RigidBodyWithJacobian : RigidBody {
    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, dimension> rhs(const Vector<Real, dimension>& u,
                                                                   const Parameters& a) {
        static_assert(!requires { u[0].derivative; });
        return RigidBody::rhs(u, a);
    }

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Vector<Real, dimension>, dimension> jacobian(
        const Vector<Real, dimension>& u, const Parameters& a) {
        const Real zero(0);
        return {{{{zero, a[0] * u[2], a[0] * u[1]}},
                 {{a[1] * u[2], zero, a[1] * u[0]}},
                 {{a[2] * u[1], a[2] * u[0], zero}}}};
    }
};

const Vector<double, 3> body{{-0.75, 1.25, -0.5}};
const Vector<double, 3> spin{{0.9, 0.2, 0.4}};

double square(const Vector<double, 3>& u) { return u[0] * u[0] + u[1] * u[1] + u[2] * u[2]; }
/// 5 a₁ + 3 a₂ + 0 a₃ = 0.
double other_invariant(const Vector<double, 3>& u) { return 5 * u[0] * u[0] + 3 * u[1] * u[1]; }

TEST(ImplicitMidpoint, ConservesBothInvariantsOfARigidBody) {
    Vector<double, 3> u = spin;
    double worst = 0, travelled = 0;
    for (int output = 0; output < 100; ++output) {
        u = stepped<RigidBody, MidpointScheme>(u, body, 0.5, 200);
        worst = std::max({worst, std::fabs(square(u) - square(spin)),
                          std::fabs(other_invariant(u) - other_invariant(spin))});
        travelled = std::max(travelled, std::fabs(u[1] - spin[1]));
    }
    EXPECT_LT(worst, 1e-12);
    EXPECT_GT(travelled, 0.3) << "the body is expected to tumble";
    const auto by_euler = stepped<RigidBody, EulerScheme>(spin, body, 0.5, 200);
    EXPECT_GT(std::fabs(square(by_euler) - square(spin)), 1e-2);
}

TEST(ImplicitMidpoint, ConservesTheEnergyOfAnOscillator) {
    const Vector<double, 2> parameters{{2, 3}}, start{{1, 0.5}};
    Vector<double, 2> u = start;
    for (int output = 0; output < 100; ++output) {
        u = stepped<HarmonicOscillator, MidpointScheme>(u, parameters, 0.7, 1000);
        EXPECT_NEAR(HarmonicOscillator::energy(u, parameters),
                    HarmonicOscillator::energy(start, parameters), 1e-12);
    }
}

TEST(Implicit, TakesTheSystemsOwnJacobianIfItHasOne) {
    const auto by_duals = stepped<RigidBody, MidpointScheme>(spin, body, 0.5);
    const auto by_hand = stepped<RigidBodyWithJacobian, MidpointScheme>(spin, body, 0.5);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(by_hand[c], by_duals[c], 4 * epsilon);
}

template <class Body>
struct WithParameters : Body {
    static constexpr int parameter_count = 3;
};

/// f and (∂f/∂u)ᵀ times (1, 2, −1), one after the other.
template <class Body>
std::vector<double> linearised() {
    using System = WithParameters<Body>;
    const auto view = [](const Vector<double, 3>& row) {
        StateView result("row", 1, 3, tile_width);
        const auto host = Kokkos::create_mirror_view(result);
        for (std::size_t i = 0; i < 3 * tile_width; ++i) {
            host(0, i / tile_width, i % tile_width) = row[int(i / tile_width)];
        }
        Kokkos::deep_copy(result, host);
        return result;
    };
    const StateView rate = view({}), pulled = view({});
    const LineariseKernel<System> kernel{view(spin), view(body), view({{1, 2, -1}}), rate, pulled};
    launch(Device(), "linearise",
           LaneSlice<lanes_of<typename LineariseKernel<System>::Real>>::items_per_tile, kernel);
    Kokkos::fence();
    std::vector<double> numbers;
    for (const StateView& found : {rate, pulled}) {
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found);
        for (std::size_t c = 0; c < 3; ++c) numbers.push_back(host(0, c, tile_width - 1));
    }
    return numbers;
}

TEST(Linearise, TakesTheSystemsOwnJacobianIfItHasOne) {
    const auto by_duals = linearised<RigidBody>(), by_hand = linearised<RigidBodyWithJacobian>();
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(by_hand[i], by_duals[i], 4 * epsilon);
    const double a = body[0], b = body[1], c = body[2];
    EXPECT_NEAR(by_duals[0], a * spin[1] * spin[2], 4 * epsilon);
    EXPECT_NEAR(by_duals[3], 2 * b * spin[2] - c * spin[1], 4 * epsilon);
    EXPECT_NEAR(by_duals[5], a * spin[1] + 2 * b * spin[0], 4 * epsilon);
}

/// Equation i of the step is solved: u' = u + Δt f(u + θ(u' − u)).
template <class System, class Scheme>
void expect_solved(const Vector<double, System::dimension>& u,
                   const Vector<double, System::parameter_count>& parameters, double dt,
                   double theta) {
    constexpr int d = System::dimension;
    const auto next = stepped<System, Scheme>(u, parameters, dt);
    Vector<double, d> stage;
    for (int c = 0; c < d; ++c) stage[c] = u[c] + theta * (next[c] - u[c]);
    const auto rate = System::rhs(stage, parameters);
    for (int c = 0; c < d; ++c) EXPECT_NEAR(next[c], u[c] + dt * rate[c], 1e-13);
}

TEST(Implicit, SolvesItsEquation) {
    const auto pendulum = ElasticPendulum::prepare(Vector<double, 4>{{40, 1, 9.8, 10}});
    expect_solved<ElasticPendulum, EulerScheme>({{0.3, 10, 0.1, -0.2}}, pendulum, 0.3, 1);
    expect_solved<ElasticPendulum, MidpointScheme>({{0.3, 10, 0.1, -0.2}}, pendulum, 0.3, 0.5);
    const Vector<double, 1> gravity{{9.8}};
    expect_solved<PendulumChain<2>, EulerScheme>({{0.3, 0.4, 0.5, -0.2}}, gravity, 0.1, 1);
    expect_solved<PendulumChain<2>, MidpointScheme>({{0.3, 0.4, 0.5, -0.2}}, gravity, 0.1, 0.5);
}

TEST(Implicit, AcceptsAStateAtRest) {
    // Forces cancel up to their rounding error, and all rates are zero.
    const auto pendulum = ElasticPendulum::prepare(Vector<double, 4>{{40, 1, 9.8, 10}});
    const Vector<double, 4> rest{{0, 10 + 9.8 / 40, 0, 0}};
    const auto u = stepped<ElasticPendulum, EulerScheme>(rest, pendulum, 0.1, 100);
    for (int c = 0; c < 4; ++c) EXPECT_NEAR(u[c], rest[c], 1e-13);
    const auto zero = stepped<RigidBody, MidpointScheme>(Vector<double, 3>{{0, 0, 0}}, body, 0.5);
    for (int c = 0; c < 3; ++c) EXPECT_EQ(zero[c], 0.0);
}

/// A state of a lane: of the double pendulum, whose solve needs several iterations.
double pendulum_component(int c, int lane) { return 0.5 * std::sin(2 * c + 3 * lane + 1); }

/// Largest difference between any lane of a step in packs of Scalar and the step in double.
template <class Scalar, class Scheme>
double difference_from_scalar_double() {
    constexpr int W = plain_lanes<Scalar, 4>;
    using Real = Lanes<Scalar, W>;
    using System = PendulumChain<2>;
    Vector<Real, 4> packed;
    for (int c = 0; c < 4; ++c) {
        for (int i = 0; i < W; ++i) set_lane(packed[c], i, Scalar(pendulum_component(c, i)));
    }
    const Vector<Real, 1> gravity{{Real(Scalar(9.8))}};
    packed = stepped<System, Scheme>(packed, gravity, Scalar(0.1), 5);
    double largest = 0;
    for (int i = 0; i < W; ++i) {
        Vector<double, 4> u;
        for (int c = 0; c < 4; ++c) u[c] = pendulum_component(c, i);
        u = stepped<System, Scheme>(u, Vector<double, 1>{{9.8}}, 0.1, 5);
        for (int c = 0; c < 4; ++c) {
            const double difference = std::fabs(double(lane(packed[c], i)) - u[c]);
            if (!(difference <= largest)) largest = difference;
        }
    }
    return largest;
}

TEST(Implicit, AgreesInPacksAndPrecisions) {
    EXPECT_LT((difference_from_scalar_double<double, EulerScheme>()), 1e-13);
    EXPECT_LT((difference_from_scalar_double<double, MidpointScheme>()), 1e-13);
    EXPECT_LT((difference_from_scalar_double<float, EulerScheme>()), 1e-5);
    EXPECT_LT((difference_from_scalar_double<float, MidpointScheme>()), 1e-5);
    EXPECT_GT((difference_from_scalar_double<float, MidpointScheme>()), 0);
}

/// u̇ = a u². With implicit Euler S = aΔt (u + S)², which has no solution beyond 4 aΔt u = 1.
struct Explosion {
    static constexpr int dimension = 1;
    static constexpr int parameter_count = 1;

    template <class Real, class Parameters>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, dimension> rhs(const Vector<Real, dimension>& u,
                                                                   const Parameters& parameters) {
        return {{parameters[0] * u[0] * u[0]}};
    }
};

/// Statuses and states of an ensemble of explosions after one implicit step of length 1.
template <class Scalar>
std::pair<std::vector<FailedTrajectory>, testing::Rows> exploded(const testing::Rows& start) {
    Ensemble ensemble(1, {0, std::int64_t(start.size())});
    ensemble.set_rows(start);
    EnsembleView view = ensemble.view();
    view.parameters = parameter_tile({1.0});
    const FusedStep<Explosion, EulerScheme, NoCorrector, Scalar> step{Scalar(1), {}};
    advance<Lanes<Scalar, plain_lanes<Scalar, 1>>>(Device(), view, step, StateLimits<Scalar, 1>{},
                                                   0, 1);
    Kokkos::fence();
    return {ensemble.failures(), ensemble.rows()};
}

template <class Scalar>
void expect_marked() {
    testing::Rows start;
    for (int i = 0; i < 70; ++i) start.push_back(0.2 * std::sin(i + 1));
    const auto [none, undisturbed] = exploded<Scalar>(start);
    EXPECT_TRUE(none.empty());
    const double tolerance = 8 * double(std::numeric_limits<Scalar>::epsilon());
    for (std::size_t i = 0; i < start.size(); ++i) {
        // S² + (2u − 1) S + u² = 0, the root that vanishes with u.
        const double u = double(Scalar(start[i])), root = std::sqrt(1 - 4 * u);
        EXPECT_NEAR(undisturbed[i], u + 2 * u * u / (1 - 2 * u + root), tolerance);
    }
    start[3] = 1;
    start[40] = 0.3;
    start[69] = std::numeric_limits<double>::max();
    const auto [failures, rows] = exploded<Scalar>(start);
    ASSERT_EQ(failures.size(), 3u);
    const std::int64_t lost[] = {3, 40, 69};
    for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_EQ(failures[k].index, lost[k]);
        EXPECT_EQ(failures[k].status, TrajectoryStatus::non_finite);
    }
    for (std::size_t i = 0; i < start.size(); ++i) {
        if (i == 3 || i == 40 || i == 69) {
            EXPECT_TRUE(std::isnan(rows[i]));
        } else {
            EXPECT_EQ(rows[i], undisturbed[i]) << "neighbours must not matter, bit for bit";
        }
    }
}

TEST(Implicit, MarksTrajectoriesThatDoNotConvergeAndNoOthers) {
    expect_marked<double>();
    expect_marked<float>();
}

TEST(Implicit, AppliesToSmallSystemsOnly) {
    EXPECT_TRUE((scheme_applies<EulerScheme, PendulumChain<4>>));
    EXPECT_FALSE((scheme_applies<EulerScheme, PendulumChain<5>>));
    EXPECT_FALSE((scheme_applies<MidpointScheme, SpringChain<5>>));
    EXPECT_TRUE(scheme_needs("implicit_euler").find("8 components") != std::string::npos);
    EXPECT_TRUE(scheme_needs("symplectic_euler").find("q' = f(p)") != std::string::npos);
    EXPECT_EQ(scheme_needs("rk4"), "");
}

}  // namespace
}  // namespace farstep
