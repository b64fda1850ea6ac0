// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Shared small parts of the HDF5 readers and writers.

#include "io/hdf5.hpp"

#include <string_view>
#include <vector>

namespace farstep {
namespace {

/// HDF5 descriptions may quote the system: "…, error message = 'No space left on device', …".
std::string phrase(std::string_view description) {
    constexpr std::string_view marker = "error message = '";
    const auto found = description.find(marker);
    if (found == std::string_view::npos) {
        return std::string(description);
    }
    description.remove_prefix(found + marker.size());
    return std::string(description.substr(0, description.find('\'')));
}

herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* reason) {
    if (depth == 0 && error->desc != nullptr) {
        *static_cast<std::string*>(reason) = phrase(error->desc);
    }
    return 0;
}

}  // namespace

bool Hdf5Handle::close() {
    if (m_id < 0) {
        return true;
    }
    const hid_t id = release();
    switch (H5Iget_type(id)) {
        case H5I_FILE:
            return H5Fclose(id) >= 0;
        case H5I_GROUP:
            return H5Gclose(id) >= 0;
        case H5I_DATATYPE:
            return H5Tclose(id) >= 0;
        case H5I_DATASPACE:
            return H5Sclose(id) >= 0;
        case H5I_DATASET:
            return H5Dclose(id) >= 0;
        case H5I_ATTR:
            return H5Aclose(id) >= 0;
        case H5I_GENPROP_LST:
            return H5Pclose(id) >= 0;
        default:
            return H5Idec_ref(id) >= 0;
    }
}

void silence_hdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string hdf5_reason() {
    std::string reason = "HDF5 gives no reason";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
    return reason;
}

hid_t native_type(NumberType type) {
    switch (type) {
        case NumberType::float64:
            return H5T_NATIVE_DOUBLE;
        case NumberType::float32:
            return H5T_NATIVE_FLOAT;
        case NumberType::int64:
            return H5T_NATIVE_INT64;
        case NumberType::int32:
            return H5T_NATIVE_INT32;
        case NumberType::int8:
            return H5T_NATIVE_INT8;
    }
    return H5I_INVALID_HID;
}

hid_t portable_type(NumberType type) {
    switch (type) {
        case NumberType::float64:
            return H5T_IEEE_F64LE;
        case NumberType::float32:
            return H5T_IEEE_F32LE;
        case NumberType::int64:
            return H5T_STD_I64LE;
        case NumberType::int32:
            return H5T_STD_I32LE;
        case NumberType::int8:
            return H5T_STD_I8LE;
    }
    return H5I_INVALID_HID;
}

Hdf5Handle utf8_string_type() {
    Hdf5Handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
}

Hdf5Handle simple_space(const Shape& shape) {
    if (shape.empty()) {
        return Hdf5Handle(H5Screate(H5S_SCALAR));
    }
    const std::vector<hsize_t> lengths(shape.begin(), shape.end());
    return Hdf5Handle(H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr));
}

std::string normalised_path(const std::string& path) {
    std::string result;
    for (const char c : path) {
        if (c != '/' || (!result.empty() && result.back() != '/')) {
            result.push_back(c);
        }
    }
    if (!result.empty() && result.back() == '/') {
        result.pop_back();
    }
    return result;
}

std::string parent_path(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

const char* hdf5_name(const std::string& path) { return path.empty() ? "." : path.c_str(); }

}  // namespace farstep
