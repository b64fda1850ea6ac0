// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Random options for property tests: a visitor of the schema that gives every key that has a
// meaning a value within the key's own bounds. Checks across keys may still refuse the deck.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "deck/leaf.hpp"
#include "deck/schema.hpp"
#include "deck_fixture.hpp"

namespace farstep::testing {

inline std::size_t below(std::size_t count) { return *rc::gen::inRange<std::size_t>(0, count); }
inline bool coin() { return below(2) == 1; }

/// What YAML, or a reader of it, could take for something else.
inline std::string random_text() {
    static const std::vector<std::string> pieces = {
        "a", "Z", "9", "é", "Δ", " ", ".", "/", "-", "_",  "\"", "'",    "\\",   "#",    ": ", ",",
        "[", "}", "&", "*", "!", "|", "%", "@", "~", "\n", "\t", "\x7F", "true", "null", "1e5"};
    std::string text = *rc::gen::elementOf(pieces);
    for (std::size_t more = below(6); more > 0; --more) text += *rc::gen::elementOf(pieces);
    return text;
}

/// Within the bounds, of any magnitude that they allow but denormal ones, with all digits.
inline double random_number(const deck::Bounds& bounds) {
    const double fraction = double(1 + below(1 << 30)) / double((1 << 30) + 2);
    if (bounds.low && bounds.high) return *bounds.low + fraction * (*bounds.high - *bounds.low);
    const double size = fraction * std::pow(10.0, double(below(580)) - 290);
    if (bounds.low) return *bounds.low + size;
    return coin() ? size : -size;
}

inline void fill(double& value, const deck::KeyInfo& info) { value = random_number(info.bounds); }

inline void fill(std::int64_t& value, const deck::KeyInfo& info) {
    const double low = info.bounds.low.value_or(-9e15), high = info.bounds.high.value_or(9e15);
    const std::int64_t width = std::int64_t(std::min(high - low, std::pow(10, double(below(16)))));
    value = std::int64_t(low) + *rc::gen::inRange<std::int64_t>(0, width + 1);
}

inline void fill(bool& value, const deck::KeyInfo&) { value = coin(); }

inline void fill(std::string& value, const deck::KeyInfo& info) {
    value = info.choices ? (*info.choices)[below(info.choices->size())].name : random_text();
}

inline void fill(std::filesystem::path& value, const deck::KeyInfo&) {
    value = random_text();
    if (value.string().starts_with("~")) value = "x" + value.string();
}

inline void fill(ByteSize& value, const deck::KeyInfo&) {
    value.bytes = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << (1 + below(53)));
}

template <deck::Enumeration E>
void fill(E& value, const deck::KeyInfo&) {
    value = static_cast<E>(below(choices_of(E{}).size()));
}

template <class T>
void fill(std::optional<T>& value, const deck::KeyInfo& info) {
    fill(value.emplace(), info);
}

template <class T, std::size_t N>
void fill(std::array<T, N>& values, const deck::KeyInfo& info) {
    for (T& value : values) fill(value, info);
    if (!info.ascending) return;
    std::sort(values.begin(), values.end());
    if (!(values.front() < values.back()))
        values.back() = values.front() + 1 + std::abs(values.front());
}

/// Distinct ones everywhere, which some keys want.
template <class T>
void fill(std::vector<T>& values, const deck::KeyInfo& info) {
    std::set<T> distinct;
    for (std::size_t count = info.min_items + below(4); count > 0; --count) {
        T value{};
        fill(value, info);
        distinct.insert(value);
    }
    values.assign(distinct.begin(), distinct.end());
    if (values.size() < info.min_items) RC_DISCARD("too few distinct values");
}

inline void fill(Selection& value, const deck::KeyInfo& info) {
    value.all = coin();
    deck::KeyInfo index = info;
    index.bounds = deck::at_least(0);
    if (!value.all) fill(value.indices, index);
}

class RandomOptions {
public:
    const Vocabulary& vocabulary() const { return test_vocabulary(); }

    template <class T>
    void key(std::string_view, T& value, const deck::KeyInfo& info) {
        if (info.when.holds) fill(value, info);
    }

    template <class T>
    void section(std::string_view, T& value, const deck::KeyInfo& info) {
        if constexpr (deck::is_optional<T>) {
            if (info.when.holds && coin()) fill_section(value.emplace());
        } else if (info.when.holds) {
            fill_section(value);
        }
    }

    template <class T>
    void table(std::string_view, std::map<std::string, T>& values, const deck::KeyInfo& info) {
        others(values, info);
    }

    /// Names that are no misspelt keys.
    template <class T>
    void others(std::map<std::string, T>& values, const deck::KeyInfo& info) {
        for (const char* name : {"x", "q1", "zzz", "\u0394", "true", "8"}) {
            if (below(4) > 0) continue;
            if constexpr (requires(T & item) { describe(*this, item); }) {
                fill_section(values[name]);
            } else {
                fill(values[name], info);
            }
        }
    }

    void word(std::string_view, bool, const deck::KeyInfo&) {}
    void check(std::string_view, bool, std::string_view) {}
    void exclusive(std::initializer_list<std::string_view>, bool, bool = false) {}

private:
    template <class T>
    void fill_section(T& value) {
        describe(*this, value);
    }

    // Of these a deck gives one key only.
    void fill_section(ParameterOptions& value) {
        const double low = random_number({}), width = 1 + std::abs(low);
        switch (below(4)) {
            case 0:
                value.value = low;
                break;
            case 1:
                value.uniform = {low, low + width};
                break;
            case 2:
                value.normal = {low, width};
                break;
            default:
                value.grid = {low, low + width, double(2 + below(1000))};
        }
    }
    void fill_section(Distribution& value) {
        const double low = random_number({}), width = 1 + std::abs(low);
        switch (below(3)) {
            case 0:
                value.value = low;
                break;
            case 1:
                value.uniform = {low, low + width};
                break;
            default:
                value.normal = {low, width};
        }
    }
    void fill_section(InitialOptions& value) {
        switch (below(4)) {
            case 0:
                break;  // published
            case 1:
                others(value.components, {});
                break;
            case 2:
                fill_section(value.energy_shell.emplace());
                break;
            default:
                fill(value.file, {});
                fill(value.dataset, {});
        }
    }
    void fill_section(AdamOptions& value) {
        describe(*this, value);
        if (coin()) {
            value.iterations = AdamOptions().iterations;
        } else {
            value.epochs.reset();
            fill(value.iterations, {.bounds = deck::counts()});
        }
    }
};

/// Options of which no member is left to a default that depends on others.
inline Options random_options() {
    Options options;
    RandomOptions visitor;
    describe(visitor, options);
    return options;
}

}  // namespace farstep::testing
