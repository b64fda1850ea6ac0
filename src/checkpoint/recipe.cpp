// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Recipes compared key by key, and the keys that may differ.

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checkpoint/checkpoint.hpp"

namespace farstep {
namespace {

/// Key → value. A line that ends in a colon begins the recipe of a file that the stage reads.
std::map<std::string, std::string> by_key(const std::string& recipe) {
    std::map<std::string, std::string> values;
    std::istringstream lines(recipe);
    std::string prefix;
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with(':')) {
            prefix = line + " ";
            continue;
        }
        const std::size_t colon = line.find(": ");
        values[prefix + line.substr(0, colon)] =
            colon == std::string::npos ? "" : line.substr(colon + 2);
    }
    return values;
}

bool is_at_or_below(const std::string& key, const std::string& section) {
    return key == section || key.starts_with(section + ".");
}

}  // namespace

std::vector<RecipeChange> recipe_changes(const std::string& before, const std::string& now) {
    const auto old_values = by_key(before), new_values = by_key(now);
    std::set<std::string> keys;
    for (const auto& [key, value] : old_values) keys.insert(key);
    for (const auto& [key, value] : new_values) keys.insert(key);
    const auto value_of = [](const auto& values, const std::string& key) {
        const auto found = values.find(key);
        return found == values.end() ? std::string("not given") : found->second;
    };
    std::vector<RecipeChange> changes;
    for (const std::string& key : keys) {
        const RecipeChange change{key, value_of(old_values, key), value_of(new_values, key)};
        if (change.before != change.now) changes.push_back(change);
    }
    return changes;
}

std::vector<std::string> changeable_keys(const std::string& stage) {
    static const std::map<std::string, std::vector<std::string>> keys = {
        {"generate", {"limits"}},
        {"train",
         {"train.adam.learning_rate", "train.adam.iterations", "train.adam.epochs",
          "train.adam.warm_up", "train.levenberg_marquardt.iterations", "train.rollout",
          "limits"}},  // which only the long rollout at the end knows
        {"forecast", {"limits", "forecast.guard.substeps", "forecast.guard.margin"}},
        {"evaluate", {"evaluate.timing"}},
        {"tune", {"tune.budget", "tune.timing"}}};
    std::set<std::string> all;
    for (const auto& [name, some] : keys) {
        if (stage.empty() || name == stage.substr(0, stage.find('.'))) {
            all.insert(some.begin(), some.end());
        }
    }
    return {all.begin(), all.end()};
}

bool is_any_at_or_below(const std::string& key, const std::vector<std::string>& sections) {
    return std::any_of(sections.begin(), sections.end(), [&](const std::string& section) {
        return is_at_or_below(key, section);
    });
}

void require_changeable(const std::vector<std::string>& overrides) {
    const std::vector<std::string> changeable = changeable_keys("");
    for (const std::string& key : overrides) {
        if (is_any_at_or_below(key, changeable)) continue;
        throw UsageError(fmt::format("--override {}: a run that goes on cannot change this key; "
                                     "those that may change: {}", key,
                                     fmt::join(changeable, ", ")));
    }
}

}  // namespace farstep
