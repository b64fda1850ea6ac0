// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The methods of fitting a network to samples.
#pragma once

#include "catalog/catalog.hpp"
#include "checkpoint/journal.hpp"
#include "parallel/progress.hpp"
#include "training/network.hpp"

namespace farstep {

/// The step that is corrected.
struct FarStep {
    std::string scheme;
    double step = 0;                 ///< [time]
    std::vector<double> parameters;  ///< of the system
};

/// Everything a fit works on.
struct FitProblem {
    Communicator comm;
    const SystemModel& system;
    const TrainingData& data;
    const TrainOptions& options;
    ProgressOptions progress;
    const Network* start = nullptr;  ///< where the first method starts from; null: from scratch
    Journal* journal = nullptr;      ///< keeps what is done; null for short fits
    const FarStep* far_step = nullptr;  ///< what a loss over rollouts steps with; null: there is none
};

/// A network of the problem's inputs and outputs, not fitted yet.
inline Network blank_network(const FitProblem& problem) {
    const SampleSet& samples = problem.data.training;
    Network network = make_network(int(samples.inputs.extent(1)), int(samples.targets.extent(1)),
                                   problem.options.approximator);
    network.input = problem.options.seen();
    network.multiplies = find_corrector(problem.options.corrector)->multiplies;
    return network;
}

/// Closed form: hidden weights are drawn at random with a small scale, the rest is a ridge
/// regression. Scale and penalty are chosen by the validation loss. Collective.
Fit fit_ridge(const FitProblem& problem);

/// Levenberg–Marquardt by variable projection (Golub and Pereyra, 1973; Kaufman, 1975): the output
/// layer and the polynomial are eliminated, so that each iteration is one Gram matrix, summed over
/// ranks, and one small dense solve. From `start`'s hidden layer if given, else from the best of
/// several short fits. The coefficients of a rational activation stay as they are. Collective.
Fit fit_levenberg_marquardt(const FitProblem& problem, const Network* start);

/// Stochastic gradients by Adam (Kingma and Ba, 2015) with warm-up and a cosine schedule to zero,
/// starting from `start` if given. The best network by validation loss is kept, `start` among them
/// if the loss is one of rollouts; there is none, and the loss is infinite, if it never was finite.
/// Collective.
Fit fit_adam(const FitProblem& problem, const Network* start);

/// The methods of the deck, one after the other, each from the network of the one before. Throws
/// EnvironmentError if the loss never was finite. Collective.
Fit fit(const FitProblem& problem);

}  // namespace farstep
