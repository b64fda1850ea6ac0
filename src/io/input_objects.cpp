// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What an InputFile contains: variables, their dimensions, and attributes.

#include <utility>

#include <fmt/format.h>
#include <hdf5_hl.h>

#include "error.hpp"
#include "io/input_file.hpp"

namespace farstep {
namespace {

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info2_t;
#else
using ObjectInfo = H5O_info_t;
#endif

herr_t collect_variable(hid_t file, const char* name, const ObjectInfo* info, void* names) {
    if (info->type != H5O_TYPE_DATASET) {
        return 0;
    }
    const Hdf5Handle variable(H5Dopen2(file, name, H5P_DEFAULT));
    constexpr std::size_t room = 64;
    char scale_name[room] = {};
    if (variable && H5DSis_scale(variable.get()) > 0) {
        H5DSget_scale_name(variable.get(), scale_name, room);
    }
    if (!std::string(scale_name).starts_with("This is a netCDF dimension but not")) {
        static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    }
    return 0;
}

herr_t visit(hid_t file, H5_index_t index, std::vector<std::string>& names) {
#if H5_VERSION_GE(1, 12, 0)
    return H5Ovisit3(file, index, H5_ITER_INC, collect_variable, &names, H5O_INFO_BASIC);
#else
    return H5Ovisit2(file, index, H5_ITER_INC, collect_variable, &names, H5O_INFO_BASIC);
#endif
}

std::string object_name(hid_t object) {
    const ssize_t length = H5Iget_name(object, nullptr, 0);
    std::string path(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
    H5Iget_name(object, path.data(), path.size() + 1);
    return base_name(path);
}

herr_t take_first_scale(hid_t, unsigned, hid_t scale, void* name) {
    *static_cast<std::string*>(name) = object_name(scale);
    return 1;
}

enum class Link { absent, here, elsewhere };

/// Whether a group or variable of that name is linked to, and if so, whether in this file.
Link find_link(hid_t file, const std::string& name) {
    if (H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0) {
        return Link::absent;
    }
    H5L_info_t info{};
    if (H5Lget_info(file, name.c_str(), &info, H5P_DEFAULT) < 0) {
        return Link::absent;
    }
    return info.type == H5L_TYPE_HARD || info.type == H5L_TYPE_SOFT ? Link::here : Link::elsewhere;
}

}  // namespace

bool InputFile::has(const std::string& path) const {
    const std::string name = normalised_path(path);
    for (std::size_t slash = 0; slash != std::string::npos && !name.empty();) {
        slash = name.find('/', slash + 1);
        const std::string part = name.substr(0, slash);
        const Link link = find_link(m_file.get(), part);
        if (link == Link::absent) {
            return false;
        }
        if (link == Link::elsewhere) {
            fail(
                fmt::format("'{}' lies in another file, which is not supported; copy it into this "
                            "one",
                            part));
        }
    }
    return name.empty() || H5Oexists_by_name(m_file.get(), name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> InputFile::variables() const {
    std::vector<std::string> names;
    if (visit(m_file.get(), H5_INDEX_CRT_ORDER, names) < 0) {
        names.clear();
        if (visit(m_file.get(), H5_INDEX_NAME, names) < 0) {
            fail(fmt::format("its contents cannot be listed ({}); the file is damaged",
                             hdf5_reason()));
        }
    }
    return names;
}

Shape InputFile::shape(const std::string& path) const {
    return shape_of(open_variable(path), path);
}

Shape InputFile::shape_of(const Hdf5Handle& variable, const std::string& path) const {
    const Hdf5Handle space(H5Dget_space(variable.get()));
    if (!space || H5Sget_simple_extent_type(space.get()) == H5S_NULL) {
        fail(fmt::format("'{}' is empty", path));
    }
    std::vector<hsize_t> lengths(H5S_MAX_RANK);
    const int rank = H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr);
    if (rank < 0) {
        fail(fmt::format("'{}' has no readable shape; the file is damaged", path));
    }
    return {lengths.begin(), lengths.begin() + rank};
}

std::vector<std::string> InputFile::dimensions(const std::string& path) const {
    const Hdf5Handle variable = open_variable(path);
    const std::size_t rank = shape_of(variable, path).size();
    std::vector<std::string> names(rank);
    if (rank == 1 && H5DSis_scale(variable.get()) > 0) {
        names[0] = base_name(normalised_path(path));
        return names;
    }
    for (unsigned axis = 0; axis < rank; ++axis) {
        int first = 0;
        H5DSiterate_scales(variable.get(), axis, &first, take_first_scale, &names[axis]);
    }
    return names;
}

bool InputFile::is_text(const std::string& path) const {
    const Hdf5Handle variable = open_variable(path);
    const Hdf5Handle type(H5Dget_type(variable.get()));
    return H5Tget_class(type.get()) == H5T_STRING;
}

Hdf5Handle InputFile::open_variable(const std::string& path) const {
    if (!has(path)) {
        fail(fmt::format("has no variable '{}'; was it written by another version of Farstep?",
                         path));
    }
    Hdf5Handle variable(H5Dopen2(m_file.get(), normalised_path(path).c_str(), H5P_DEFAULT));
    if (!variable) {
        fail(fmt::format("'{}' is no variable, or damaged ({})", path, hdf5_reason()));
    }
    return variable;
}

Hdf5Handle InputFile::open_object(const std::string& path) const {
    Hdf5Handle object;
    if (has(path)) {
        const std::string name = normalised_path(path);
        object = Hdf5Handle(H5Oopen(m_file.get(), hdf5_name(name), H5P_DEFAULT));
    }
    if (!object) {
        fail(fmt::format("has no '{}'; was it written by another version of Farstep?", path));
    }
    return object;
}

bool InputFile::has_attribute(const std::string& object, const std::string& name) const {
    return has(object) && H5Aexists(open_object(object).get(), name.c_str()) > 0;
}

std::vector<std::string> InputFile::attributes(const std::string& object) const {
    return attribute_names(open_object(object).get());
}

AttributeValue InputFile::attribute(const std::string& object, const std::string& name) const {
    const Hdf5Handle handle = open_object(object);
    if (H5Aexists(handle.get(), name.c_str()) <= 0) {
        fail(
            fmt::format("'{}' has no attribute '{}'; was it written by another version of "
                        "Farstep?",
                        object, name));
    }
    try {
        return read_attribute(handle.get(), name, m_bytes);
    } catch (const EnvironmentError& error) {
        fail(fmt::format("attribute '{}' of '{}' {}", name, object, error.what()));
    }
}

std::string InputFile::text(const std::string& object, const std::string& name) const {
    const AttributeValue value = attribute(object, name);
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    fail(fmt::format("attribute '{}' of '{}' is not a text", name, object));
}

double InputFile::number(const std::string& object, const std::string& name) const {
    const std::vector<double> values = numbers(object, name);
    if (values.size() != 1) {
        fail(fmt::format("attribute '{}' of '{}' is not a single number", name, object));
    }
    return values.front();
}

std::int64_t InputFile::integer(const std::string& object, const std::string& name) const {
    const AttributeValue value = attribute(object, name);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return *integer;
    }
    fail(fmt::format("attribute '{}' of '{}' is not a whole number", name, object));
}

std::vector<double> InputFile::numbers(const std::string& object, const std::string& name) const {
    const AttributeValue value = attribute(object, name);
    if (const auto* number = std::get_if<double>(&value)) {
        return {*number};
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return {static_cast<double>(*integer)};
    }
    if (const auto* list = std::get_if<std::vector<double>>(&value)) {
        return *list;
    }
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
        return {list->begin(), list->end()};
    }
    fail(fmt::format("attribute '{}' of '{}' holds no numbers", name, object));
}

}  // namespace farstep
