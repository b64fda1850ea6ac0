// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Attributes to and from HDF5. Texts are written as UTF-8 of variable length, which has no size
// limit (a deck may be long) and which h5py and xarray read as str.

#include "io/attributes.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "error.hpp"
#include "io/hdf5.hpp"

namespace farstep {
namespace {

bool create(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type,
            const Hdf5Handle& space, const void* data) {
    const Hdf5Handle attribute(
        H5Acreate2(object, name.c_str(), file_type, space.get(), H5P_DEFAULT, H5P_DEFAULT));
    if (!attribute) {
        return false;
    }
    const bool empty = H5Sget_simple_extent_npoints(space.get()) == 0;
    return empty || H5Awrite(attribute.get(), memory_type, data) >= 0;
}

Shape shape_of(std::size_t size) { return {static_cast<std::int64_t>(size)}; }

struct Creator {
    hid_t object;
    const std::string& name;

    bool operator()(const std::string& text) const {
        const char* data = text.c_str();
        const Hdf5Handle type = utf8_string_type();
        return create(object, name, type.get(), type.get(), simple_space({}), &data);
    }
    bool operator()(const std::vector<std::string>& texts) const {
        std::vector<const char*> data;
        data.reserve(texts.size());
        for (const std::string& text : texts) {
            data.push_back(text.c_str());
        }
        const Hdf5Handle type = utf8_string_type();
        return create(object, name, type.get(), type.get(), simple_space(shape_of(data.size())),
                      data.data());
    }
    template <Number T>
    bool operator()(T number) const {
        return create(object, name, portable_type(number_type<T>()), native_type(number_type<T>()),
                      simple_space({}), &number);
    }
    template <Number T>
    bool operator()(const std::vector<T>& numbers) const {
        return create(object, name, portable_type(number_type<T>()), native_type(number_type<T>()),
                      simple_space(shape_of(numbers.size())), numbers.data());
    }
};

template <class T>
AttributeValue one_or_many(std::vector<T> values, bool scalar) {
    if (scalar && values.size() == 1) {
        return std::move(values.front());
    }
    return values;
}

template <Number T>
AttributeValue read_numbers(hid_t attribute, std::size_t count, bool scalar) {
    std::vector<T> values(count);
    if (count > 0 && H5Aread(attribute, native_type(number_type<T>()), values.data()) < 0) {
        throw EnvironmentError("cannot be read: " + hdf5_reason());
    }
    return one_or_many(std::move(values), scalar);
}

AttributeValue read_texts(hid_t attribute, hid_t type, hid_t space, bool scalar) {
    auto texts = read_strings(type, space, [&](hid_t memory_type, void* buffer) {
        return H5Aread(attribute, memory_type, buffer);
    });
    if (!texts) {
        throw EnvironmentError("cannot be read: " + hdf5_reason());
    }
    return one_or_many(std::move(*texts), scalar);
}

bool is_bookkeeping(std::string_view name) {
    constexpr std::array<std::string_view, 5> of_hdf5{"CLASS", "NAME", "DIMENSION_LIST",
                                                      "REFERENCE_LIST", "DIMENSION_LABELS"};
    return std::find(of_hdf5.begin(), of_hdf5.end(), name) != of_hdf5.end() ||
           name.starts_with("_Netcdf4") || name.starts_with("_NC") || name == "_nc3_strict";
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
    if (!is_bookkeeping(name)) {
        static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    }
    return 0;
}

}  // namespace

bool write_attribute(hid_t object, const std::string& name, const AttributeValue& value) {
    if (H5Aexists(object, name.c_str()) > 0 && H5Adelete(object, name.c_str()) < 0) {
        return false;
    }
    return std::visit(Creator{object, name}, value);
}

AttributeValue read_attribute(hid_t object, const std::string& name, std::int64_t max_bytes) {
    const Hdf5Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT));
    const Hdf5Handle type(attribute ? H5Aget_type(attribute.get()) : H5I_INVALID_HID);
    const Hdf5Handle space(attribute ? H5Aget_space(attribute.get()) : H5I_INVALID_HID);
    if (!type || !space) {
        throw EnvironmentError("cannot be read: " + hdf5_reason());
    }
    const hssize_t count = H5Sget_simple_extent_npoints(space.get());
    const auto width = static_cast<std::int64_t>(H5Tget_size(type.get()));
    if (count < 0 || width <= 0 || count > max_bytes / width) {
        throw EnvironmentError("claims to be larger than its file: the file is damaged");
    }
    const bool scalar = H5Sget_simple_extent_type(space.get()) == H5S_SCALAR;
    switch (H5Tget_class(type.get())) {
        case H5T_STRING:
            return read_texts(attribute.get(), type.get(), space.get(), scalar);
        case H5T_INTEGER:
            return read_numbers<std::int64_t>(attribute.get(), static_cast<std::size_t>(count),
                                              scalar);
        case H5T_FLOAT:
            return read_numbers<double>(attribute.get(), static_cast<std::size_t>(count), scalar);
        default:
            throw EnvironmentError("is neither text nor number");
    }
}

std::vector<std::string> attribute_names(hid_t object) {
    std::vector<std::string> names;
    hsize_t start = 0;
    if (H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, &start, collect_name, &names) < 0) {
        start = 0;
        names.clear();
        H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &start, collect_name, &names);
    }
    return names;
}

std::string describe(const AttributeValue& value) {
    const auto words = [](const auto& content) -> std::string {
        using T = std::decay_t<decltype(content)>;
        if constexpr (Number<T> || std::is_same_v<T, std::string>) {
            return fmt::format("{}", content);
        } else {
            return fmt::format("{}", fmt::join(content, ", "));
        }
    };
    return std::visit(words, value);
}

}  // namespace farstep
