// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Files of other programs, with initial states and parameters: edited, then drawn from.

#include "made_files.hpp"

namespace farstep::fuzz {
namespace {

void draw(const Setup& setup, const std::filesystem::path&) {
    const EnsembleOptions& options = *setup.options.ensemble;
    Ensemble ensemble(setup.system->dimension(), {0, options.size});
    draw_initial_states({}, setup, options, "ensemble", ensemble);
}

}  // namespace
}  // namespace farstep::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    farstep::fuzz::start();
    farstep::fuzz::foreign_files();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return farstep::fuzz::fuzz_file(farstep::fuzz::foreign_files(), {data, size},
                                    farstep::fuzz::draw);
}
