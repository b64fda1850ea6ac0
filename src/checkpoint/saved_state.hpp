// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What a checkpoint is to hold, collected by a stage and then written in one go.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/output_file.hpp"

namespace farstep {

/// Every rank collects the same names and shapes. Arrays without elements are left out.
class SavedState {
public:
    void attribute(const std::string& name, AttributeValue value) {
        m_attributes.push_back({name, std::move(value)});
    }
    /// Values that rank 0 holds.
    template <Number T>
    void whole(const std::string& name, std::vector<T> values) {
        const auto count = std::int64_t(values.size());
        add(name, {count}, number_type<T>(), [name, kept = std::move(values)](OutputFile& file) {
            file.write_whole(name, kept.data());
        });
    }
    /// This rank's part of an array that all ranks hold together.
    template <Number T>
    void part(const std::string& name, Shape shape, const Slab& mine, std::vector<T> values) {
        add(name, std::move(shape), number_type<T>(),
            [name, mine, kept = std::move(values)](OutputFile& file) {
                file.write(name, mine, kept.data());
            });
    }

    /// Writes the whole file and gives it its final name. Collective.
    void write(OutputFile& file) const;

private:
    struct Array {
        std::string name;
        Shape shape;
        NumberType type;
        std::function<void(OutputFile&)> write;
    };

    void add(const std::string& name, Shape shape, NumberType type,
             std::function<void(OutputFile&)> write);

    std::vector<Attribute> m_attributes;
    std::vector<Array> m_arrays;
};

}  // namespace farstep
