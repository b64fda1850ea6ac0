// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Writing large blocks to known places of a file that exists, past the page cache where that was
// measured to pay: numbers on their way to disk need not be copied once more by a core that steps
// could use.

#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "io/descriptor.hpp"

namespace farstep {

class BlockFile {
public:
    /// Blocks that lie in memory as they lie in the file, relative to this many bytes, can go past
    /// the page cache.
    static constexpr std::int64_t alignment = 4096;

    /// Throws EnvironmentError if the file cannot be opened for writing.
    explicit BlockFile(std::filesystem::path file);

    /// Throws EnvironmentError. Threads may write different blocks at once.
    void write(std::int64_t offset, const char* data, std::int64_t bytes) const;

    /// Whether several machines may write neighbouring blocks of files in this folder at once. NFS
    /// clients write whole pages back, and so undo each other's writes.
    static bool is_shared_safely(const std::filesystem::path& folder);

private:
    void write_all(const Descriptor& to, std::int64_t offset, const char* data,
                   std::int64_t bytes) const;

    std::filesystem::path m_name;
    Descriptor m_cached;
    Descriptor m_direct;  // past the page cache; not open where that is not known to pay
};

/// Memory that begins at a multiple of BlockFile::alignment.
class AlignedBytes {
public:
    explicit AlignedBytes(std::int64_t bytes);
    char* get() const { return m_data.get(); }

private:
    struct Free {
        void operator()(char* data) const { std::free(data); }
    };
    std::unique_ptr<char, Free> m_data;
};

/// Bytes per second that one thread brings to disk in the folder, or in the one that it will be
/// created in: measured for a tenth of a second, with a file that is gone afterwards. Throws
/// EnvironmentError.
double measured_write_rate(std::filesystem::path folder);

}  // namespace farstep
