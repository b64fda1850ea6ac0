// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "training/unrolled.hpp"

#include <algorithm>
#include <stdexcept>

#include "training/predictions.hpp"

namespace farstep {

namespace {

using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;

constexpr int most_stages = 12;

/// A component of a sample, by the number of a work item.
struct Place {
    std::int64_t tile;
    int row, lane;

    KOKKOS_INLINE_FUNCTION Place(std::int64_t item, int rows)
        : tile(item / (std::int64_t(rows) * tile_width)),
          row(int(item / tile_width % rows)),
          lane(int(item % tile_width)) {}

    KOKKOS_INLINE_FUNCTION std::int64_t slot() const { return tile * tile_width + lane; }
};

template <class Kernel>
void launch_by_component(const char* label, const StateView& like, const Kernel& kernel) {
    Kokkos::parallel_for(label, Policy(0, std::int64_t(like.size())), kernel);
}

/// truth[time] of every segment, and its first state, shifted. Slots beyond the last repeat the
/// first: a state of zeros may be none.
struct GatherSegments {
    StateView trajectories, truth, first_state;
    SegmentChoice choice;
    std::int64_t times, steps, tiles;
    double noise;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Place at(item, int(first_state.extent(1)));
        const std::int64_t slot = at.slot() < choice.count ? at.slot() : 0;
        const std::int64_t number =
            choice.numbers.extent(0) > 0 ? choice.numbers(slot) : choice.first + slot;
        const std::int64_t each = times - steps;
        const std::int64_t begin = number / each * times + number % each;
        for (std::int64_t n = 0; n <= steps; ++n) {
            truth(n * tiles + at.tile, at.row, at.lane) =
                trajectories((begin + n) / tile_width, at.row, (begin + n) % tile_width);
        }
        first_state(at.tile, at.row, at.lane) = truth(at.tile, at.row, at.lane) + noise;
    }
};

/// result = weight · base + Σj weights[j] · block j of terms, weights being those of the
/// component's half.
struct WeightedSum {
    StateView base, terms, result;
    std::int64_t tiles;
    int count = 0;
    double base_weights[2] = {1, 1}, weights[2][most_stages] = {};

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const int rows = int(result.extent(1));
        const Place at(item, rows);
        const int half = at.row < rows / 2 ? 0 : 1;
        double sum = base_weights[half] * base(at.tile, at.row, at.lane);
        for (int j = 0; j < count; ++j) {
            sum += weights[half][j] * terms(j * tiles + at.tile, at.row, at.lane);
        }
        result(at.tile, at.row, at.lane) = sum;
    }
};

/// What the network sees of a step, and what its cotangents say of state and increment.
struct SeenInputs {
    ParameterView centre, unit;
    int dimension;
    int state_row, slope_row;  ///< first input that is one of the state, of the slope; −1: none
    double increment_scale;    ///< of the increment where the network sees it
};

struct SetInputs {
    SeenInputs seen;
    StateView state, increment, inputs;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Place at(item, int(inputs.extent(1)));
        const bool is_slope = seen.slope_row >= 0 && at.row >= seen.slope_row;
        const double x =
            is_slope ? seen.increment_scale * increment(at.tile, at.row - seen.slope_row, at.lane)
                     : state(at.tile, at.row, at.lane);
        inputs(at.tile, at.row, at.lane) = (x - seen.centre(at.row)) / seen.unit(at.row);
    }
};

/// increment_adjoint and, in place, adjoint, of u + S(u) + Q(inputs).
struct PullInputs {
    SeenInputs seen;
    StateView input_adjoint, adjoint, increment_adjoint;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Place at(item, seen.dimension);
        const auto seen_as = [&](int first) {
            const int row = first + at.row;
            return first < 0 ? 0.0 : input_adjoint(at.tile, row, at.lane) / seen.unit(row);
        };
        double& own = adjoint(at.tile, at.row, at.lane);
        increment_adjoint(at.tile, at.row, at.lane) =
            own + seen.increment_scale * seen_as(seen.slope_row);
        own += seen_as(seen.state_row);
    }
};

/// next = state + (increment + correction)
struct ApplyCorrection {
    StateView state, increment, predictions, next;
    ParameterView unit;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Place at(item, int(state.extent(1)));
        next(at.tile, at.row, at.lane) = state(at.tile, at.row, at.lane) +
                                         (increment(at.tile, at.row, at.lane) +
                                          unit(at.row) * predictions(at.tile, at.row, at.lane));
    }
};

struct SumSquares {
    StateView state, truth;
    ParameterView unit;
    std::int64_t count;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item, double& squares) const {
        const Place at(item, int(state.extent(1)));
        if (at.slot() >= count) return;
        const double error =
            (state(at.tile, at.row, at.lane) - truth(at.tile, at.row, at.lane)) / unit(at.row);
        squares += error * error;
    }
};

/// adjoint += ∂loss/∂state of one time; cotangents are those of the step that led to it.
struct AddErrors {
    StateView state, truth, adjoint, cotangents;
    ParameterView unit;
    std::int64_t count;
    double weight;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t item) const {
        const Place at(item, int(state.extent(1)));
        double& own = adjoint(at.tile, at.row, at.lane);
        const double error = state(at.tile, at.row, at.lane) - truth(at.tile, at.row, at.lane);
        const double unit_here = unit(at.row);
        if (at.slot() < count) own += 2 * weight * error / (unit_here * unit_here);
        cotangents(at.tile, at.row, at.lane) = unit_here * own;
    }
};

SeenInputs seen_inputs(const Network& network, const ParameterView& centre,
                       const ParameterView& unit, double step) {
    const int d = network.shape.outputs;
    const ApproximatorInput input = network.input;
    const bool sees_state = input == ApproximatorInput::state || input == ApproximatorInput::both;
    const bool sees_slope = input != ApproximatorInput::state;
    return {centre,
            unit,
            d,
            sees_state ? 0 : -1,
            !sees_slope  ? -1
            : sees_state ? d
                         : 0,
            input == ApproximatorInput::increment ? 1.0 : 1 / step};
}

const FarStep& far_step_of(const FitProblem& problem) {
    if (!problem.far_step) throw std::logic_error("a loss over rollouts needs the far step");
    return *problem.far_step;
}

ExplicitScheme scheme_of(const FitProblem& problem) {
    const auto scheme = explicit_scheme(far_step_of(problem).scheme);
    if (!scheme || scheme->stages() > most_stages) {
        throw std::logic_error(far_step_of(problem).scheme + " cannot be differentiated");
    }
    return *scheme;
}

}  // namespace

UnrolledLoss::UnrolledLoss(const FitProblem& problem, const Network& network,
                           const Segments& segments, std::int64_t most)
    : m_segments(segments),
      m_network(network),
      m_linearisation(linearisation_of(problem.system)),
      m_scheme(scheme_of(problem)),
      m_step(far_step_of(problem).step),
      m_system_parameters(parameter_tile(far_step_of(problem).parameters)),
      m_centre(to_device(problem.data.scaling.centre)),
      m_input_unit(to_device(problem.data.scaling.input_scale)),
      m_target_unit(to_device(problem.data.scaling.target_scale)),
      m_most(most) {
    const int d = network.shape.outputs;
    m_truth = memory("farstep::segment_truth", segments.steps + 1, d);
    m_states = memory("farstep::segment_states", segments.steps + 1, d);
    m_inputs = memory("farstep::segment_inputs", segments.steps, network.shape.inputs);
    m_cotangents = memory("farstep::segment_cotangents", segments.steps, d);
    m_stages = memory("farstep::stages", m_scheme.stages(), d);
    m_slopes = memory("farstep::slopes", m_scheme.stages(), d);
    m_stage_adjoints = memory("farstep::stage_adjoints", m_scheme.stages(), d);
    m_increment = memory("farstep::increment", 1, d);
    m_increment_adjoint = memory("farstep::increment_adjoint", 1, d);
    m_slope_adjoint = memory("farstep::slope_adjoint", 1, d);
    m_predictions = memory("farstep::segment_predictions", 1, d);
    m_input_adjoint = memory("farstep::input_adjoint", 1, network.shape.inputs);
    m_adjoint = memory("farstep::adjoint", 1, d);
}

StateView UnrolledLoss::memory(const char* label, std::int64_t blocks, int rows) const {
    const std::int64_t tiles = (m_most + tile_width - 1) / tile_width;
    return StateView(std::string(label), std::size_t(blocks * tiles), std::size_t(rows),
                     tile_width);
}

StateView UnrolledLoss::block(const StateView& blocks, std::int64_t number) const {
    return Kokkos::subview(blocks, std::make_pair(number * m_tiles, (number + 1) * m_tiles),
                           Kokkos::ALL(), Kokkos::ALL());
}

double UnrolledLoss::squares(const ParameterView& parameters, const SegmentChoice& choice,
                             double noise) {
    m_count = choice.count;
    m_tiles = (m_count + tile_width - 1) / tile_width;
    const StateView start = block(m_states, 0);
    launch_by_component("farstep::gather_segments", start,
                        GatherSegments{m_segments.states, m_truth, start, choice, m_segments.times,
                                       m_segments.steps, m_tiles, noise});
    double total = 0;
    for (std::int64_t n = 0; n < m_segments.steps; ++n) {
        take_step(parameters, n);
        const StateView state = block(m_states, n + 1);
        double sum = 0;
        Kokkos::parallel_reduce("farstep::sum_squares", Policy(0, std::int64_t(state.size())),
                                SumSquares{state, block(m_truth, n + 1), m_target_unit, m_count},
                                sum);
        total += sum;
    }
    return total;
}

double UnrolledLoss::gradient(const ParameterView& parameters, const SegmentChoice& choice,
                              double noise, double weight, const ParameterView& gradient) {
    const double total = squares(parameters, choice, noise);
    const StateView adjoint = block(m_adjoint, 0);
    Kokkos::deep_copy(adjoint, 0.0);
    for (std::int64_t n = m_segments.steps; n-- > 0;) {
        const StateView state = block(m_states, n + 1);
        launch_by_component("farstep::add_errors", state,
                            AddErrors{state, block(m_truth, n + 1), adjoint, block(m_cotangents, n),
                                      m_target_unit, m_count, weight});
        if (n > 0) go_back(parameters, n);
    }
    m_compute_gradient(m_network.activation, m_network.shape, parameters, m_inputs, m_cotangents,
                       m_segments.steps * m_tiles, gradient);
    return total;
}

double UnrolledLoss::mean(const Communicator& comm, const std::vector<double>& parameters) {
    const ParameterView on_device = to_device(parameters);
    double sum = 0;
    for (std::int64_t first = 0; first < m_segments.count; first += m_most) {
        sum += squares(on_device, {{}, first, std::min(m_most, m_segments.count - first)}, 0);
    }
    const double numbers =
        double(m_segments.total) * double(m_segments.steps * m_network.shape.outputs);
    return comm.allreduce(sum, Reduce::sum) / numbers;
}

/// The scheme's stages, slopes and increment from the state before a step.
void UnrolledLoss::set_increment(std::int64_t step) {
    const StateView state = block(m_states, step), increment = block(m_increment, 0);
    WeightedSum sum{state, m_slopes, {}, m_tiles};
    const auto use_weights = [&](int count, const auto& weight_of) {
        sum.count = count;
        for (int half = 0; half < 2; ++half) {
            for (int j = 0; j < count; ++j) sum.weights[half][j] = m_step * weight_of(half, j);
        }
    };
    for (int i = 0; i < m_scheme.stages(); ++i) {
        use_weights(i, [&](int half, int j) {
            return m_scheme.halves[std::size_t(half)].a[std::size_t(i)][std::size_t(j)];
        });
        sum.result = block(m_stages, i);
        launch_by_component("farstep::stage", sum.result, sum);
        m_linearisation.rate(sum.result, m_system_parameters, block(m_slopes, i));
    }
    use_weights(m_scheme.stages(), [&](int half, int j) {
        return m_scheme.halves[std::size_t(half)].b[std::size_t(j)];
    });
    sum.base_weights[0] = sum.base_weights[1] = 0;
    sum.result = increment;
    launch_by_component("farstep::increment", increment, sum);
}

void UnrolledLoss::take_step(const ParameterView& parameters, std::int64_t step) {
    set_increment(step);
    const StateView state = block(m_states, step), increment = block(m_increment, 0);
    const StateView inputs = block(m_inputs, step), predictions = block(m_predictions, 0);
    launch_by_component("farstep::set_inputs", inputs,
                        SetInputs{seen_inputs(m_network, m_centre, m_input_unit, m_step), state,
                                  increment, inputs});
    compute_predictions(m_network.activation, m_network.shape, parameters, inputs, predictions);
    launch_by_component(
        "farstep::apply_correction", state,
        ApplyCorrection{state, increment, predictions, block(m_states, step + 1), m_target_unit});
}

/// From the adjoint of the state after a step to that of the state before it.
void UnrolledLoss::go_back(const ParameterView& parameters, std::int64_t step) {
    const StateView adjoint = block(m_adjoint, 0), input_adjoint = block(m_input_adjoint, 0);
    compute_input_gradient(m_network.activation, m_network.shape, parameters, block(m_inputs, step),
                           block(m_cotangents, step), input_adjoint);
    launch_by_component("farstep::pull_inputs", adjoint,
                        PullInputs{seen_inputs(m_network, m_centre, m_input_unit, m_step),
                                   input_adjoint, adjoint, block(m_increment_adjoint, 0)});
    if (m_scheme.stages() == 0) return;
    set_increment(step);  // its stages, which were not kept
    pull_back_increment();
}

/// Adds (∂S/∂u)ᵀ of the increment's adjoint to that of the state:
///   k̄j = Δt (bj S̄ + Σl>j alj Ȳl),  Ȳj = (∂f/∂u at Yj)ᵀ k̄j,  ū += Σ Ȳj.
void UnrolledLoss::pull_back_increment() {
    const int stages = m_scheme.stages();
    WeightedSum sum{block(m_increment_adjoint, 0), {}, block(m_slope_adjoint, 0), m_tiles};
    for (int j = stages - 1; j >= 0; --j) {
        sum.terms = block(m_stage_adjoints, j + 1 < stages ? j + 1 : j);
        sum.count = stages - 1 - j;
        for (int half = 0; half < 2; ++half) {
            const ExplicitScheme::Half& own = m_scheme.halves[std::size_t(half)];
            sum.base_weights[half] = m_step * own.b[std::size_t(j)];
            for (int l = j + 1; l < stages; ++l) {
                sum.weights[half][l - j - 1] = m_step * own.a[std::size_t(l)][std::size_t(j)];
            }
        }
        launch_by_component("farstep::slope_adjoint", sum.result, sum);
        m_linearisation.pull_back(block(m_stages, j), m_system_parameters, sum.result,
                                  block(m_stage_adjoints, j));
    }
    WeightedSum all{block(m_adjoint, 0), m_stage_adjoints, block(m_adjoint, 0), m_tiles};
    all.count = stages;
    for (double* const weights : {all.weights[0], all.weights[1]}) {
        std::fill_n(weights, stages, 1.0);
    }
    launch_by_component("farstep::state_adjoint", all.result, all);
}

}  // namespace farstep
