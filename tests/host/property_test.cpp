// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Properties that hold for all inputs, tried with random ones by RapidCheck.
#include <farstep/numerics/permutation.hpp>

#include <cmath>
#include <numeric>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "deck/load.hpp"
#include "ensemble/statistics.hpp"
#include "parallel/partition.hpp"
#include "random_options.hpp"

namespace farstep {
namespace {

using testing::random_options;

/// The options of a deck, which may break rules across keys.
Options options_in(const std::string& text, std::vector<std::string> overrides = {}) {
    Deck deck = Deck::from_text("x.yaml", text, std::move(overrides));
    return read_options(deck, test_vocabulary());
}

/// Fails with the first line that differs.
void require_same(const std::string& found, const std::string& expected) {
    std::istringstream found_lines(found), expected_lines(expected);
    std::string found_line, expected_line;
    while (std::getline(expected_lines, expected_line)) {
        std::getline(found_lines, found_line);
        RC_ASSERT(found_line == expected_line);
    }
    RC_ASSERT(found == expected);
}

// A random member without meaning beside others is not written, so that texts are compared first.
RC_GTEST_PROP(Deck, ReadsWhatItWrites, ()) {
    const std::string text = resolved_text(random_options());
    const Options options = options_in(text);
    require_same(resolved_text(options), text);
    RC_ASSERT(options_in(text) == options);
}

RC_GTEST_PROP(Deck, IsMadeByOverridesAlone, ()) {
    const std::string text = resolved_text(random_options());
    const Options options = options_in(text);
    const std::vector<std::string> sections = {
        "system",           "step",     "scheme",    "tolerance",
        "precision",        "ensemble", "reference", "limits",
        "failure_fraction", "memory",   "generate",  "train",
        "forecast",         "evaluate", "tune",      "checkpoint",
        "output"};
    std::vector<std::string> overrides;
    std::istringstream lines(canonical(options, sections));
    for (std::string line; std::getline(lines, line);) {
        overrides.push_back(line.replace(line.find(": "), 2, "="));
    }
    const Options same = options_in("step: 1\n", overrides);
    require_same(resolved_text(same), text);
    RC_ASSERT(same == options);
}

RC_GTEST_PROP(Deck, RefusesAnyTextWithADeckErrorOrReadsIt, (const std::string& text)) {
    try {
        options_in(text);
    } catch (const DeckError& error) {
        RC_ASSERT(std::string(error.what()).starts_with("x.yaml"));
    }
}

RC_GTEST_PROP(Partition, HoldsEveryItemOnceInEqualShares, ()) {
    const auto n = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 40);
    const auto size = *rc::gen::inRange(1, 2000);
    std::int64_t next = 0;
    for (int rank = 0; rank < size; ++rank) {
        const Range mine = partition(n, rank, size);
        RC_ASSERT(mine.begin == next);
        RC_ASSERT(mine.size() == n / size || mine.size() == n / size + 1);
        if (!mine.empty()) {
            RC_ASSERT(owner(mine.begin, n, size) == rank);
            RC_ASSERT(owner(mine.end - 1, n, size) == rank);
        }
        next = mine.end;
    }
    RC_ASSERT(next == n);
}

RC_GTEST_PROP(Permutation, TakesEveryPlaceOnce, (std::uint64_t seed, std::uint32_t number)) {
    const auto n = *rc::gen::inRange<std::int64_t>(1, 3000);
    const farstep::Permutation permutation(seed, RandomPurpose::sample_order, number, n);
    std::vector<int> hits(std::size_t(n), 0);
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t place = permutation(i);
        RC_ASSERT(0 <= place && place < n);
        RC_ASSERT(++hits[std::size_t(place)] == 1);
        RC_ASSERT(permutation.position_of(place) == i);
    }
}

RC_GTEST_PROP(Permutation, KeepsPlacesApartInLongRanges,
              (std::uint64_t seed, std::uint32_t number)) {
    const auto n = *rc::gen::inRange<std::int64_t>(2, std::int64_t{1} << 50);
    const auto first = *rc::gen::inRange<std::int64_t>(0, n);
    const auto second = *rc::gen::inRange<std::int64_t>(0, n);
    RC_PRE(first != second);
    const farstep::Permutation place(seed, RandomPurpose::sample_order, number, n);
    RC_ASSERT(0 <= place(first) && place(first) < n);
    RC_ASSERT(place(first) != place(second));
    RC_ASSERT(place.position_of(place(first)) == first);
}

/// Values of trajectories, some of which have failed.
struct Sample {
    std::vector<double> values;
    std::vector<std::int8_t> failed;
};

Sample random_sample() {
    const auto size = *rc::gen::inRange<std::size_t>(1, 600);
    Sample sample;
    for (std::size_t i = 0; i < size; ++i) {
        sample.values.push_back(double(*rc::gen::inRange(-1000, 1000)) / 300.0);
        sample.failed.push_back(testing::below(8) == 0);
    }
    return sample;
}

void add(Accumulator& accumulator, const Sample& sample, const Range& part) {
    const auto tiles = std::size_t((part.size() + tile_width - 1) / tile_width);
    const ValueView values("values", tiles, tile_width);
    const StatusView status("status", tiles, tile_width);
    const auto values_h = Kokkos::create_mirror_view(values);
    const auto status_h = Kokkos::create_mirror_view(status);
    for (std::int64_t i = 0; i < part.size(); ++i) {
        const auto from = std::size_t(part.begin + i);
        values_h(i / tile_width, i % tile_width) = sample.values[from];
        status_h(i / tile_width, i % tile_width) = sample.failed[from];
    }
    Kokkos::deep_copy(values, values_h);
    Kokkos::deep_copy(status, status_h);
    accumulator.add({value_column(values)}, status, part.size());
}

RC_GTEST_PROP(Statistics, AreThoseOfTheWholeHoweverItIsSplit, ()) {
    const Sample sample = random_sample();
    const auto size = std::int64_t(sample.values.size());
    const std::vector<double> quantiles = {0, 0.1, 0.5, 0.99, 1};
    Accumulator whole({{-3, 3}}, 100), split({{-3, 3}}, 100);
    add(whole, sample, {0, size});
    for (std::int64_t begin = 0; begin < size;) {
        const auto end = *rc::gen::inRange<std::int64_t>(begin + 1, size + 1);
        add(split, sample, {begin, end});
        begin = end;
    }
    const Summary a = whole.summarise({}, quantiles).front(),
                  b = split.summarise({}, quantiles).front();
    RC_ASSERT(a.count == b.count);
    RC_PRE(a.count > 0);
    RC_ASSERT(a.minimum == b.minimum && a.maximum == b.maximum);
    RC_ASSERT(a.quantiles == b.quantiles);
    constexpr double tolerance = 1e-15;  // sums carry their rounding errors
    RC_ASSERT(std::abs(a.mean - b.mean) <= tolerance);
    RC_ASSERT(std::abs(a.variance - b.variance) <= 10 * tolerance);
}

}  // namespace
}  // namespace farstep
