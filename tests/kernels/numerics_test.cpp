// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Small building blocks: compensated sums, linear solves, random numbers, random orders.
#include <farstep/numerics/compensated_sum.hpp>
#include <farstep/numerics/linear_solve.hpp>
#include <farstep/numerics/permutation.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace farstep {
namespace {

TEST(CompensatedSum, KeepsWhatAPlainSumLoses) {
    CompensatedSum sum;
    for (const double x : {1.0, 1e100, 1.0, -1e100}) sum.add(x);
    EXPECT_EQ(sum.value(), 2.0);
    CompensatedSum tenths;
    for (int i = 0; i < 10'000'000; ++i) tenths.add(0.1);
    EXPECT_EQ(tenths.value(), 1'000'000.0);  // a plain sum is off by 1.6e-4
}

TEST(CompensatedSum, DoesNotDependOnHowItIsSplit) {
    // Numbers in memory: products on the fly may be contracted into the sums, unrounded.
    const int count = 100'000;
    std::vector<double> numbers(count);
    for (int i = 0; i < count; ++i) {
        numbers[std::size_t(i)] = std::sin(i) * std::exp(10 * std::sin(0.37 * i));
    }
    const auto number = [&](int i) { return numbers[std::size_t(i)]; };
    CompensatedSum whole, backwards;
    for (int i = 0; i < count; ++i) whole.add(number(i));
    for (int i = count; i-- > 0;) backwards.add(number(i));
    EXPECT_DOUBLE_EQ(whole.value(), backwards.value());
    for (const int parts : {2, 3, 64, 1000}) {
        CompensatedSum merged;
        for (int p = 0; p < parts; ++p) {
            CompensatedSum part;
            for (int i = p; i < count; i += parts) part.add(number(i));
            merged += part;
        }
        EXPECT_DOUBLE_EQ(whole.value(), merged.value()) << parts << " parts";
    }
}

template <int N>
Vector<Vector<double, N>, N> hilbert() {
    Vector<Vector<double, N>, N> a{};
    for (int i = 0; i < N; ++i) {
        for (int j = 0; j < N; ++j) a[i][j] = 1.0 / (i + j + 1);
    }
    return a;
}

TEST(SolveSymmetric, SolvesAnEquationWithAKnownSolution) {
    Vector<Vector<double, 3>, 3> a{};  // only the lower triangle is read
    a[0][0] = 4;
    a[1][0] = 2, a[1][1] = 5;
    a[2][0] = -2, a[2][1] = 1, a[2][2] = 6;
    Vector<double, 3> b{{4 + 4 - 6, 2 + 10 + 3, -2 + 2 + 18}};
    solve_symmetric(a, b);
    EXPECT_NEAR(b[0], 1, 1e-15);
    EXPECT_NEAR(b[1], 2, 1e-15);
    EXPECT_NEAR(b[2], 3, 1e-15);
}

/// Solves H x = H·1 for the Hilbert matrix; the error may grow with its condition number.
template <int N>
double error_on_hilbert() {
    auto a = hilbert<N>();
    Vector<double, N> b{};
    for (int i = 0; i < N; ++i) {
        for (int j = 0; j < N; ++j) b[i] += a[i][j];
    }
    solve_symmetric(a, b);
    double worst = 0;
    for (int i = 0; i < N; ++i) worst = std::max(worst, std::fabs(b[i] - 1));
    return worst;
}

TEST(SolveSymmetric, IsAsAccurateAsTheConditionAllows) {
    EXPECT_LT(error_on_hilbert<1>(), 1e-15);
    EXPECT_LT(error_on_hilbert<2>(), 1e-16 * 2e1 * 10);
    EXPECT_LT(error_on_hilbert<3>(), 1e-16 * 5e2 * 10);
    EXPECT_LT(error_on_hilbert<4>(), 1e-16 * 2e4 * 10);
    EXPECT_LT(error_on_hilbert<5>(), 1e-16 * 5e5 * 10);
}

TEST(SolveSymmetric, SolvesEveryLaneOfAPack) {
    using Real = Lanes<double, native_lanes<double> == 1 ? 1 : 2 * native_lanes<double>>;
    Vector<Vector<Real, 2>, 2> a;
    Vector<Real, 2> b;
    a[0][0] = Real(2.0), a[1][1] = Real(3.0), b[0] = Real(1.0), b[1] = Real(1.0);
    for (int i = 0; i < lanes_of<Real>; ++i) set_lane(a[1][0], i, 0.1 * i);
    solve_symmetric(a, b);
    for (int i = 0; i < lanes_of<Real>; ++i) {
        const double off = 0.1 * i, determinant = 6 - off * off;
        EXPECT_NEAR(lane(b[0], i), (3 - off) / determinant, 1e-15);
        EXPECT_NEAR(lane(b[1], i), (2 - off) / determinant, 1e-15);
    }
}

TEST(SolveGeneral, ExchangesEquationsWhereALaneNeedsIt) {
    using Real = Lanes<double, native_lanes<double> == 1 ? 1 : 2 * native_lanes<double>>;
    Vector<Vector<Real, 3>, 3> a;
    Vector<Real, 3> b;
    for (int lane = 0; lane < lanes_of<Real>; ++lane) {
        // Some lanes have zeros on the diagonal, the others numbers: x = (1, 2, 3) in all.
        const double diagonal = lane % 3 == 0 ? 0 : lane % 3 == 1 ? 1e-18 : 5;
        for (int i = 0; i < 3; ++i) {
            double sum = 0;
            for (int j = 0; j < 3; ++j) {
                const double value = i == j ? diagonal : 1 + 2 * i - j;
                set_lane(a[i][j], lane, value);
                sum += value * (j + 1);
            }
            set_lane(b[i], lane, sum);
        }
    }
    solve_general(a, b);
    for (int lane = 0; lane < lanes_of<Real>; ++lane) {
        for (int i = 0; i < 3; ++i) EXPECT_NEAR(farstep::lane(b[i], lane), i + 1, 1e-14);
    }
}

template <int N>
void expect_small_residual() {
    Vector<Vector<double, N>, N> a;
    Vector<double, N> b;
    for (int i = 0; i < N; ++i) {
        b[i] = std::cos(i);
        for (int j = 0; j < N; ++j) a[i][j] = std::sin(7 * i * i + 3 * j + i * j + 1);
    }
    auto left = a;
    auto x = b;
    solve_general(left, x);
    for (int i = 0; i < N; ++i) {
        double residual = -b[i], size = std::fabs(b[i]);
        for (int j = 0; j < N; ++j) {
            residual += a[i][j] * x[j];
            size += std::fabs(a[i][j] * x[j]);
        }
        EXPECT_LT(std::fabs(residual), 1e-15 * N * size) << "equation " << i << " of " << N;
    }
}

TEST(SolveGeneral, LeavesResidualsOfRounding) {
    expect_small_residual<1>();
    expect_small_residual<2>();
    expect_small_residual<4>();
    expect_small_residual<8>();
}

TEST(SolveGeneral, IsNotFiniteForASingularMatrix) {
    Vector<Vector<double, 3>, 3> a{{{{1, 2, 3}}, {{2, 4, 6}}, {{1, 1, 1}}}};
    Vector<double, 3> b{{1, 3, 2}};
    solve_general(a, b);
    EXPECT_FALSE(std::isfinite(b[0]) && std::isfinite(b[1]) && std::isfinite(b[2]));
}

TEST(UniformPair, HasTheMomentsOfTheUnitInterval) {
    const int count = 100'000;
    double sum = 0, squares = 0, product = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const RandomPair u = uniform_pair(7, RandomPurpose::hidden_weights, i, 0);
        ASSERT_TRUE(0 <= u.first && u.first < 1 && 0 <= u.second && u.second < 1);
        sum += u.first + u.second;
        squares += u.first * u.first + u.second * u.second;
        product += (u.first - 0.5) * (u.second - 0.5);
    }
    EXPECT_NEAR(sum / (2 * count), 0.5, 4 * std::sqrt(1.0 / 12 / (2 * count)));
    EXPECT_NEAR(squares / (2 * count), 1.0 / 3, 4 * std::sqrt(4.0 / 45 / (2 * count)));
    EXPECT_NEAR(product / count, 0, 4.0 / 12 / std::sqrt(count));
}

TEST(UniformPair, DependsOnSeedPurposeIndexAndDraw) {
    const auto first = [](std::uint64_t seed, RandomPurpose purpose, std::uint64_t index,
                          std::uint32_t draw) {
        return uniform_pair(seed, purpose, index, draw).first;
    };
    const auto purpose = RandomPurpose::initial_conditions;
    const std::set<double> numbers = {first(1, purpose, 1, 1),
                                      first(2, purpose, 1, 1),
                                      first(std::uint64_t(1) << 40, purpose, 1, 1),
                                      first(1, RandomPurpose::sample_order, 1, 1),
                                      first(1, purpose, 2, 1),
                                      first(1, purpose, (std::uint64_t(1) << 40) + 1, 1),
                                      first(1, purpose, 1, 2)};
    EXPECT_EQ(numbers.size(), 7u);
    EXPECT_EQ(first(1, purpose, 1, 1), first(1, purpose, 1, 1));
}

std::vector<std::int64_t> order(std::uint64_t seed, std::uint32_t number, std::int64_t n) {
    const Permutation permutation(seed, RandomPurpose::sample_order, number, n);
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < n; ++i) result.push_back(permutation(i));
    return result;
}

bool is_permutation(const std::vector<std::int64_t>& order) {
    std::vector<bool> seen(order.size(), false);
    for (const std::int64_t i : order) {
        if (i < 0 || i >= std::int64_t(order.size()) || seen[std::size_t(i)]) return false;
        seen[std::size_t(i)] = true;
    }
    return true;
}

TEST(Permutation, IsAPermutationOfAnySize) {
    for (std::int64_t n = 1; n <= 100; ++n) {
        for (std::uint32_t number = 0; number < 5; ++number) {
            EXPECT_TRUE(is_permutation(order(3, number, n))) << n;
        }
    }
    EXPECT_TRUE(is_permutation(order(3, 0, 100'003)));
}

TEST(Permutation, KnowsThePositionOfAnyElement) {
    for (const std::int64_t n : {1, 2, 5, 64, 1000}) {
        const Permutation permutation(3, RandomPurpose::sample_order, 1, n);
        for (std::int64_t i = 0; i < n; ++i) EXPECT_EQ(permutation.position_of(permutation(i)), i);
    }
}

TEST(Permutation, DependsOnSeedAndNumber) {
    EXPECT_EQ(order(3, 0, 1000), order(3, 0, 1000));
    EXPECT_NE(order(3, 0, 1000), order(3, 1, 1000));
    EXPECT_NE(order(3, 0, 1000), order(4, 0, 1000));
}

TEST(Permutation, SpreadsEveryPositionEvenly) {
    // Where position 0 of 16 lands over 4000 permutations: chi-squared with 15 degrees of freedom
    // exceeds 45 once in ten thousand.
    const int n = 16, permutations = 4000;
    std::vector<int> counts(n, 0);
    for (std::uint32_t number = 0; number < permutations; ++number) {
        ++counts[std::size_t(Permutation(5, RandomPurpose::sample_order, number, n)(0))];
    }
    double chi_squared = 0;
    const double expected = double(permutations) / n;
    for (const int count : counts)
        chi_squared += (count - expected) * (count - expected) / expected;
    EXPECT_LT(chi_squared, 45);
}

}  // namespace
}  // namespace farstep
