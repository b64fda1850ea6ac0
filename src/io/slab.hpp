// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The rectangular part of a variable that one call reads or writes, and the number types that
// variables may have.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace farstep {

using Shape = std::vector<std::int64_t>;

/// Part of a variable: for each dimension, in the order of the variable's dimensions, the first
/// index and the number of indices. Data are in C order: the last dimension varies fastest.
struct Slab {
    Shape offset;
    Shape count;
};

enum class NumberType { float64, float32, int64, int32, int8 };

constexpr std::int64_t bytes_of(NumberType type) {
    switch (type) {
        case NumberType::float64:
        case NumberType::int64:
            return 8;
        case NumberType::float32:
        case NumberType::int32:
            return 4;
        case NumberType::int8:
            return 1;
    }
    return 0;
}

template <class T>
concept Number = std::same_as<T, double> || std::same_as<T, float> ||
    std::same_as<T, std::int64_t> || std::same_as<T, std::int32_t> || std::same_as<T, std::int8_t>;

template <Number T>
constexpr NumberType number_type() {
    if constexpr (std::same_as<T, double>) {
        return NumberType::float64;
    } else if constexpr (std::same_as<T, float>) {
        return NumberType::float32;
    } else if constexpr (std::same_as<T, std::int64_t>) {
        return NumberType::int64;
    } else if constexpr (std::same_as<T, std::int32_t>) {
        return NumberType::int32;
    } else {
        return NumberType::int8;
    }
}

/// Number of elements; all factors must be non-negative and the product representable.
constexpr std::int64_t element_count(const Shape& shape) {
    std::int64_t product = 1;
    for (const std::int64_t length : shape) {
        product *= length;
    }
    return product;
}

/// True if the slab has the shape's dimensions and lies within it.
bool within(const Slab& slab, const Shape& shape);

/// True if the slab's elements follow each other without a gap in an array of that shape.
bool is_one_block(const Slab& slab, const Shape& shape);

/// Position of the slab's first element in an array of that shape, in C order.
std::int64_t first_element(const Slab& slab, const Shape& shape);

/// Cuts a slab into pieces of about max_elements at most, which follow each other in packed
/// memory.
std::vector<Slab> split(const Slab& slab, std::int64_t max_elements);

}  // namespace farstep
