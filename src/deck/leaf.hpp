// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Values that are not sections: how each type is read from the tree, written, and called in
// messages. A new type of value is one read, one write_leaf and one noun.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "deck/deck.hpp"
#include "deck/key_info.hpp"
#include "deck/values.hpp"

namespace farstep::deck {

template <class T>
concept Enumeration = std::is_enum_v<T>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Where a value is being read; mistakes go to the deck.
struct LeafContext {
    Deck& deck;
    std::string path;
    const KeyInfo& info;

    /// Notes that something else was expected here. Returns false, for `return fail(...)`.
    bool fail(const Value& value, const Noun& noun) const;
    bool fail(const Value& value, const std::string& expected) const;
    /// Reads one of the choices; its number, or nothing after noting the mistake.
    /// `note` is said after the choices where the value is none of them.
    std::optional<std::size_t> read_choice(const Value& value, const Choices& choices,
                                           std::string_view note = {}) const;
    bool check_count(const Value& value, std::size_t min_items) const;
    void error(const Value& value, std::string message, std::string note = "") const;
    LeafContext item(std::size_t index) const;
};

std::string bounded(const std::string& noun, const Bounds& bounds);

Noun noun(const bool&);
Noun noun(const std::int64_t&);
Noun noun(const double&);
Noun noun(const std::string&, const KeyInfo& info);
Noun noun(const std::filesystem::path&);
Noun noun(const ByteSize&);
Noun noun(const Selection&);

bool read(const LeafContext& context, const Value& value, bool& out);
bool read(const LeafContext& context, const Value& value, std::int64_t& out);
bool read(const LeafContext& context, const Value& value, double& out);
bool read(const LeafContext& context, const Value& value, std::string& out);
bool read(const LeafContext& context, const Value& value, std::filesystem::path& out);
bool read(const LeafContext& context, const Value& value, ByteSize& out);
bool read(const LeafContext& context, const Value& value, Selection& out);

std::string write_leaf(bool value);
std::string write_leaf(std::int64_t value);
std::string write_leaf(double value);
std::string write_leaf(const std::string& value);
std::string write_leaf(const std::filesystem::path& value);
std::string write_leaf(const ByteSize& value);
std::string write_leaf(const Selection& value);

/// Reads items one by one and refuses repeated ones where the key wants them distinct.
template <class T>
bool read_items(const LeafContext& context, const std::vector<Value>& items, T* out);

template <Enumeration E>
Noun noun(const E&) {
    return {"a", "choice", "choices"};
}
template <class T>
Noun noun(const T& value, const KeyInfo&) {
    return noun(value);
}
template <class T>
Noun noun(const std::optional<T>&, const KeyInfo& info) {
    return noun(T{}, info);
}
template <class T>
Noun noun(const std::vector<T>&, const KeyInfo& info) {
    const std::string items = bounded(noun(T{}, info).many, info.bounds);
    const std::string count = info.min_items > 0 ? "non-empty list of " : "list of ";
    return {"a", count + items, "lists of " + items};
}
template <class T, std::size_t N>
Noun noun(const std::array<T, N>&, const KeyInfo& info) {
    if (info.ascending) return {"", "[low, high] with low < high", "pairs [low, high]"};
    const std::string items = bounded(noun(T{}, info).many, info.bounds);
    return {"a", fmt::format("list of {} {}", N, items), "lists"};
}

template <Enumeration E>
bool read(const LeafContext& context, const Value& value, E& out) {
    const std::optional<std::size_t> choice = context.read_choice(value, choices_of(E{}));
    if (choice) out = static_cast<E>(*choice);
    return choice.has_value();
}

template <class T>
bool read(const LeafContext& context, const Value& value, std::optional<T>& out) {
    T inner{};
    if (!read(context, value, inner)) return false;
    out = std::move(inner);
    return true;
}

template <class T>
bool read(const LeafContext& context, const Value& value, std::vector<T>& out) {
    if (value.kind == Value::Kind::scalar && context.info.one_or_list) {
        std::vector<T> one(1);
        if (!read(context, value, one.front())) return false;
        out = std::move(one);
        return true;
    }
    if (value.kind != Value::Kind::list) return context.fail(value, noun(out, context.info));
    if (!context.check_count(value, context.info.min_items)) return false;
    std::vector<T> items(value.items.size());
    if (!read_items(context, value.items, items.data())) return false;
    out = std::move(items);
    return true;
}

template <class T, std::size_t N>
bool read(const LeafContext& context, const Value& value, std::array<T, N>& out) {
    const bool right_shape = value.kind == Value::Kind::list && value.items.size() == N;
    if (!right_shape) return context.fail(value, noun(out, context.info));
    std::array<T, N> items{};
    if (!read_items(context, value.items, items.data())) return false;
    if (context.info.ascending && !(items.front() < items.back())) {
        return context.fail(value, noun(out, context.info));
    }
    out = items;
    return true;
}

template <class T>
bool read_items(const LeafContext& context, const std::vector<Value>& items, T* out) {
    bool good = true;
    std::set<T> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!read(context.item(i), items[i], out[i])) {
            good = false;
        } else if (context.info.distinct && !seen.insert(out[i]).second) {
            context.item(i).error(items[i], fmt::format("`{}` is listed twice", items[i].text));
            good = false;
        }
    }
    return good;
}

template <Enumeration E>
std::string write_leaf(E value) {
    return name_of(value);
}

template <class T>
std::string write_list(const T& items) {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : ", ") + write_leaf(item);
    return "[" + out + "]";
}
template <class T>
std::string write_leaf(const std::vector<T>& items) {
    return write_list(items);
}
template <class T, std::size_t N>
std::string write_leaf(const std::array<T, N>& items) {
    return write_list(items);
}

}  // namespace farstep::deck
