// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Hidden values and predictions of a network in training, of any number of inputs and outputs.
#pragma once

#include <farstep/approximators/perceptron_samples.hpp>

namespace farstep {

/// σ(Wx + b) of all hidden units at inputs [tile][input][lane].
void compute_features(Activation activation, const PerceptronShape& shape,
                      const ParameterView& parameters, const StateView& inputs,
                      const FeatureMemory& features);

/// predictions[tile][output][lane] of the linear map and the hidden layer.
void compute_predictions(Activation activation, const PerceptronShape& shape,
                         const ParameterView& parameters, const StateView& inputs,
                         const StateView& predictions);

}  // namespace farstep
