// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Opening, checking and reading numbers and texts.

#include "io/input_file.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "error.hpp"
#include "io/seal.hpp"

namespace farstep {
namespace {

constexpr std::int64_t max_deflation = 1032;  // deflate cannot shrink data more than this

/// Bytes of a variable, or the largest number if that cannot be represented.
std::int64_t bytes_claimed(const Shape& shape, std::int64_t width) {
    std::int64_t bytes = width;
    for (const std::int64_t length : shape) {
        if (length == 0) {
            return 0;
        }
        if (bytes > std::numeric_limits<std::int64_t>::max() / length) {
            return std::numeric_limits<std::int64_t>::max();
        }
        bytes *= length;
    }
    return bytes;
}

/// Where a variable's numbers lie, and how they are packed.
class Storage {
public:
    Storage(const Hdf5Handle& variable, std::int64_t file_bytes)
        : m_creation(H5Dget_create_plist(variable.get())),
          m_layout(H5Pget_layout(m_creation.get())),
          m_bytes(static_cast<std::int64_t>(std::min(H5Dget_storage_size(variable.get()),
                                                     static_cast<hsize_t>(file_bytes)))) {}

    bool in_other_files() const {
        return m_layout == H5D_VIRTUAL || H5Pget_external_count(m_creation.get()) > 0;
    }
    /// Bytes that the variable can at most hold.
    std::int64_t bytes_possible() const { return is_packed() ? m_bytes * max_deflation : m_bytes; }

    /// HDF5 unpacks chunks as a whole, even for a single number of them.
    Shape packed_chunk() const {
        std::vector<hsize_t> lengths(H5S_MAX_RANK);
        const int rank = is_packed() ? H5Pget_chunk(m_creation.get(), H5S_MAX_RANK, lengths.data())
                                     : 0;
        return {lengths.begin(), lengths.begin() + std::max(rank, 0)};
    }

    /// A filter that is not known to stay within max_deflation; empty if there is none. Of deflation
    /// upon deflation, a few bytes can ask for any amount of memory; other filters take the size of
    /// what they unpack from the file.
    std::string refused_filter() const {
        int deflations = 0;
        for (unsigned i = 0; is_packed() && i < filters(); ++i) {
            unsigned flags = 0;
            std::size_t parameters = 0;
            std::array<char, 64> name{};
            const H5Z_filter_t filter =
                H5Pget_filter2(m_creation.get(), i, &flags, &parameters, nullptr, name.size() - 1,
                               name.data(), nullptr);
            const bool is_deflation = filter == H5Z_FILTER_DEFLATE && ++deflations == 1;
            if (is_deflation || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32) {
                continue;
            }
            return name.front() != '\0' ? name.data() : fmt::format("number {}", filter);
        }
        return "";
    }

private:
    unsigned filters() const {
        return static_cast<unsigned>(std::max(H5Pget_nfilters(m_creation.get()), 0));
    }
    bool is_packed() const { return m_layout == H5D_CHUNKED && filters() > 0; }

    Hdf5Handle m_creation;
    H5D_layout_t m_layout;
    std::int64_t m_bytes;  // stored in this file
};

/// Memory for texts of variable length, of which a small file can refer to one long one many times.
class TextMemory {
public:
    explicit TextMemory(std::int64_t limit_bytes)
        : m_left(static_cast<std::size_t>(limit_bytes)), m_transfer(H5Pcreate(H5P_DATASET_XFER)) {
        H5Pset_vlen_mem_manager(m_transfer.get(), allocate, this, keep, nullptr);
    }

    hid_t transfer() const { return m_transfer.get(); }

private:
    static void* allocate(std::size_t size, void* self) {
        auto& memory = *static_cast<TextMemory*>(self);
        if (size > memory.m_left) {
            return nullptr;
        }
        memory.m_left -= size;
        return memory.m_texts.emplace_back(new (std::nothrow) char[size]).get();
    }
    static void keep(void*, void*) {}

    std::size_t m_left;
    std::vector<std::unique_ptr<char[]>> m_texts;
    Hdf5Handle m_transfer;
};

/// HDF5 would load a library for a filter that it lacks because a file names it.
void forbid_plugins() { H5PLset_loading_state(0); }

}  // namespace

InputFile::InputFile(std::filesystem::path name, std::optional<FileKind> expected)
    : m_name(std::move(name)) {
    silence_hdf5();
    forbid_plugins();
    const std::string remedy =
        expected ? fmt::format("'farstep {} DECK' writes such a file", maker_of(*expected))
                 : std::string("check the path");
    std::error_code error;
    if (!std::filesystem::exists(m_name, error)) {
        fail("does not exist; " + remedy);
    }
    if (!std::filesystem::is_regular_file(m_name, error)) {
        fail("is not a file; " + remedy);
    }
    if (check_seal(m_name) == Seal::broken) {
        fail("is damaged: its content does not match its checksum; " + remedy);
    }
    m_bytes = static_cast<std::int64_t>(std::filesystem::file_size(m_name, error));
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
    m_file = Hdf5Handle(H5Fopen(m_name.c_str(), H5F_ACC_RDONLY, access.get()));
    if (!m_file) {
        const std::string reason = hdf5_reason();
        const bool readable = H5Fis_hdf5(m_name.c_str()) >= 0;
        fail(readable
                 ? fmt::format("is truncated, damaged or no HDF5 file ({}); {}", reason, remedy)
                 : fmt::format("cannot be read ({}); check its permissions", reason));
    }
    if (expected) {
        check_kind(*expected);
    }
}

std::optional<FileKind> InputFile::kind() const {
    if (!has_attribute("/", kind_attribute)) {
        return std::nullopt;
    }
    const AttributeValue value = attribute("/", kind_attribute);
    const auto* name = std::get_if<std::string>(&value);
    return name != nullptr ? file_kind(*name) : std::nullopt;
}

void InputFile::check_kind(FileKind expected) const {
    const auto found = kind();
    if (!found) {
        fail(
            fmt::format("is not a file of Farstep's (it has no attribute '{}'); 'farstep {} DECK' "
                        "writes such a {} file",
                        kind_attribute, maker_of(expected), name_of(expected)));
    }
    if (*found != expected) {
        fail(fmt::format("is a {} file where a {} file is needed; 'farstep {} DECK' writes one",
                         name_of(*found), name_of(expected), maker_of(expected)));
    }
}

void InputFile::require_shape(const std::string& path, const Shape& expected) const {
    const Shape found = shape(path);
    bool same = found.size() == expected.size();
    for (std::size_t i = 0; same && i < found.size(); ++i) {
        same = expected[i] < 0 || expected[i] == found[i];
    }
    if (!same) {
        const auto words = [](const Shape& lengths) {
            std::string text;
            for (const std::int64_t length : lengths) {
                text += text.empty() ? "" : " × ";
                text += length < 0 ? "any" : std::to_string(length);
            }
            return text.empty() ? std::string("a single number") : text;
        };
        fail(
            fmt::format("'{}' has the shape {} where {} is expected; was it made for another "
                        "system or deck?",
                        path, words(found), words(expected)));
    }
    check_storage(open_variable(path), path);
}

std::vector<std::string> InputFile::read_texts(const std::string& path) const {
    const Hdf5Handle variable = open_variable(path);
    const Hdf5Handle type(H5Dget_type(variable.get()));
    if (H5Tget_class(type.get()) != H5T_STRING) {
        fail(fmt::format("'{}' holds numbers where texts are expected", path));
    }
    check_storage(variable, path);
    const Hdf5Handle space(H5Dget_space(variable.get()));
    const TextMemory memory(m_bytes);
    auto texts = read_strings(
        type.get(), space.get(),
        [&](hid_t memory_type, void* buffer) {
            return H5Dread(variable.get(), memory_type, H5S_ALL, H5S_ALL, memory.transfer(), buffer);
        },
        memory.transfer());
    if (!texts) {
        fail(fmt::format("'{}' cannot be read ({}); the file is damaged", path, hdf5_reason()));
    }
    return std::move(*texts);
}

Slab InputFile::whole(const std::string& path) const {
    const Shape lengths = shape(path);
    return {Shape(lengths.size(), 0), lengths};
}

void InputFile::check_storage(const Hdf5Handle& variable, const std::string& path) const {
    const Hdf5Handle type(H5Dget_type(variable.get()));
    const auto width = static_cast<std::int64_t>(H5Tget_size(type.get()));
    const Storage storage(variable, m_bytes);
    if (storage.in_other_files()) {
        fail(
            fmt::format("'{}' keeps its numbers in other files, which is not supported; copy "
                        "them into this one",
                        path));
    }
    const std::int64_t possible = storage.bytes_possible();
    const Shape lengths = shape_of(variable, path), chunk = storage.packed_chunk();
    if (bytes_claimed(lengths, width) > possible ||
        bytes_claimed(chunk, width) > std::max(possible, width)) {
        fail(
            fmt::format("'{}' claims to be larger than its file; the file is damaged or was "
                        "never filled",
                        path));
    }
    if (const std::string filter = storage.refused_filter(); !filter.empty()) {
        fail(
            fmt::format("'{}' is packed by the filter {}, and only one deflation (gzip), shuffle and "
                        "fletcher32 are read; pack it anew with 'h5repack -f GZIP=4'",
                        path, filter));
    }
}

std::size_t InputFile::checked_size(const std::string& path, const Slab& slab) const {
    const Hdf5Handle variable = open_variable(path);
    check_storage(variable, path);
    if (!within(slab, shape_of(variable, path))) {
        fail(fmt::format("'{}' is smaller than the part of it that is needed", path));
    }
    return static_cast<std::size_t>(element_count(slab.count));
}

void InputFile::read_slab(const std::string& path, const Slab& slab, void* values,
                          NumberType type) const {
    const Hdf5Handle variable = open_variable(path);
    const Hdf5Handle file_type(H5Dget_type(variable.get()));
    const H5T_class_t content = H5Tget_class(file_type.get());
    if (content != H5T_FLOAT && content != H5T_INTEGER) {
        fail(fmt::format("'{}' does not hold numbers", path));
    }
    if (element_count(slab.count) == 0) {
        return;
    }
    const Hdf5Handle in_file(H5Dget_space(variable.get()));
    const Hdf5Handle in_memory = simple_space(slab.count);
    if (!slab.count.empty()) {
        const std::vector<hsize_t> offset(slab.offset.begin(), slab.offset.end());
        const std::vector<hsize_t> count(slab.count.begin(), slab.count.end());
        H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, offset.data(), nullptr, count.data(),
                            nullptr);
    }
    if (H5Dread(variable.get(), native_type(type), in_memory.get(), in_file.get(), H5P_DEFAULT,
                values) < 0) {
        fail(fmt::format("'{}' cannot be read ({}); the file is damaged", path, hdf5_reason()));
    }
}

void InputFile::fail(const std::string& what) const {
    throw EnvironmentError(fmt::format("{}: {}", m_name.string(), what));
}

}  // namespace farstep
