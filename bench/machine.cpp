// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The limits of the machine, on as many threads as OMP_NUM_THREADS says: multiply-adds and memory
// bandwidth; on one, what divisions and stores of vectors cost them. Prints JSON.
#include <farstep/numerics/division.hpp>

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <cstddef>

#include "measuring.hpp"
#include "parallel/kokkos_session.hpp"
#include "peak.hpp"

namespace farstep::bench {
namespace {

using Host = Kokkos::DefaultHostExecutionSpace;

/// Wall times of a launch [s]: with several threads, the slowest counts.
template <class Launch>
std::vector<double> wall_seconds(int repeats, const Launch& launch) {
    std::vector<double> seconds;
    for (int r = 0; r < repeats; ++r) {
        const Kokkos::Timer timer;
        launch();
        Kokkos::fence();
        seconds.push_back(timer.seconds());
    }
    return seconds;
}

/// Multiply-adds per second of all threads at once, times two.
template <class T>
std::vector<double> peaks(int threads) {
    const auto seconds = wall_seconds(20, [&] {
        Kokkos::parallel_for(
            "peak", Kokkos::RangePolicy<Host, Kokkos::Schedule<Kokkos::Static>>(0, threads),
            KOKKOS_LAMBDA(int) { multiply_add<T>(); });
    });
    return rates(threads * multiply_add_operations<T>, seconds);
}

/// A division of vectors that depends on nothing, and on which nothing depends.
struct Division {
    template <class Chunk>
    void operator()(Chunk divisor) const {
        asm volatile("" : "+v"(divisor));
        const Chunk quotient = 1 / divisor;
        asm volatile("" ::"v"(quotient));
    }
};

#ifdef FARSTEP_USE_AVX512
/// The same for a vector of 512 bits, by halves.
struct DivisionByHalves {
    template <class Chunk>
    void operator()(Chunk divisor) const {
        asm volatile("" : "+v"(divisor));
        const auto quotient = math::detail::chunk_reciprocal_by_halves(divisor);
        asm volatile("" ::"v"(quotient));
    }
};
#endif

/// A store of a vector into the first-level cache.
struct Store {
    void* target;

    template <class Chunk>
    void operator()(const Chunk& chunk) const {
        auto& stored = *static_cast<Chunk*>(target);
        stored = chunk;
        asm volatile("" ::"m"(stored));
    }
};

/// How many multiply-adds fewer there are, in the same time, for each call of `other` among them.
template <class T, class Other>
double cost_in_multiply_adds(const Other& other) {
    const auto fastest = [](const auto& work) {
        const auto seconds = samples(20, [] {}, work);
        return *std::min_element(seconds.begin(), seconds.end());
    };
    const double alone = fastest([] { multiply_add<T>(); });
    return peak_chains * (fastest([&] { multiply_add<T>(other); }) / alone - 1);
}

/// a = b + s c over arrays far larger than the caches [B/s]; three numbers move for each element,
/// as McCalpin counts them ("Memory bandwidth and machine balance in current high performance
/// computers", 1995).
std::vector<double> triad() {
    constexpr std::int64_t size = 1 << 25;
    using Array = Kokkos::View<double*, Kokkos::HostSpace>;
    const Array a("a", size), b("b", size), c("c", size);
    const Kokkos::RangePolicy<Host, Kokkos::IndexType<std::int64_t>> all(0, size);
    const auto seconds = wall_seconds(10, [&] {
        Kokkos::parallel_for(
            "triad", all, KOKKOS_LAMBDA(std::int64_t i) { a(i) = b(i) + 0.5 * c(i); });
    });
    return rates(3.0 * sizeof(double) * double(size), seconds);
}

void print(const char* name, const char* precision, int threads, const char* unit,
           const std::vector<double>& samples, bool last = false) {
    fmt::print(
        "  {{\"limit\": \"{}\", \"precision\": \"{}\", \"threads\": {}, \"unit\": \"{}\", "
        "\"samples\": {}}}{}\n",
        name, precision, threads, unit, json(samples), last ? "" : ",");
}

}  // namespace
}  // namespace farstep::bench

int main() {
    using namespace farstep::bench;
    const farstep::KokkosSession kokkos(farstep::Communicator(), 0);
    const int threads = Host().concurrency();
    fmt::print("[\n");
    print("multiply-adds", "double", threads, "FLOP/s", peaks<double>(threads));
    print("multiply-adds", "float", threads, "FLOP/s", peaks<float>(threads));
    if (threads == 1) {
        alignas(64) std::byte target[64];
        const char* const unit = "multiply-adds";
        print("a division among multiply-adds", "double", 1, unit,
              {cost_in_multiply_adds<double>(Division())});
        print("a division among multiply-adds", "float", 1, unit,
              {cost_in_multiply_adds<float>(Division())});
#ifdef FARSTEP_USE_AVX512
        print("a division by halves among multiply-adds", "double", 1, unit,
              {cost_in_multiply_adds<double>(DivisionByHalves())});
#endif
        print("a store among multiply-adds", "double", 1, unit,
              {cost_in_multiply_adds<double>(Store{target})});
    }
    print("memory bandwidth (triad)", "double", threads, "B/s", triad(), true);
    fmt::print("]\n");
    return 0;
}
