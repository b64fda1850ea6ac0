// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Single-step training is regression: features (states) and targets (what the coarse step misses)
// are computed once; fitting needs nothing else.
#pragma once

#include <farstep/ensemble_view.hpp>

#include <cstdint>
#include <vector>

#include "catalog/system_model.hpp"
#include "deck/options.hpp"
#include "io/input_file.hpp"
#include "parallel/communicator.hpp"

namespace farstep {

/// Samples of one rank, in standardised units, in the ensemble layout. Global sample numbers run
/// trajectory by trajectory; a rank owns a contiguous range of them.
struct SampleSet {
    StateView inputs, targets;
    std::int64_t count = 0;   ///< on this rank
    std::int64_t first = 0;   ///< global number of this rank's first sample
    std::int64_t total = 0;   ///< over all ranks

    std::int64_t tiles() const { return std::int64_t(inputs.extent(0)); }
};

/// Units of the fit: x̃ = (u − centre)/input_scale, ỹ = target/target_scale, by input and output.
struct SampleScaling {
    std::vector<double> centre, input_scale, target_scale;
    std::vector<double> low, high;  ///< the box that the states fill, by component
};

struct TrainingData {
    SampleSet training, validation;
    SampleScaling scaling;
    /// Mean square of the raw targets of the validation samples: the loss of no corrector.
    double validation_target_power = 0;
    /// Numbers of the trajectories set aside, over all ranks.
    std::vector<std::int64_t> validation_trajectories;
};

/// Reads a dataset and turns it into samples: one a state, or for a local approximator one for each
/// variable of the ring. `stepper` is the plain scheme at the dataset's sampling step, in double. Throws EnvironmentError if the dataset holds failed trajectories only,
/// or too few to set any aside for validation. Collective.
TrainingData make_training_data(const Communicator& comm, const InputFile& dataset,
                                const SystemModel& system, const Stepper& stepper,
                                const TrainOptions& options);

}  // namespace farstep
