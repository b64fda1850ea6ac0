// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// An HDF5 file opened for reading, by one process on its own, ours or somebody else's. Nothing
// that it says about sizes is believed beyond what its own length allows. Every failure is an
// EnvironmentError that names file and variable; several ranks read inside `together`.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/attributes.hpp"
#include "io/file_kind.hpp"
#include "io/hdf5.hpp"
#include "io/slab.hpp"

namespace farstep {

class InputFile {
public:
    /// Opens a file of Farstep's of the kind that is expected; any HDF5 file if none is.
    explicit InputFile(std::filesystem::path name, std::optional<FileKind> expected = {});

    const std::filesystem::path& name() const { return m_name; }
    /// Empty for a file that is not Farstep's.
    std::optional<FileKind> kind() const;

    /// True for a group or variable of that path.
    bool has(const std::string& path) const;
    /// Paths of all variables, coordinates included, dimensions without coordinates left out.
    std::vector<std::string> variables() const;
    Shape shape(const std::string& path) const;
    /// Names of a variable's dimensions; "" where the file names none.
    std::vector<std::string> dimensions(const std::string& path) const;
    bool is_text(const std::string& path) const;
    /// Throws unless the variable has this shape and the file holds it; -1 stands for any length.
    void require_shape(const std::string& path, const Shape& expected) const;

    /// The whole variable, converted to T.
    template <Number T = double>
    std::vector<T> read(const std::string& path) const {
        return read<T>(path, whole(path));
    }
    template <Number T = double>
    std::vector<T> read(const std::string& path, const Slab& slab) const {
        std::vector<T> values(checked_size(path, slab));
        read_slab(path, slab, values.data(), number_type<T>());
        return values;
    }
    /// Into the caller's memory, which holds the slab's elements.
    template <Number T>
    void read_into(const std::string& path, const Slab& slab, T* values) const {
        checked_size(path, slab);
        read_slab(path, slab, values, number_type<T>());
    }
    std::vector<std::string> read_texts(const std::string& path) const;

    // Attributes of a group or variable; "/" is the file itself.
    bool has_attribute(const std::string& object, const std::string& name) const;
    std::vector<std::string> attributes(const std::string& object) const;
    AttributeValue attribute(const std::string& object, const std::string& name) const;
    std::string text(const std::string& object, const std::string& name) const;
    double number(const std::string& object, const std::string& name) const;
    std::int64_t integer(const std::string& object, const std::string& name) const;
    std::vector<double> numbers(const std::string& object, const std::string& name) const;

private:
    void check_kind(FileKind expected) const;
    Hdf5Handle open_variable(const std::string& path) const;
    Hdf5Handle open_object(const std::string& path) const;
    Shape shape_of(const Hdf5Handle& variable, const std::string& path) const;
    Slab whole(const std::string& path) const;
    void check_storage(const Hdf5Handle& variable, const std::string& path) const;
    std::size_t checked_size(const std::string& path, const Slab& slab) const;
    void read_slab(const std::string& path, const Slab& slab, void* values, NumberType type) const;
    [[noreturn]] void fail(const std::string& what) const;

    std::filesystem::path m_name;
    std::int64_t m_bytes = 0;  // length of the file
    Hdf5Handle m_file;
};

}  // namespace farstep
