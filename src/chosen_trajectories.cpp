// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Their numbers in order, and a range of these.
#include "chosen_trajectories.hpp"

#include <algorithm>
#include <numeric>

namespace farstep {

ChosenTrajectories::ChosenTrajectories(const Selection& selection, std::int64_t size)
    : m_indices(selection.indices) {
    if (selection.all) {
        m_indices.resize(std::size_t(size));
        std::iota(m_indices.begin(), m_indices.end(), 0);
    }
    if (!selection.all) std::sort(m_indices.begin(), m_indices.end());
}

ChosenTrajectories::Part ChosenTrajectories::in(const Range& range) const {
    const auto first = std::lower_bound(m_indices.begin(), m_indices.end(), range.begin);
    const auto last = std::lower_bound(first, m_indices.end(), range.end);
    Part part{first - m_indices.begin(), {}};
    part.local.reserve(std::size_t(last - first));
    for (auto i = first; i != last; ++i) part.local.push_back(*i - range.begin);
    return part;
}

void ChosenTrajectories::define(OutputFile& file) const {
    const std::vector<double> numbers(m_indices.begin(), m_indices.end());
    file.coordinate("trajectory", numbers, {"1", "number of the trajectory", {}});
}

}  // namespace farstep
