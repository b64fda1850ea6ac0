// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Butcher tableaux of the explicit Runge–Kutta schemes. A new scheme is one struct here plus its
// name in schemes.hpp: in Schemes, or in AdaptiveSchemes if it estimates its own error.
#pragma once

namespace farstep {

/// Coefficients of an explicit Runge–Kutta scheme with s stages:
///   ki = f(u + Δt Σj<i a[i][j] kj),   S = Δt Σi b[i] ki.
template <int s>
struct ButcherTableau {
    double a[s][s];
    double b[s];
};

/// Order 1.
struct Euler {
    static constexpr const char* name = "euler";
    static constexpr const char* title = "Euler, order 1, 1 stage";
    static constexpr int order = 1, stages = 1;
    static constexpr ButcherTableau<1> tableau = {{{0}}, {1}};
};

/// Order 2; also known as Heun's method.
struct ImprovedEuler {
    static constexpr const char* name = "improved_euler";
    static constexpr const char* title = "improved Euler (Heun), order 2, 2 stages";
    static constexpr int order = 2, stages = 2;
    static constexpr ButcherTableau<2> tableau = {{{0}, {1}}, {0.5, 0.5}};
};

/// Order 3.
struct Kutta3 {
    static constexpr const char* name = "kutta3";
    static constexpr const char* title = "Kutta's third-order scheme, 3 stages";
    static constexpr int order = 3, stages = 3;
    static constexpr ButcherTableau<3> tableau = {{{0}, {0.5}, {-1, 2}},
                                                  {1.0 / 6, 2.0 / 3, 1.0 / 6}};
};

/// Order 4, the classical scheme.
struct RungeKutta4 {
    static constexpr const char* name = "rk4";
    static constexpr const char* title = "classical Runge–Kutta, order 4, 4 stages";
    static constexpr int order = 4, stages = 4;
    static constexpr ButcherTableau<4> tableau = {{{0}, {0.5}, {0, 0.5}, {0, 0, 1}},
                                                  {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6}};
};

/// Order 8: the eighth-order solution of Dormand and Prince's 8(5,3) pair, at a fixed step.
/// Coefficients: Hairer, Nørsett and Wanner, "Solving Ordinary Differential Equations I" (1993),
/// Table II.5.2 and the code DOP853.
struct DormandPrince8 {
    static constexpr const char* name = "dp8";
    static constexpr const char* title = "Dormand–Prince 8, order 8, 12 stages";
    static constexpr int order = 8, stages = 12;
    // clang-format off
    static constexpr ButcherTableau<12> tableau = {{
        {0},
        {0.05260015195876773},
        {0.0197250569845379, 0.0591751709536137},
        {0.02958758547680685, 0, 0.08876275643042054},
        {0.2413651341592667, 0, -0.8845494793282861, 0.924834003261792},
        {0.037037037037037035, 0, 0, 0.17082860872947386, 0.12546768756682242},
        {0.037109375, 0, 0, 0.17025221101954405, 0.06021653898045596, -0.017578125},
        {0.03709200011850479, 0, 0, 0.17038392571223998, 0.10726203044637328,
         -0.015319437748624402, 0.008273789163814023},
        {0.6241109587160757, 0, 0, -3.3608926294469414, -0.868219346841726,
         27.59209969944671, 20.154067550477894, -43.48988418106996},
        {0.47766253643826434, 0, 0, -2.4881146199716677, -0.590290826836843,
         21.230051448181193, 15.279233632882423, -33.28821096898486,
         -0.020331201708508627},
        {-0.9371424300859873, 0, 0, 5.186372428844064, 1.0914373489967295,
         -8.149787010746927, -18.52006565999696, 22.739487099350505, 2.4936055526796523,
         -3.0467644718982196},
        {2.273310147516538, 0, 0, -10.53449546673725, -2.0008720582248625,
         -17.9589318631188, 27.94888452941996, -2.8589982771350235, -8.87285693353063,
         12.360567175794303, 0.6433927460157636},
    },
       {0.054293734116568765, 0, 0, 0, 0, 4.450312892752409, 1.8915178993145003,
        -5.801203960010585, 0.3111643669578199, -0.1521609496625161,
        0.20136540080403034, 0.04471061572777259}
    };
    // clang-format on
};

/// Order 5 with an error estimate of order 4, the difference b − b̂ of its two solutions.
/// Dormand and Prince, "A family of embedded Runge–Kutta formulae" (1980); Hairer, Nørsett and
/// Wanner (1993), Table II.5.2. The seventh slope serves the estimate alone.
struct DormandPrince54 {
    static constexpr const char* name = "dopri5";
    static constexpr const char* title = "Dormand–Prince 5(4), adaptive, 7 stages";
    static constexpr int order = 5, stages = 7;
    static constexpr int error_order = 5;  ///< the estimate falls as this power of the step
    // clang-format off
    static constexpr ButcherTableau<7> tableau = {{
        {0},
        {1.0 / 5},
        {3.0 / 40, 9.0 / 40},
        {44.0 / 45, -56.0 / 15, 32.0 / 9},
        {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
        {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
        {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
    },
       {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0}
    };
    static constexpr double errors[1][7] = {
        {71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40}};
    // clang-format on
};

/// Order 8 with error estimates of orders 5 and 3, in this order; together they fall as the step's
/// eighth power. Prince and Dormand, "High order embedded Runge–Kutta formulae" (1981), with the
/// estimates of Hairer, Nørsett and Wanner's code DOP853 (1993).
struct DormandPrince853 {
    static constexpr const char* name = "dop853";
    static constexpr const char* title = "Dormand–Prince 8(5,3), adaptive, 12 stages";
    static constexpr int order = 8, stages = 12;
    static constexpr int error_order = 8;
    static constexpr ButcherTableau<12> tableau = DormandPrince8::tableau;
    // clang-format off
    static constexpr double errors[2][12] = {
        {0.01312004499419488, 0, 0, 0, 0, -1.2251564463762044, -0.4957589496572502,
         1.6643771824549864, -0.35032884874997366, 0.3341791187130175, 0.08192320648511571,
         -0.022355307863886294},
        {-0.18980075407240762, 0, 0, 0, 0, 4.450312892752409, 1.8915178993145003,
         -5.801203960010585, -0.4226823213237919, -0.1521609496625161, 0.20136540080403034,
         0.02265179219836082}};
    // clang-format on
};

}  // namespace farstep
