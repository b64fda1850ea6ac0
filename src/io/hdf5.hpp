// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The little of the HDF5 C API that the readers and writers share: handles that close themselves,
// types, and HDF5's error stack boiled down to a reason.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "io/slab.hpp"

namespace farstep {

/// Owns one HDF5 identifier of any kind.
class Hdf5Handle {
public:
    Hdf5Handle() = default;
    explicit Hdf5Handle(hid_t id) : m_id(id) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept : m_id(std::exchange(other.m_id, H5I_INVALID_HID)) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        std::swap(m_id, other.m_id);
        return *this;
    }
    ~Hdf5Handle() { close(); }

    hid_t get() const { return m_id; }
    explicit operator bool() const { return m_id >= 0; }
    /// False if HDF5 could not close it, e.g. as the disk is full.
    bool close();
    /// Gives the identifier up without closing it.
    hid_t release() { return std::exchange(m_id, H5I_INVALID_HID); }

private:
    hid_t m_id = H5I_INVALID_HID;
};

/// Stops HDF5 from printing its error stack; harmless to repeat.
void silence_hdf5();

/// Why the last HDF5 call failed, as a phrase: what the system said where it was the system.
std::string hdf5_reason();

hid_t native_type(NumberType type);    // in memory
hid_t portable_type(NumberType type);  // in files: little-endian
Hdf5Handle utf8_string_type();         // variable length
Hdf5Handle simple_space(const Shape& shape);

/// The texts of a string dataset or attribute of any kind of string; `read` is its H5Dread, with the
/// property list `transfer`, or H5Aread into memory of the type given. Empty optional if HDF5 fails.
std::optional<std::vector<std::string>> read_strings(
    hid_t file_type, hid_t space, const std::function<herr_t(hid_t type, void* buffer)>& read,
    hid_t transfer = H5P_DEFAULT);

/// "a//b/" → "a/b"; "/" → "".
std::string normalised_path(const std::string& path);
std::string parent_path(const std::string& path);
std::string base_name(const std::string& path);
/// A name that HDF5 understands: "." for the root.
const char* hdf5_name(const std::string& path);

}  // namespace farstep
