// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// How items with global indices 0 … n-1 are shared out: contiguous ranges in rank order whose
// sizes differ by one at most. Ranks beyond the n-th hold an empty range.

#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace farstep {

/// Half-open range of global indices.
struct Range {
    std::int64_t begin = 0;
    std::int64_t end = 0;

    constexpr std::int64_t size() const { return end - begin; }
    constexpr bool empty() const { return end == begin; }
    constexpr bool contains(std::int64_t index) const { return begin <= index && index < end; }
    friend constexpr bool operator==(const Range&, const Range&) = default;
};

/// The items of one rank. The first n % size ranks hold one item more than the others.
constexpr Range partition(std::int64_t n, int rank, int size) {
    assert(n >= 0 && size > 0 && 0 <= rank && rank < size);
    const std::int64_t share = n / size;
    const std::int64_t extra = n % size;
    const std::int64_t begin = rank * share + std::min<std::int64_t>(rank, extra);
    return {begin, begin + share + (rank < extra ? 1 : 0)};
}

/// The rank that holds item `index` of n.
constexpr int owner(std::int64_t index, std::int64_t n, int size) {
    assert(size > 0 && 0 <= index && index < n);
    const std::int64_t share = n / size;
    const std::int64_t extra = n % size;
    const std::int64_t in_larger = extra * (share + 1);
    if (index < in_larger) {
        return static_cast<int>(index / (share + 1));
    }
    return static_cast<int>(extra + (index - in_larger) / share);
}

}  // namespace farstep
