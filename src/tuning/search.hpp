// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Searching for the cheapest step that meets an error: plain schemes, and corrected ones.
#pragma once

#include <functional>

#include "tuning/judge.hpp"

namespace farstep {

/// What a search tells while it runs.
using Report = std::function<void(const Candidate&)>;

/// Every plain scheme and precision of the deck at the longest step, or the largest tolerance, that
/// meets the error, cheapest first; those that cannot meet it, or only at several times the cost of
/// the best, are left out. All that was measured is reported. Collective.
std::vector<Candidate> search_plain(const Setup& setup, const Judge& judge, const Report& report);

/// All corrected steps of the deck with their costs, measured with blank networks, cheapest first.
/// Collective.
std::vector<Candidate> corrected_candidates(const Setup& setup, const Judge& judge);

/// Remembers how corrected steps did, and which others therefore need not be tried.
class Pruning {
public:
    explicit Pruning(double target, double spread) : m_target(target), m_spread(spread) {}

    void add(const Candidate& candidate) { m_tried.push_back(candidate); }

    /// Whether a candidate cannot meet the error, going by what smaller approximators with the same
    /// scheme and step, or the same one in double, have reached.
    bool rules_out(const Candidate& candidate) const;

private:
    bool rules_out(const Candidate& candidate, const Candidate& tried) const;

    double m_target, m_spread;
    std::vector<Candidate> m_tried;
};

}  // namespace farstep
