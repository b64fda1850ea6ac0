// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The folder, the session, and the judgement of exceptions.

#include "fuzzing.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <system_error>

#include <unistd.h>

#include "error.hpp"
#include "io/hdf5.hpp"
#include "parallel/kokkos_session.hpp"

namespace farstep::fuzz {
namespace {

class Folder {
public:
    Folder() {
        const std::filesystem::path memory = "/dev/shm";
        std::error_code ignored;
        const bool has_memory = std::filesystem::is_directory(memory, ignored);
        m_path = (has_memory ? memory : std::filesystem::temp_directory_path()) /
                 ("farstep-fuzz-" + std::to_string(getpid()));
        std::filesystem::create_directories(m_path);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

/// HDF5 objects that are open, of kinds that a file's own count leaves out as well.
hsize_t open_objects() {
    hsize_t total = 0;
    for (const H5I_type_t type : {H5I_FILE, H5I_GROUP, H5I_DATATYPE, H5I_DATASPACE, H5I_DATASET,
                                  H5I_ATTR, H5I_GENPROP_LST}) {
        hsize_t count = 0;
        if (H5Inmembers(type, &count) >= 0) total += count;
    }
    return total;
}

[[noreturn]] void fail(const char* what, const char* detail) {
    std::fprintf(stderr, "fuzzer: %s: %s\n", what, detail);
    std::abort();
}

}  // namespace

const std::filesystem::path& folder() {
    static const Folder folder;
    return folder.path();
}

std::string read_bytes(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
    std::ofstream stream(file, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
}

void start() {
    static const KokkosSession session({}, 1);
    H5open();
    // HDF5 would give the half MiB that it takes for each open file back to the system every time.
    constexpr int unlimited = -1, kibibyte = 1024;
    H5set_free_list_limits(unlimited, unlimited, 4096 * kibibyte, 256 * kibibyte, 16384 * kibibyte,
                           1024 * kibibyte);
    silence_hdf5();
}

void expect_refusal(std::initializer_list<int> exit_codes, const std::function<void()>& f) {
    const hsize_t open_before = open_objects();
    try {
        f();
    } catch (const Error& error) {
        const bool is_known =
            std::count(exit_codes.begin(), exit_codes.end(), error.exit_code()) > 0;
        if (!is_known || *error.what() == '\0') {
            fail("an error of another kind", error.what());
        }
    } catch (const std::exception& error) {
        fail("an exception that is no Error", error.what());
    }
    if (open_objects() > open_before) {
        fail("HDF5", "objects stay open");
    }
}

}  // namespace farstep::fuzz
