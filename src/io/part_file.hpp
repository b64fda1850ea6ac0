// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A file under construction on disk: it grows as NAME.part beside its final place and takes its
// final name only when whole. One process owns it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace farstep {

class PartFile {
public:
    /// Creates the folder. Throws EnvironmentError if NAME cannot become a file in it.
    explicit PartFile(std::filesystem::path name);
    /// Removes NAME.part unless committed or kept.
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    static std::filesystem::path part_of(std::filesystem::path name) { return name += ".part"; }

    /// Throws if a file of this size is more than the limits and the disk's free space allow.
    /// Asked before HDF5 grows the file, as HDF5 does not survive a file it cannot close.
    void check_room(std::int64_t bytes) const;
    /// Claims disk blocks for the first `bytes` of NAME.part, holes included, so that later
    /// writes there cannot run out of space, where the file system can promise that.
    void reserve(std::int64_t bytes) const;
    /// From now on NAME.part stays on disk, whatever happens: a checkpoint refers to it.
    void keep() { m_kept = true; }
    /// Brings NAME.part safely to disk and renames it to NAME, replacing an older NAME.
    void commit();

private:
    std::filesystem::path m_name;
    std::filesystem::path m_part;
    bool m_committed = false, m_kept = false;
};

/// "1.5 GiB"
std::string describe_bytes(double bytes);

}  // namespace farstep
