// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Models as forecasts and further training read them: edited, then used for a step.

#include "commands/stages.hpp"
#include "made_files.hpp"

namespace farstep::fuzz {
namespace {

void step_with(const Setup& setup, const Model& model) {
    const EnsembleOptions& options = *setup.options.ensemble;
    Ensemble ensemble(setup.system->dimension(), {0, options.size});
    draw_initial_states({}, setup, options, "ensemble", ensemble);
    model.require_in_range({}, setup, ensemble.view());
    setup.guarded_stepper(model.network, guard_on({}, model.box_low, model.box_high))
        ->advance(ensemble.view(), 0, 1);
}

void use(Setup setup, const std::filesystem::path& file) {
    step_with(setup, read_model({}, file, setup));
    setup.options.train->start = file;
    read_start({}, setup);
}

}  // namespace
}  // namespace farstep::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    farstep::fuzz::start();
    farstep::fuzz::made_models();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return farstep::fuzz::fuzz_file(farstep::fuzz::made_models(), {data, size}, farstep::fuzz::use);
}
