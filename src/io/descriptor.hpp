// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A POSIX file descriptor that closes itself.

#pragma once

#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace farstep {

class Descriptor {
public:
    Descriptor() = default;
    /// Not open, with errno set, if the system refuses.
    Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0666)
        : m_fd(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    Descriptor(Descriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    ~Descriptor() {
        if (m_fd >= 0) {
            ::close(m_fd);
        }
    }

    int get() const { return m_fd; }
    explicit operator bool() const { return m_fd >= 0; }

private:
    int m_fd = -1;
};

}  // namespace farstep
