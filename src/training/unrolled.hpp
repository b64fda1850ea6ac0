// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The loss of corrected rollouts of several steps, and its gradient: back through the corrector and
// the scheme, with the Jacobian of the right-hand side. Kernels here know no system.
#pragma once

#include "catalog/linearisation.hpp"
#include "training/batch_queue.hpp"
#include "training/explicit_scheme.hpp"
#include "training/fit.hpp"
#include "training/gradient.hpp"

namespace farstep {

/// Local numbers of segments; without numbers, those from `first` on.
struct SegmentChoice {
    SampleNumbers numbers;
    std::int64_t first = 0, count = 0;
};

/// From the first state of a segment, û' = û + S(û) + Q; the loss is the mean over steps, segments
/// and components of ((û − u)/unit)², the unit being that of targets. One step gives the loss of
/// single-step training.
class UnrolledLoss {
public:
    /// Of at most `most` segments at a time. Networks are those of the problem. Throws
    /// std::logic_error if the problem has no far step, or none of an explicit scheme.
    UnrolledLoss(const FitProblem& problem, const Network& network, const Segments& segments,
                 std::int64_t most);

    /// Sum of the squares over the segments, whose first states are shifted by `noise`.
    double squares(const ParameterView& parameters, const SegmentChoice& choice, double noise);

    /// The same, and gradient = weight · ∂squares/∂parameters.
    double gradient(const ParameterView& parameters, const SegmentChoice& choice, double noise,
                    double weight, const ParameterView& gradient);

    /// The mean over all segments of all ranks. Collective.
    double mean(const Communicator& comm, const std::vector<double>& parameters);

private:
    StateView block(const StateView& blocks, std::int64_t number) const;
    StateView memory(const char* label, std::int64_t blocks, int rows) const;
    void set_increment(std::int64_t step);
    void take_step(const ParameterView& parameters, std::int64_t step);
    void go_back(const ParameterView& parameters, std::int64_t step);
    void pull_back_increment();

    const Segments& m_segments;
    Network m_network;  ///< its form
    const Linearisation& m_linearisation;
    ExplicitScheme m_scheme;
    double m_step;
    StateView m_system_parameters;
    ParameterView m_centre, m_input_unit, m_target_unit;
    std::int64_t m_most, m_tiles = 0, m_count = 0;
    PerceptronGradient m_compute_gradient;
    /// In blocks of as many tiles as the batch has: of times, of steps, of stages, or one.
    StateView m_truth, m_states;                     ///< by time
    StateView m_inputs, m_cotangents;                ///< by step
    StateView m_stages, m_slopes, m_stage_adjoints;  ///< by stage
    StateView m_increment, m_increment_adjoint, m_slope_adjoint, m_predictions, m_input_adjoint,
        m_adjoint;
};

}  // namespace farstep
