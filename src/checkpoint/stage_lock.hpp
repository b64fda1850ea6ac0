// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// One run at a time makes a stage's files: whoever does holds a lock on OUTPUT/STAGE.lock. It ends
// with the process, however that ends; a file that a killed run leaves locks nobody out.

#pragma once

#include <filesystem>
#include <string>

#include "io/descriptor.hpp"

namespace farstep {

class StageLock {
public:
    /// Throws EnvironmentError if another process has the lock. Where a file cannot be made there
    /// is no lock either: what the stage writes itself will tell why. One process calls this.
    explicit StageLock(std::filesystem::path file);
    /// Removes the file.
    ~StageLock();
    StageLock(const StageLock&) = delete;
    StageLock& operator=(const StageLock&) = delete;

    /// Why the file system locks nothing; empty if it does.
    const std::string& refusal() const { return m_refusal; }

private:
    bool acquire();
    [[noreturn]] void refuse(const std::string& holder) const;
    void sign() const;

    std::filesystem::path m_file;
    Descriptor m_descriptor;
    std::string m_refusal;
};

}  // namespace farstep
