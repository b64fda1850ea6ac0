// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A thread that writes blocks to a file while the caller makes the next ones. It calls neither MPI
// nor HDF5 nor Kokkos, so none of them need know of it.

#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "io/block_file.hpp"

namespace farstep {

class BackgroundWriter {
public:
    /// At most `buffers` blocks of `block_bytes` each wait to be written; memory is taken when it
    /// is needed first. Throws EnvironmentError.
    BackgroundWriter(std::filesystem::path file, std::int64_t block_bytes, int buffers);
    /// Drops what has not been written.
    ~BackgroundWriter();
    BackgroundWriter(const BackgroundWriter&) = delete;
    BackgroundWriter& operator=(const BackgroundWriter&) = delete;

    std::int64_t block_bytes() const { return m_block_bytes; }

    /// Room for a block that will lie at `offset` of the file, waited for if all buffers are in
    /// use. Throws what went wrong with an earlier block.
    char* room(std::int64_t offset);
    /// The first `bytes` of that room are to be written.
    void submit(std::int64_t bytes);
    /// Waits until all is written. Throws what went wrong.
    void finish();

private:
    struct Block {
        AlignedBytes buffer;
        std::int64_t offset = 0;
        std::int64_t bytes = 0;

        /// Placed so that the numbers are aligned in memory as in the file.
        char* data() const { return buffer.get() + offset % BlockFile::alignment; }
    };

    void work();
    Block take_free(std::unique_lock<std::mutex>& lock);
    void rethrow() const;

    BlockFile m_file;
    std::int64_t m_block_bytes;
    int m_unused;                    // buffers not yet allocated
    std::optional<Block> m_current;  // the room last given, if it has not been submitted
    std::mutex m_mutex;              // of what follows
    std::condition_variable m_changed;
    std::vector<Block> m_free;
    std::deque<Block> m_waiting;
    bool m_writing = false, m_ending = false;
    std::exception_ptr m_failure;
    std::thread m_thread;
};

}  // namespace farstep
