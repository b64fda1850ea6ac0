// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Datasets as `train` reads them: edited, then trained on.

#include "commands/stages.hpp"
#include "made_files.hpp"

namespace farstep::fuzz {
namespace {

void train_on(Setup setup, const std::filesystem::path& file) {
    setup.options.train->dataset = file;
    fit_model({{}, {.quiet = true}}, setup, nullptr);
}

}  // namespace
}  // namespace farstep::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    farstep::fuzz::start();
    farstep::fuzz::made_datasets();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return farstep::fuzz::fuzz_file(farstep::fuzz::made_datasets(), {data, size},
                                    farstep::fuzz::train_on);
}
