// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A trained corrector on disk: the deployed network, what it was fitted for, and how well.
#pragma once

#include "setup.hpp"
#include "training/long_rollout.hpp"
#include "training/network.hpp"

namespace farstep {

/// What a model says about itself beside its weights.
struct ModelQuality {
    double validation_loss = 0;        ///< mean square in standardised units
    double single_step_reduction = 0;  ///< mean square residual without over with the corrector
    double linear_reduction = 0;       ///< the same for the best linear corrector
};

void write_model(const Communicator& comm, const Setup& setup, const Fit& fit,
                 const SampleScaling& scaling, const ModelQuality& quality,
                 const LongRollout& rollout, const Provenance& provenance);

/// Power of the step that the targets of a corrector of many steps are divided by; 0 for one step.
int target_power(const Setup& setup);

struct Model {
    /// As the setup needs it: conditions that all trajectories share are set to their values.
    DeployedNetwork network;
    ModelQuality quality;
    LongRollout rollout;
    std::string recipe;
    std::vector<double> box_low, box_high;  ///< of the training inputs, by component
    /// Of the conditions left in the network, in its order.
    std::vector<double> condition_low, condition_high;

    /// Throws EnvironmentError if parameters [tile][parameter][lane] of an ensemble lie outside the
    /// ranges of the conditions. Collective.
    void require_in_range(const Communicator& comm, const Setup& setup,
                          const EnsembleView& ensemble) const;
};

/// The network of the model that training starts from, as it was fitted. Throws EnvironmentError if it
/// is of another system, scheme, step or form than the deck's. Collective.
DeployedNetwork read_start(const Communicator& comm, const Setup& setup);

/// Reads a model and checks that it fits the setup: system, scheme, finite weights; step and
/// parameters are those it was trained for, or lie in its ranges. Throws EnvironmentError. Collective.
Model read_model(const Communicator& comm, const std::filesystem::path& path, const Setup& setup);

}  // namespace farstep
