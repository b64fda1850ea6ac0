// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Boost odeint's classical Runge–Kutta in its fast forms: a call for each step of one trajectory,
// and of several side by side, in lanes that the compiler turns into vectors. Prints JSON.
#include <type_traits>

#include <boost/numeric/odeint/stepper/runge_kutta4.hpp>
#include <boost/version.hpp>

#include "problems.hpp"

namespace farstep::bench {
namespace {

constexpr int trajectories = 512;
constexpr int steps = 1000;

/// W trajectories side by side, as loops that the compiler vectorises.
template <class T, int W>
struct LoopLanes {
    static constexpr int lanes = W;
    T values[W];

    T& operator[](int i) { return values[i]; }
    T operator[](int i) const { return values[i]; }

    template <class F>
    static LoopLanes each(const F& f) {
        LoopLanes result;
        for (int i = 0; i < W; ++i) result.values[i] = f(i);
        return result;
    }
    friend LoopLanes operator+(const LoopLanes& a, const LoopLanes& b) {
        return each([&](int i) { return a.values[i] + b.values[i]; });
    }
    friend LoopLanes operator-(const LoopLanes& a, const LoopLanes& b) {
        return each([&](int i) { return a.values[i] - b.values[i]; });
    }
    friend LoopLanes operator*(const LoopLanes& a, const LoopLanes& b) {
        return each([&](int i) { return a.values[i] * b.values[i]; });
    }
    friend LoopLanes operator*(T a, const LoopLanes& b) {
        return each([&](int i) { return a * b.values[i]; });
    }
    friend LoopLanes operator-(const LoopLanes& a) {
        return each([&](int i) { return -a.values[i]; });
    }
};

/// The same in the compiler's own vectors of 64 bytes, `count` of them.
template <class T, int count>
struct VectorLanes {
    typedef T Vector __attribute__((vector_size(64)));
    static constexpr int width = 64 / int(sizeof(T));
    static constexpr int lanes = count * width;
    Vector values[count];

    template <class F>
    static VectorLanes each(const F& f) {
        VectorLanes result;
        for (int i = 0; i < count; ++i) result.values[i] = f(i);
        return result;
    }
    friend VectorLanes operator+(const VectorLanes& a, const VectorLanes& b) {
        return each([&](int i) { return a.values[i] + b.values[i]; });
    }
    friend VectorLanes operator-(const VectorLanes& a, const VectorLanes& b) {
        return each([&](int i) { return a.values[i] - b.values[i]; });
    }
    friend VectorLanes operator*(const VectorLanes& a, const VectorLanes& b) {
        return each([&](int i) { return a.values[i] * b.values[i]; });
    }
    friend VectorLanes operator*(T a, const VectorLanes& b) {
        return each([&](int i) { return a * b.values[i]; });
    }
    friend VectorLanes operator-(const VectorLanes& a) {
        return each([&](int i) { return -a.values[i]; });
    }
    auto& operator[](int i) { return values[i / width][i % width]; }
    T operator[](int i) const { return values[i / width][i % width]; }
};

template <class Lanes>
constexpr int lane_count() {
    if constexpr (std::is_arithmetic_v<Lanes>) {
        return 1;
    } else {
        return Lanes::lanes;
    }
}

template <class Lanes, class T>
void set(Lanes& lanes, int i, T value) {
    if constexpr (std::is_arithmetic_v<Lanes>) {
        lanes = value;
    } else {
        lanes[i] = value;
    }
}

template <class T, class Lanes>
T get(const Lanes& lanes, int i) {
    if constexpr (std::is_arithmetic_v<Lanes>) {
        return lanes;
    } else {
        return lanes[i];
    }
}

/// Groups of trajectories one after the other, so that a group's state stays in the nearest cache.
template <class Lanes, class T>
std::string measure(const std::string& variant) {
    using Problem = HenonHeilesProblem;
    using State = std::array<Lanes, 4>;
    using Stepper = boost::numeric::odeint::runge_kutta4<State, T, State, T>;
    constexpr int lanes = lane_count<Lanes>();
    constexpr int groups = trajectories / lanes;
    std::vector<State> states(groups);
    const auto prepare = [&] {
        for (int i = 0; i < trajectories; ++i) {
            const auto u = Problem::initial(T(i) / T(trajectories - 1));
            for (std::size_t c = 0; c < 4; ++c) {
                set(states[std::size_t(i / lanes)][c], i % lanes, u[c]);
            }
        }
    };
    const auto rhs = [](const State& u, State& slope, T) { Problem::rhs(u, slope); };
    const auto work = [&] {
        for (State& u : states) {
            Stepper stepper;
            for (int n = 0; n < steps; ++n) {
                stepper.do_step(rhs, u, T(n) * T(step_length), T(step_length));
            }
        }
    };
    const auto seconds = samples(20, prepare, work);
    std::array<T, 4> last;
    for (std::size_t c = 0; c < 4; ++c) last[c] = get<T>(states.back()[c], lanes - 1);
    check<Problem>(last, steps);
    return row(
        fmt::format("Boost odeint {}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000),
        variant, Problem::name, precision_name<T>(), trajectories,
        rates(double(trajectories) * steps, seconds));
}

template <class T>
void measure_all(std::vector<std::string>& rows) {
    constexpr int width = 64 / int(sizeof(T));
    rows.push_back(measure<T, T>("one trajectory a call"));
    rows.push_back(measure<LoopLanes<T, width>, T>("1 × 64 bytes of lanes, loops"));
    rows.push_back(measure<LoopLanes<T, 2 * width>, T>("2 × 64 bytes of lanes, loops"));
    rows.push_back(measure<LoopLanes<T, 4 * width>, T>("4 × 64 bytes of lanes, loops"));
    rows.push_back(measure<VectorLanes<T, 1>, T>("1 × 64 bytes of lanes, vectors"));
    rows.push_back(measure<VectorLanes<T, 2>, T>("2 × 64 bytes of lanes, vectors"));
    rows.push_back(measure<VectorLanes<T, 4>, T>("4 × 64 bytes of lanes, vectors"));
}

}  // namespace
}  // namespace farstep::bench

int main() {
    std::vector<std::string> rows;
    farstep::bench::measure_all<double>(rows);
    farstep::bench::measure_all<float>(rows);
    farstep::bench::print_rows(rows);
    return 0;
}
