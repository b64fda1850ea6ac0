// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Layout of a seal, in 64-bit little-endian words: begin and length of each uncovered range, their
// number, the length of the file before the seal, the checksum, a mark.

#include "io/seal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "error.hpp"

namespace farstep {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

using Word = std::uint64_t;
constexpr Word mark = 0x314C414553545346;  // "FSTSEAL1"
constexpr std::int64_t word_bytes = sizeof(Word);
constexpr std::int64_t fixed_words = 4;

/// Any change of a single word changes the sum.
class Checksum {
public:
    void add(Word word) { m_sum = std::rotl((m_sum ^ word) * 0x9E3779B97F4A7C15, 29); }
    /// Bytes that do not fill a word are padded with zeros.
    void add(const char* bytes, std::size_t count) {
        for (std::size_t i = 0; i < count; i += sizeof(Word)) {
            Word word = 0;
            std::memcpy(&word, bytes + i, std::min(sizeof(Word), count - i));
            add(word);
        }
    }
    Word value() const { return m_sum; }

private:
    Word m_sum = 0x6A09E667F3BCC908;
};

/// Adds the bytes begin … end-1; false if they cannot be read.
bool add_range(std::ifstream& file, std::int64_t begin, std::int64_t end, Checksum& sum) {
    constexpr std::int64_t piece = 1 << 16;
    std::vector<char> buffer(piece);
    file.seekg(begin);
    for (std::int64_t at = begin; at < end; at += piece) {
        const std::int64_t count = std::min(piece, end - at);
        if (!file.read(buffer.data(), count)) {
            return false;
        }
        sum.add(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
}

/// Of all bytes before `end` that are not in the ranges, which are in order.
bool checksum(std::ifstream& file, std::int64_t end, std::span<const ByteRange> uncovered,
              Checksum& sum) {
    std::int64_t at = 0;
    for (const ByteRange& range : uncovered) {
        sum.add(static_cast<Word>(range.begin));
        sum.add(static_cast<Word>(range.length));
        if (range.begin < at || range.length < 0 || range.length > end - range.begin ||
            !add_range(file, at, range.begin, sum)) {
            return false;
        }
        at = range.begin + range.length;
    }
    sum.add(static_cast<Word>(end));
    return add_range(file, at, end, sum);
}

}  // namespace

std::int64_t seal_bytes(std::size_t uncovered) {
    return (2 * static_cast<std::int64_t>(uncovered) + fixed_words) * word_bytes;
}

void write_seal(const std::filesystem::path& file, std::span<const ByteRange> uncovered) {
    std::vector<ByteRange> ranges(uncovered.begin(), uncovered.end());
    std::sort(ranges.begin(), ranges.end(),
              [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
    std::error_code error;
    const auto end = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
    std::ifstream input(file, std::ios::binary);
    Checksum sum;
    const bool readable = !error && checksum(input, end, ranges, sum);
    std::vector<Word> words;
    for (const ByteRange& range : ranges) {
        words.push_back(static_cast<Word>(range.begin));
        words.push_back(static_cast<Word>(range.length));
    }
    words.insert(words.end(), {ranges.size(), static_cast<Word>(end), sum.value(), mark});
    std::ofstream output(file, std::ios::binary | std::ios::app);
    output.write(reinterpret_cast<const char*>(words.data()), seal_bytes(ranges.size()));
    output.close();
    if (!readable || !output) {
        throw EnvironmentError(
            fmt::format("cannot finish {}: reading it back or writing failed; "
                        "check the disk and its free space",
                        file.string()));
    }
}

Seal check_seal(const std::filesystem::path& file) {
    std::error_code error;
    const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
    std::array<Word, fixed_words> last{};
    std::ifstream input(file, std::ios::binary);
    input.seekg(bytes - fixed_words * word_bytes);
    if (error || bytes < fixed_words * word_bytes ||
        !input.read(reinterpret_cast<char*>(last.data()), sizeof(last)) || last[3] != mark) {
        return Seal::absent;
    }
    const auto [count, end, sum, tail] = last;
    if (count > static_cast<Word>(bytes) / sizeof(ByteRange) ||
        end != static_cast<Word>(bytes - seal_bytes(count))) {
        return Seal::broken;
    }
    std::vector<ByteRange> uncovered(count);
    input.seekg(static_cast<std::int64_t>(end));
    Checksum found;
    const bool intact = input.read(reinterpret_cast<char*>(uncovered.data()),
                                   static_cast<std::streamsize>(count * sizeof(ByteRange))) &&
                        checksum(input, static_cast<std::int64_t>(end), uncovered, found) &&
                        found.value() == sum;
    return intact ? Seal::intact : Seal::broken;
}

}  // namespace farstep
