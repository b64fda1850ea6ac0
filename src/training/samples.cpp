// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// From trajectories to samples: pairs, residuals, scaling, the validation split.
#include "training/samples.hpp"

#include <farstep/numerics/compensated_sum.hpp>
#include <farstep/numerics/random.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "catalog/catalog.hpp"
#include "ensemble/ensemble.hpp"
#include "parallel/agree.hpp"
#include "parallel/partition.hpp"

namespace farstep {

namespace {

/// Rows [sample][input] and [sample][output] of one rank.
struct RowSet {
    std::vector<double> inputs, targets;
    std::vector<double> increments;  ///< of the scheme, [sample][output]
    std::vector<double> steps;       ///< their lengths, [sample]
    std::vector<double> states;      ///< whole trajectories, where segments of them are wanted
};

/// What a row holds.
struct RowShape {
    int inputs = 0, outputs = 0;
    int own = 0;            ///< the input that output 0 corrects; the next one belongs to output 1, …
    std::int64_t sites = 1; ///< rows a state
};

RowShape row_shape(int d, const TrainOptions& options) {
    const auto& approximator = options.approximator;
    const int slopes = options.seen() == ApproximatorInput::both ? d : 0;
    if (!approximator.neighbours) return {d + int(options.conditions.size()) + slopes, d, 0, 1};
    const int n = int(*approximator.neighbours);
    return {2 * n + 1, 1, n, d};
}

/// Which usable trajectories are set aside for validation; the same on every rank.
struct Split {
    std::vector<std::int64_t> training, validation;
};

Split split_trajectories(const std::vector<std::int8_t>& status, const TrainOptions& options) {
    std::vector<std::pair<double, std::int64_t>> order;
    for (std::size_t i = 0; i < status.size(); ++i) {
        if (status[i] != 0) continue;
        const RandomPair draw =
            uniform_pair(std::uint64_t(options.seed), RandomPurpose::validation_split, i, 0);
        order.emplace_back(draw.first, std::int64_t(i));
    }
    if (order.size() < 2) {
        throw EnvironmentError(fmt::format(
            "the dataset holds {} usable trajectories; training needs at least 2, one of them for "
            "validation",
            order.size()));
    }
    std::sort(order.begin(), order.end());
    const double wanted = std::round(options.validation * double(order.size()));
    const auto aside = std::size_t(std::clamp(wanted, 1.0, double(order.size() - 1)));
    const double kept = std::round(options.fraction * double(order.size() - aside));
    order.resize(aside + std::size_t(std::max(kept, 1.0)));
    Split split;
    for (std::size_t k = 0; k < order.size(); ++k) {
        (k < aside ? split.validation : split.training).push_back(order[k].second);
    }
    std::sort(split.training.begin(), split.training.end());
    std::sort(split.validation.begin(), split.validation.end());
    return split;
}

void require_finite(const InputFile& dataset, const std::vector<double>& states) {
    if (std::all_of(states.begin(), states.end(), [](double x) { return std::isfinite(x); })) {
        return;
    }
    throw EnvironmentError(fmt::format(
        "{}: holds numbers that are not finite in trajectories whose status is complete; make it "
        "anew",
        dataset.name().string()));
}

/// States of some trajectories [trajectory][time][component].
std::vector<double> read_trajectories(const InputFile& dataset,
                                      const std::vector<std::int64_t>& wanted, std::int64_t times,
                                      std::int64_t d) {
    std::vector<double> states(wanted.size() * std::size_t(times * d));
    if (wanted.empty()) return states;
    const std::int64_t first = wanted.front(), span = wanted.back() - first + 1;
    for (std::int64_t t = 0; t < times; ++t) {
        const auto slice = dataset.read("state", Slab{{t, first, 0}, {1, span, d}});
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            std::copy_n(&slice[std::size_t((wanted[k] - first) * d)], d,
                        &states[(k * std::size_t(times) + std::size_t(t)) * std::size_t(d)]);
        }
    }
    return states;
}

/// What one rank reads of a dataset.
struct Share {
    std::int64_t trajectories = 0, times = 0, d = 0;
    std::vector<double> states;      ///< [trajectory][time][component]
    std::vector<double> parameters;  ///< [trajectory][parameter]; empty if all have the same
    double noise = 0;                ///< added to the states that steps begin from
};

/// Throws unless the dataset's trajectories have the parameters that are among the conditions.
void require_parameters(const InputFile& dataset, std::int64_t trajectories, const SystemInfo& info,
                        const std::vector<int>& conditions) {
    const bool needed = std::any_of(conditions.begin(), conditions.end(),
                                    [](int number) { return number != step_condition; });
    if (!needed && !dataset.has("parameter_values")) return;
    dataset.require_shape("parameter_values",
                          {trajectories, std::int64_t(info.parameters.size())});
}

std::vector<double> read_parameters(const InputFile& dataset,
                                    const std::vector<std::int64_t>& wanted, std::int64_t count) {
    if (!dataset.has("parameter_values") || wanted.empty()) return {};
    const auto all = dataset.read("parameter_values");
    std::vector<double> rows;
    for (const std::int64_t i : wanted) {
        rows.insert(rows.end(), all.begin() + i * count, all.begin() + (i + 1) * count);
    }
    return rows;
}

/// Intervals of the dataset that a step covers.
std::int64_t stride_of(const Stepper& stepper, double sampling) {
    return std::llround(stepper.step() / sampling);
}

/// The first states of all pairs that are a step apart, of a trajectory after the other, and the second
/// ones less the plain step from the first.
RowSet make_pairs(const Share& share, const Stepper& stepper, std::int64_t stride) {
    const std::int64_t d = share.d, each = std::max<std::int64_t>(0, share.times - stride);
    const std::int64_t pairs = share.trajectories * each;
    const std::int64_t p = share.parameters.empty()
                               ? 0
                               : std::int64_t(share.parameters.size()) / share.trajectories;
    RowSet rows;
    rows.inputs.resize(std::size_t(pairs * d));
    rows.targets.resize(std::size_t(pairs * d));
    std::vector<double> parameters(std::size_t(pairs * p));
    for (std::int64_t k = 0; k < share.trajectories; ++k) {
        const double* const trajectory = &share.states[std::size_t(k * share.times * d)];
        std::copy_n(trajectory, each * d, rows.inputs.data() + k * each * d);
        std::copy_n(trajectory + stride * d, each * d, rows.targets.data() + k * each * d);
        for (std::int64_t n = 0; n < each; ++n) {
            std::copy_n(share.parameters.data() + k * p, p,
                        parameters.data() + (k * each + n) * p);
        }
    }
    for (double& x : rows.inputs) x += share.noise;
    Ensemble ensemble(int(d), {0, pairs});
    ensemble.set_rows(rows.inputs);
    if (p > 0 && pairs > 0) {
        Ensemble values(int(p), {0, pairs});
        values.set_rows(parameters);
        ensemble.set_parameters(values.view().state);
    }
    stepper.advance(ensemble.view(), 0, 1);
    Kokkos::fence();
    const std::vector<double> stepped = ensemble.rows();
    rows.increments = stepped;
    for (std::size_t i = 0; i < stepped.size(); ++i) {
        rows.targets[i] -= stepped[i];
        rows.increments[i] -= rows.inputs[i];
    }
    return rows;
}

/// The pairs of all steps, with their conditions as further inputs: all of one trajectory, then
/// those of the next, so that samples are parted between ranks by trajectory.
RowSet make_rows(const Share& share, const TrainingSteps& steps, const std::vector<int>& conditions) {
    const std::size_t d = std::size_t(share.d), e = conditions.size();
    std::vector<RowSet> sets;
    for (const Stepper* stepper : steps.steppers) {
        sets.push_back(make_pairs(share, *stepper, stride_of(*stepper, steps.sampling)));
    }
    RowSet all;
    for (std::int64_t k = 0; k < share.trajectories; ++k) {
        for (std::size_t s = 0; s < sets.size(); ++s) {
            const std::size_t each = sets[s].inputs.size() / d / std::size_t(share.trajectories);
            const auto first = std::size_t(k) * each;
            const double weight = std::pow(steps.steppers[s]->step(), -steps.power);
            for (std::size_t row = first; row < first + each; ++row) {
                const double* const input = &sets[s].inputs[row * d];
                all.inputs.insert(all.inputs.end(), input, input + d);
                for (std::size_t c = 0; c < e; ++c) {
                    const std::size_t p = share.parameters.size() / std::size_t(share.trajectories);
                    all.inputs.push_back(
                        conditions[c] == step_condition
                            ? steps.steppers[s]->step()
                            : share.parameters[std::size_t(k) * p + std::size_t(conditions[c])]);
                }
                const double* const target = &sets[s].targets[row * d];
                for (std::size_t c = 0; c < d; ++c) all.targets.push_back(target[c] * weight);
                const double* const increment = &sets[s].increments[row * d];
                all.increments.insert(all.increments.end(), increment, increment + d);
                all.steps.push_back(steps.steppers[s]->step());
            }
        }
    }
    return all;
}

/// A row for every variable of a ring: the variable between its neighbours, and its target.
RowSet make_windows(const RowSet& rows, int d, const RowShape& shape) {
    RowSet windows;
    windows.inputs.reserve(rows.inputs.size() * std::size_t(shape.inputs));
    for (std::size_t first = 0; first < rows.inputs.size(); first += std::size_t(d)) {
        for (int k = 0; k < d; ++k) {
            for (int i = 0; i < shape.inputs; ++i) {
                windows.inputs.push_back(
                    rows.inputs[first + std::size_t((k + i + d - shape.own) % d)]);
            }
        }
    }
    windows.targets = rows.targets;
    windows.increments = rows.increments;
    windows.states = rows.states;
    return windows;
}

/// The rows with what the approximator sees in place of the state, of d components, and the
/// conditions.
std::vector<double> seen_inputs(const RowSet& rows, std::size_t d, ApproximatorInput input) {
    if (input == ApproximatorInput::state || rows.steps.empty()) return rows.inputs;
    const std::size_t width = rows.inputs.size() / rows.steps.size();
    std::vector<double> seen;
    for (std::size_t row = 0; row < rows.steps.size(); ++row) {
        const double* const increment = &rows.increments[row * d];
        const double scale = input == ApproximatorInput::increment ? 1 : 1 / rows.steps[row];
        const auto put_increment = [&] {
            for (std::size_t c = 0; c < d; ++c) seen.push_back(scale * increment[c]);
        };
        const auto state = rows.inputs.begin() + std::ptrdiff_t(row * width);
        if (input != ApproximatorInput::both) put_increment();
        const std::size_t first = input == ApproximatorInput::both ? 0 : d;
        seen.insert(seen.end(), state + std::ptrdiff_t(first), state + std::ptrdiff_t(width));
        if (input == ApproximatorInput::both) put_increment();
    }
    return seen;
}

/// Sum over all ranks' rows of f(row value), by component.
template <class F>
std::vector<double> sum_columns(const Communicator& comm, const std::vector<double>& rows,
                                std::size_t d, const F& f) {
    std::vector<CompensatedSum> sums(d);
    for (std::size_t i = 0; i < rows.size(); ++i) sums[i % d].add(f(rows[i], i % d));
    std::vector<double> totals(d);
    for (std::size_t c = 0; c < d; ++c) totals[c] = sums[c].value();
    comm.allreduce(std::span<double>(totals), Reduce::sum);
    return totals;
}

std::vector<double> root_mean(const std::vector<double>& sums, double count) {
    std::vector<double> result;
    for (const double sum : sums) {
        const double value = std::sqrt(sum / count);
        // A component that never varies carries nothing to learn from; 1 leaves it as it is.
        result.push_back(value > 0 && std::isfinite(value) ? value : 1.0);
    }
    return result;
}

void find_box(const Communicator& comm, const std::vector<double>& rows, std::size_t d,
              SampleScaling& scaling) {
    scaling.low.assign(d, std::numeric_limits<double>::infinity());
    scaling.high.assign(d, -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        scaling.low[i % d] = std::min(scaling.low[i % d], rows[i]);
        scaling.high[i % d] = std::max(scaling.high[i % d], rows[i]);
    }
    comm.allreduce(std::span<double>(scaling.low), Reduce::min);
    comm.allreduce(std::span<double>(scaling.high), Reduce::max);
}

std::vector<double> square_sums(const Communicator& comm, const std::vector<double>& rows,
                                std::size_t d, const std::vector<double>& centre) {
    return sum_columns(comm, rows, d, [&](double x, std::size_t c) {
        const double y = x - centre[c];
        return y * y;
    });
}

/// One loss for all outputs: every correction in units of its component's standard deviation, times
/// one number that brings the whole to a mean square of 1.
std::vector<double> state_units(const std::vector<double>& target_squares,
                                const std::vector<double>& deviation, double count) {
    double mean = 0;
    for (std::size_t c = 0; c < deviation.size(); ++c) {
        mean +=
            target_squares[c] / (deviation[c] * deviation[c] * count * double(deviation.size()));
    }
    const double unit = mean > 0 && std::isfinite(mean) ? std::sqrt(mean) : 1.0;
    std::vector<double> scale;
    for (const double s : deviation) scale.push_back(unit * s);
    return scale;
}

/// Standard deviation of the component of the state that each output corrects; all variables of a
/// ring count as one. `width` is that of a row of states and conditions.
std::vector<double> state_deviation(const Communicator& comm, const std::vector<double>& rows,
                                    std::size_t width, const RowShape& shape) {
    const std::size_t d = shape.sites > 1 ? 1 : width;
    const double count = double(comm.allreduce(std::int64_t(rows.size() / d), Reduce::sum));
    std::vector<double> mean = sum_columns(comm, rows, d, [](double x, std::size_t) { return x; });
    for (double& x : mean) x /= count;
    std::vector<double> deviation = root_mean(square_sums(comm, rows, d, mean), count);
    deviation.resize(std::size_t(shape.outputs));
    return deviation;
}

/// Sums over ranks differ in their last digits with the number of ranks; the units made of them
/// shall not, as a long fit magnifies the difference. Any unit near the given one serves as well.
double coarse_unit(double value) { return double(float(value)); }

double coarse_centre(double value, double unit) {
    constexpr double grid = 1 << 20;
    return std::round(value / unit * grid) / grid * unit;
}

/// `deviation` is that of the states, by output.
SampleScaling find_scaling(const Communicator& comm, const RowSet& rows, const RowShape& shape,
                           const TrainOptions& options, const std::vector<double>& deviation) {
    const auto d = std::size_t(shape.inputs), outputs = std::size_t(shape.outputs);
    const double count = double(comm.allreduce(std::int64_t(rows.inputs.size() / d), Reduce::sum));
    const std::vector<double> zeros(std::max(d, outputs), 0.0);
    std::vector<double> mean =
        sum_columns(comm, rows.inputs, d, [](double x, std::size_t) { return x; });
    for (double& x : mean) x /= count;
    const std::vector<double> input_deviation =
        root_mean(square_sums(comm, rows.inputs, d, mean), count);
    const std::vector<double> target_squares = square_sums(comm, rows.targets, outputs, zeros);

    SampleScaling scaling{std::vector<double>(d, 0.0), std::vector<double>(d, 1.0),
                          std::vector<double>(outputs, 1.0), {}, {}};
    if (options.inputs == Scaling::Standardised) {
        scaling.centre = mean;
        scaling.input_scale = input_deviation;
    }
    if (options.targets == TargetScaling::State) {
        scaling.target_scale = state_units(target_squares, deviation, count);
    } else if (options.targets == TargetScaling::Output) {
        scaling.target_scale = root_mean(target_squares, count);
    }
    for (double& unit : scaling.input_scale) unit = coarse_unit(unit);
    for (double& unit : scaling.target_scale) unit = coarse_unit(unit);
    for (std::size_t c = 0; c < d; ++c) {
        scaling.centre[c] = coarse_centre(scaling.centre[c], scaling.input_scale[c]);
    }
    return scaling;
}

StateView to_samples(const std::vector<double>& rows, int d, const std::vector<double>& centre,
                     const std::vector<double>& scale) {
    std::vector<double> scaled(rows);
    for (std::size_t i = 0; i < scaled.size(); ++i) {
        const std::size_t c = i % std::size_t(d);
        scaled[i] = (scaled[i] - (centre.empty() ? 0.0 : centre[c])) / scale[c];
    }
    Ensemble ensemble(d, {0, std::int64_t(rows.size()) / d});
    ensemble.set_rows(scaled);
    return ensemble.view().state;
}

/// `pairs` rows a trajectory.
SampleSet make_set(const RowSet& rows, const RowShape& shape, const SampleScaling& scaling,
                   Range trajectories, std::int64_t all_trajectories, std::int64_t pairs,
                   bool multiplies) {
    SampleSet set;
    if (multiplies) {
        set.factors = to_samples(rows.increments, shape.outputs, {}, scaling.target_scale);
    }
    set.inputs = to_samples(rows.inputs, shape.inputs, scaling.centre, scaling.input_scale);
    set.targets = to_samples(rows.targets, shape.outputs, {}, scaling.target_scale);
    set.count = trajectories.size() * pairs;
    set.first = trajectories.begin * pairs;
    set.total = all_trajectories * pairs;
    return set;
}

void require_segments(const InputFile& dataset, std::int64_t times, std::int64_t steps) {
    if (times > steps) return;
    throw EnvironmentError(fmt::format(
        "{}: holds {} times, but train.adam.unroll: {} needs {} at least; generate longer "
        "trajectories", dataset.name().string(), times, steps, steps + 1));
}

Segments make_segments(const std::vector<double>& states, int d, std::int64_t times,
                       std::int64_t steps, Range trajectories, std::int64_t all_trajectories) {
    if (steps <= 1) return {};
    const std::int64_t each = times - steps;
    return {to_samples(states, d, {}, std::vector<double>(std::size_t(d), 1.0)), times, steps,
            trajectories.size() * each, trajectories.begin * each, all_trajectories * each};
}

std::vector<std::int64_t> share(const std::vector<std::int64_t>& all, const Range& mine) {
    return {all.begin() + mine.begin, all.begin() + mine.end};
}

/// Pairs that a trajectory gives. Throws if there are none.
std::int64_t pairs_of(const TrainingSteps& steps, std::int64_t times) {
    std::int64_t pairs = 0;
    for (const Stepper* stepper : steps.steppers) {
        pairs += std::max<std::int64_t>(0, times - stride_of(*stepper, steps.sampling));
    }
    if (pairs == 0) throw EnvironmentError("the dataset holds fewer than two times");
    return pairs;
}

}  // namespace

std::vector<int> condition_numbers(const SystemInfo& info, const std::vector<std::string>& names) {
    std::vector<int> numbers;
    for (const std::string& name : names) {
        const auto found =
            std::find_if(info.parameters.begin(), info.parameters.end(),
                         [&](const ParameterInfo& parameter) { return parameter.name == name; });
        numbers.push_back(found == info.parameters.end() ? step_condition
                                                         : int(found - info.parameters.begin()));
    }
    return numbers;
}

TrainingData make_training_data(const Communicator& comm, const InputFile& dataset,
                                const SystemModel& system, const TrainingSteps& steps,
                                const TrainOptions& options, const std::vector<double>& centre) {
    const int d = system.dimension();
    const auto conditions = condition_numbers(system.info(), options.conditions);
    const int inputs = d + int(conditions.size());
    std::int64_t times = 0, pairs = 0;
    const Split split = together(comm, [&] {
        dataset.require_shape("state", {-1, -1, d});
        const Shape shape = dataset.shape("state");
        times = shape[0];
        pairs = pairs_of(steps, times);
        dataset.require_shape("status", {shape[1]});
        require_parameters(dataset, shape[1], system.info(), conditions);
        require_segments(dataset, times, options.unrolled_steps());
        return split_trajectories(dataset.read<std::int8_t>("status"), options);
    });
    const auto load = [&](const std::vector<std::int64_t>& trajectories, Range& mine,
                          double noise) {
        mine = partition(std::int64_t(trajectories.size()), comm.rank(), comm.size());
        return together(comm, [&] {
            const auto wanted = share(trajectories, mine);
            const Share own{mine.size(), times, d, read_trajectories(dataset, wanted, times, d),
                            read_parameters(dataset, wanted,
                                            std::int64_t(system.info().parameters.size())),
                            noise};
            require_finite(dataset, own.states);
            require_finite(dataset, own.parameters);
            RowSet rows = make_rows(own, steps, conditions);
            if (options.unrolled_steps() > 1) rows.states = own.states;
            return rows;
        });
    };
    Range training, validation;
    RowSet training_rows = load(split.training, training, options.noise);
    RowSet validation_rows = load(split.validation, validation, 0);

    TrainingData data;
    data.validation_trajectories = split.validation;
    SampleScaling box;
    find_box(comm, training_rows.inputs, std::size_t(inputs), box);
    const RowShape rows = row_shape(d, options);
    const auto deviation = state_deviation(comm, training_rows.inputs, std::size_t(inputs), rows);
    for (RowSet* set : {&training_rows, &validation_rows}) {
        set->inputs = seen_inputs(*set, std::size_t(d), options.seen());
        if (options.approximator.neighbours) *set = make_windows(*set, d, rows);
    }
    data.scaling = find_scaling(comm, training_rows, rows, options, deviation);
    if (!centre.empty()) data.scaling.centre = centre;
    data.scaling.low = box.low;
    data.scaling.high = box.high;
    const std::int64_t samples = pairs * rows.sites;
    const bool multiplies = find_corrector(options.corrector)->multiplies;
    data.training = make_set(training_rows, rows, data.scaling, training,
                             std::int64_t(split.training.size()), samples, multiplies);
    data.validation = make_set(validation_rows, rows, data.scaling, validation,
                               std::int64_t(split.validation.size()), samples, multiplies);
    const auto segments = [&](const RowSet& set, Range mine,
                              const std::vector<std::int64_t>& trajectories) {
        return make_segments(set.states, d, times, options.unrolled_steps(), mine,
                             std::int64_t(trajectories.size()));
    };
    data.training.segments = segments(training_rows, training, split.training);
    data.validation.segments = segments(validation_rows, validation, split.validation);
    const auto power = sum_columns(comm, validation_rows.targets, std::size_t(rows.outputs),
                                   [](double y, std::size_t) { return y * y; });
    for (const double p : power) {
        data.validation_target_power += p / double(data.validation.total * rows.outputs);
    }
    return data;
}

}  // namespace farstep
