// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// An HDF5 file that all ranks write together and that xarray, h5py and netCDF tools read. It is
// built as NAME.part in three phases: structure (rank 0), data (all ranks), final attributes
// (rank 0); then it takes its final name. Failures are EnvironmentErrors, on all ranks together.

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/attributes.hpp"
#include "io/background_writer.hpp"
#include "io/file_kind.hpp"
#include "io/hdf5.hpp"
#include "io/part_file.hpp"
#include "io/seal.hpp"
#include "io/skeleton.hpp"
#include "io/slab.hpp"
#include "io/structure_writer.hpp"
#include "parallel/communicator.hpp"

namespace farstep {

/// What a reader wants to know about a variable. Empty texts leave no attribute. Write "s", not
/// "seconds": xarray turns spelt-out time units into its own time type.
struct Description {
    std::string units = {};
    std::string long_name = {};
    std::vector<Attribute> more = {};
};

/// Whether all ranks write at once, and agree on errors, or each for itself.
enum class Transfer { collective, independent };

/// Variables, dimensions and groups are named by paths: "mean", "plain/mean". Groups on the way
/// are created. A variable's dimensions are sought in its group, then in those above.
/// All members are collective but independent writes; every rank passes the same structure.
class OutputFile {
public:
    /// With the skeleton of an unfinished NAME.part, takes that up: the structure calls up to
    /// begin_parallel, which must be those of the time, change nothing on disk then.
    OutputFile(Communicator comm, std::filesystem::path name, FileKind kind,
               const Skeleton* unfinished = nullptr);
    /// Without commit, nothing is left on disk, unless `secure` was called.
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    // Structure and final phases
    void group(const std::string& path);
    void dimension(const std::string& path, std::int64_t length);
    void coordinate(const std::string& path, std::span<const double> values,
                    const Description& description = {});
    void coordinate(const std::string& path, const std::vector<std::string>& values,
                    const Description& description = {});
    void variable(const std::string& path, const std::vector<std::string>& dims, NumberType type,
                  const Description& description = {});
    /// On a variable or group; "/" is the file itself. Replaces an attribute of that name.
    void attribute(const std::string& object, const std::string& name, const AttributeValue& value);

    /// Ends the structure phase. Disk space for all variables is claimed here, so that a long
    /// run learns at its start if there is not enough (`variable` has asked already).
    void begin_parallel();
    /// Back to the structure phase: for attributes that are known only now.
    void end_parallel();

    /// In the data phase, writes this rank's part. Collective: every rank calls it for the same
    /// variable, if with a slab of no elements. Independent: any rank at any time, and an error
    /// is thrown on that rank alone; call within `together`.
    template <Number T>
    void write(const std::string& path, const Slab& slab, const T* data,
               Transfer transfer = Transfer::collective) {
        write_slab(path, slab, data, number_type<T>(), transfer);
    }
    /// In the data phase, writes this rank's part while the caller goes on, if every rank's part is
    /// a large single block or empty; else like `write`. fill(first, count, values) is called
    /// for one piece after the other: `count` elements from number `first` of the slab, whole rows
    /// of its last dimension if it has several. An error may be thrown by a later call. Collective.
    template <Number T>
    void write_behind(
        const std::string& path, const Slab& slab,
        const std::function<void(std::int64_t first, std::int64_t count, T* values)>& fill) {
        write_slab_behind(path, slab, number_type<T>(),
                          [&](std::int64_t first, std::int64_t count, void* values) {
                              fill(first, count, static_cast<T*>(values));
                          });
    }
    /// In the data phase, brings to disk all that was written so far, and keeps the unfinished file
    /// from now on, even if the run fails: a checkpoint is about to refer to it. Collective.
    void secure();
    /// Of the file as it was when it was first secured, empty before; rank 0's.
    const Skeleton& skeleton() const { return m_skeleton; }
    /// Memory that this rank may fill with values that are yet to be written [bytes]. Before the
    /// first write_behind.
    void set_memory(std::int64_t bytes) { m_memory = bytes; }
    /// In any phase, writes a whole variable from rank 0's values.
    template <Number T>
    void write_whole(const std::string& path, const T* data) {
        write_all(path, data, number_type<T>());
    }

    /// Finishes the file and gives it its final name.
    void commit();

    const std::filesystem::path& name() const { return m_name; }

private:
    enum class Phase { structure, data, committed };
    struct Layout {
        Shape shape;
        NumberType type;
        std::int64_t place = 0;  // of its first number in the file, from the data phase on
    };

    void expect(Phase phase, const char* call) const;
    /// Does something to the structure on rank 0, unless the file on disk has it already.
    template <class F>
    void on_structure(F&& change);
    std::string new_path(const std::string& path);
    std::string find_dimension(const std::string& variable, const std::string& dim) const;
    void describe_object(const std::string& path, const Description& description);
    const Layout& layout(const std::string& path) const;
    void write_slab(const std::string& path, const Slab& slab, const void* data, NumberType type,
                    Transfer transfer);
    using Fill = std::function<void(std::int64_t first, std::int64_t count, void* values)>;
    void write_slab_behind(const std::string& path, const Slab& slab, NumberType type,
                           const Fill& fill);
    void queue_block(const std::string& path, const Slab& slab, NumberType type, const Fill& fill);
    bool is_large_block(const Slab& slab, const Layout& layout) const;
    BackgroundWriter& background();
    void write_all(const std::string& path, const void* data, NumberType type);
    void find_places();
    std::vector<ByteRange> places() const;
    void close_structure(std::int64_t spare_bytes);
    void open_for_data();
    void write_alone(const std::string& path, const Slab& slab, const void* data, NumberType type);
    void write_jointly(const std::string& path, const Slab& slab, const void* data,
                       NumberType type);
    std::vector<ByteRange> large_variables();
    void transfer_slab(const std::string& path, const Slab* slab, const void* data, NumberType type,
                       Transfer transfer);
    void finish_writing();
    void abandon_data();

    Communicator m_comm;
    std::filesystem::path m_name;
    FileKind m_kind;
    bool m_taken_up;  // structure calls find their objects on disk
    Skeleton m_skeleton;
    Phase m_phase = Phase::structure;
    std::map<std::string, std::int64_t> m_dimensions;  // lengths by path
    std::map<std::string, Layout> m_variables;
    std::int64_t m_bytes = 0;             // of all variables
    std::map<std::string, bool> m_taken;  // every path in use → is it a group?

    std::optional<PartFile> m_part;              // rank 0; outlives the handles below
    std::optional<StructureWriter> m_structure;  // rank 0, structure phase
    Hdf5Handle m_data;                           // all ranks, data phase
    std::map<std::string, Hdf5Handle> m_datasets;
    std::int64_t m_memory = std::int64_t{64} << 20;
    bool m_together_only = false;                  // where ranks must not write by themselves
    std::optional<BackgroundWriter> m_background;  // from the first write_behind on
};

}  // namespace farstep
