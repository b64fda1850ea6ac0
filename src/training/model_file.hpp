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

struct Model {
    DeployedNetwork network;
    ModelQuality quality;
    LongRollout rollout;
    std::string recipe;
    std::vector<double> box_low, box_high;  ///< of the training inputs, by component
};

/// Reads a model and checks that it fits the setup: system, parameters, step, scheme, finite
/// weights. Throws EnvironmentError. Collective.
Model read_model(const Communicator& comm, const std::filesystem::path& path, const Setup& setup);

}  // namespace farstep
