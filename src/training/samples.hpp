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

/// Stretches of trajectories, for a loss over rollouts. Segment n of a trajectory holds its states
/// n … n + steps.
struct Segments {
    StateView states;          ///< in the state's units; all times of a trajectory, then the next's
    std::int64_t times = 0;    ///< of a trajectory
    std::int64_t steps = 0;
    std::int64_t count = 0, first = 0, total = 0;  ///< of segments, as of samples
};

/// Samples of one rank, in standardised units, in the ensemble layout. Global sample numbers run
/// trajectory by trajectory; a rank owns a contiguous range of them.
struct SampleSet {
    StateView inputs, targets;
    /// What a network's outputs are multiplied by before they are compared with the targets; empty
    /// unless the corrector multiplies.
    StateView factors;
    std::int64_t count = 0;   ///< on this rank
    std::int64_t first = 0;   ///< global number of this rank's first sample
    std::int64_t total = 0;   ///< over all ranks
    Segments segments;        ///< none unless training unrolls several steps

    std::int64_t tiles() const { return std::int64_t(inputs.extent(0)); }
};

/// Units of the fit: x̃ = (x − centre)/input_scale, ỹ = target/target_scale, by input and output.
struct SampleScaling {
    std::vector<double> centre, input_scale, target_scale;
    /// The box that states fill, by component, and then the conditions.
    std::vector<double> low, high;
};

struct TrainingData {
    SampleSet training, validation;
    SampleScaling scaling;
    /// Mean square of the raw targets of the validation samples: the loss of no corrector.
    double validation_target_power = 0;
    /// Numbers of the trajectories set aside, over all ranks.
    std::vector<std::int64_t> validation_trajectories;
};

/// The plain scheme, in double, at each step to learn; each a whole multiple of `sampling`, the
/// time between two states of the dataset.
struct TrainingSteps {
    std::vector<const Stepper*> steppers;
    double sampling = 0;
    /// Targets are divided by step^power: what a scheme of order n misses grows as step^(n + 1), and
    /// the shortest steps, whose errors are the smallest, are to be learnt as well as the longest.
    int power = 0;
};

/// Numbers of the parameters that conditions name, in their order; `step_condition` for the step.
std::vector<int> condition_numbers(const SystemInfo& info, const std::vector<std::string>& names);

/// Reads a dataset and turns it into samples: all pairs of states that are a step apart. Inputs are
/// the first state of a pair, or what else the approximator sees, then the conditions, then the slope
/// if it sees both; for a local approximator, each pair is one sample a variable of the ring.
/// `centre`, if not empty, is taken in place of the inputs' means. Throws EnvironmentError if the dataset holds failed trajectories only,
/// or too few to set any aside for validation. Collective.
TrainingData make_training_data(const Communicator& comm, const InputFile& dataset,
                                const SystemModel& system, const TrainingSteps& steps,
                                const TrainOptions& options,
                                const std::vector<double>& centre = {});

}  // namespace farstep
