// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Attributes: named texts, numbers, and short lists of them, on files, groups and variables.

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <hdf5.h>

namespace farstep {

using AttributeValue = std::variant<std::string, std::int64_t, double, std::vector<double>,
                                    std::vector<std::int64_t>, std::vector<std::string>>;

struct Attribute {
    std::string name;
    AttributeValue value;
};

/// Creates or replaces; false if HDF5 fails.
bool write_attribute(hid_t object, const std::string& name, const AttributeValue& value);

/// Any text or number attribute, of any size and precision. An attribute that claims more than
/// max_bytes, or is of another kind, throws EnvironmentError with a phrase to put behind the
/// names of file and attribute.
AttributeValue read_attribute(hid_t object, const std::string& name, std::int64_t max_bytes);

/// Names of all attributes that are not HDF5's or netCDF's own bookkeeping, in order of
/// creation if the file knows it.
std::vector<std::string> attribute_names(hid_t object);

/// For people: one line.
std::string describe(const AttributeValue& value);

}  // namespace farstep
