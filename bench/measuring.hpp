// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// How the benchmarks' programs take times and print them: time of the computing thread, and every
// sample, so that whoever reads can choose best or median.
#pragma once

#include <ctime>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace farstep::bench {

/// Time this thread has computed [s]; unlike wall time it does not count what others take.
inline double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

/// Times of `repeats` calls of work, each after a call of prepare that is not timed [s].
template <class Prepare, class Work>
std::vector<double> samples(int repeats, const Prepare& prepare, const Work& work) {
    std::vector<double> seconds;
    for (int r = 0; r < repeats; ++r) {
        prepare();
        const double start = thread_seconds();
        work();
        seconds.push_back(thread_seconds() - start);
    }
    return seconds;
}

/// An amount of work divided by each of the times.
inline std::vector<double> rates(double amount, std::vector<double> seconds) {
    for (double& s : seconds) s = amount / s;
    return seconds;
}

/// "[1e6, 2e6]", as JSON wants it.
inline std::string json(const std::vector<double>& numbers) {
    return fmt::format("[{:.6g}]", fmt::join(numbers, ", "));
}

}  // namespace farstep::bench
