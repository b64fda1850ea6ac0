// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// `--set a.b=c`: the path is followed through the tree, missing sections are created, and c, read
// as YAML, replaces what was there.
#include <fmt/format.h>

#include "deck/tree.hpp"

namespace farstep::deck {

namespace {

struct PathPart {
    std::string name;
    Span span;
};

/// Splits the path before the `=`; empty if it is not a dotted path.
std::vector<PathPart> split_path(std::string_view path, std::size_t source) {
    std::vector<PathPart> parts;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const std::string_view name = path.substr(begin, end - begin);
        if (name.empty() || name.find_first_of(" \t\n") != std::string_view::npos) return {};
        parts.push_back({std::string(name), {source, 0, begin, name.size()}});
        begin = end + 1;
    }
    return parts;
}

/// The section below `parent` called `part.name`, created or made from a lone scalar if need be.
Value* descend(Value& parent, const PathPart& part, std::vector<Problem>& problems) {
    Value::Entry* entry = parent.find(part.name);
    if (entry == nullptr) {
        parent.entries.push_back({part.name, part.span, Value{}});
        entry = &parent.entries.back();
        entry->value.span = part.span;
    }
    Value& value = entry->value;
    if (value.kind == Value::Kind::list) {
        problems.push_back(
            {part.span, fmt::format("`{}` is a list in the deck, not a section", part.name), ""});
        return nullptr;
    }
    if (value.kind == Value::Kind::scalar) {
        Value section;
        section.span = value.span;
        section.entries.push_back({std::string(lone_scalar), value.span, std::move(value)});
        value = std::move(section);
    }
    value.kind = Value::Kind::section;
    return &value;
}

}  // namespace

void apply_override(Value& root, const std::vector<Source>& sources, std::size_t index,
                    std::vector<Problem>& problems) {
    const std::string_view text = sources[index].text;
    const std::size_t equals = text.find('=');
    const std::vector<PathPart> path =
        split_path(text.substr(0, std::min(equals, text.size())), index);
    if (equals == std::string_view::npos || path.empty()) {
        problems.push_back({{index, 0, 0, text.size()},
                            "expected key=value, such as "
                            "forecast.until=20",
                            ""});
        return;
    }
    const std::size_t known = problems.size();
    const Span origin{index, 0, equals + 1, 1};
    std::optional<Value> value = parse_yaml(text.substr(equals + 1), origin, problems);
    if (problems.size() > known) return;
    if (!value) {
        value.emplace();
        value->span = {index, 0, 0, equals};
    }

    Value* section = &root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        section = descend(*section, path[i], problems);
        if (section == nullptr) return;
    }
    const PathPart& last = path.back();
    if (Value::Entry* entry = section->find(last.name)) {
        *entry = {last.name, last.span, std::move(*value)};
    } else {
        section->entries.push_back({last.name, last.span, std::move(*value)});
    }
}

}  // namespace farstep::deck
