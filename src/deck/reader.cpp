// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The reader's part that does not depend on types: which keys a section has, which of them are
// unknown, missing, or not applicable, and what stands in place of a section.
#include "deck/reader.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "deck/nearest.hpp"

namespace farstep::deck {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

const Value& empty_section() {
    static const Value value = [] {
        Value section;
        section.kind = Value::Kind::section;
        return section;
    }();
    return value;
}

}  // namespace

Reader::Reader(Deck& deck, const Vocabulary& vocabulary, const std::vector<std::string>& all_paths)
    : m_deck(deck), m_vocabulary(vocabulary), m_all_paths(all_paths) {}

std::string Reader::path_of(std::string_view name) const {
    const std::string& path = m_frames.back().path;
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

void Reader::enter(const Value& value, const Span& key_span, std::string path) {
    Frame frame;
    frame.section = value.kind == Value::Kind::section ? &value : &empty_section();
    frame.span = key_span;
    frame.path = std::move(path);
    if (value.kind == Value::Kind::scalar) frame.lone = &value;
    if (const Value::Entry* entry = frame.section->find(lone_scalar)) frame.lone = &entry->value;
    if (value.kind == Value::Kind::list) {
        frame.is_unreadable = true;
        m_deck.error_at(value.span, frame.path,
                        fmt::format("{}: expected a section of the form `key: value`, found a list",
                                    frame.path));
    }
    m_frames.push_back(std::move(frame));
}

const Value::Entry* Reader::take(std::string_view name, const KeyInfo& info) {
    Frame& here = frame();
    here.known.emplace_back(name);
    const Value::Entry* entry = here.section->find(name);
    const bool is_lone = info.shorthand && here.lone != nullptr;
    if (entry == nullptr) {
        if (info.required && info.when.holds && !is_lone) here.missing.emplace_back(name);
        return nullptr;
    }
    here.given.emplace_back(name);
    if (is_lone) here.lone_is_used = true;  // an override gave the key: it replaces the lone value
    if (info.when.holds) return entry;
    if (!contains(here.bad, info.when.on)) {
        const std::string path = path_of(name);
        m_deck.error_at(entry->key_span, path,
                        fmt::format("{} has a meaning only when {}", path, info.when.text));
    }
    note(name, false);
    return nullptr;
}

const Value* Reader::take_value(std::string_view name, const KeyInfo& info) {
    if (const Value::Entry* entry = take(name, info)) return &entry->value;
    Frame& here = frame();
    if (!info.shorthand || here.lone == nullptr || here.lone_is_used) return nullptr;
    if (contains(here.words, here.lone->text)) return nullptr;
    here.lone_is_used = true;
    here.given.emplace_back(name);
    return here.lone;
}

std::vector<const Value::Entry*> Reader::take_others() {
    Frame& here = frame();
    std::vector<const Value::Entry*> found;
    for (const Value::Entry& entry : here.section->entries) {
        if (entry.key == lone_scalar || contains(here.known, entry.key)) continue;
        if (!nearest(entry.key, here.known).empty()) continue;  // a misspelt key; see leave()
        found.push_back(&entry);
    }
    for (const Value::Entry* entry : found) {
        here.known.push_back(entry->key);
        here.free.push_back(entry->key);
    }
    return found;
}

void Reader::word(std::string_view text, bool, const KeyInfo&) {
    Frame& here = frame();
    here.words.emplace_back(text);
    const bool replaced = here.section->entries.size() > 1;  // by overrides
    if (here.lone != nullptr && (here.lone->text == text || replaced)) here.lone_is_used = true;
}

void Reader::check(std::string_view name, bool good, std::string_view message) {
    const Frame& here = frame();
    if (good || contains(here.bad, name) || here.is_unreadable) return;
    m_deck.error(path_of(name), std::string(message));
    note(name, false);
}

void Reader::exclusive(std::initializer_list<std::string_view> names, bool needs_one,
                       bool with_others) {
    Frame& here = frame();
    std::vector<std::string> given;
    std::vector<std::string> all;
    for (const std::string_view name : names) {
        all.emplace_back(name);
        if (contains(here.given, name)) given.emplace_back(name);
    }
    if (with_others && !here.free.empty()) given.push_back(here.free.front());
    if (given.size() > 1) {
        m_deck.error(path_of(given[1]), fmt::format("cannot be given beside `{}`", given[0]));
    }
    const bool is_empty = given.empty() && here.missing.empty() && !here.is_unreadable;
    const bool has_lone = here.lone != nullptr && !here.lone_is_used;
    if (needs_one && is_empty && !has_lone && here.section->entries.empty()) {
        m_deck.error_at(here.span, here.path,
                        fmt::format("{}: expected one of: {}", here.path, fmt::join(all, ", ")));
    }
}

void Reader::note(std::string_view name, bool good) {
    if (!good) frame().bad.emplace_back(name);
}

void Reader::leave() {
    Frame& here = frame();
    for (const Value::Entry& entry : here.section->entries) {
        if (entry.key != lone_scalar && !contains(here.known, entry.key)) report_unknown(entry);
    }
    if (!here.is_unreadable) report_missing();
    if (here.lone != nullptr && !here.lone_is_used) report_lone();
    m_frames.pop_back();
}

void Reader::report_unknown(const Value::Entry& entry) {
    Frame& here = frame();
    const std::string near = nearest(entry.key, here.known);
    here.missing.erase(std::remove(here.missing.begin(), here.missing.end(), near),
                       here.missing.end());
    const std::string where = here.path.empty() ? "" : fmt::format(" in `{}`", here.path);
    const std::string hint =
        near.empty() ? where_it_belongs(entry.key) : fmt::format("; did you mean `{}`?", near);
    std::vector<std::string> expected;  // a deck may have given many free keys, which help nobody
    std::copy_if(here.known.begin(), here.known.end(), std::back_inserter(expected),
                 [&](const std::string& name) { return !contains(here.free, name); });
    m_deck.error_at(entry.key_span, path_of(entry.key),
                    fmt::format("unknown key `{}`{}{}", entry.key, where, hint),
                    fmt::format("expected one of: {}", fmt::join(expected, ", ")));
}

std::string Reader::where_it_belongs(std::string_view key) const {
    std::vector<std::string> sections;
    for (const std::string& path : m_all_paths) {
        const std::size_t dot = path.rfind('.');
        if (path == key) sections.emplace_back("at the top of the deck");
        if (dot == std::string::npos || std::string_view(path).substr(dot + 1) != key) continue;
        sections.push_back(fmt::format("in `{}`", path.substr(0, dot)));
    }
    constexpr std::size_t max_shown = 3;
    if (sections.empty() || sections.size() > max_shown) return "";
    return fmt::format("; it belongs {}", fmt::join(sections, " or "));
}

void Reader::report_missing() {
    for (const std::string& name : frame().missing) {
        const std::string& path = frame().path;
        const std::string where = path.empty() ? "the deck" : fmt::format("`{}`", path);
        m_deck.error_at(frame().span, path_of(name),
                        fmt::format("{} needs the key `{}`", where, name),
                        fmt::format("`farstep explain {}` says more", path_of(name)));
    }
}

void Reader::report_lone() {
    const Frame& here = frame();
    std::string expected = "a section of the form `key: value`";
    if (!here.words.empty()) {
        expected = fmt::format("{}, or {}", fmt::join(here.words, ", "), expected);
    }
    m_deck.error_at(here.lone->span, here.path,
                    fmt::format("{}: expected {}, found `{}`{}", here.path, expected,
                                here.lone->text, did_you_mean(here.lone->text, here.words)),
                    fmt::format("its keys: {}", fmt::join(here.known, ", ")));
}

}  // namespace farstep::deck
