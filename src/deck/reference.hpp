// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The deck reference: a visitor that lists every key with its type, default and help, and the forms
// in which `farstep explain` and the documentation show that list.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deck/leaf.hpp"

namespace farstep {

/// One key of a deck, as the reference describes it.
struct ReferenceEntry {
    std::string path;
    /// "number > 0", "choice", "section", ...
    std::string type;
    std::string unit;
    /// The value without the key, or what it depends on; empty where `required`, and for sections.
    std::string default_text;
    std::string help;
    /// "only when ...", or empty.
    std::string condition;
    Choices choices;
    bool required = false;
    bool is_section = false;
    /// A lone value in place of the section around it means this key.
    bool shorthand = false;
};

}  // namespace farstep

namespace farstep::deck {

class ReferenceBuilder {
public:
    explicit ReferenceBuilder(const Vocabulary& vocabulary) : m_vocabulary(vocabulary) {}

    std::vector<ReferenceEntry> take() { return std::move(m_entries); }
    const Vocabulary& vocabulary() const { return m_vocabulary; }

    template <class T>
    void key(std::string_view name, const T& value, const KeyInfo& info) {
        ReferenceEntry& entry = add(name, info);
        entry.type = type_of(value, info);
        entry.choices = choices_for(value, info);
        if (info.required || !info.otherwise.empty()) return;
        if constexpr (is_optional<T>) {
            entry.default_text = "none";
        } else {
            entry.default_text = write_leaf(value);
        }
    }

    template <class T>
    void section(std::string_view name, T& value, const KeyInfo& info) {
        if constexpr (is_optional<T>) {
            typename T::value_type inner{};
            section(name, inner, info);
        } else {
            const std::size_t outer = m_path.size();
            add_section(name, info, "section");
            describe(*this, value);
            m_path.resize(outer);
        }
    }

    template <class T>
    void table(std::string_view name, std::map<std::string, T>& values, const KeyInfo& info) {
        const std::size_t outer = m_path.size();
        add_section(name, info, "section with free keys");
        KeyInfo item = info;
        item.required = false;
        item.help = {};
        item.otherwise = "none";
        others(values, item);
        m_path.resize(outer);
    }

    template <class T>
    void others(std::map<std::string, T>&, const KeyInfo& info) {
        const std::string name = fmt::format("<{}>", info.placeholder);
        KeyInfo optional = info;
        if (optional.otherwise.empty()) optional.otherwise = "none";
        T item{};
        if constexpr (requires(ReferenceBuilder & builder) { describe(builder, item); }) {
            section(name, item, optional);
        } else {
            key(name, item, optional);
        }
    }

    void word(std::string_view text, bool active, const KeyInfo& info);
    void check(std::string_view, bool, std::string_view) {}
    void exclusive(std::initializer_list<std::string_view>, bool, bool = false) {}

private:
    const Vocabulary& m_vocabulary;
    std::vector<ReferenceEntry> m_entries;
    std::string m_path;

    ReferenceEntry& add(std::string_view name, const KeyInfo& info);
    void add_section(std::string_view name, const KeyInfo& info, std::string_view type);

    template <class T>
    static std::string type_of(const T& value, const KeyInfo& info) {
        if constexpr (is_optional<T>) return type_of(typename T::value_type{}, info);
        const Noun called = noun(value, info);
        if constexpr (std::is_arithmetic_v<T>) return bounded(called.one, info.bounds);
        return called.one;
    }

    template <class T>
    static Choices choices_for(const T& value, const KeyInfo& info) {
        if constexpr (is_optional<T>) {
            return choices_for(typename T::value_type{}, info);
        } else if constexpr (Enumeration<T>) {
            return choices_of(value);
        } else if constexpr (requires { value.front(); } && !std::is_same_v<T, std::string>) {
            return choices_for(typename T::value_type{}, info);
        } else {
            return info.choices == nullptr ? Choices{} : *info.choices;
        }
    }
};

}  // namespace farstep::deck
