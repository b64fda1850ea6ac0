// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A network in training: its parameters in standardised units, its loss, and the way back to the
// units of the state.
#pragma once

#include <farstep/approximators/perceptron_samples.hpp>

#include <memory>
#include <string>
#include <vector>

#include "catalog/system_model.hpp"
#include "checkpoint/journal.hpp"
#include "training/samples.hpp"

namespace farstep {

/// One hidden layer plus a polynomial, in standardised units. `has_linear` tells whether the
/// linear map is fitted; if not, it is zero and stays so.
struct Network {
    PerceptronShape shape;
    Activation activation = Activation::rational;
    bool has_linear = true;
    int neighbours = -1;             ///< of a local network, as in DeployedNetwork
    ApproximatorInput input = ApproximatorInput::state;
    bool multiplies = false;         ///< its outputs are factors, and have no unit
    int degree = 1;                  ///< total degree of the polynomial
    std::vector<double> monomials;   ///< coefficients [monomial][outputs]
    std::vector<double> parameters;  ///< as PerceptronShape lays them out

    /// The network with input and target scaling folded in.
    DeployedNetwork deploy(const SampleScaling& scaling) const;
    /// Of the outputs: target units, or 1 where they are factors.
    std::vector<double> output_scale(const SampleScaling& scaling) const;

    /// Of the monomials, [monomial][input].
    std::vector<std::vector<int>> exponents() const {
        return monomial_exponents(shape.inputs, degree, neighbours);
    }
};

/// The network that `deploy` makes a deployed one from: what a further fit starts from. The centre of
/// the scaling is that of the network.
Network standardised(const DeployedNetwork& network, const SampleScaling& scaling);

/// Parameters zero but for the activation's coefficients.
Network make_network(int inputs, int outputs, const ApproximatorOptions& options);

/// A deployed network of the given size that corrects nothing: to time a step before there is a
/// model.
DeployedNetwork blank_network(int dimension, const ApproximatorOptions& options);

/// Hidden weights and biases uniform in ±bound, by (seed, number of the weight, number of the start).
void draw_hidden_layer(Network& network, std::int64_t seed, double bound, int start = 0);

ParameterView to_device(const std::vector<double>& parameters);

/// How far a network is off on a set of samples.
struct Loss {
    double scaled = 0;  ///< mean square in standardised units: what fitting minimises
    double raw = 0;     ///< mean square in the state's units
    double mean_factor = 1;  ///< mean of 1 + Q over samples and outputs, where outputs are factors
};

/// Computes losses; keeps its work memory between calls.
class LossFunction {
public:
    LossFunction(const Communicator& comm, const SampleSet& samples,
                 const SampleScaling& scaling);

    /// Over all ranks. Collective.
    Loss operator()(const Network& network);

private:
    Communicator m_comm;
    const SampleSet& m_samples;
    const SampleScaling& m_scaling;
    StateView m_predictions;
};

/// One line of the loss history.
struct HistoryEntry {
    std::int64_t iteration = 0;
    double training_loss = 0, validation_loss = 0, learning_rate = 0;
    double mean_factor = 1;  ///< as in Loss
};

/// A fitted network and how it came about.
struct Fit {
    Network network;
    Loss validation;
    std::vector<HistoryEntry> history;
    std::string description;  ///< one line for the log
    /// Iterations after which the loss was no longer finite, so that the fit stopped; 0 if it went to
    /// its end. The network is the best until then.
    std::int64_t diverged_after = 0;
};

/// A fit to numbers and back; `like` is a network of the same shape and kind.
void write(NumberWriter& writer, const Fit& fit);
Fit read_fit(NumberReader& reader, const Network& like);

}  // namespace farstep
