// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/saved_state.hpp"

#include <fmt/format.h>

namespace farstep {

void SavedState::add(const std::string& name, Shape shape, NumberType type,
                     std::function<void(OutputFile&)> write) {
    if (element_count(shape) == 0) return;
    m_arrays.push_back({name, std::move(shape), type, std::move(write)});
}

void SavedState::write(OutputFile& file) const {
    for (const Array& array : m_arrays) {
        std::vector<std::string> dimensions;
        for (std::size_t k = 0; k < array.shape.size(); ++k) {
            dimensions.push_back(fmt::format("{}_dimension_{}", array.name, k));
            file.dimension(dimensions.back(), array.shape[k]);
        }
        file.variable(array.name, dimensions, array.type);
    }
    for (const Attribute& attribute : m_attributes) {
        file.attribute("/", attribute.name, attribute.value);
    }
    file.begin_parallel();
    for (const Array& array : m_arrays) array.write(file);
    file.commit();
}

}  // namespace farstep
