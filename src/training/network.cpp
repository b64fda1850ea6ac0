// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Initial weights, losses, and folding the scaling into a fitted network.
#include "training/network.hpp"

#include <farstep/numerics/compensated_sum.hpp>
#include <farstep/numerics/random.hpp>

#include <algorithm>
#include <cmath>

#include "training/design.hpp"
#include "training/predictions.hpp"

namespace farstep {

Network make_network(int inputs, int outputs, const ApproximatorOptions& options) {
    const bool has_units = options.type == ApproximatorType::Perceptron;
    Network network;
    if (options.neighbours) network.neighbours = int(*options.neighbours);
    network.shape = {inputs, outputs, has_units ? int(options.hidden) : 0};
    network.activation = parse_activation(options.activation);
    network.degree = options.type == ApproximatorType::Linear ? 1 : int(options.degree);
    network.has_linear = !has_units || options.linear || network.degree > 1;
    network.monomials.assign(network.exponents().size() * std::size_t(outputs), 0.0);
    network.parameters.assign(std::size_t(network.shape.size()), 0.0);
    for (int k = 0; k < rational_coefficient_count; ++k) {
        network.parameters[std::size_t(network.shape.coefficients() + k)] = published_rational[k];
    }
    return network;
}

DeployedNetwork blank_network(int dimension, const ApproximatorOptions& options) {
    const int inputs = options.neighbours ? int(2 * *options.neighbours + 1) : dimension;
    const int outputs = options.neighbours ? 1 : dimension;
    const SampleScaling unit{std::vector<double>(std::size_t(inputs), 0.0),
                             std::vector<double>(std::size_t(inputs), 1.0),
                             std::vector<double>(std::size_t(outputs), 1.0), {}, {}};
    return make_network(inputs, outputs, options).deploy(unit);
}

void draw_hidden_layer(Network& network, std::int64_t seed, double bound, int start) {
    const PerceptronShape& shape = network.shape;
    const int last = shape.outgoing();
    for (int k = shape.weights(); k < last; ++k) {
        const RandomPair u = uniform_pair(std::uint64_t(seed), RandomPurpose::hidden_weights,
                                          std::uint64_t(k), std::uint32_t(start));
        network.parameters[std::size_t(k)] = bound * (2 * u.first - 1);
    }
}

std::vector<double> Network::output_scale(const SampleScaling& scaling) const {
    return multiplies ? std::vector<double>(scaling.target_scale.size(), 1.0)
                      : scaling.target_scale;
}

DeployedNetwork Network::deploy(const SampleScaling& scaling) const {
    const std::vector<double> unit_of = output_scale(scaling);
    const auto at = [&](int offset, int i) { return parameters[std::size_t(offset + i)]; };
    const int in = shape.inputs, out = shape.outputs;
    DeployedNetwork result;
    result.inputs = in;
    result.outputs = out;
    result.hidden = shape.hidden;
    result.activation = activation;
    result.centre = scaling.centre;
    for (int h = 0; h < shape.hidden; ++h) {
        for (int i = 0; i < in; ++i) {
            result.weights.push_back(at(shape.weights(), h * in + i) /
                                     scaling.input_scale[std::size_t(i)]);
        }
        result.biases.push_back(at(shape.biases(), h));
        for (int j = 0; j < out; ++j) {
            result.outgoing.push_back(at(shape.outgoing(), h * out + j) *
                                      unit_of[std::size_t(j)]);
        }
    }
    for (int j = 0; j < out; ++j) {
        const double scale = unit_of[std::size_t(j)];
        for (int i = 0; has_linear && i < in; ++i) {
            result.linear.push_back(at(shape.linear(), j * in + i) * scale /
                                    scaling.input_scale[std::size_t(i)]);
        }
        result.bias.push_back(at(shape.bias(), j) * scale);
    }
    result.degree = degree;
    result.neighbours = neighbours;
    result.input = input;
    result.multiplies = multiplies;
    const auto exponents = this->exponents();
    for (std::size_t m = 0; m < exponents.size(); ++m) {
        double unit = 1;  // of the monomial, in those of the state
        for (int i = 0; i < in; ++i) {
            unit *= std::pow(scaling.input_scale[std::size_t(i)], exponents[m][std::size_t(i)]);
        }
        for (int j = 0; j < out; ++j) {
            const std::size_t at_m = m * std::size_t(out) + std::size_t(j);
            result.monomials.push_back(monomials[at_m] * unit_of[std::size_t(j)] /
                                       unit);
        }
    }
    for (int k = 0; k < rational_coefficient_count; ++k) {
        result.coefficients[k] = at(shape.coefficients(), k);
    }
    return result;
}

Network standardised(const DeployedNetwork& network, const SampleScaling& scaling) {
    Network result;
    result.shape = {network.inputs, network.outputs, network.hidden};
    result.activation = network.activation;
    result.has_linear = !network.linear.empty();
    result.neighbours = network.neighbours;
    result.input = network.input;
    result.multiplies = network.multiplies;
    result.degree = network.degree;
    result.parameters.assign(std::size_t(result.shape.size()), 0.0);
    const std::vector<double> unit_of = result.output_scale(scaling);
    const auto put = [&](int offset, const std::vector<double>& values, const auto& unit) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            result.parameters[std::size_t(offset) + i] = values[i] * unit(i);
        }
    };
    const std::size_t in = std::size_t(network.inputs), out = unit_of.size();
    const auto input_unit = [&](std::size_t i) { return scaling.input_scale[i % in]; };
    const auto output_unit = [&](std::size_t i) { return 1 / unit_of[i % out]; };
    const auto one = [](std::size_t) { return 1.0; };
    put(result.shape.weights(), network.weights, input_unit);
    put(result.shape.biases(), network.biases, one);
    put(result.shape.outgoing(), network.outgoing, output_unit);
    put(result.shape.linear(), network.linear,
        [&](std::size_t i) { return input_unit(i) / unit_of[i / in]; });
    put(result.shape.bias(), network.bias, output_unit);
    std::copy_n(network.coefficients.values, rational_coefficient_count,
                result.parameters.begin() + result.shape.coefficients());
    const auto exponents = result.exponents();
    for (std::size_t k = 0; k < network.monomials.size(); ++k) {
        double unit = output_unit(k);
        for (std::size_t i = 0; i < in; ++i) {
            unit *= std::pow(scaling.input_scale[i], exponents[k / out][i]);
        }
        result.monomials.push_back(network.monomials[k] * unit);
    }
    return result;
}

ParameterView to_device(const std::vector<double>& parameters) {
    ParameterView view("farstep::parameters", parameters.size());
    const auto host = Kokkos::create_mirror_view(view);
    std::copy(parameters.begin(), parameters.end(), host.data());
    Kokkos::deep_copy(view, host);
    return view;
}

LossFunction::LossFunction(const Communicator& comm, const SampleSet& samples,
                           const SampleScaling& scaling)
    : m_comm(comm),
      m_samples(samples),
      m_scaling(scaling),
      m_predictions("farstep::predictions", samples.targets.extent(0), samples.targets.extent(1),
                    tile_width) {}

Loss LossFunction::operator()(const Network& network) {
    compute_predictions(network.activation, network.shape, to_device(network.parameters),
                        m_samples.inputs, m_predictions);
    add_polynomial_part(network, m_samples.inputs, m_predictions);
    const int d = network.shape.outputs;
    // Squared errors by output, then the sum of all factors.
    std::vector<double> sums(std::size_t(d) + 1, 0.0);
    const Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>> all(0, m_samples.count);
    const StateView predictions = m_predictions, targets = m_samples.targets;
    if (network.multiplies) {
        const StateView factors = m_samples.factors;
        double sum = 0;
        Kokkos::parallel_reduce(
            "farstep::apply_factors", all,
            KOKKOS_LAMBDA(const std::int64_t i, double& total) {
                for (int c = 0; c < d; ++c) {
                    double& value = predictions(i / tile_width, c, i % tile_width);
                    total += 1 + value;
                    value *= factors(i / tile_width, c, i % tile_width);
                }
            },
            sum);
        sums.back() = sum;
    }
    for (int c = 0; c < d; ++c) {
        double sum = 0;
        Kokkos::parallel_reduce(
            "farstep::loss", all,
            KOKKOS_LAMBDA(const std::int64_t i, double& total) {
                const double error = predictions(i / tile_width, c, i % tile_width) -
                                     targets(i / tile_width, c, i % tile_width);
                total += error * error;
            },
            sum);
        sums[std::size_t(c)] = sum;
    }
    m_comm.allreduce(std::span<double>(sums), Reduce::sum);
    Loss loss;
    const double count = double(m_samples.total * d);
    for (int c = 0; c < d; ++c) {
        const double mean = sums[std::size_t(c)] / count;
        const double scale = m_scaling.target_scale[std::size_t(c)];
        loss.scaled += mean;
        loss.raw += mean * scale * scale;
    }
    if (network.multiplies) loss.mean_factor = sums.back() / count;
    return loss;
}

void write(NumberWriter& writer, const Fit& fit) {
    writer.add(fit.network.parameters);
    writer.add(fit.network.monomials);
    for (const double number :
         {fit.validation.scaled, fit.validation.raw, fit.validation.mean_factor}) {
        writer.add(number);
    }
    std::vector<double> history;
    for (const HistoryEntry& entry : fit.history) {
        history.insert(history.end(), {double(entry.iteration), entry.training_loss,
                                       entry.validation_loss, entry.learning_rate,
                                       entry.mean_factor});
    }
    writer.add(history);
    writer.add(fit.description);
    writer.add(double(fit.diverged_after));
}

Fit read_fit(NumberReader& reader, const Network& like) {
    Fit fit;
    fit.network = like;
    fit.network.parameters = reader.numbers();
    fit.network.monomials = reader.numbers();
    fit.validation.scaled = reader.number();
    // A fit under way may have found no network yet.
    const bool is_none = fit.network.parameters.empty() && fit.network.monomials.empty() &&
                         !std::isfinite(fit.validation.scaled);
    const bool is_alike = fit.network.parameters.size() == like.parameters.size() &&
                          fit.network.monomials.size() == like.monomials.size();
    if (!is_none && !is_alike) refuse_numbers();
    fit.validation.raw = reader.number();
    fit.validation.mean_factor = reader.number();
    const std::vector<double> history = reader.numbers();
    if (history.size() % 5 != 0) refuse_numbers();
    for (std::size_t k = 0; k < history.size(); k += 5) {
        fit.history.push_back({integer_of(history[k]), history[k + 1], history[k + 2],
                               history[k + 3], history[k + 4]});
    }
    fit.description = reader.text();
    fit.diverged_after = reader.integer();
    return fit;
}

}  // namespace farstep
