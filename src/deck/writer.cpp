// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Layout of written decks: sections in blocks, small ones in line, comments aligned.
#include "deck/writer.hpp"

#include <algorithm>

namespace farstep::deck {

namespace {

struct Line {
    std::string text;
    std::string comment;
};

bool is_empty_section(const Written& written) {
    return written.is_section && written.keys.empty() && written.word.empty();
}

/// The only key that says anything, if it may stand alone for its section.
const Written* lone_value(const Written& section) {
    const Written* lone = nullptr;
    for (const Written& key : section.keys) {
        if (is_empty_section(key)) continue;
        if (lone != nullptr || !key.is_shorthand) return nullptr;
        lone = &key;
    }
    return lone;
}

/// Small sections, such as {uniform: [0, 1]}, read better on one line.
bool fits_in_line(const Written& section) {
    return section.is_in_line || section.keys.empty() || lone_value(section) != nullptr;
}

void add_lines(const Written& written, std::size_t indent, std::vector<Line>& lines) {
    const std::string head = std::string(indent, ' ') + write_leaf(written.name) + ":";
    if (!written.is_section) {
        lines.push_back({head + " " + written.value, written.comment});
    } else if (fits_in_line(written)) {
        lines.push_back({head + " " + written.in_line(), written.comment});
    } else {
        lines.push_back({head, written.comment});
        for (const Written& key : written.keys) add_lines(key, indent + 2, lines);
    }
}

bool is_selected(const std::string& path, const std::vector<std::string>& paths) {
    return std::any_of(paths.begin(), paths.end(), [&](const std::string& wanted) {
        return path == wanted || path.rfind(wanted + ".", 0) == 0;
    });
}

void add_flat(const Written& written, const std::string& path,
              const std::vector<std::string>& paths, std::string& out) {
    for (const Written& key : written.keys) {
        const std::string key_path = path.empty() ? key.name : path + "." + key.name;
        const bool is_leaf = !key.is_section || key.keys.empty();
        if (!is_leaf) {
            add_flat(key, key_path, paths, out);
        } else if (is_selected(key_path, paths)) {
            out += key_path + ": " + (key.is_section ? key.in_line() : key.value) + "\n";
        }
    }
}

}  // namespace

Written& Writer::add(std::string_view name, const KeyInfo& info) {
    Written written;
    written.name = name;
    written.comment = info.help;
    const bool has_unit = !info.unit.empty() && !info.help.empty();
    if (has_unit) written.comment += fmt::format(" [{}]", info.unit);
    m_into.keys.push_back(std::move(written));
    return m_into.keys.back();
}

std::string Written::in_line() const {
    if (keys.empty()) return word.empty() ? "{}" : word;
    if (const Written* lone = lone_value(*this)) return lone->value;
    std::string out;
    for (const Written& key : keys) {
        out += (out.empty() ? "" : ", ") + write_leaf(key.name) + ": " +
               (key.is_section ? key.in_line() : key.value);
    }
    return "{" + out + "}";
}

std::string as_deck(const Written& root) {
    std::vector<Line> lines;
    for (const Written& key : root.keys) {
        const std::size_t first = lines.size();
        add_lines(key, 0, lines);
        const bool is_block = lines.size() > first + 1;
        const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(first);
        if (is_block && first > 0) lines.insert(begin, Line{});
    }
    constexpr std::size_t max_aligned = 40;
    std::size_t width = 0;
    for (const Line& line : lines) {
        if (line.text.size() <= max_aligned) width = std::max(width, line.text.size());
    }
    std::string out;
    for (const Line& line : lines) {
        out += line.comment.empty() ? line.text
                                    : fmt::format("{:<{}}  # {}", line.text, width, line.comment);
        out += '\n';
    }
    return out;
}

std::string as_lines(const Written& root, const std::vector<std::string>& paths) {
    std::string out;
    add_flat(root, "", paths, out);
    return out;
}

}  // namespace farstep::deck
