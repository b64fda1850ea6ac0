// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Makes the structure of a file, by one process with HDF5's serial driver, in the form that
// netCDF-4 readers (xarray, h5netcdf, ncdump) expect: dimension scales, attached to variables.

#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/attributes.hpp"
#include "io/hdf5.hpp"
#include "io/seal.hpp"

namespace farstep {

/// All paths are normalised. Every failure throws EnvironmentError.
class StructureWriter {
public:
    enum class Mode { create, extend };
    StructureWriter(std::filesystem::path file, Mode mode);
    /// Without close, the file is given up: its content is undefined.
    ~StructureWriter();
    StructureWriter(const StructureWriter&) = delete;
    StructureWriter& operator=(const StructureWriter&) = delete;

    void group(const std::string& path);
    /// A dimension without coordinates: takes no space on disk.
    void dimension(const std::string& path, std::int64_t length);
    /// A variable named like its one dimension.
    void coordinate(const std::string& path, std::span<const double> values);
    void coordinate(const std::string& path, const std::vector<std::string>& values);
    /// Space for numbers, contiguous, allocated now and filled later; `dims` are paths.
    void variable(const std::string& path, const std::vector<std::string>& dims, const Shape& shape,
                  NumberType type);
    void attribute(const std::string& object, const Attribute& attribute);
    void write_whole(const std::string& path, const void* data, NumberType type);
    /// Size of the file once closed. Claim that much disk before closing: HDF5 does not survive
    /// a file that it cannot close.
    std::int64_t bytes() const;
    void close();
    /// Where a variable's numbers lie.
    ByteRange place_of(const std::string& path);

private:
    Hdf5Handle create(const std::string& path, hid_t type, const Hdf5Handle& space,
                      H5D_alloc_time_t allocation);
    Hdf5Handle open(const std::string& path);
    void name_scale(const Hdf5Handle& dataset, const std::string& path, const std::string& name);
    /// Throws unless ok: "FILE: cannot <what> '<path>': …".
    void require(bool ok, const char* what, const std::string& path) const;

    std::filesystem::path m_name;
    Hdf5Handle m_file;
};

}  // namespace farstep
