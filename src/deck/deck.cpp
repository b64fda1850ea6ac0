// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Reading a deck's text, finding places by key path, and collecting mistakes.
#include "deck/deck.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

#include "deck/nearest.hpp"

namespace farstep {

using deck::Span;
using deck::Value;

namespace {

constexpr std::size_t max_deck_bytes = 1U << 20U;

/// "; did you mean `inputs/quickstart.yaml`?", from the files that lie beside the missing one.
std::string nearest_file(const std::filesystem::path& file) {
    std::error_code ignored;
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string extension = entry.path().extension().string();
        if (extension == ".yaml" || extension == ".yml") {
            names.push_back(entry.path().filename().string());
        }
    }
    const std::string near = nearest(file.filename().string(), names);
    if (near.empty()) return "";
    return fmt::format("; did you mean `{}`?", (file.parent_path() / near).string());
}

std::string read_file(const std::filesystem::path& file) {
    const auto fail = [&](const std::string& reason) {
        throw DeckError(fmt::format("{}: {}\n", file.string(), reason));
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) fail("is a folder; expected a deck (YAML)");
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        const std::string reason = std::strerror(errno);
        fail(fmt::format("cannot read the deck: {}{}", reason, nearest_file(file)));
    }
    std::string text;
    std::vector<char> block(1U << 16U);
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())),
           stream.gcount() > 0) {
        text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > max_deck_bytes) fail("is too large to be a deck (over 1 MiB)");
    }
    if (stream.bad()) fail("cannot read the deck: input error");
    if (text.substr(0, 4) == "\x89HDF") {
        fail("is an HDF5 file, not a deck; `farstep info` shows what is in it");
    }
    if (text.find('\0') != std::string::npos) fail("is not a text file; expected a deck (YAML)");
    return text;
}

/// The next part of a path (`a`, or `[3]`), which is removed from its front.
std::string_view next_part(std::string_view& path) {
    const std::size_t end = path.front() == '[' ? path.find(']') + 1 : path.find_first_of(".[");
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(part.size());
    if (!path.empty() && path.front() == '.') path.remove_prefix(1);
    return part;
}

bool is_inside(std::string_view path, std::string_view section) {
    if (section.empty()) return true;
    return path.substr(0, section.size()) == section &&
           (path.size() == section.size() || path[section.size()] == '.' ||
            path[section.size()] == '[');
}

}  // namespace

Deck Deck::read(const std::filesystem::path& file, std::vector<std::string> overrides) {
    return from_text(file.string(), read_file(file), std::move(overrides));
}

Deck Deck::from_text(std::string name, std::string text, std::vector<std::string> overrides) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.rfind(byte_order_mark, 0) == 0) text.erase(0, byte_order_mark.size());
    Deck deck;
    deck.m_sources.push_back({std::move(name), std::move(text), false});
    for (std::string& text_of_override : overrides) {
        deck.m_sources.push_back({"--set", std::move(text_of_override), true});
    }
    std::optional<Value> root = deck::parse_yaml(deck.text(), Span{}, deck.m_problems);
    const bool file_is_yaml = root.has_value() || deck.m_problems.empty();
    if (root) deck.m_root = std::move(*root);
    deck.check_root(file_is_yaml);
    for (std::size_t i = 1; i < deck.m_sources.size(); ++i) {
        deck::apply_override(deck.m_root, deck.m_sources, i, deck.m_problems);
    }
    if (!file_is_yaml || deck.m_root.kind != Value::Kind::section) deck.throw_if_errors();
    return deck;
}

void Deck::check_root(bool file_is_yaml) {
    if (!file_is_yaml) return;
    const std::string note =
        "the smallest deck has `system: NAME` and `step: NUMBER`; "
        "`farstep explain` lists all keys";
    if (m_root.kind == Value::Kind::nothing) {
        m_problems.push_back({Span{}, "the deck is empty", note});
    } else if (m_root.kind != Value::Kind::section) {
        m_problems.push_back({m_root.span, "expected lines of the form `key: value`", note});
    }
}

std::vector<std::string> Deck::overrides() const {
    std::vector<std::string> out;
    for (std::size_t i = 1; i < m_sources.size(); ++i) out.push_back(m_sources[i].text);
    return out;
}

std::string Deck::provenance() const {
    std::string out = text();
    if (m_sources.size() > 1 && !out.empty() && out.back() != '\n') out += '\n';
    for (const std::string& override_text : overrides()) out += "# --set " + override_text + '\n';
    return out;
}

Deck::Found Deck::find(std::string_view path) const {
    Found found{&m_root, m_root.span, true};
    while (!path.empty()) {
        const std::string_view part = next_part(path);
        const Value* next = nullptr;
        if (part.front() == '[') {
            std::size_t index = 0;
            std::from_chars(part.data() + 1, part.data() + part.size() - 1, index);
            if (index < found.value->items.size()) next = &found.value->items[index];
            if (next != nullptr) found.key_span = next->span;
        } else if (const Value::Entry* entry = found.value->find(part)) {
            next = &entry->value;
            found.key_span = entry->key_span;
        }
        if (next == nullptr) {  // a lone scalar stands for the section around it
            found.exact = found.value->kind == Value::Kind::scalar;
            return found;
        }
        found.value = next;
    }
    return found;
}

Span Deck::span_of(const Found& found) const {
    const bool has_own_place =
        found.value->kind == Value::Kind::scalar || found.value->kind == Value::Kind::list;
    return has_own_place ? found.value->span : found.key_span;
}

bool Deck::has(std::string_view path) const { return find(path).exact; }

std::string Deck::locate(std::string_view path) const {
    const Span span = span_of(find(path));
    return m_sources[span.source].place(span);
}

void Deck::error(std::string_view path, std::string message, std::string note) {
    const Found found = find(path);
    const std::string_view by_default = found.exact ? "" : " (by default)";
    error_at(span_of(found), path, fmt::format("{}{}: {}", path, by_default, message),
             std::move(note));
}

void Deck::unknown_key(std::string_view path, std::string_view what,
                       const std::vector<std::string>& expected) {
    const Found found = find(path);
    const std::size_t dot = path.rfind('.');
    const std::string_view name = dot == std::string_view::npos ? path : path.substr(dot + 1);
    error_at(found.key_span, path,
             fmt::format("`{}` is no {}{}", name, what, did_you_mean(name, expected)),
             fmt::format("expected one of: {}", fmt::join(expected, ", ")));
}

void Deck::error_at(const Span& span, std::string_view path, std::string message,
                    std::string note) {
    m_bad_paths.emplace(path);
    if (m_problems.size() >= deck::max_problems) return;
    for (const deck::Problem& known : m_problems) {
        const bool same_place = known.span.source == span.source && known.span.line == span.line &&
                                known.span.column == span.column;
        if (same_place && known.message == message) return;
    }
    m_problems.push_back({span, std::move(message), std::move(note)});
}

bool Deck::sound(std::initializer_list<std::string_view> paths) const {
    for (const std::string_view path : paths) {
        for (const std::string& bad : m_bad_paths) {
            if (is_inside(bad, path) || (!bad.empty() && is_inside(path, bad))) return false;
        }
    }
    return true;
}

std::string Deck::report() const { return deck::render(m_problems, m_sources); }

void Deck::throw_if_errors() const {
    if (has_errors()) throw DeckError(report());
}

}  // namespace farstep
