// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Checkpoints of stages that were stopped: edited, then gone on from to the stage's end. The bytes
// in them that go back into the unfinished file are left alone, as HDF5 1.10 crashes on structure
// that is damaged: docs/robustness.md.

#include <cstdio>
#include <cstdlib>

#include "checkpoint/checkpoint.hpp"
#include "commands/stages.hpp"
#include "made_files.hpp"

namespace farstep::fuzz {
namespace {

const std::string forecast_deck = R"(
system: henon_heiles
step: 0.5
ensemble: {size: 8}
forecast: {corrected: false, until: 1.5, save: {trajectories: [0, 5]}}
)";

// In three chunks, with trajectories that fail and steps of their own.
const std::string chunks_deck = R"(
system: henon_heiles
step: 0.5
scheme: dop853
limits: {qx: [-0.3, 0.3]}
memory: 1 KiB
ensemble: {size: 130}
forecast: {corrected: false, until: 1, save: {statistics: [mean], trajectories: [0, 128]}}
)";

const std::string generate_deck = R"(
system: {name: spring_chain, masses: 5, parameters: {k_1: {uniform: [1, 2]}}}
step: 0.2
ensemble: {size: 8}
generate: {until: 0.6}
)";

const std::string adam_deck = R"(
system: henon_heiles
step: 0.5
ensemble: {size: 8}
generate: {until: 2}
train:
  approximator: {hidden: 3}
  fit: [ridge, adam]
  ridge: {scales: [0.1], penalties: [1e-12]}
  adam: {iterations: 40, batch: 16}
)";

const std::string search_deck = R"(
system: henon_heiles
step: 0.5
ensemble: {size: 8}
generate: {until: 2}
train:
  approximator: {hidden: 2}
  fit: levenberg_marquardt
  levenberg_marquardt: {starts: 2, start_iterations: 2, iterations: 4}
)";

using Stage = void (*)(const Context&, const Setup&);

void make_forecast(const Context& context, const Setup& setup) { forecast(context, setup); }
void generate_dataset(const Context& context, const Setup& setup) { make_dataset(context, setup); }
void train_model(const Context& context, const Setup& setup) { make_model(context, setup); }

/// A stage that was stopped: its checkpoint, and the unfinished file beside it, if it has one.
struct StoppedStage {
    Stage stage = nullptr;
    MadeFile checkpoint;
    std::filesystem::path path, unfinished;
    std::string unfinished_bytes;
};

const Context context{{}, {.quiet = true}};

/// Lets the stage come to so many safe points.
void stop(Stage stage, Setup setup, int stops) {
    setup.options.checkpoint.wall_limit = 1e-9;
    for (int i = 0; i < stops; ++i) {
        try {
            stage(context, setup);
            std::fprintf(stderr, "fuzzer: a stage did not stop\n");
            std::abort();
        } catch (const Stopped&) {
        }
    }
}

StoppedStage stopped(const std::string& name, const std::string& deck, const char* stage_name,
                     Stage stage, int stops, const std::filesystem::path& writes) {
    const Setup setup = setup_of(name, deck);
    if (stage == train_model) make_dataset(context, setup);
    stop(stage, setup, stops);
    StoppedStage result;
    result.stage = stage;
    result.path = Checkpoint::path_of(setup, stage_name);
    result.checkpoint = made(setup, result.path);
    std::erase_if(result.checkpoint.names.variables,
                  [](const std::string& variable) { return variable.starts_with("skeleton"); });
    if (writes.empty()) return result;
    result.unfinished = setup.options.output / writes;
    result.unfinished_bytes = read_bytes(result.unfinished);
    return result;
}

const std::vector<StoppedStage>& stopped_stages() {
    static const std::vector<StoppedStage> stages{
        stopped("forecast", forecast_deck, "forecast", make_forecast, 1, "forecast.h5.part"),
        stopped("chunks", chunks_deck, "forecast", make_forecast, 3, "forecast.h5.part"),
        stopped("generate", generate_deck, "generate", generate_dataset, 2, "dataset.h5.part"),
        stopped("adam", adam_deck, "train", train_model, 2, {}),
        stopped("search", search_deck, "train", train_model, 3, {})};
    return stages;
}

void put_back(const StoppedStage& stage) {
    if (stage.unfinished.empty()) return;
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(stage.unfinished_bytes.data());
    write_bytes(stage.unfinished, {bytes, stage.unfinished_bytes.size()});
}

}  // namespace
}  // namespace farstep::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    farstep::fuzz::start();
    farstep::fuzz::stopped_stages();
    return std::freopen("/dev/null", "w", stdout) ? 0 : 1;  // what stages say
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace farstep::fuzz;
    Bytes bytes({data, size});
    const StoppedStage& stage = stopped_stages()[bytes.below(stopped_stages().size())];
    put_back(stage);
    write_edited(stage.path, stage.checkpoint.bytes, stage.checkpoint.names, bytes);
    expect_refusal({farstep::exit_deck, farstep::exit_environment},
                   [&] { stage.stage(context, stage.checkpoint.setup); });
    return 0;
}
