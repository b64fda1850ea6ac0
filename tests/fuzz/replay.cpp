// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A main function for fuzzers in builds without libFuzzer: FUZZER [-seconds=N] FILE_OR_FOLDER...
// runs every input, then random changes of them, the same in every run, for that many seconds.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzzing.hpp"

namespace {

using Input = std::vector<std::uint8_t>;
using Random = std::mt19937_64;

Input read_input(const std::filesystem::path& file) {
    const std::string bytes = farstep::fuzz::read_bytes(file);
    return {bytes.begin(), bytes.end()};
}

void add_inputs(const std::filesystem::path& path, std::vector<std::filesystem::path>& files) {
    if (!std::filesystem::is_directory(path)) {
        files.push_back(path);
        return;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
}

std::size_t below(Random& random, std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
}

/// A random piece of another input, in place of a random piece of this one.
void splice(Random& random, Input& input, const Input& other) {
    constexpr std::size_t longest = 64;
    const std::size_t at = below(random, input.size() + 1);
    const std::size_t gone = below(random, std::min(longest, input.size() - at) + 1);
    const std::size_t from = below(random, other.size() + 1);
    const std::size_t taken = below(random, std::min(longest, other.size() - from) + 1);
    Input changed(input.begin(), input.begin() + std::ptrdiff_t(at));
    changed.insert(changed.end(), other.begin() + std::ptrdiff_t(from),
                   other.begin() + std::ptrdiff_t(from + taken));
    changed.insert(changed.end(), input.begin() + std::ptrdiff_t(at + gone), input.end());
    input = std::move(changed);
}

Input mutated(Random& random, const std::vector<Input>& inputs) {
    Input input = inputs[below(random, inputs.size())];
    for (std::size_t changes = 1 + below(random, 4); changes > 0; --changes) {
        if (input.empty() || below(random, 2) == 0) {
            splice(random, input, inputs[below(random, inputs.size())]);
        } else {
            input[below(random, input.size())] = std::uint8_t(below(random, 256));
        }
    }
    return input;
}

void run(const Input& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

}  // namespace

int main(int argc, char** argv) {
    double seconds = 0;
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argc; ++i) {
        constexpr std::string_view option = "-seconds=";
        const std::string_view argument = argv[i];
        if (argument.starts_with(option)) {
            std::from_chars(argv[i] + option.size(), argv[i] + argument.size(), seconds);
        } else {
            add_inputs(argument, files);
        }
    }
    LLVMFuzzerInitialize(&argc, &argv);
    std::sort(files.begin(), files.end());
    std::vector<Input> inputs{{}};
    for (const auto& file : files) inputs.push_back(read_input(file));
    for (const Input& input : inputs) run(input);
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    std::size_t runs = inputs.size();
    Random random(1);
    for (; std::chrono::steady_clock::now() < end; ++runs) run(mutated(random, inputs));
    std::fprintf(stderr, "%zu inputs, %zu runs\n", inputs.size(), runs);
    return 0;
}
