// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Printing of mistakes in decks: places, source lines and carets, in characters rather than bytes.
#include "deck/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace farstep::deck {

namespace {

constexpr std::size_t max_shown_problems = 50;
constexpr std::size_t max_shown_columns = 100;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t count_characters(std::string_view bytes) {
    return bytes.size() -
           static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), continues_character));
}

/// Control characters would move the caret or the terminal's state; tabs stay, for alignment.
std::string printable(std::string_view bytes) {
    std::string out(bytes);
    for (char& c : out) {
        const auto code = static_cast<unsigned char>(c);
        if ((code < 0x20U && c != '\t') || code == 0x7FU) c = '?';
    }
    return out;
}

/// A window of a long line that holds the span; `begin` and `end` never cut a character.
struct Window {
    std::size_t begin;
    std::size_t end;
};

Window window_around(std::string_view line, const Span& span) {
    if (line.size() <= max_shown_columns) return {0, line.size()};
    constexpr std::size_t half = max_shown_columns / 2;
    std::size_t begin = std::min(line.size(), span.column > half ? span.column - half : 0);
    std::size_t end = std::min(line.size(), begin + max_shown_columns);
    while (begin > 0 && continues_character(line[begin])) --begin;
    while (end < line.size() && continues_character(line[end])) ++end;
    return {begin, end};
}

std::string excerpt(const Source& source, const Span& span) {
    const std::string_view line = source.line(span.line);
    const Window window = window_around(line, span);
    const std::size_t start = std::clamp(span.column, window.begin, window.end);
    const std::size_t stop = std::min(window.end, start + std::max<std::size_t>(span.length, 1));

    std::string blank;
    for (const char c : line.substr(window.begin, start - window.begin)) {
        if (!continues_character(c)) blank += c == '\t' ? '\t' : ' ';
    }
    const std::size_t width =
        std::max<std::size_t>(1, count_characters(line.substr(start, stop - start)));
    const std::string number = source.is_override ? "" : fmt::format("{}", span.line + 1);
    return fmt::format("{:>5} | {}\n{:>5} | {}{:^>{}}\n", number,
                       printable(line.substr(window.begin, window.end - window.begin)), "", blank,
                       "", width);
}

}  // namespace

std::string_view Source::line(std::size_t index) const {
    std::string_view rest = text;
    for (; index > 0; --index) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    rest = rest.substr(0, rest.find('\n'));
    if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
    return rest;
}

std::string Source::place(const Span& span) const {
    if (is_override) return "--set " + text;
    const std::string_view before = line(span.line).substr(0, span.column);
    return fmt::format("{}:{}:{}", name, span.line + 1, count_characters(before) + 1);
}

std::string render(const Problem& problem, const std::vector<Source>& sources) {
    const Source& source = sources.at(problem.span.source);
    std::string out = fmt::format("{}: {}\n", source.place(problem.span), problem.message);
    out += excerpt(source, problem.span);
    if (!problem.note.empty()) out += fmt::format("{:>5} = {}\n", "", problem.note);
    return out;
}

std::string render(std::vector<Problem> problems, const std::vector<Source>& sources) {
    const auto place = [](const Problem& p) {
        return std::tie(p.span.source, p.span.line, p.span.column);
    };
    std::stable_sort(problems.begin(), problems.end(),
                     [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
    std::string out;
    for (std::size_t i = 0; i < std::min(problems.size(), max_shown_problems); ++i) {
        out += render(problems[i], sources);
    }
    if (problems.size() > max_shown_problems) {
        out += fmt::format("... and {} more\n", problems.size() - max_shown_problems);
    }
    if (problems.size() > 1) {
        out += fmt::format("{}{} mistakes in {}\n",
                           problems.size() < max_problems ? "" : "at least ", problems.size(),
                           sources.front().name);
    }
    return out;
}

}  // namespace farstep::deck
