// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/stage_lock.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.hpp"
#include "io/provenance.hpp"

namespace farstep {
namespace {

/// Between opening a file and locking it, the run that had it may have removed it.
bool is_still_there(int descriptor, const std::filesystem::path& file) {
    struct stat opened {
    }, named{};
    return ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// What the holder signed with, if it could.
std::string holder_of(int descriptor) {
    std::array<char, 128> text{};
    const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
    const std::string signature(text.data(), std::size_t(std::max<ssize_t>(length, 0)));
    const bool is_readable = std::all_of(signature.begin(), signature.end(),
                                         [](char c) { return c >= ' ' && c <= '~'; });
    return signature.empty() || !is_readable ? "" : fmt::format(" ({})", signature);
}

}  // namespace

StageLock::StageLock(std::filesystem::path file) : m_file(std::move(file)) {
    std::error_code ignored;
    std::filesystem::create_directories(m_file.parent_path(), ignored);
    int attempts = 10;
    while (!acquire()) {
        if (--attempts == 0) refuse("");
    }
    sign();
}

StageLock::~StageLock() {
    std::error_code ignored;
    if (m_descriptor) std::filesystem::remove(m_file, ignored);
}

/// False if it is to be tried again.
bool StageLock::acquire() {
    m_descriptor = Descriptor(m_file, O_RDWR | O_CREAT);
    if (!m_descriptor) return true;
    // Not of POSIX's kind, which any other descriptor of this process that is closed would end.
    if (::flock(m_descriptor.get(), LOCK_EX | LOCK_NB) == 0) {
        if (is_still_there(m_descriptor.get(), m_file)) return true;
        m_descriptor = Descriptor();
        return false;
    }
    if (errno == EWOULDBLOCK) {
        const Descriptor theirs = std::exchange(m_descriptor, Descriptor());
        refuse(holder_of(theirs.get()));
    }
    m_refusal = std::strerror(errno);
    return true;
}

void StageLock::refuse(const std::string& holder) const {
    throw EnvironmentError(fmt::format(
        "{} is held by another run{}; wait for it, or choose another folder with 'output' in the "
        "deck",
        m_file.string(), holder));
}

void StageLock::sign() const {
    if (!m_descriptor) return;
    const std::string signature = fmt::format("process {} on {}", ::getpid(), host_name());
    // For whoever reads it; without space for it, the lock holds all the same.
    const bool is_empty = ::ftruncate(m_descriptor.get(), 0) == 0;
    if (is_empty && ::pwrite(m_descriptor.get(), signature.data(), signature.size(), 0) < 0) return;
}

}  // namespace farstep
