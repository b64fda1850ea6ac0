// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "io/skeleton.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "error.hpp"

namespace farstep {
namespace {

std::int64_t length_of(const std::filesystem::path& file) {
    std::error_code error;
    const auto length = std::filesystem::file_size(file, error);
    return error ? -1 : static_cast<std::int64_t>(length);
}

std::vector<ByteRange> gaps_between(std::vector<ByteRange> values, std::int64_t length) {
    std::sort(values.begin(), values.end(),
              [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
    std::vector<ByteRange> gaps;
    std::int64_t at = 0;
    for (const ByteRange& range : values) {
        if (range.begin > at) {
            gaps.push_back({at, range.begin - at});
        }
        at = range.begin + range.length;
    }
    if (length > at) {
        gaps.push_back({at, length - at});
    }
    return gaps;
}

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
    throw EnvironmentError(fmt::format("{}: cannot {} the structure of the unfinished file; check "
                                       "the disk", file.string(), what));
}

}  // namespace

Skeleton read_skeleton(const std::filesystem::path& file, std::vector<ByteRange> values) {
    Skeleton skeleton;
    skeleton.file_length = length_of(file);
    skeleton.ranges = gaps_between(std::move(values), skeleton.file_length);
    std::ifstream input(file, std::ios::binary);
    for (const ByteRange& range : skeleton.ranges) {
        const std::size_t at = skeleton.bytes.size();
        skeleton.bytes.resize(at + static_cast<std::size_t>(range.length));
        input.seekg(range.begin);
        if (!input.read(reinterpret_cast<char*>(&skeleton.bytes[at]), range.length)) {
            fail(file, "read");
        }
    }
    return skeleton;
}

bool is_sound(const Skeleton& skeleton) {
    std::int64_t at = 0, bytes = 0;
    for (const ByteRange& range : skeleton.ranges) {
        if (range.begin < at || range.begin > skeleton.file_length || range.length < 0 ||
            range.length > skeleton.file_length - range.begin) {
            return false;
        }
        at = range.begin + range.length;
        bytes += range.length;
    }
    return bytes == std::ssize(skeleton.bytes);
}

bool can_restore(const std::filesystem::path& file, const Skeleton& skeleton) {
    return length_of(file) >= skeleton.file_length;
}

void restore(const std::filesystem::path& file, const Skeleton& skeleton) {
    std::error_code error;
    std::filesystem::resize_file(file, static_cast<std::uintmax_t>(skeleton.file_length), error);
    std::fstream output(file, std::ios::binary | std::ios::in | std::ios::out);
    std::int64_t at = 0;
    for (const ByteRange& range : skeleton.ranges) {
        output.seekp(range.begin);
        output.write(reinterpret_cast<const char*>(skeleton.bytes.data()) + at, range.length);
        at += range.length;
    }
    output.close();
    if (error || !output) {
        fail(file, "restore");
    }
}

}  // namespace farstep
