// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Geometry of slabs.

#include "io/slab.hpp"

#include <algorithm>
#include <utility>

namespace farstep {
namespace {

/// The first dimension along which the slab extends; the number of dimensions if none.
std::size_t first_extended(const Slab& slab) {
    const auto axis = std::find_if(slab.count.begin(), slab.count.end(),
                                   [](std::int64_t count) { return count > 1; });
    return static_cast<std::size_t>(axis - slab.count.begin());
}

void split_onto(std::vector<Slab>& pieces, const Slab& slab, std::int64_t max_elements) {
    const std::size_t axis = first_extended(slab);
    if (element_count(slab.count) <= max_elements || axis == slab.count.size()) {
        pieces.push_back(slab);
        return;
    }
    Slab first = slab;
    Slab second = slab;
    first.count[axis] = slab.count[axis] / 2;
    second.offset[axis] += first.count[axis];
    second.count[axis] -= first.count[axis];
    split_onto(pieces, first, max_elements);
    split_onto(pieces, second, max_elements);
}

}  // namespace

bool within(const Slab& slab, const Shape& shape) {
    if (slab.offset.size() != shape.size() || slab.count.size() != shape.size()) {
        return false;
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (slab.offset[i] < 0 || slab.count[i] < 0 || slab.offset[i] > shape[i] ||
            slab.count[i] > shape[i] - slab.offset[i]) {
            return false;
        }
    }
    return true;
}

bool is_one_block(const Slab& slab, const Shape& shape) {
    for (std::size_t i = first_extended(slab) + 1; i < shape.size(); ++i) {
        if (slab.count[i] != shape[i]) {
            return false;
        }
    }
    return true;
}

std::int64_t first_element(const Slab& slab, const Shape& shape) {
    std::int64_t position = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        position = position * shape[i] + slab.offset[i];
    }
    return position;
}

std::vector<Slab> split(const Slab& slab, std::int64_t max_elements) {
    std::vector<Slab> pieces;
    split_onto(pieces, slab, max_elements);
    return pieces;
}

}  // namespace farstep
