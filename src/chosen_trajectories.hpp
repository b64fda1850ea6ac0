// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The trajectories of an ensemble that a file stores in full, and which of them a rank holds.
#pragma once

#include <cstdint>
#include <vector>

#include "deck/values.hpp"
#include "io/output_file.hpp"
#include "parallel/partition.hpp"

namespace farstep {

class ChosenTrajectories {
public:
    /// Of an ensemble of `size` trajectories.
    ChosenTrajectories(const Selection& selection, std::int64_t size);

    bool none() const { return m_indices.empty(); }
    std::int64_t size() const { return std::int64_t(m_indices.size()); }

    /// Those in a range.
    struct Part {
        std::int64_t first = 0;           ///< position among all that are chosen
        std::vector<std::int64_t> local;  ///< numbers within the range, ascending
    };
    Part in(const Range& range) const;

    /// The coordinate `trajectory` of a file.
    void define(OutputFile& file) const;

private:
    std::vector<std::int64_t> m_indices;  // ascending
};

}  // namespace farstep
