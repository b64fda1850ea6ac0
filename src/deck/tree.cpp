// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// YAML events (with their marks, which count from 0) to a tree of values with places.
#include "deck/tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace farstep::deck {

namespace {

/// Stops the reading of a document after a mistake that was already noted.
struct Stop {};

/// Length of the quoted text at the front, quotes included; 0 if it is never closed, which
/// yaml-cpp does not notice.
std::size_t quoted_length(std::string_view text) {
    const char quote = text.front();
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == quote) return i + 1;
        if (quote == '"' && text[i] == '\\') ++i;
    }
    return 0;
}

/// What a value by itself counts for in the size of a deck: a node, and more for a long text.
std::size_t weight(const Value& value) {
    constexpr std::size_t text_of_a_node = 64;
    return 1 + value.text.size() / text_of_a_node;
}

/// Builds values from events. Anchors and aliases are copied; the size limit counts the copies, which
/// defuses nested ones and those of long texts.
class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(std::string_view text, const Span& origin, std::vector<Problem>& problems)
        : m_text(text), m_origin(origin), m_problems(problems) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
            m_lines.push_back(text.substr(0, end));
            text.remove_prefix(end);
        }
    }

    std::optional<Value> take() { return std::move(m_result); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Value value;
        value.span =
            m_open.empty() || m_open.back().expects_key ? span_at(mark) : m_open.back().key_span;
        add(std::move(value), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = m_anchors.find(anchor);
        if (found == m_anchors.end()) stop(span_at(mark), "this alias refers to itself");
        count(found->second.nodes, span_at(mark));
        add(found->second.value, 0);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        Value value;
        value.kind = Value::Kind::scalar;
        value.text = text;
        value.quoted = tag == "!";
        value.span = scalar_span(mark, text);
        refuse_tag(tag, value.span);
        add(std::move(value), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Value::Kind::list, mark, tag, anchor);
    }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Value::Kind::section, mark, tag, anchor);
    }

    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        Value value;
        YAML::anchor_t anchor = 0;
        bool expects_key = false;
        std::string key;
        Span key_span;
        std::size_t nodes_before = 0;
    };
    struct Anchored {
        Value value;
        std::size_t nodes = 1;
    };

    std::string_view m_text;
    std::vector<std::string_view> m_lines;
    Span m_origin;
    std::vector<Problem>& m_problems;
    std::vector<Open> m_open;
    std::map<YAML::anchor_t, Anchored> m_anchors;
    std::optional<Value> m_result;
    std::size_t m_nodes = 0;

    [[noreturn]] void stop(const Span& span, std::string message) {
        m_problems.push_back({span, std::move(message), ""});
        throw Stop{};
    }

    void count(std::size_t nodes, const Span& span) {
        constexpr std::size_t max_nodes = 100000;
        m_nodes += nodes;
        if (m_nodes > max_nodes) stop(span, "the deck is too large");
    }

    Span span_at(const YAML::Mark& mark, std::size_t length = 1) const {
        Span span = m_origin;
        const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
        const auto column = static_cast<std::size_t>(std::max(mark.column, 0));
        span.line += line;
        span.column = line == 0 ? m_origin.column + column : column;
        span.length = length;
        return span;
    }

    /// The scalar's extent on its first line, quotes included.
    Span scalar_span(const YAML::Mark& mark, const std::string& text) {
        const auto number = static_cast<std::size_t>(std::max(mark.line, 0));
        const std::string_view line = number < m_lines.size() ? m_lines[number] : "";
        const auto column = std::min(static_cast<std::size_t>(mark.column), line.size());
        const std::string_view rest = line.substr(column);
        if (rest.empty()) return span_at(mark);
        if (rest.front() == '"' || rest.front() == '\'') {
            const auto begin = static_cast<std::size_t>(rest.data() - m_text.data());
            const std::size_t length = quoted_length(m_text.substr(begin));
            if (length == 0) stop(span_at(mark), "this quote is never closed");
            return span_at(mark, std::min(length, rest.find_last_not_of("\r\n") + 1));
        }
        const bool on_one_line = rest.substr(0, text.size()) == text;
        return span_at(mark, on_one_line ? std::max<std::size_t>(text.size(), 1) : 1);
    }

    void refuse_tag(const std::string& tag, const Span& span) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        m_problems.push_back({span, fmt::format("decks use no YAML tags, found `{}`", tag), ""});
    }

    void open(Value::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        Open opened;
        opened.value.kind = kind;
        opened.value.span = span_at(mark);
        opened.anchor = anchor;
        opened.expects_key = kind == Value::Kind::section;
        opened.nodes_before = m_nodes;
        refuse_tag(tag, opened.value.span);
        m_open.push_back(std::move(opened));
    }

    void close() {
        Open closed = std::move(m_open.back());
        m_open.pop_back();
        const std::size_t nodes = m_nodes - closed.nodes_before + 1;
        if (closed.anchor != 0) {
            count(nodes, closed.value.span);
            m_anchors[closed.anchor] = {closed.value, nodes};
        }
        add(std::move(closed.value), 0);
    }

    void add(Value value, YAML::anchor_t anchor) {
        count(weight(value), value.span);
        if (anchor != 0) {
            count(weight(value), value.span);
            m_anchors[anchor] = {value, weight(value)};
        }
        if (m_open.empty()) {
            m_result = std::move(value);
        } else if (Open& parent = m_open.back(); parent.value.kind == Value::Kind::list) {
            parent.value.items.push_back(std::move(value));
        } else if (parent.expects_key) {
            take_key(parent, value);
        } else {
            parent.expects_key = true;
            add_entry(parent, std::move(value));
        }
    }

    void take_key(Open& parent, const Value& key) {
        if (key.kind != Value::Kind::scalar || key.text.empty()) {
            m_problems.push_back({key.span, "a key must be a plain word", ""});
        }
        parent.key = key.text;
        parent.key_span = key.span;
        parent.expects_key = false;
    }

    void add_entry(Open& parent, Value value) {
        if (parent.key.empty()) return;
        if (const Value::Entry* first = parent.value.find(parent.key)) {
            m_problems.push_back({parent.key_span, fmt::format("duplicate key `{}`", parent.key),
                                  fmt::format("first given in line {}", first->key_span.line + 1)});
            return;
        }
        constexpr std::size_t max_keys = 1000;
        if (parent.value.entries.size() == max_keys) {
            stop(parent.key_span, fmt::format("more than {} keys in one section", max_keys));
        }
        parent.value.entries.push_back({parent.key, parent.key_span, std::move(value)});
    }
};

Problem syntax_problem(const YAML::Exception& error, std::string_view text, const Span& origin) {
    Problem problem;
    problem.span = origin;
    problem.message = fmt::format("not valid YAML: {}", error.msg);
    if (!error.mark.is_null() && error.mark.line >= 0) {
        const auto line = static_cast<std::size_t>(error.mark.line);
        const auto column = static_cast<std::size_t>(std::max(error.mark.column, 0));
        problem.span.line += line;
        problem.span.column = line == 0 ? origin.column + column : column;
    }
    Source source;
    source.text = text;
    const std::string_view indent = source.line(problem.span.line - origin.line);
    if (indent.substr(0, indent.find_first_not_of(" \t")).find('\t') != std::string_view::npos) {
        problem.note = "YAML is indented with spaces, and this line begins with a tab";
    }
    return problem;
}

}  // namespace

const Value::Entry* Value::find(std::string_view key) const {
    for (const Entry& entry : entries) {
        if (entry.key == key) return &entry;
    }
    return nullptr;
}

Value::Entry* Value::find(std::string_view key) {
    return const_cast<Entry*>(std::as_const(*this).find(key));
}

std::optional<Value> parse_yaml(std::string_view text, const Span& origin,
                                std::vector<Problem>& problems) {
    const std::size_t known = problems.size();
    TreeBuilder builder(text, origin, problems);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) return std::nullopt;
        std::optional<Value> value = builder.take();
        TreeBuilder rest(text, origin, problems);
        if (parser.HandleNextDocument(rest)) {
            const std::optional<Value> second = rest.take();
            problems.push_back({second ? second->span : origin,
                                "a second YAML document begins here; a deck is one document", ""});
        }
        return value;
    } catch (const YAML::Exception& error) {
        problems.resize(known);  // what was found before may be a consequence
        problems.push_back(syntax_problem(error, text, origin));
    } catch (const Stop&) {
    }
    return std::nullopt;
}

}  // namespace farstep::deck
