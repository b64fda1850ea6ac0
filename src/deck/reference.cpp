// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The reference's entries, and their layout for the terminal and for Markdown.
#include "deck/reference.hpp"

#include <algorithm>

#include "deck/load.hpp"
#include "deck/nearest.hpp"
#include "deck/schema.hpp"
#include "error.hpp"

namespace farstep {

namespace deck {

ReferenceEntry& ReferenceBuilder::add(std::string_view name, const KeyInfo& info) {
    ReferenceEntry entry;
    entry.path = m_path.empty() ? std::string(name) : fmt::format("{}.{}", m_path, name);
    entry.unit = info.unit;
    entry.help = info.help;
    entry.default_text = info.otherwise;
    entry.condition = info.when.text.empty() ? "" : fmt::format("only when {}", info.when.text);
    entry.required = info.required;
    entry.shorthand = info.shorthand;
    m_entries.push_back(std::move(entry));
    return m_entries.back();
}

void ReferenceBuilder::add_section(std::string_view name, const KeyInfo& info,
                                   std::string_view type) {
    ReferenceEntry& entry = add(name, info);
    entry.type = type;
    entry.is_section = true;
    m_path = entry.path;
}

void ReferenceBuilder::word(std::string_view text, bool, const KeyInfo& info) {
    for (ReferenceEntry& entry : m_entries) {
        if (entry.path != m_path) continue;
        entry.choices.push_back({std::string(text), std::string(info.help)});
    }
}

}  // namespace deck

namespace {

std::size_t depth_of(const std::string& path) {
    return static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
}

std::string last_name(const std::string& path) { return path.substr(path.rfind('.') + 1); }

bool is_below(const ReferenceEntry& entry, const std::string& section) {
    return entry.path.rfind(section + ".", 0) == 0;
}

std::string help_with_unit(const ReferenceEntry& entry) {
    return entry.unit.empty() ? entry.help : fmt::format("{} [{}]", entry.help, entry.unit);
}

std::string default_of(const ReferenceEntry& entry) {
    if (entry.required) return "required";
    return entry.default_text.empty() ? "" : "default " + entry.default_text;
}

/// Type and default, such as "number > 0; default 0.1".
std::string facts(const ReferenceEntry& entry) {
    const std::string value = default_of(entry);
    if (entry.is_section) return value;
    return value.empty() ? entry.type : entry.type + "; " + value;
}

std::string table_line(const ReferenceEntry& entry, std::size_t outer_depth) {
    const std::string name =
        std::string(2 * (depth_of(entry.path) - outer_depth), ' ') + last_name(entry.path);
    std::string line = fmt::format("  {:<24} {}", name, help_with_unit(entry));
    if (!entry.help.empty()) line += ' ';
    if (const std::string extra = facts(entry); !extra.empty()) line += "(" + extra + ")";
    while (line.back() == ' ') line.pop_back();
    return line + "\n";
}

std::string explain_overview(const std::vector<ReferenceEntry>& entries) {
    std::string out = "Keys of a deck; `farstep explain KEY` says more about one.\n\n";
    for (const ReferenceEntry& entry : entries) out += table_line(entry, 0);
    return out;
}

std::string explain_entry(const ReferenceEntry& entry, const std::vector<ReferenceEntry>& all) {
    std::string out = entry.path + "\n";
    if (!entry.help.empty()) out += "  " + entry.help + "\n\n";
    const auto add = [&](std::string_view label, const std::string& text) {
        if (!text.empty()) out += fmt::format("  {:<10} {}\n", label, text);
    };
    add("type", entry.type);
    add("unit", entry.unit);
    add("default", entry.required ? "none: this key is required" : entry.default_text);
    add("given", entry.condition);
    if (entry.shorthand) add("short", "may stand alone in place of the section around it");
    if (!entry.choices.empty()) out += entry.is_section ? "\n  or one word:\n" : "\n  one of:\n";
    for (const Choice& choice : entry.choices) {
        out += fmt::format("    {:<22} {}\n", choice.name, choice.help);
    }
    if (entry.is_section) out += "\n  keys:\n";
    for (const ReferenceEntry& key : all) {
        if (is_below(key, entry.path)) out += table_line(key, depth_of(entry.path));
    }
    return out;
}

std::string markdown_cell(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

std::string markdown_row(const ReferenceEntry& entry) {
    std::string help = help_with_unit(entry);
    if (!entry.condition.empty()) help += "; " + entry.condition;
    for (const Choice& choice : entry.choices) {
        help += fmt::format("<br>`{}`: {}", choice.name, choice.help);
    }
    const std::string value = entry.required               ? "required"
                              : entry.default_text.empty() ? ""
                                                           : "`" + entry.default_text + "`";
    return fmt::format("| `{}` | {} | {} | {} |\n", entry.path, markdown_cell(entry.type),
                       markdown_cell(value), markdown_cell(help));
}

}  // namespace

std::vector<ReferenceEntry> reference(const Vocabulary& vocabulary) {
    deck::ReferenceBuilder builder(vocabulary);
    Options options;
    describe(builder, options);
    return builder.take();
}

std::string explain(std::string_view key, const Vocabulary& vocabulary) {
    const std::vector<ReferenceEntry> entries = reference(vocabulary);
    if (key.empty()) return explain_overview(entries);
    std::vector<std::string> names;
    std::string out;
    for (const ReferenceEntry& entry : entries) {
        names.push_back(entry.path);
        names.push_back(last_name(entry.path));
        if (entry.path == key) return explain_entry(entry, entries);
    }
    for (const ReferenceEntry& entry : entries) {  // `hidden` alone: wherever it occurs
        if (last_name(entry.path) != key) continue;
        out += (out.empty() ? "" : "\n") + explain_entry(entry, entries);
    }
    if (out.empty()) {
        throw UsageError(fmt::format("a deck has no key `{}`{}", key, did_you_mean(key, names)));
    }
    return out;
}

std::string reference_markdown(const Vocabulary& vocabulary) {
    std::string out =
        "<!-- SPDX-FileCopyrightText: 2026 The Farstep Authors -->\n"
        "<!-- SPDX-License-Identifier: BSD-3-Clause -->\n"
        "<!-- Generated by farstep from the deck schema; do not edit. -->\n\n"
        "# Deck reference\n";
    const std::string header = "\n| key | type | default | meaning |\n|---|---|---|---|\n";
    out += header;
    const std::vector<ReferenceEntry> entries = reference(vocabulary);
    for (const ReferenceEntry& entry : entries) {
        const bool is_top = depth_of(entry.path) == 0;
        if (is_top && !entry.is_section) out += markdown_row(entry);
    }
    for (const ReferenceEntry& entry : entries) {
        const bool is_top = depth_of(entry.path) == 0;
        if (is_top && entry.is_section) {
            out += fmt::format("\n## `{}`\n\n{}.\n{}", entry.path, entry.help, header);
        }
        if (!is_top) out += markdown_row(entry);
    }
    return out;
}

}  // namespace farstep
