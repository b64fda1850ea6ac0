// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Edit distance (optimal string alignment) and the choice of the nearest name.
#include "deck/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace farstep {

namespace {

std::string folded(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

}  // namespace

std::size_t edit_distance(std::string_view first, std::string_view second) {
    const std::string a = folded(first);
    const std::string b = folded(second);
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + differs});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
    constexpr std::size_t max_length = 64;
    if (name.empty() || name.size() > max_length) return {};
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < best_distance && distance < candidate.size()) {
            best_distance = distance;
            best = candidate;
        }
    }
    if (!best.empty() || name.size() < 3) return best;
    for (const std::string& candidate : candidates) {  // `lorenz` for `lorenz_63`
        if (folded(candidate).rfind(folded(name), 0) == 0) return candidate;
    }
    return {};
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
    const std::string near = nearest(name, candidates);
    return near.empty() ? "" : "; did you mean `" + near + "`?";
}

}  // namespace farstep
