// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Edits through HDF5's own interface, then, of a sealed file, damage to its bytes. A file without a
// seal is not damaged, as HDF5 1.10 crashes on that: docs/robustness.md.

#include "file_edits.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "io/attributes.hpp"
#include "io/hdf5.hpp"
#include "io/input_file.hpp"
#include "io/seal.hpp"

namespace farstep::fuzz {
namespace {

constexpr std::int64_t most_written = 4096;  // numbers; larger variables stay unwritten

const double numbers[] = {0,
                          1,
                          -1,
                          0.5,
                          2,
                          3,
                          7,
                          1e9,
                          1e18,
                          -1e18,
                          1e300,
                          1e-300,
                          std::numeric_limits<double>::quiet_NaN(),
                          std::numeric_limits<double>::infinity()};

const std::int64_t lengths[] = {0,
                                1,
                                2,
                                3,
                                4,
                                5,
                                6,
                                8,
                                16,
                                100,
                                1000,
                                std::int64_t{1} << 20,
                                std::int64_t{1} << 31,
                                std::int64_t{1} << 40,
                                std::int64_t{1} << 61};

/// A number out of the list, or any.
double number(Bytes& input) {
    return input.below(4) == 0 ? input.take<double>() : input.one_of(numbers);
}

Hdf5Handle compound_type() {
    Hdf5Handle type(H5Tcreate(H5T_COMPOUND, 16));
    H5Tinsert(type.get(), "a", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type.get(), "b", 8, H5T_NATIVE_INT64);
    return type;
}

Hdf5Handle enumeration_type() {
    Hdf5Handle type(H5Tenum_create(H5T_NATIVE_INT8));
    const std::int8_t zero = 0;
    H5Tenum_insert(type.get(), "zero", &zero);
    return type;
}

Hdf5Handle text_type(std::size_t width) {
    Hdf5Handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), width);
    return type;
}

/// A floating-point type that no processor has.
Hdf5Handle odd_float_type() {
    Hdf5Handle type(H5Tcopy(H5T_IEEE_F32LE));
    H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
    H5Tset_precision(type.get(), 16);
    H5Tset_ebias(type.get(), 15);
    return type;
}

Hdf5Handle type_of(Bytes& input) {
    const hsize_t three = 3;
    switch (input.below(20)) {
        case 0:
            return Hdf5Handle(H5Tcopy(H5T_IEEE_F32BE));
        case 1:
            return Hdf5Handle(H5Tcopy(H5T_STD_I64LE));
        case 2:
            return Hdf5Handle(H5Tcopy(H5T_STD_U64BE));
        case 3:
            return Hdf5Handle(H5Tcopy(H5T_STD_I8LE));
        case 4:
            return Hdf5Handle(H5Tcopy(H5T_STD_U16LE));
        case 5:
            return text_type(1 + input.below(255));
        case 6:
            return text_type(1 + input.take<std::uint32_t>() % 2'000'000'000);
        case 7:
        case 8:
            return utf8_string_type();
        case 9:
            return compound_type();
        case 10:
            return Hdf5Handle(H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &three));
        case 11:
            return enumeration_type();
        case 12:
            return Hdf5Handle(H5Tcreate(H5T_OPAQUE, 1 + input.below(255)));
        case 13:
            return Hdf5Handle(H5Tcopy(H5T_STD_REF_OBJ));
        case 14:
            return Hdf5Handle(H5Tvlen_create(H5T_NATIVE_DOUBLE));
        case 15:
            return Hdf5Handle(H5Tcopy(H5T_STD_B8LE));
        case 16:
            return odd_float_type();
        default:
            return Hdf5Handle(H5Tcopy(H5T_IEEE_F64LE));
    }
}

/// Of `present`, or of any rank and lengths; null for a data space without elements.
std::optional<Shape> shape_of(Bytes& input, const Shape& present) {
    const std::size_t choice = input.below(10);
    if (choice == 9) return std::nullopt;
    if (choice < 5) {
        Shape shape = present;
        if (choice > 0 && !shape.empty()) {
            shape[input.below(shape.size())] = input.one_of(lengths);
        }
        return shape;
    }
    Shape shape(choice - 5);
    for (std::int64_t& length : shape) length = input.one_of(lengths);
    return shape;
}

Hdf5Handle space_of(const std::optional<Shape>& shape) {
    return shape ? simple_space(*shape) : Hdf5Handle(H5Screate(H5S_NULL));
}

bool is_small(const std::optional<Shape>& shape) {
    std::int64_t count = 1;
    for (const std::int64_t length : shape.value_or(Shape{0})) {
        if (length > most_written) return false;
        count *= length;
        if (count > most_written) return false;
    }
    return count > 0;
}

/// Calls write(type, data) with as many values as the shape holds.
template <class Write>
void write_values(Bytes& input, hid_t type, const Shape& shape, const Write& write) {
    const auto count = static_cast<std::size_t>(element_count(shape));
    if (H5Tis_variable_str(type) > 0) {
        const std::string text = input.text();
        const std::vector<const char*> texts(count, text.c_str());
        write(type, texts.data());
        return;
    }
    const H5T_class_t content = H5Tget_class(type);
    if (content == H5T_INTEGER || content == H5T_FLOAT) {
        const double first = number(input), increment = number(input);
        std::vector<double> values(count);
        for (std::size_t i = 0; i < count; ++i) values[i] = first + double(i) * increment;
        write(H5T_NATIVE_DOUBLE, values.data());
        return;
    }
    const std::size_t bytes = count * H5Tget_size(type);
    if (content == H5T_VLEN || bytes > 1 << 20) return;
    std::string text = input.text();
    text.resize(bytes, text.empty() ? '\0' : text.back());
    write(type, text.data());
}

/// How a new variable is stored; `beside` takes its numbers where they are not in its own file.
Hdf5Handle layout_of(Bytes& input, const std::optional<Shape>& shape,
                     const std::filesystem::path& beside) {
    Hdf5Handle layout(H5Pcreate(H5P_DATASET_CREATE));
    const std::size_t choice = input.below(12);
    if (choice == 1) H5Pset_layout(layout.get(), H5D_COMPACT);
    if (choice == 2) H5Pset_external(layout.get(), beside.c_str(), 0, H5F_UNLIMITED);
    const bool can_chunk =
        shape && !shape->empty() &&
        std::none_of(shape->begin(), shape->end(), [](auto n) { return n == 0; });
    if (choice < 3 || !can_chunk) return layout;
    std::vector<hsize_t> chunk;
    for (const std::int64_t length : *shape) {
        chunk.push_back(static_cast<hsize_t>(std::min<std::int64_t>(length, 64)));
    }
    H5Pset_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data());
    if (choice == 4 || choice == 5) H5Pset_shuffle(layout.get());
    if (choice == 5 || choice == 6) H5Pset_fletcher32(layout.get());
    if (choice >= 4 && choice <= 8) H5Pset_deflate(layout.get(), 9);
    if (choice == 8) H5Pset_deflate(layout.get(), 9);
    if (choice == 9) H5Pset_scaleoffset(layout.get(), H5Z_SO_INT, H5Z_SO_INT_MINBITS_DEFAULT);
    if (choice == 10) H5Pset_nbit(layout.get());
    return layout;
}

/// One file while it is edited through HDF5.
class Editor {
public:
    Editor(const std::filesystem::path& file, const FileNames& names, Bytes& input)
        : m_file(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)),
          m_beside(file.parent_path() / "beside.raw"),
          m_names(names),
          m_input(input) {}

    void remove_variable() { H5Ldelete(m_file.get(), variable().c_str(), H5P_DEFAULT); }

    void replace_variable() {
        const std::string name = variable();
        const auto shape = shape_of(m_input, present_shape(name));
        const Hdf5Handle type = type_of(m_input);
        const Hdf5Handle layout = layout_of(m_input, shape, m_beside);
        H5Ldelete(m_file.get(), name.c_str(), H5P_DEFAULT);
        const Hdf5Handle fresh(H5Dcreate2(m_file.get(), name.c_str(), type.get(),
                                          space_of(shape).get(), H5P_DEFAULT, layout.get(),
                                          H5P_DEFAULT));
        // HDF5 crashes where it packs numbers of odd types by these.
        const bool can_write = H5Pget_filter_by_id2(layout.get(), H5Z_FILTER_SCALEOFFSET, nullptr,
                                                    nullptr, nullptr, 0, nullptr, nullptr) < 0 &&
                               H5Pget_filter_by_id2(layout.get(), H5Z_FILTER_NBIT, nullptr, nullptr,
                                                    nullptr, 0, nullptr, nullptr) < 0;
        if (!fresh || !can_write || !is_small(shape) || m_input.below(4) == 0) return;
        write_values(m_input, type.get(), *shape, [&](hid_t memory_type, const void* values) {
            H5Dwrite(fresh.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        });
    }

    void set_element() {
        const std::string name = variable();
        const Hdf5Handle data(H5Dopen2(m_file.get(), name.c_str(), H5P_DEFAULT));
        const Shape shape = present_shape(name);
        const double value = number(m_input);
        const hsize_t position = m_input.take<std::uint16_t>();
        if (!data || !is_small(shape)) return;
        std::vector<hsize_t> at(shape.size());
        hsize_t rest = position;
        for (std::size_t i = shape.size(); i-- > 0;) {
            at[i] = rest % static_cast<hsize_t>(shape[i]);
            rest /= static_cast<hsize_t>(shape[i]);
        }
        const Hdf5Handle space(H5Dget_space(data.get()));
        if (!at.empty()) H5Sselect_elements(space.get(), H5S_SELECT_SET, 1, at.data());
        H5Dwrite(data.get(), H5T_NATIVE_DOUBLE, simple_space({}).get(), space.get(), H5P_DEFAULT,
                 &value);
    }

    void remove_attribute() {
        const auto& [object, name] = attribute();
        const Hdf5Handle handle = open(object);
        H5Adelete(handle.get(), name.c_str());
    }

    void replace_attribute() {
        const auto& [object, name] = attribute();
        const Hdf5Handle handle = open(object);
        const auto shape = shape_of(m_input, {});
        const Hdf5Handle type = type_of(m_input);
        // HDF5 takes memory for all of an attribute where it is made.
        constexpr std::size_t most_bytes = 60'000;
        if (shape && (!is_small(shape) || H5Tget_size(type.get()) > most_bytes)) return;
        H5Adelete(handle.get(), name.c_str());
        const Hdf5Handle fresh(H5Acreate2(handle.get(), name.c_str(), type.get(),
                                          space_of(shape).get(), H5P_DEFAULT, H5P_DEFAULT));
        if (!fresh || !is_small(shape)) return;
        write_values(m_input, type.get(), *shape, [&](hid_t memory_type, const void* values) {
            H5Awrite(fresh.get(), memory_type, values);
        });
    }

    /// An attribute's own kind of value, another one.
    void change_attribute() {
        const auto& [object, name] = attribute();
        const Hdf5Handle handle = open(object);
        switch (m_input.below(3)) {
            case 0:
                write_attribute(handle.get(), name, m_input.text());
                break;
            case 1:
                write_attribute(handle.get(), name, std::int64_t{m_input.take<std::int8_t>()});
                break;
            default:
                write_attribute(handle.get(), name, number(m_input));
        }
    }

    void replace_by_link() {
        const std::string name = variable(), target = variable();
        H5Ldelete(m_file.get(), name.c_str(), H5P_DEFAULT);
        switch (m_input.below(4)) {
            case 0:
                H5Lcreate_soft(target.c_str(), m_file.get(), name.c_str(), H5P_DEFAULT,
                               H5P_DEFAULT);
                break;
            case 1:
                H5Lcreate_external("other.h5", target.c_str(), m_file.get(), name.c_str(),
                                   H5P_DEFAULT, H5P_DEFAULT);
                break;
            case 2:
                H5Lcreate_hard(m_file.get(), target.c_str(), m_file.get(), name.c_str(),
                               H5P_DEFAULT, H5P_DEFAULT);
                break;
            default:
                Hdf5Handle(
                    H5Gcreate2(m_file.get(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        }
    }

private:
    const std::string& variable() {
        return m_names.variables[m_input.take<std::uint8_t>() % m_names.variables.size()];
    }
    const std::pair<std::string, std::string>& attribute() {
        return m_names.attributes[m_input.take<std::uint8_t>() % m_names.attributes.size()];
    }
    Hdf5Handle open(const std::string& object) {
        return Hdf5Handle(H5Oopen(m_file.get(), hdf5_name(normalised_path(object)), H5P_DEFAULT));
    }
    Shape present_shape(const std::string& name) {
        const Hdf5Handle data(H5Dopen2(m_file.get(), name.c_str(), H5P_DEFAULT));
        const Hdf5Handle space(data ? H5Dget_space(data.get()) : H5I_INVALID_HID);
        std::vector<hsize_t> lengths_found(H5S_MAX_RANK);
        const int rank =
            space ? H5Sget_simple_extent_dims(space.get(), lengths_found.data(), nullptr) : 0;
        return {lengths_found.begin(), lengths_found.begin() + std::max(rank, 0)};
    }

    Hdf5Handle m_file;
    std::filesystem::path m_beside;
    const FileNames& m_names;
    Bytes& m_input;
};

/// Whether there was such an edit.
bool edit(Editor& editor, std::size_t choice) {
    switch (choice) {
        case 0:
            editor.remove_variable();
            return true;
        case 1:
            editor.replace_variable();
            return true;
        case 2:
            editor.set_element();
            return true;
        case 3:
            editor.remove_attribute();
            return true;
        case 4:
            editor.replace_attribute();
            return true;
        case 5:
            editor.change_attribute();
            return true;
        case 6:
            editor.replace_by_link();
            return true;
        default:
            return false;
    }
}

/// One change of the file as bytes.
void damage(std::string& bytes, Bytes& input) {
    const std::size_t choice = input.below(3);
    const std::size_t at = input.take<std::uint32_t>() % bytes.size();
    if (choice == 0) {
        bytes[at] = static_cast<char>(input.take<std::uint8_t>());
    } else if (choice == 1) {
        const auto word = input.take<std::uint64_t>();
        std::memcpy(&bytes[at], &word, std::min(sizeof word, bytes.size() - at));
    } else {
        bytes.resize(at);
    }
}

}  // namespace

FileNames names_in(const std::filesystem::path& file) {
    const InputFile input(file);
    FileNames names{input.variables(), {}};
    for (const std::string& name : input.attributes("/")) names.attributes.emplace_back("/", name);
    return names;
}

std::string unsealed(const std::filesystem::path& file) {
    std::string bytes = read_bytes(file);
    if (check_seal(file) == Seal::intact) {
        bytes.resize(bytes.size() - static_cast<std::size_t>(seal_bytes(0)));
    }
    return bytes;
}

void write_edited(const std::filesystem::path& file, const std::string& original,
                  const FileNames& names, Bytes& input) {
    constexpr std::size_t most_edits = 8, kinds = 8;
    const auto write = [&](const std::string& bytes) {
        write_bytes(file, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    };
    const bool sealed = input.below(2) == 1;
    const std::size_t edits = input.below(most_edits);
    write(original);
    if (edits > 0) {
        Editor editor(file, names, input);
        for (std::size_t i = 0; i < edits && edit(editor, input.below(kinds)); ++i) {
        }
    }
    if (!sealed) return;
    write_seal(file, {});
    if (input.empty()) return;
    std::string bytes = read_bytes(file);
    damage(bytes, input);
    write(bytes);
}

}  // namespace farstep::fuzz
