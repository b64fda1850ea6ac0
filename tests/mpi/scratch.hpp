// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// All ranks of a test, and a folder for one test, the same on all of them, removed when it ends.

#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

#include "parallel/communicator.hpp"

namespace farstep::testing {

inline Communicator world() { return Communicator(MPI_COMM_WORLD); }

class Scratch {
public:
    explicit Scratch(Communicator comm = {}) : m_comm(comm) {
        const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
        std::string name = "farstep-test-" + std::to_string(getpid()) + "-" + std::to_string(ticks);
        m_comm.broadcast(name);
        m_path = std::filesystem::temp_directory_path() / name;
        std::filesystem::create_directories(m_path);
        m_comm.barrier();
    }
    ~Scratch() {
        m_comm.barrier();
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::filesystem::path operator/(const std::string& name) const { return m_path / name; }
    const std::filesystem::path& path() const { return m_path; }
    /// True if there is nothing else in the folder.
    bool holds_only(const std::string& name) const {
        std::size_t others = 0;
        for (const auto& entry : std::filesystem::directory_iterator(m_path)) {
            others += entry.path().filename() != name ? 1 : 0;
        }
        return others == 0;
    }

private:
    Communicator m_comm;
    std::filesystem::path m_path;
};

}  // namespace farstep::testing
