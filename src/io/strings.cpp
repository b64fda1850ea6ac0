// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Reading HDF5's two kinds of text: strings of variable length, and padded ones of fixed length.

#include <algorithm>
#include <cstddef>

#include "io/hdf5.hpp"

namespace farstep {
namespace {

using Texts = std::optional<std::vector<std::string>>;
using ReadInto = std::function<herr_t(hid_t type, void* buffer)>;

Texts read_variable_length(hid_t file_type, hid_t space, std::size_t count, const ReadInto& read,
                           hid_t transfer) {
    const Hdf5Handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5Tget_cset(file_type));
    std::vector<char*> pointers(count, nullptr);
    if (read(type.get(), pointers.data()) < 0) {
        return std::nullopt;
    }
    std::vector<std::string> texts;
    texts.reserve(count);
    for (const char* text : pointers) {
        texts.emplace_back(text != nullptr ? text : "");
    }
    H5Dvlen_reclaim(type.get(), space, transfer, pointers.data());
    return texts;
}

Texts read_fixed_length(hid_t file_type, std::size_t count, const ReadInto& read) {
    const std::size_t width = H5Tget_size(file_type);
    const bool space_padded = H5Tget_strpad(file_type) == H5T_STR_SPACEPAD;
    std::vector<char> buffer(count * width);
    if (read(file_type, buffer.data()) < 0) {
        return std::nullopt;
    }
    std::vector<std::string> texts;
    texts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto begin = buffer.begin() + static_cast<std::ptrdiff_t>(i * width);
        std::string text(begin, std::find(begin, begin + static_cast<std::ptrdiff_t>(width), '\0'));
        if (space_padded) {
            text.erase(text.find_last_not_of(' ') + 1);
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace

Texts read_strings(hid_t file_type, hid_t space, const ReadInto& read, hid_t transfer) {
    const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
    if (count == 0) {
        return std::vector<std::string>{};
    }
    return H5Tis_variable_str(file_type) > 0
               ? read_variable_length(file_type, space, count, read, transfer)
               : read_fixed_length(file_type, count, read);
}

}  // namespace farstep
