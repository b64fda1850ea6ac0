// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The data phase of OutputFile. All variables are open from its beginning and their space is
// allocated, so that a write moves numbers and touches no metadata.

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "error.hpp"
#include "io/output_file.hpp"
#include "parallel/agree.hpp"

namespace farstep {
namespace {

constexpr std::int64_t for_final_attributes = 128 * 1024;  // bytes claimed before the data phase
constexpr std::int64_t max_transfer_bytes = std::int64_t{1} << 30;  // MPI's own limit is 2 GiB
/// Ranks whose parts are single blocks of this size or more write them directly; HDF5's collective
/// transfer, which gathers small parts into large ones, was measured to be 6 times slower then.
constexpr std::int64_t min_block_bytes = std::int64_t{1} << 18;
/// What the thread that writes behind the caller's back writes at once.
constexpr std::int64_t block_bytes = std::int64_t{8} << 20;
constexpr double patience_s = 10;  // for all ranks to close a file that is given up

/// With one rank HDF5's serial driver serves, and needs no MPI.
Hdf5Handle data_access(const Communicator& comm) {
    Hdf5Handle properties(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_libver_bounds(properties.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    H5Pset_fclose_degree(properties.get(), H5F_CLOSE_STRONG);
    if (comm.size() > 1) {
        H5Pset_fapl_mpio(properties.get(), comm.handle(), MPI_INFO_NULL);
        H5Pset_all_coll_metadata_ops(properties.get(), true);
        H5Pset_coll_metadata_write(properties.get(), true);
    }
    return properties;
}

Hdf5Handle transfer_properties(const Communicator& comm, Transfer transfer) {
    Hdf5Handle properties(H5Pcreate(H5P_DATASET_XFER));
    if (comm.size() > 1) {
        H5Pset_dxpl_mpio(properties.get(), transfer == Transfer::collective
                                               ? H5FD_MPIO_COLLECTIVE
                                               : H5FD_MPIO_INDEPENDENT);
    }
    return properties;
}

void check_slab(const std::string& path, const Slab& slab, const Shape& shape) {
    if (!within(slab, shape)) {
        throw std::logic_error(fmt::format("a slab of '{}' lies outside of it", path));
    }
}

/// The slab in a space of the given shape; nothing of it without a slab or elements.
Hdf5Handle selection(const Slab* slab, const Shape& shape) {
    Hdf5Handle space = simple_space(shape);
    if (slab == nullptr || element_count(slab->count) == 0) {
        H5Sselect_none(space.get());
    } else if (!shape.empty()) {
        const std::vector<hsize_t> offset(slab->offset.begin(), slab->offset.end());
        const std::vector<hsize_t> count(slab->count.begin(), slab->count.end());
        H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, offset.data(), nullptr, count.data(),
                            nullptr);
    }
    return space;
}

/// Numbers that belong together: a row of the last dimension, if there are others.
std::int64_t row_length(const Slab& slab) { return slab.count.size() > 1 ? slab.count.back() : 1; }

/// The same elements, packed, in memory.
Hdf5Handle packed(const Slab* slab) {
    if (slab == nullptr) {
        return selection(nullptr, {});
    }
    const Slab all{Shape(slab->count.size(), 0), slab->count};
    return selection(&all, slab->count);
}

}  // namespace

void OutputFile::begin_parallel() {
    expect(Phase::structure, "begin_parallel");
    find_places();
    on_root(m_comm, [&] { close_structure(for_final_attributes); });
    m_taken_up = false;
    together(m_comm, [&] {
        if (!std::filesystem::exists(PartFile::part_of(m_name))) {
            throw EnvironmentError(fmt::format(
                "{} is not visible here; choose a folder that all nodes share with 'output' in "
                "the deck",
                PartFile::part_of(m_name).string()));
        }
        m_together_only =
            m_comm.size() > 1 && !BlockFile::is_shared_safely(PartFile::part_of(m_name));
    });
    m_phase = Phase::data;
    together(m_comm, [&] { open_for_data(); });
}

/// Every rank learns where the variables lie, which is for good: they are contiguous.
void OutputFile::find_places() {
    std::vector<std::int64_t> places;
    on_root(m_comm, [&] {
        for (const auto& [path, layout] : m_variables) {
            places.push_back(m_structure->place_of(path).begin);
        }
    });
    m_comm.broadcast(places);
    auto place = places.begin();
    for (auto& [path, layout] : m_variables) {
        layout.place = *place++;
    }
}

std::vector<ByteRange> OutputFile::places() const {
    std::vector<ByteRange> places;
    for (const auto& [path, layout] : m_variables) {
        places.push_back({layout.place, element_count(layout.shape) * bytes_of(layout.type)});
    }
    return places;
}

void OutputFile::close_structure(std::int64_t spare_bytes) {
    const std::int64_t bytes = m_structure->bytes() + spare_bytes;
    m_part->reserve(bytes);
    m_structure->close();
    m_structure.reset();
    m_part->reserve(bytes);  // closing has cut the file to its length, and given the rest away
}

void OutputFile::open_for_data() {
    silence_hdf5();
    const auto part = PartFile::part_of(m_name);
    const Hdf5Handle access = data_access(m_comm);  // closing it would make HDF5 forget a failure
    m_data = Hdf5Handle(H5Fopen(part.c_str(), H5F_ACC_RDWR, access.get()));
    for (auto entry = m_variables.begin(); m_data && entry != m_variables.end(); ++entry) {
        Hdf5Handle dataset(H5Dopen2(m_data.get(), entry->first.c_str(), H5P_DEFAULT));
        if (dataset) {
            m_datasets.emplace(entry->first, std::move(dataset));
        }
    }
    if (!m_data || m_datasets.size() != m_variables.size()) {
        throw EnvironmentError(fmt::format(
            "cannot open {} for data: {}; choose a folder with parallel access from all nodes",
            part.string(), hdf5_reason()));
    }
}

/// Apart from what follows it, which is collective and must not wait for a rank that failed here.
void OutputFile::finish_writing() {
    together(m_comm, [&] {
        if (m_background) {
            m_background->finish();
        }
    });
}

void OutputFile::secure() {
    expect(Phase::data, "secure");
    finish_writing();
    together(m_comm, [&] {
        const Descriptor file(PartFile::part_of(m_name), O_RDWR);
        if (H5Fflush(m_data.get(), H5F_SCOPE_GLOBAL) < 0 || !file || ::fsync(file.get()) != 0) {
            throw EnvironmentError(fmt::format("cannot bring {} to disk: {}; check the disk",
                                               PartFile::part_of(m_name).string(), hdf5_reason()));
        }
    });
    // Data touch none of these bytes, so that once is enough.
    on_root(m_comm, [&] {
        if (m_skeleton.empty()) {
            m_skeleton = read_skeleton(PartFile::part_of(m_name), places());
        }
        m_part->keep();
    });
}

void OutputFile::end_parallel() {
    expect(Phase::data, "end_parallel");
    finish_writing();
    together(m_comm, [&] {
        m_background.reset();
        m_datasets.clear();
        if (!m_data.close()) {
            throw EnvironmentError(fmt::format("cannot finish {}: {}; check the disk's free space",
                                               PartFile::part_of(m_name).string(), hdf5_reason()));
        }
    });
    m_phase = Phase::structure;
    on_root(m_comm,
            [&] { m_structure.emplace(PartFile::part_of(m_name), StructureWriter::Mode::extend); });
}

void OutputFile::write_slab(const std::string& path, const Slab& slab, const void* data,
                            NumberType type, Transfer transfer) {
    expect(Phase::data, "write");
    const std::string name = normalised_path(path);
    if (transfer == Transfer::independent) {
        check_slab(name, slab, layout(name).shape);
        write_alone(name, slab, data, type);
        return;
    }
    together(m_comm, [&] { check_slab(name, slab, layout(name).shape); });
    write_jointly(name, slab, data, type);
}

void OutputFile::write_alone(const std::string& path, const Slab& slab, const void* data,
                             NumberType type) {
    const char* from = static_cast<const char*>(data);
    for (const Slab& piece : split(slab, max_transfer_bytes / bytes_of(type))) {
        transfer_slab(path, &piece, from, type, Transfer::independent);
        from += element_count(piece.count) * bytes_of(type);
    }
}

void OutputFile::write_jointly(const std::string& path, const Slab& slab, const void* data,
                               NumberType type) {
    const std::vector<Slab> pieces = split(slab, max_transfer_bytes / bytes_of(type));
    const std::int64_t bytes = element_count(slab.count) * bytes_of(type);
    const bool scattered =
        bytes > 0 && (bytes < min_block_bytes || !is_one_block(slab, layout(path).shape));
    std::array<std::int64_t, 2> most{std::ssize(pieces), scattered ? 1 : 0};
    m_comm.allreduce(most, Reduce::max);
    if (most[1] == 0) {
        together(m_comm, [&] { write_alone(path, slab, data, type); });
        return;
    }
    const char* from = static_cast<const char*>(data);
    for (std::int64_t i = 0; i < most[0]; ++i) {
        const Slab* piece = i < std::ssize(pieces) ? &pieces[static_cast<std::size_t>(i)] : nullptr;
        together(m_comm, [&] { transfer_slab(path, piece, from, type, Transfer::collective); });
        from += piece != nullptr ? element_count(piece->count) * bytes_of(type) : 0;
    }
}

/// Whether this rank's part may be written by itself, whole rows at a time.
bool OutputFile::is_large_block(const Slab& slab, const Layout& layout) const {
    const std::int64_t size = bytes_of(layout.type);
    return element_count(slab.count) * size >= min_block_bytes &&
           is_one_block(slab, layout.shape) && row_length(slab) * size <= min_block_bytes;
}

void OutputFile::write_slab_behind(const std::string& path, const Slab& slab, NumberType type,
                                   const Fill& fill) {
    expect(Phase::data, "write_behind");
    const std::string name = normalised_path(path);
    together(m_comm, [&] { check_slab(name, slab, layout(name).shape); });
    const std::int64_t count = element_count(slab.count);
    const bool jointly = count > 0 && (m_together_only || type != layout(name).type ||
                                       !is_large_block(slab, layout(name)));
    if (m_comm.allreduce(std::int64_t(jointly), Reduce::max) == 0) {
        together(m_comm, [&] { queue_block(name, slab, type, fill); });
        return;
    }
    std::vector<char> values(static_cast<std::size_t>(count * bytes_of(type)));
    if (count > 0) {
        fill(0, count, values.data());
    }
    write_jointly(name, slab, values.data(), type);
}

void OutputFile::queue_block(const std::string& path, const Slab& slab, NumberType type,
                             const Fill& fill) {
    const std::int64_t count = element_count(slab.count), size = bytes_of(type);
    if (count == 0) {
        return;
    }
    BackgroundWriter& writer = background();
    const std::int64_t row = row_length(slab);
    const std::int64_t most = writer.block_bytes() / (row * size) * row;
    const std::int64_t place = layout(path).place + first_element(slab, layout(path).shape) * size;
    for (std::int64_t first = 0; first < count; first += most) {
        const std::int64_t here = std::min(most, count - first);
        fill(first, here, writer.room(place + first * size));
        writer.submit(here * size);
    }
}

BackgroundWriter& OutputFile::background() {
    if (!m_background) {
        const std::int64_t block = std::clamp(m_memory / 2, min_block_bytes, block_bytes);
        m_background.emplace(PartFile::part_of(m_name), block,
                             static_cast<int>(std::max<std::int64_t>(2, m_memory / block)));
    }
    return *m_background;
}

void OutputFile::transfer_slab(const std::string& path, const Slab* slab, const void* data,
                               NumberType type, Transfer transfer) {
    const Hdf5Handle in_file = selection(slab, layout(path).shape);
    const Hdf5Handle in_memory = packed(slab);
    const Hdf5Handle properties = transfer_properties(m_comm, transfer);
    const char nothing = 0;
    if (H5Dwrite(m_datasets.at(path).get(), native_type(type), in_memory.get(), in_file.get(),
                 properties.get(), data != nullptr ? data : &nothing) < 0) {
        throw EnvironmentError(fmt::format("{}: cannot write '{}': {}; check the disk's free space",
                                           PartFile::part_of(m_name).string(), path,
                                           hdf5_reason()));
    }
}

void OutputFile::write_all(const std::string& path, const void* data, NumberType type) {
    const std::string name = normalised_path(path);
    const Shape& shape = layout(name).shape;
    if (element_count(shape) == 0) {
        return;
    }
    if (m_phase == Phase::structure) {
        on_root(m_comm, [&] { m_structure->write_whole(name, data, type); });
        return;
    }
    expect(Phase::data, "write_whole");
    together(m_comm, [&] {
        if (m_comm.is_root()) {
            write_alone(name, {Shape(shape.size(), 0), shape}, data, type);
        }
    });
}

void OutputFile::abandon_data() {
    m_background.reset();
    if (m_comm.all_arrive_within(patience_s)) {
        m_datasets.clear();
        m_data.close();
        return;
    }
    // A rank is missing, and closing would wait for it. The session will end all ranks.
    for (auto& [path, dataset] : m_datasets) {
        dataset.release();
    }
    m_data.release();
}

std::vector<ByteRange> OutputFile::large_variables() {
    std::vector<ByteRange> places;
    for (const auto& [path, layout] : m_variables) {
        const bool is_large =
            element_count(layout.shape) * bytes_of(layout.type) > max_sealed_bytes;
        if (is_large && m_kind != FileKind::checkpoint) {
            places.push_back(m_structure->place_of(path));
        }
    }
    return places;
}

void OutputFile::commit() {
    if (m_phase == Phase::data) {
        end_parallel();
    }
    expect(Phase::structure, "commit");
    on_root(m_comm, [&] {
        const std::vector<ByteRange> large = large_variables();
        close_structure(seal_bytes(large.size()));
        write_seal(PartFile::part_of(m_name), large);
        m_part->commit();
    });
    m_phase = Phase::committed;
}

}  // namespace farstep
