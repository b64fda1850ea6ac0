// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Scalars from text, strictly: finite numbers, whole integers, true or false, names out of a list;
// and back, so that reading what was written gives the same value to the last bit.
#include "deck/leaf.hpp"

#include <charconv>
#include <cmath>

#include "deck/nearest.hpp"

namespace farstep::deck {

namespace {

std::string describe_list(const Value& list) {
    constexpr std::size_t max_shown = 4;
    std::string items;
    for (const Value& item : list.items) {
        if (item.kind != Value::Kind::scalar) return "a list";
        items += (items.empty() ? "" : ", ") + item.text;
    }
    if (list.items.size() <= max_shown) return fmt::format("`[{}]`", items);
    return fmt::format("a list of {}", list.items.size());
}

std::string describe_found(const Value& value) {
    switch (value.kind) {
        case Value::Kind::nothing:
            return "nothing";
        case Value::Kind::list:
            return describe_list(value);
        case Value::Kind::section:
            return "a section";
        case Value::Kind::scalar:
            break;
    }
    constexpr std::size_t max_shown = 60;
    std::string text = value.text.substr(0, max_shown);
    if (text.size() < value.text.size()) text += "...";
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20U) c = ' ';
    }
    return value.quoted ? fmt::format("the text \"{}\"", text) : fmt::format("`{}`", text);
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    T number{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// A hint for numbers written in another language, or in quotes.
std::string number_hint(const Value& value) {
    if (value.kind != Value::Kind::scalar) return "";
    if (value.quoted && parse_number<double>(value.text)) {
        return "write the number without quotes";
    }
    std::string text = value.text;
    for (char& c : text) {
        if (c == 'd' || c == 'D') c = 'e';
        if (c == ',') c = '.';
    }
    if (text != value.text && parse_number<double>(text)) {
        return fmt::format("write `{}`", text);
    }
    return "";
}

std::vector<std::string> names_of(const Choices& choices) {
    std::vector<std::string> names;
    for (const Choice& choice : choices) names.push_back(choice.name);
    return names;
}

bool is_scalar(const Value& value) { return value.kind == Value::Kind::scalar; }

bool is_plain(const Value& value) { return is_scalar(value) && !value.quoted; }

/// Whether YAML, and any reader of it, takes the text for itself when it stands without quotes.
bool needs_no_quotes(std::string_view text) {
    const auto is_safe = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '/' || c == '.' || c == '-' || c == '+';
    };
    for (const char c : text) {
        if (!is_safe(c)) return false;
    }
    const char first = text.empty() ? '-' : text.front();
    const bool word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                      first == '/' || first == '_';
    for (const char* reserved : {"true", "false", "null", "yes", "no", "on", "off"}) {
        if (edit_distance(text, reserved) == 0) return false;
    }
    return word;
}

}  // namespace

std::string bounded(const std::string& noun, const Bounds& bounds) {
    const std::string text = bounds.text();
    return text.empty() ? noun : noun + " " + text;
}

bool Bounds::contains(double x) const {
    if (low && (low_is_open ? x <= *low : x < *low)) return false;
    return !(high && (high_is_open ? x >= *high : x > *high));
}

std::string Bounds::text() const {
    const std::string above = low ? fmt::format("{} {}", low_is_open ? ">" : ">=", *low) : "";
    const std::string below = high ? fmt::format("{} {}", high_is_open ? "<" : "<=", *high) : "";
    if (!low || !high) return above + below;
    if (!low_is_open && !high_is_open) return fmt::format("from {} to {}", *low, *high);
    return above + " and " + below;
}

bool LeafContext::fail(const Value& value, const std::string& expected) const {
    error(value, fmt::format("expected {}, found {}", expected, describe_found(value)),
          number_hint(value));
    return false;
}

bool LeafContext::fail(const Value& value, const Noun& noun) const {
    if (!info.expected.empty()) return fail(value, std::string(info.expected));
    return fail(value, noun.article.empty() ? noun.one : noun.article + " " + noun.one);
}

void LeafContext::error(const Value& value, std::string message, std::string note) const {
    deck.error_at(value.span, path, fmt::format("{}: {}", path, message), std::move(note));
}

LeafContext LeafContext::item(std::size_t index) const {
    return {deck, fmt::format("{}[{}]", path, index), info};
}

bool LeafContext::check_count(const Value& value, std::size_t min_items) const {
    if (value.items.size() >= min_items) return true;
    error(value, fmt::format("expected a list of at least {}, found {}", min_items,
                             describe_found(value)));
    return false;
}

std::optional<std::size_t> LeafContext::read_choice(const Value& value,
                                                    const Choices& choices,
                                                    std::string_view note) const {
    const std::vector<std::string> names = names_of(choices);
    const std::string expected = fmt::format("{}", fmt::join(names, ", "));
    if (!is_scalar(value)) {
        fail(value, "one of " + expected);
        return std::nullopt;
    }
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (choices[i].name == value.text) return i;
    }
    error(
        value,
        fmt::format("unknown choice {}{}", describe_found(value), did_you_mean(value.text, names)),
        fmt::format("expected one of: {}{}{}", expected, note.empty() ? "" : "; ", note));
    return std::nullopt;
}

Noun noun(const bool&) { return {"", "true or false", "true or false"}; }
Noun noun(const std::int64_t&) { return {"an", "integer", "integers"}; }
Noun noun(const double&) { return {"a", "number", "numbers"}; }
Noun noun(const std::filesystem::path&) { return {"a", "path", "paths"}; }
Noun noun(const ByteSize&) { return {"a", "size such as 2 GiB, or auto", "sizes"}; }
Noun noun(const Selection&) { return {"", "all, none, or a list of integers >= 0", "selections"}; }
Noun noun(const std::string&, const KeyInfo& info) {
    if (info.choices != nullptr) return {"a", "choice", "choices"};
    return {"a", "text", "texts"};
}

bool read(const LeafContext& context, const Value& value, bool& out) {
    const bool is_true = is_plain(value) && value.text == "true";
    if (!is_true && !(is_plain(value) && value.text == "false")) {
        return context.fail(value, noun(out));
    }
    out = is_true;
    return true;
}

bool read(const LeafContext& context, const Value& value, double& out) {
    const std::optional<double> number =
        is_plain(value) ? parse_number<double>(value.text) : std::nullopt;
    if (!number || !std::isfinite(*number) || !context.info.bounds.contains(*number)) {
        Noun expected = noun(out);
        expected.one = bounded(expected.one, context.info.bounds);
        if (number && !std::isfinite(*number)) expected.one = "finite " + expected.one;
        return context.fail(value, expected);
    }
    out = *number;
    return true;
}

bool read(const LeafContext& context, const Value& value, std::int64_t& out) {
    std::optional<std::int64_t> number =
        is_plain(value) ? parse_number<std::int64_t>(value.text) : std::nullopt;
    if (const auto real = is_plain(value) ? parse_number<double>(value.text) : std::nullopt;
        !number && real) {  // 1e5 is an integer, too
        constexpr double max_exact = 9007199254740992.0;
        const bool is_whole = std::abs(*real) <= max_exact && std::trunc(*real) == *real;
        if (is_whole) number = static_cast<std::int64_t>(*real);
    }
    if (!number || !context.info.bounds.contains(static_cast<double>(*number))) {
        Noun expected = noun(out);
        expected.one = bounded(expected.one, context.info.bounds);
        return context.fail(value, expected);
    }
    out = *number;
    return true;
}

bool read(const LeafContext& context, const Value& value, std::string& out) {
    if (context.info.choices != nullptr) {
        const auto choice = context.read_choice(value, *context.info.choices,
                                                context.info.choices_note);
        if (choice) out = (*context.info.choices)[*choice].name;
        return choice.has_value();
    }
    const bool is_text = is_scalar(value) && !value.text.empty();
    if (!is_text) return context.fail(value, noun(out, context.info));
    out = value.text;
    return true;
}

bool read(const LeafContext& context, const Value& value, std::filesystem::path& out) {
    if (!is_scalar(value) || value.text.empty()) return context.fail(value, noun(out));
    if (value.text == "~" || value.text.rfind("~/", 0) == 0) {
        context.error(value, "`~` is not expanded in decks; write the folder's full path");
        return false;
    }
    out = value.text;
    return true;
}

bool read(const LeafContext& context, const Value& value, ByteSize& out) {
    const std::optional<ByteSize> size =
        is_scalar(value) ? parse_byte_size(value.text) : std::nullopt;
    if (!size) return context.fail(value, noun(out));
    out = *size;
    return true;
}

bool read(const LeafContext& context, const Value& value, Selection& out) {
    if (is_plain(value) && (value.text == "all" || value.text == "none")) {
        out = Selection{value.text == "all", {}};
        return true;
    }
    if (value.kind != Value::Kind::list) return context.fail(value, noun(out));
    KeyInfo info = context.info;
    info.bounds = at_least(0);
    info.distinct = true;
    std::vector<std::int64_t> indices(value.items.size());
    if (!read_items({context.deck, context.path, info}, value.items, indices.data())) return false;
    out = Selection{false, std::move(indices)};
    return true;
}

std::string write_leaf(bool value) { return value ? "true" : "false"; }
std::string write_leaf(std::int64_t value) { return fmt::format("{}", value); }
std::string write_leaf(double value) { return fmt::format("{}", value); }
std::string write_leaf(const std::filesystem::path& value) { return write_leaf(value.string()); }
std::string write_leaf(const ByteSize& value) { return to_text(value); }

std::string write_leaf(const std::string& value) {
    if (needs_no_quotes(value)) return value;
    std::string out = "\"";
    for (const char c : value) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (code < 0x20U || code == 0x7FU) {
            out += fmt::format("\\x{:02x}", code);
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string write_leaf(const Selection& value) {
    if (value.all) return "all";
    return value.indices.empty() ? "none" : write_list(value.indices);
}

}  // namespace farstep::deck
