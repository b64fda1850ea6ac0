// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Folders, disk space, and the rename at the end.

#include "io/part_file.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.hpp"
#include "io/descriptor.hpp"

namespace farstep {
namespace {

std::string system_reason() { return std::strerror(errno); }

std::filesystem::path folder_of(const std::filesystem::path& name) {
    return name.has_parent_path() ? name.parent_path() : std::filesystem::path(".");
}

[[noreturn]] void no_space(const std::filesystem::path& name, std::int64_t bytes,
                           const std::string& reason) {
    throw EnvironmentError(fmt::format(
        "{} needs {} of disk: {}; free some space, save less, or choose another folder with "
        "'output' in the deck",
        name.string(), describe_bytes(static_cast<double>(bytes)), reason));
}

/// True if the file system promised the blocks, or has no such promise to give.
bool claim_blocks([[maybe_unused]] int fd, [[maybe_unused]] std::int64_t bytes) {
#ifdef __linux__
    if (::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, bytes) != 0) {
        return errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
    }
#endif
    return true;
}

/// Of the disk blocks that a file has, claimed ones included.
std::uintmax_t bytes_held(const std::filesystem::path& file) {
    constexpr std::uintmax_t block = 512;  // st_blocks counts these, whatever the disk's blocks
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? std::uintmax_t(status.st_blocks) * block : 0;
}

/// HDF5 would empty a file before it finds that another process has it locked.
void require_unlocked(const std::filesystem::path& part) {
    const Descriptor file(part, O_RDWR);
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        throw EnvironmentError(fmt::format(
            "{} is being written by another run; wait for it, or choose another folder with "
            "'output' in the deck",
            part.string()));
    }
}

}  // namespace

std::string describe_bytes(double bytes) {
    constexpr std::array<const char*, 6> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return fmt::format("{:.{}f} {}", bytes, unit == 0 || bytes >= 100 ? 0 : 1, units[unit]);
}

PartFile::PartFile(std::filesystem::path name) : m_name(std::move(name)), m_part(part_of(m_name)) {
    const auto folder = folder_of(m_name);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!std::filesystem::is_directory(folder)) {
        throw EnvironmentError(
            fmt::format("cannot create the folder {}: {}; choose another with 'output' in the deck",
                        folder.string(), error ? error.message() : "a file has its name"));
    }
    for (const auto& path : {m_name, m_part}) {
        if (std::filesystem::is_directory(path, error)) {
            throw EnvironmentError(fmt::format(
                "{} is a folder where a file is to be written; move it away, or choose another "
                "folder with 'output' in the deck",
                path.string()));
        }
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
        throw EnvironmentError(fmt::format(
            "cannot write into the folder {}: {}; choose another with 'output' in the deck",
            folder.string(), system_reason()));
    }
    require_unlocked(m_part);
}

PartFile::~PartFile() {
    if (!m_committed && !m_kept) {
        std::error_code ignored;
        std::filesystem::remove(m_part, ignored);
    }
}

void PartFile::check_room(std::int64_t bytes) const {
    const auto size = static_cast<std::uintmax_t>(bytes);
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        size > limit.rlim_cur) {
        no_space(m_name, bytes,
                 fmt::format("no file may exceed {} here (ulimit -f)",
                             describe_bytes(static_cast<double>(limit.rlim_cur))));
    }
    std::error_code error;
    const auto space = std::filesystem::space(folder_of(m_name), error);
    // What the file holds already counts: it may grow after the disk has filled.
    if (!error && size > space.available + bytes_held(m_part)) {
        no_space(
            m_name, bytes,
            fmt::format("only {} are free", describe_bytes(static_cast<double>(space.available))));
    }
}

void PartFile::reserve(std::int64_t bytes) const {
    const Descriptor file(m_part, O_RDWR);
    if (!file) {
        throw EnvironmentError(fmt::format("cannot open {}: {}; did another run remove it?",
                                           m_part.string(), system_reason()));
    }
    if (!claim_blocks(file.get(), bytes)) {
        no_space(m_name, bytes, system_reason());
    }
}

void PartFile::commit() {
    const auto folder = folder_of(m_name);
    const Descriptor file(m_part, O_RDWR);
    struct stat status {};
    const bool trimmed = file && ::fstat(file.get(), &status) == 0 &&
                         ::ftruncate(file.get(), status.st_size) == 0;  // frees unused blocks
    if (!trimmed || ::fsync(file.get()) != 0) {
        throw EnvironmentError(fmt::format("cannot bring {} to disk: {}; check the disk",
                                           m_part.string(), system_reason()));
    }
    std::error_code error;
    std::filesystem::rename(m_part, m_name, error);
    if (error) {
        throw EnvironmentError(fmt::format("cannot rename {} to {}: {}; check the folder",
                                           m_part.string(), m_name.string(), error.message()));
    }
    m_committed = true;
    // The new name outlives a power failure, too. Not every file system can promise that.
    const Descriptor entries(folder, O_RDONLY | O_DIRECTORY);
    if (entries) {
        ::fsync(entries.get());
    }
}

}  // namespace farstep
