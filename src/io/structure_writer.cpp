// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// HDF5 calls that create groups, dimension scales, variables and attributes.

#include "io/structure_writer.hpp"

#include <utility>

#include <fmt/format.h>
#include <hdf5_hl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.hpp"
#include "io/block_file.hpp"

namespace farstep {
namespace {

/// Variables from this size on begin where blocks can be written past the page cache.
constexpr hsize_t large_bytes = hsize_t{1} << 20;
constexpr unsigned in_creation_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

/// HDF5 1.8's format: read by everything in use, and free of the old limits on attributes.
Hdf5Handle access_properties() {
    Hdf5Handle properties(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_fapl_sec2(properties.get());
    H5Pset_libver_bounds(properties.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    H5Pset_fclose_degree(properties.get(), H5F_CLOSE_STRONG);
    H5Pset_alignment(properties.get(), large_bytes, BlockFile::alignment);
    return properties;
}

Hdf5Handle creation_properties() {
    Hdf5Handle properties(H5Pcreate(H5P_FILE_CREATE));
    H5Pset_link_creation_order(properties.get(), in_creation_order);
    H5Pset_attr_creation_order(properties.get(), in_creation_order);
    return properties;
}

/// HDF5 1.10 crashes at exit if it could not close a file, e.g. on a full disk. A file that is
/// given up therefore goes on in memory, behind the same file descriptor.
void redirect_to_memory([[maybe_unused]] const Hdf5Handle& file) {
#ifdef __linux__
    void* descriptor = nullptr;
    const int memory = ::memfd_create("farstep", 0);
    if (memory >= 0 && H5Fget_vfd_handle(file.get(), H5P_DEFAULT, &descriptor) >= 0) {
        ::dup2(memory, *static_cast<int*>(descriptor));
    }
    if (memory >= 0) {
        ::close(memory);
    }
#endif
}

}  // namespace

StructureWriter::StructureWriter(std::filesystem::path file, Mode mode) : m_name(std::move(file)) {
    silence_hdf5();
    // They outlive the report: closing them would make HDF5 forget the reason.
    const Hdf5Handle creation = creation_properties(), access = access_properties();
    m_file = Hdf5Handle(
        mode == Mode::create
            ? H5Fcreate(m_name.c_str(), H5F_ACC_TRUNC, creation.get(), access.get())
            : H5Fopen(m_name.c_str(), H5F_ACC_RDWR, access.get()));
    require(bool(m_file), mode == Mode::create ? "create" : "open", "the file");
}

StructureWriter::~StructureWriter() {
    if (m_file) {
        redirect_to_memory(m_file);
        H5Fflush(m_file.get(), H5F_SCOPE_GLOBAL);  // may fail; without it, closing may fail
    }
}

void StructureWriter::group(const std::string& path) {
    const Hdf5Handle creation(H5Pcreate(H5P_GROUP_CREATE));
    H5Pset_link_creation_order(creation.get(), in_creation_order);
    H5Pset_attr_creation_order(creation.get(), in_creation_order);
    const Hdf5Handle group(
        H5Gcreate2(m_file.get(), path.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
    require(bool(group), "create group", path);
}

void StructureWriter::dimension(const std::string& path, std::int64_t length) {
    // The type and the words are netCDF-4's convention for a dimension that is no variable.
    const Hdf5Handle dataset =
        create(path, H5T_IEEE_F32BE, simple_space({length}), H5D_ALLOC_TIME_LATE);
    name_scale(dataset, path,
               fmt::format("This is a netCDF dimension but not a netCDF variable.{:10}", length));
}

void StructureWriter::coordinate(const std::string& path, std::span<const double> values) {
    const Hdf5Handle dataset =
        create(path, portable_type(NumberType::float64),
               simple_space({static_cast<std::int64_t>(values.size())}), H5D_ALLOC_TIME_EARLY);
    require(values.empty() || H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL,
                                       H5P_DEFAULT, values.data()) >= 0,
            "write coordinate", path);
    name_scale(dataset, path, base_name(path));
}

void StructureWriter::coordinate(const std::string& path, const std::vector<std::string>& values) {
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const std::string& value : values) {
        texts.push_back(value.c_str());
    }
    const Hdf5Handle type = utf8_string_type();
    const Hdf5Handle dataset =
        create(path, type.get(), simple_space({static_cast<std::int64_t>(texts.size())}),
               H5D_ALLOC_TIME_EARLY);
    require(texts.empty() || H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                      texts.data()) >= 0,
            "write coordinate", path);
    name_scale(dataset, path, base_name(path));
}

void StructureWriter::variable(const std::string& path, const std::vector<std::string>& dims,
                               const Shape& shape, NumberType type) {
    const Hdf5Handle dataset =
        create(path, portable_type(type), simple_space(shape), H5D_ALLOC_TIME_EARLY);
    for (unsigned axis = 0; axis < dims.size(); ++axis) {
        const Hdf5Handle scale = open(dims[axis]);
        require(H5DSattach_scale(dataset.get(), scale.get(), axis) >= 0, "attach the dimensions of",
                path);
    }
}

void StructureWriter::attribute(const std::string& object, const Attribute& attribute) {
    const Hdf5Handle target(H5Oopen(m_file.get(), hdf5_name(object), H5P_DEFAULT));
    require(bool(target), "open", object);
    require(write_attribute(target.get(), attribute.name, attribute.value), "write attribute",
            object + '@' + attribute.name);
}

void StructureWriter::write_whole(const std::string& path, const void* data, NumberType type) {
    const Hdf5Handle dataset = open(path);
    require(H5Dwrite(dataset.get(), native_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0,
            "write", path);
}

std::int64_t StructureWriter::bytes() const {
    hsize_t size = 0;
    H5Fget_filesize(m_file.get(), &size);
    return static_cast<std::int64_t>(size);
}

ByteRange StructureWriter::place_of(const std::string& path) {
    const Hdf5Handle dataset = open(path);
    return {static_cast<std::int64_t>(H5Dget_offset(dataset.get())),
            static_cast<std::int64_t>(H5Dget_storage_size(dataset.get()))};
}

void StructureWriter::close() {
    require(H5Fflush(m_file.get(), H5F_SCOPE_GLOBAL) >= 0, "write", "the structure");
    require(m_file.close(), "close", "the file");
}

Hdf5Handle StructureWriter::create(const std::string& path, hid_t type, const Hdf5Handle& space,
                                   H5D_alloc_time_t allocation) {
    const Hdf5Handle creation(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_attr_creation_order(creation.get(), in_creation_order);
    H5Pset_layout(creation.get(), H5D_CONTIGUOUS);
    H5Pset_alloc_time(creation.get(), allocation);
    // Text needs the fill value, lest unwritten places point anywhere.
    const bool is_text = H5Tget_class(type) == H5T_STRING;
    H5Pset_fill_time(creation.get(), is_text ? H5D_FILL_TIME_IFSET : H5D_FILL_TIME_NEVER);
    Hdf5Handle dataset(H5Dcreate2(m_file.get(), path.c_str(), type, space.get(), H5P_DEFAULT,
                                  creation.get(), H5P_DEFAULT));
    require(bool(dataset), "create", path);
    return dataset;
}

Hdf5Handle StructureWriter::open(const std::string& path) {
    Hdf5Handle dataset(H5Dopen2(m_file.get(), path.c_str(), H5P_DEFAULT));
    require(bool(dataset), "open", path);
    return dataset;
}

void StructureWriter::name_scale(const Hdf5Handle& dataset, const std::string& path,
                                 const std::string& name) {
    require(H5DSset_scale(dataset.get(), name.c_str()) >= 0, "make a dimension of", path);
}

void StructureWriter::require(bool ok, const char* what, const std::string& path) const {
    if (!ok) {
        throw EnvironmentError(fmt::format(
            "{}: cannot {} '{}': {}; check that the folder is writable and has free space, and "
            "that no other run writes there",
            m_name.string(), what, path, hdf5_reason()));
    }
}

}  // namespace farstep
