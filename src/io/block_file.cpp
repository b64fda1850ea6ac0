// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// pwrite, by two descriptors of one file.

#include "io/block_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <fmt/format.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#include "clock.hpp"
#include "error.hpp"
#include "io/part_file.hpp"

namespace farstep {
namespace {

/// What statfs says of a path; 0 where it says nothing.
[[maybe_unused]] std::int64_t file_system_of([[maybe_unused]] const std::filesystem::path& path) {
#ifdef __linux__
    struct statfs system {};
    if (::statfs(path.c_str(), &system) == 0) {
        return static_cast<std::int64_t>(system.f_type);
    }
#endif
    return 0;
}

/// Direct writes were measured on ext4 to be as fast as cached ones at best, 4 times faster at
/// worst, and to take a third of the processor time. Network file systems keep caches of their
/// own, of which nothing was measured.
Descriptor open_direct([[maybe_unused]] const std::filesystem::path& file) {
#ifdef __linux__
    const std::int64_t system = file_system_of(file);
    if (system == EXT4_SUPER_MAGIC || system == XFS_SUPER_MAGIC) {
        return Descriptor(file, O_WRONLY | O_DIRECT);
    }
#endif
    return {};
}

std::int64_t round_up(std::int64_t bytes) {
    return (bytes + BlockFile::alignment - 1) / BlockFile::alignment * BlockFile::alignment;
}

}  // namespace

AlignedBytes::AlignedBytes(std::int64_t bytes)
    : m_data(static_cast<char*>(
          std::aligned_alloc(BlockFile::alignment, static_cast<std::size_t>(round_up(bytes))))) {
    if (!m_data) {
        throw std::bad_alloc();
    }
}

BlockFile::BlockFile(std::filesystem::path file)
    : m_name(std::move(file)), m_cached(m_name, O_WRONLY), m_direct(open_direct(m_name)) {
    if (!m_cached) {
        throw EnvironmentError(fmt::format("cannot open {}: {}; did another run remove it?",
                                           m_name.string(), std::strerror(errno)));
    }
}

void BlockFile::write(std::int64_t offset, const char* data, std::int64_t bytes) const {
    const std::int64_t first = round_up(offset) - offset;
    const std::int64_t last = (offset + bytes) / alignment * alignment - offset;
    const bool aligned = reinterpret_cast<std::uintptr_t>(data + first) % alignment == 0;
    if (!m_direct || !aligned || first >= last) {
        write_all(m_cached, offset, data, bytes);
        return;
    }
    write_all(m_cached, offset, data, first);
    write_all(m_direct, offset + first, data + first, last - first);
    write_all(m_cached, offset + last, data + last, bytes - last);
}

void BlockFile::write_all(const Descriptor& to, std::int64_t offset, const char* data,
                          std::int64_t bytes) const {
    while (bytes > 0) {
        const auto written = ::pwrite(to.get(), data, static_cast<std::size_t>(bytes), offset);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0 && errno == EINVAL && &to == &m_direct) {  // a stricter alignment
            write_all(m_cached, offset, data, bytes);
            return;
        }
        if (written <= 0) {
            throw EnvironmentError(fmt::format("{}: cannot write: {}; check the disk's free space",
                                               m_name.string(), std::strerror(errno)));
        }
        offset += written;
        data += written;
        bytes -= written;
    }
}

bool BlockFile::is_shared_safely([[maybe_unused]] const std::filesystem::path& folder) {
#ifdef __linux__
    return file_system_of(folder) != NFS_SUPER_MAGIC;
#else
    return true;
#endif
}

double measured_write_rate(std::filesystem::path folder) {
    constexpr std::int64_t piece = std::int64_t{8} << 20, most = std::int64_t{256} << 20;
    constexpr double enough_s = 0.1;
    while (!folder.empty() && !std::filesystem::exists(folder)) {
        folder = folder.parent_path();
    }
    const auto name = folder / fmt::format(".farstep-rate-{}", ::getpid());
    const PartFile removed_in_the_end(name);
    const Descriptor created(PartFile::part_of(name), O_RDWR | O_CREAT | O_TRUNC);
    const BlockFile file(PartFile::part_of(name));
    const AlignedBytes data(piece);
    std::memset(data.get(), 1, piece);
    const auto start = Clock::now();
    std::int64_t bytes = 0;
    double elapsed_s = 0;
    while (bytes < most && elapsed_s < enough_s) {
        file.write(bytes, data.get(), piece);
        ::fdatasync(created.get());
        bytes += piece;
        elapsed_s = seconds_since(start);
    }
    return static_cast<double>(bytes) / elapsed_s;
}

}  // namespace farstep
