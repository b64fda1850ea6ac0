// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A queue of full buffers, and a stack of free ones: the last one written is likeliest in cache.

#include "io/background_writer.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include "error.hpp"

namespace farstep {

BackgroundWriter::BackgroundWriter(std::filesystem::path file, std::int64_t block_bytes,
                                   int buffers)
    : m_file(std::move(file)), m_block_bytes(block_bytes), m_unused(buffers) {
    try {
        m_thread = std::thread([this] { work(); });
    } catch (const std::system_error&) {
        throw EnvironmentError(
            "cannot start a thread that writes files; raise the limit on "
            "processes (ulimit -u)");
    }
}

BackgroundWriter::~BackgroundWriter() {
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.clear();
        m_ending = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

char* BackgroundWriter::room(std::int64_t offset) {
    std::unique_lock lock(m_mutex);
    m_current = take_free(lock);
    m_current->offset = offset;
    return m_current->data();
}

BackgroundWriter::Block BackgroundWriter::take_free(std::unique_lock<std::mutex>& lock) {
    if (m_free.empty() && m_unused > 0) {
        rethrow();
        --m_unused;
        return {AlignedBytes(m_block_bytes + BlockFile::alignment)};
    }
    m_changed.wait(lock, [&] { return !m_free.empty() || m_failure; });
    rethrow();
    Block block = std::move(m_free.back());
    m_free.pop_back();
    return block;
}

void BackgroundWriter::submit(std::int64_t bytes) {
    if (!m_current || bytes > m_block_bytes) {
        throw std::logic_error("BackgroundWriter::submit without room for it");
    }
    {
        const std::lock_guard lock(m_mutex);
        m_current->bytes = bytes;
        m_waiting.push_back(*std::exchange(m_current, std::nullopt));
    }
    m_changed.notify_all();
}

void BackgroundWriter::finish() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return (m_waiting.empty() && !m_writing) || m_failure; });
    rethrow();
}

void BackgroundWriter::rethrow() const {
    if (m_failure) {
        std::rethrow_exception(m_failure);
    }
}

void BackgroundWriter::work() {
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [&] { return !m_waiting.empty() || m_ending; });
        if (m_ending) {
            return;
        }
        Block block = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_writing = true;
        lock.unlock();
        std::exception_ptr failure;
        try {
            m_file.write(block.offset, block.data(), block.bytes);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        m_writing = false;
        m_free.push_back(std::move(block));
        if (failure) {
            m_failure = failure;
            m_waiting.clear();
        }
        m_changed.notify_all();
    }
}

}  // namespace farstep
