// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The visitor that reads a deck into options structs. It goes through a description, takes each
// key's value from the tree, and notes every mistake in the deck instead of stopping at the first.
//
// All visitors share one interface, which descriptions (schema.hpp) are written against:
//   key        one value
//   section    a nested struct, or an optional one
//   table      a section whose keys are free
//   others     the free keys of a section, beside fixed ones
//   word       a lone word in place of a section
//   check      a condition on a value that was read
//   exclusive  at most one, or exactly one, of some keys
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deck/leaf.hpp"

namespace farstep::deck {

class Reader {
public:
    /// `all_paths`, every key of a deck, serves to tell where a misplaced key belongs.
    Reader(Deck& deck, const Vocabulary& vocabulary, const std::vector<std::string>& all_paths);

    /// Reads the whole deck.
    template <class Options>
    void read_all(Options& options) {
        enter(m_deck.root(), m_deck.root().span, "");
        describe(*this, options);
        leave();
    }

    const Vocabulary& vocabulary() const { return m_vocabulary; }

    template <class T>
    void key(std::string_view name, T& out, const KeyInfo& info) {
        if (const Value* value = take_value(name, info)) {
            note(name, read({m_deck, path_of(name), info}, *value, out));
        }
    }

    template <class T>
    void section(std::string_view name, T& out, const KeyInfo& info) {
        const Value::Entry* entry = take(name, info);
        if (entry == nullptr) return;
        if constexpr (is_optional<T>) {
            read_section(*entry, path_of(name), out.emplace());
        } else {
            read_section(*entry, path_of(name), out);
        }
    }

    template <class T>
    void table(std::string_view name, std::map<std::string, T>& out, const KeyInfo& info) {
        const Value::Entry* entry = take(name, info);
        if (entry == nullptr) return;
        enter(entry->value, entry->key_span, path_of(name));
        others(out, info);
        leave();
    }

    template <class T>
    void others(std::map<std::string, T>& out, const KeyInfo& info) {
        for (const Value::Entry* entry : take_others()) {
            const std::string path = path_of(entry->key);
            T item{};
            if constexpr (requires(Reader & reader) { describe(reader, item); }) {
                read_section(*entry, path, item);
                out[entry->key] = std::move(item);
            } else if (read({m_deck, path, info}, entry->value, item)) {
                out[entry->key] = std::move(item);
            }
        }
    }

    void word(std::string_view text, bool active, const KeyInfo& info);
    void check(std::string_view name, bool good, std::string_view message);
    void exclusive(std::initializer_list<std::string_view> names, bool needs_one,
                   bool with_others = false);

private:
    /// The section being read. A lone scalar in its place waits in `lone` for its key or word.
    struct Frame {
        const Value* section = nullptr;
        const Value* lone = nullptr;
        bool lone_is_used = false;
        bool is_unreadable = false;
        Span span;
        std::string path;
        std::vector<std::string> known;
        std::vector<std::string> words;
        std::vector<std::string> missing;
        std::vector<std::string> given;
        std::vector<std::string> free;
        std::vector<std::string> bad;
    };

    Deck& m_deck;
    const Vocabulary& m_vocabulary;
    const std::vector<std::string>& m_all_paths;
    std::vector<Frame> m_frames;

    template <class T>
    void read_section(const Value::Entry& entry, std::string path, T& out) {
        enter(entry.value, entry.key_span, std::move(path));
        describe(*this, out);
        leave();
    }

    Frame& frame() { return m_frames.back(); }
    std::string path_of(std::string_view name) const;
    void enter(const Value& value, const Span& key_span, std::string path);
    void leave();
    void report_unknown(const Value::Entry& entry);
    std::string where_it_belongs(std::string_view key) const;
    void report_missing();
    void report_lone();
    void note(std::string_view name, bool good);

    const Value::Entry* take(std::string_view name, const KeyInfo& info);
    const Value* take_value(std::string_view name, const KeyInfo& info);
    std::vector<const Value::Entry*> take_others();
};

}  // namespace farstep::deck
