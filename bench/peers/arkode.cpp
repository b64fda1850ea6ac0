// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// SUNDIALS ARKODE, classical Runge–Kutta with fixed steps, all trajectories in one vector,
// component by component so that the compiler vectorises the right-hand side. Prints JSON.
//
// Measured twice: with the library's vector operations, and with the same compiled here, since
// Debian's package is compiled without optimisation.
#include <memory>

#include <arkode/arkode_erkstep.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_config.h>

#include "problems.hpp"

namespace farstep::bench {
namespace {

using Problem = HenonHeilesProblem;

constexpr int steps = 20;

/// Ends the program if a call of SUNDIALS failed.
void require(int flag, const char* call) {
    if (flag >= 0) return;
    std::fprintf(stderr, "%s returned %d\n", call, flag);
    std::exit(1);
}

int rhs(realtype /*time*/, N_Vector state, N_Vector slope, void* /*data*/) {
    const auto n = std::size_t(N_VGetLength(state) / Problem::dimension);
    const realtype* u = N_VGetArrayPointer(state);
    realtype* du = N_VGetArrayPointer(slope);
#pragma GCC ivdep
    for (std::size_t i = 0; i < n; ++i) {
        const std::array<realtype, 4> one{u[i], u[n + i], u[2 * n + i], u[3 * n + i]};
        std::array<realtype, 4> result;
        Problem::rhs(one, result);
        du[i] = result[0];
        du[n + i] = result[1];
        du[2 * n + i] = result[2];
        du[3 * n + i] = result[3];
    }
    return 0;
}

/// y[i] = f(x[i]) over two vectors.
template <class F>
void each(N_Vector x, N_Vector y, const F& f) {
    const auto n = std::size_t(N_VGetLength(x));
    const realtype* from = N_VGetArrayPointer(x);
    realtype* to = N_VGetArrayPointer(y);
#pragma GCC ivdep
    for (std::size_t i = 0; i < n; ++i) to[i] = f(from[i]);
}

void scale(realtype c, N_Vector x, N_Vector y) {
    each(x, y, [c](realtype v) { return c * v; });
}
void absolute(N_Vector x, N_Vector y) {
    each(x, y, [](realtype v) { return std::fabs(v); });
}
void inverse(N_Vector x, N_Vector y) {
    each(x, y, [](realtype v) { return 1 / v; });
}
void add_constant(N_Vector x, realtype c, N_Vector y) {
    each(x, y, [c](realtype v) { return v + c; });
}

void constant(realtype c, N_Vector x) { std::fill_n(N_VGetArrayPointer(x), N_VGetLength(x), c); }

void linear_sum(realtype a, N_Vector x, realtype b, N_Vector y, N_Vector z) {
    const auto n = std::size_t(N_VGetLength(x));
    const realtype *first = N_VGetArrayPointer(x), *second = N_VGetArrayPointer(y);
    realtype* sum = N_VGetArrayPointer(z);
#pragma GCC ivdep
    for (std::size_t i = 0; i < n; ++i) sum[i] = a * first[i] + b * second[i];
}

/// Block by block, so that sums stay in the nearest cache.
int linear_combination(int count, realtype* factors, N_Vector* terms, N_Vector z) {
    constexpr std::size_t block = 512;
    const auto n = std::size_t(N_VGetLength(z));
    realtype* result = N_VGetArrayPointer(z);
    realtype sum[block];
    for (std::size_t begin = 0; begin < n; begin += block) {
        const std::size_t size = std::min(block, n - begin);
        std::fill_n(sum, size, realtype(0));
        for (int k = 0; k < count; ++k) {
            const realtype* term = N_VGetArrayPointer(terms[k]) + begin;
            for (std::size_t i = 0; i < size; ++i) sum[i] += factors[k] * term[i];
        }
        std::copy_n(sum, size, result + begin);
    }
    return 0;
}

/// In lanes, which may be added in any order: the compiler may not change the order of a sum.
realtype weighted_norm(N_Vector x, N_Vector w) {
    constexpr std::size_t lanes = 32;
    const auto n = std::size_t(N_VGetLength(x));
    const realtype *values = N_VGetArrayPointer(x), *weights = N_VGetArrayPointer(w);
    realtype sums[lanes] = {};
    for (std::size_t i = 0; i + lanes <= n; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            const realtype product = values[i + l] * weights[i + l];
            sums[l] += product * product;
        }
    }
    realtype total = 0;
    for (const realtype sum : sums) total += sum;
    return std::sqrt(total / realtype(n));
}

void use_own_operations(N_Vector state) {
    state->ops->nvconst = constant;
    state->ops->nvscale = scale;
    state->ops->nvabs = absolute;
    state->ops->nvinv = inverse;
    state->ops->nvaddconst = add_constant;
    state->ops->nvlinearsum = linear_sum;
    state->ops->nvlinearcombination = linear_combination;
    state->ops->nvwrmsnorm = weighted_norm;
}

void start(N_Vector state) {
    const int n = int(N_VGetLength(state)) / Problem::dimension;
    realtype* u = N_VGetArrayPointer(state);
    for (int i = 0; i < n; ++i) {
        const auto one = Problem::initial(realtype(i) / realtype(n - 1));
        for (int c = 0; c < Problem::dimension; ++c) u[c * n + i] = one[std::size_t(c)];
    }
}

ARKodeButcherTable classical_runge_kutta() {
    realtype nodes[] = {0, 0.5, 0.5, 1};
    realtype weights[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    realtype matrix[] = {0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 1, 0};
    return ARKodeButcherTable_Create(4, 4, 0, nodes, matrix, weights, nullptr);
}

std::string measure(SUNContext context, bool own_operations, int trajectories, int repeats) {
    N_Vector state = N_VNew_Serial(Problem::dimension * trajectories, context);
    if (own_operations) use_own_operations(state);
    start(state);
    void* solver = ERKStepCreate(rhs, 0, state, context);
    ARKodeButcherTable table = classical_runge_kutta();
    require(ERKStepSetTable(solver, table), "ERKStepSetTable");
    require(ERKStepSetFixedStep(solver, step_length), "ERKStepSetFixedStep");
    require(ERKStepSStolerances(solver, 1e-6, 1e-6), "ERKStepSStolerances");
    const realtype until = steps * step_length;
    const auto prepare = [&] {
        start(state);
        require(ERKStepReInit(solver, rhs, 0, state), "ERKStepReInit");
        require(ERKStepSetStopTime(solver, until), "ERKStepSetStopTime");
    };
    const auto work = [&] {
        realtype reached = 0;
        require(ERKStepEvolve(solver, until, state, &reached, ARK_NORMAL), "ERKStepEvolve");
    };
    const auto seconds = samples(repeats, prepare, work);
    std::array<double, 4> last;
    for (int c = 0; c < Problem::dimension; ++c) {
        last[std::size_t(c)] = N_VGetArrayPointer(state)[(c + 1) * trajectories - 1];
    }
    check<Problem>(last, steps);
    ARKodeButcherTable_Free(table);
    ERKStepFree(&solver);
    N_VDestroy(state);
    return row("SUNDIALS ARKODE " SUNDIALS_VERSION,
               own_operations ? "vector operations compiled here" : "as installed", Problem::name,
               "double", trajectories, rates(double(trajectories) * steps, seconds));
}

}  // namespace
}  // namespace farstep::bench

int main() {
    using namespace farstep::bench;
    SUNContext context = nullptr;
    require(SUNContext_Create(nullptr, &context), "SUNContext_Create");
    std::vector<std::string> rows;
    for (const bool own_operations : {false, true}) {
        rows.push_back(measure(context, own_operations, 512, 200));
        rows.push_back(measure(context, own_operations, 16384, 20));
        rows.push_back(measure(context, own_operations, 262144, 5));
    }
    print_rows(rows);
    SUNContext_Free(&context);
    return 0;
}
