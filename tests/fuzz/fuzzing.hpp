// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// What the fuzzers share: numbers out of a fuzzer's bytes, a folder in memory, and what counts as
// a failure. A fuzzer's own function is LLVMFuzzerTestOneInput, as libFuzzer and replay.cpp want
// it.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace farstep::fuzz {

/// Takes numbers and texts from the front of a fuzzer's input; zeros once it is used up.
class Bytes {
public:
    explicit Bytes(std::span<const std::uint8_t> bytes) : m_rest(bytes) {}

    bool empty() const { return m_rest.empty(); }
    template <class T>
    T take() {
        T value{};
        const std::size_t count = std::min(sizeof(T), m_rest.size());
        std::copy_n(m_rest.begin(), count, reinterpret_cast<std::uint8_t*>(&value));
        m_rest = m_rest.subspan(count);
        return value;
    }
    /// A number less than `count`, from one byte.
    std::size_t below(std::size_t count) { return take<std::uint8_t>() % count; }
    /// One of the choices, from one byte.
    template <class T, std::size_t N>
    T one_of(const T (&choices)[N]) {
        return choices[below(N)];
    }
    /// At most 255 characters.
    std::string text() {
        const std::size_t wanted = take<std::uint8_t>(), count = std::min(wanted, m_rest.size());
        std::string text(reinterpret_cast<const char*>(m_rest.data()), count);
        m_rest = m_rest.subspan(count);
        return text;
    }

private:
    std::span<const std::uint8_t> m_rest;
};

/// This process's own folder, in memory where the system has such a place; removed at exit.
const std::filesystem::path& folder();

std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

/// Starts Kokkos on one thread, for the life of the process.
void start();

/// Runs f, which may refuse its input with one of the exit codes given, and nothing else: any other
/// exception aborts, and so does an HDF5 object that stays open.
void expect_refusal(std::initializer_list<int> exit_codes, const std::function<void()>& f);

}  // namespace farstep::fuzz
