// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Adam on minibatches of global sample numbers: every rank works on the samples of a batch that it
// owns, and gradients are summed over ranks.
#include <farstep/numerics/random.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "error.hpp"
#include "parallel/device_messages.hpp"
#include "training/batch_queue.hpp"
#include "training/fit.hpp"
#include "training/gradient.hpp"
#include "training/predictions.hpp"
#include "training/unrolled.hpp"

namespace farstep {

namespace {

using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;

/// Iterations between safe points.
constexpr std::int64_t safe_point_every = 32;

/// Copies the samples of a batch next to each other; slots beyond the last are zero.
struct GatherBatch {
    SampleNumbers numbers;
    StateView from_inputs, from_targets, inputs, targets;
    StateView from_factors, factors;  ///< empty unless outputs are factors

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t slot) const {
        const std::int64_t tile = slot / tile_width, lane = slot % tile_width;
        const bool used = slot < std::int64_t(numbers.extent(0));
        const std::int64_t sample = used ? numbers(slot) : 0;
        for (std::size_t c = 0; c < inputs.extent(1); ++c) {
            inputs(tile, c, lane) =
                used ? from_inputs(sample / tile_width, c, sample % tile_width) : 0;
        }
        for (std::size_t c = 0; c < targets.extent(1); ++c) {
            targets(tile, c, lane) =
                used ? from_targets(sample / tile_width, c, sample % tile_width) : 0;
        }
        for (std::size_t c = 0; c < factors.extent(1); ++c) {
            factors(tile, c, lane) =
                used ? from_factors(sample / tile_width, c, sample % tile_width) : 0;
        }
    }
};

/// predictions ← ∂loss/∂prediction = weight·factor·(factor·prediction − target), the factor being 1
/// unless outputs are factors; returns the squared errors.
struct Cotangents {
    StateView predictions, targets, factors;
    std::int64_t count;
    double weight;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t slot, double& squares) const {
        const std::int64_t tile = slot / tile_width, lane = slot % tile_width;
        const double used = slot < count ? 1.0 : 0.0;
        for (std::size_t c = 0; c < targets.extent(1); ++c) {
            const double factor = factors.extent(1) > 0 ? factors(tile, c, lane) : 1.0;
            const double error =
                used * (factor * predictions(tile, c, lane) - targets(tile, c, lane));
            squares += error * error;
            predictions(tile, c, lane) = weight * factor * error;
        }
    }
};

/// Parameters [first, last) take one Adam step.
struct AdamUpdate {
    ParameterView parameters, gradient, mean, square;
    double rate, beta1, beta2, correction1, correction2;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t k) const {
        constexpr double epsilon = 1e-8;
        const double g = gradient(k);
        mean(k) = beta1 * mean(k) + (1 - beta1) * g;
        square(k) = beta2 * square(k) + (1 - beta2) * g * g;
        parameters(k) -=
            rate * (mean(k) / correction1) / (math::sqrt(square(k) / correction2) + epsilon);
    }
};

class AdamTrainer {
public:
    AdamTrainer(const FitProblem& problem, const Network& start)
        : m_problem(problem),
          m_options(problem.options.adam),
          m_samples(problem.data.training),
          m_unrolls(m_samples.segments.steps > 1),
          m_batch(std::min(m_options.batch, sample_total())),
          m_iterations(count_iterations()),
          m_validation(problem.comm, problem.data.validation, problem.data.scaling),
          m_network(start),
          m_parameters(to_device(start.parameters)),
          m_gradient("farstep::gradient", start.parameters.size()),
          m_mean("farstep::adam_mean", start.parameters.size()),
          m_square("farstep::adam_square", start.parameters.size()),
          m_inputs(batch_view("farstep::batch_inputs", start.shape.inputs)),
          m_targets(batch_view("farstep::batch_targets", start.shape.outputs)),
          m_predictions(batch_view("farstep::batch_predictions", start.shape.outputs)) {
        if (start.multiplies) m_factors = batch_view("farstep::batch_factors", start.shape.outputs);
        if (!m_unrolls) return;
        m_unrolled.emplace(problem, start, m_samples.segments, m_batch);
        m_unrolled_validation.emplace(problem, start, problem.data.validation.segments, m_batch);
    }

    Fit run() {
        Progress progress(m_problem.comm, "adam", m_iterations, "iterations", m_problem.progress);
        BatchQueue batches = make_queue();
        const std::int64_t every = std::max<std::int64_t>(1, m_iterations / 50);
        Position at;
        at.best.validation.scaled = at.best_loss;
        if (m_unrolls) keep_if_best(rollout_loss(), m_validation(m_network), at);
        if (m_problem.journal) load(m_problem.journal->take_state(), at);
        while (at.iteration < m_iterations) {
            const std::int64_t i = at.iteration++;
            at.loss_sum += step(batches.batch(i), i);
            ++at.since;
            if (at.iteration % every == 0 || at.iteration == m_iterations) {
                record(at);
                if (at.best.diverged_after > 0) break;
                at.loss_sum = 0;
                at.since = 0;
                progress.update(at.iteration);
            }
            if (m_problem.journal && at.iteration % safe_point_every == 0) {
                m_problem.journal->offer([&] { return state(at); });
            }
        }
        progress.finish();
        at.best.description =
            m_unrolls ? fmt::format("adam: {} iterations of {} rollouts of {} steps", at.iteration,
                                    m_batch, m_samples.segments.steps)
                      : fmt::format("adam: {} iterations of {} samples", at.iteration, m_batch);
        return at.best;
    }

private:
    /// How far the fit is.
    struct Position {
        std::int64_t iteration = 0;
        double loss_sum = 0;     ///< of the batches since the last record
        std::int64_t since = 0;  ///< their number
        double best_loss = std::numeric_limits<double>::infinity();  ///< that `best` was chosen by
        Fit best = {};
    };

    Journal::Numbers state(const Position& at) const {
        NumberWriter writer;
        writer.add(double(at.iteration));
        writer.add(at.loss_sum);
        writer.add(double(at.since));
        writer.add(at.best_loss);
        for (const ParameterView& view : {m_parameters, m_mean, m_square}) {
            const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
            writer.add(std::vector<double>(host.data(), host.data() + host.size()));
        }
        write(writer, at.best);
        return writer.take();
    }

    /// Goes on from a saved state, if there is one.
    void load(Journal::Numbers saved, Position& at) {
        if (saved.empty()) return;
        NumberReader reader(std::move(saved));
        at.iteration = reader.integer();
        at.loss_sum = reader.number();
        at.since = reader.integer();
        at.best_loss = reader.number();
        if (at.iteration < 0 || at.since < 0 || at.since > at.iteration) refuse_numbers();
        for (ParameterView* const view : {&m_parameters, &m_mean, &m_square}) {
            *view = to_device(reader.numbers(view->size()));
        }
        at.best = read_fit(reader, m_network);
    }

    std::int64_t count_iterations() const {
        if (!m_options.epochs) return m_options.iterations;
        return (*m_options.epochs * sample_total() + m_batch - 1) / m_batch;
    }

    /// Pairs of states, or segments, over all ranks.
    std::int64_t sample_total() const {
        return m_unrolls ? m_samples.segments.total : m_samples.total;
    }

    BatchQueue make_queue() const {
        const std::int64_t seed = m_problem.options.seed;
        if (m_unrolls) {
            const Segments& segments = m_samples.segments;
            return {segments.first, segments.count, segments.total, m_batch, seed};
        }
        return {m_samples.first, m_samples.count, m_samples.total, m_batch, seed};
    }

    StateView batch_view(const char* label, int rows) const {
        return StateView(std::string(label), std::size_t((m_batch + tile_width - 1) / tile_width),
                         std::size_t(rows), tile_width);
    }

    double learning_rate(std::int64_t iteration) const {
        const double warm_up = m_options.warm_up * double(m_iterations);
        const double done = double(iteration);
        if (done < warm_up) return m_options.learning_rate * (done + 1) / (warm_up + 1);
        const double phase = (done - warm_up) / std::max(1.0, double(m_iterations) - warm_up);
        return 0.5 * m_options.learning_rate * (1 + std::cos(3.14159265358979323846 * phase));
    }

    /// One iteration; returns the batch's mean squared error in standardised units.
    double step(const SampleNumbers& batch, std::int64_t iteration) {
        const std::int64_t steps = m_unrolls ? m_samples.segments.steps : 1;
        const double share = 1.0 / double(m_batch * steps * m_network.shape.outputs);
        const double squares =
            m_unrolls ? set_rollout_gradient(batch, share) : set_gradient(batch, share);
        const double loss = sum_over_ranks(squares) * share;
        update(iteration);
        return loss;
    }

    /// Of this rank's rollouts of the batch; returns the squares of their errors.
    double set_rollout_gradient(const SampleNumbers& batch, double share) {
        return m_unrolled->gradient(m_parameters, {batch, 0, std::int64_t(batch.extent(0))},
                                    m_problem.options.noise, share, m_gradient);
    }

    /// Of this rank's pairs of the batch; returns the squares of their errors.
    double set_gradient(const SampleNumbers& batch, double share) {
        const PerceptronShape& shape = m_network.shape;
        const auto count = std::int64_t(batch.extent(0));
        const std::int64_t tiles = (count + tile_width - 1) / tile_width;
        const auto used = std::make_pair(std::int64_t(0), tiles);
        const StateView inputs = Kokkos::subview(m_inputs, used, Kokkos::ALL(), Kokkos::ALL());
        Kokkos::parallel_for("farstep::gather_batch", Policy(0, tiles * tile_width),
                             GatherBatch{batch, m_samples.inputs, m_samples.targets, m_inputs, m_targets,
                                         m_samples.factors, m_factors});
        compute_predictions(m_network.activation, shape, m_parameters, inputs, m_predictions);
        double squares = 0;
        Kokkos::parallel_reduce("farstep::cotangents", Policy(0, tiles * tile_width),
                                Cotangents{m_predictions, m_targets, m_factors, count, 2 * share},
                                squares);
        m_compute_gradient(m_network.activation, shape, m_parameters, inputs, m_predictions,
                           tiles, m_gradient);
        return squares;
    }

    /// Sums the gradient and the loss over ranks: where they are, or in one message by way of the
    /// host.
    double sum_over_ranks(double squares) {
        const Communicator& comm = m_problem.comm;
        if (comm.size() == 1) return squares;
        if (mpi_takes_device_memory()) {
            Kokkos::fence();
            comm.allreduce(std::span<double>(m_gradient.data(), m_gradient.size()), Reduce::sum);
            return comm.allreduce(squares, Reduce::sum);
        }
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_gradient);
        m_message.assign(host.data(), host.data() + host.size());
        m_message.push_back(squares);
        comm.allreduce(std::span<double>(m_message), Reduce::sum);
        std::copy(m_message.begin(), m_message.end() - 1, host.data());
        Kokkos::deep_copy(m_gradient, host);
        return m_message.back();
    }

    void update(std::int64_t iteration) {
        const PerceptronShape& shape = m_network.shape;
        const double t = double(iteration + 1);
        const AdamUpdate kernel{m_parameters,
                                m_gradient,
                                m_mean,
                                m_square,
                                learning_rate(iteration),
                                m_options.beta1,
                                m_options.beta2,
                                1 - std::pow(m_options.beta1, t),
                                1 - std::pow(m_options.beta2, t)};
        // The linear map stays zero if it is not wanted.
        const std::int64_t first_end = m_network.has_linear ? shape.size() : shape.linear();
        Kokkos::parallel_for("farstep::adam", Policy(0, first_end), kernel);
        if (!m_network.has_linear) {
            Kokkos::parallel_for("farstep::adam", Policy(shape.bias(), shape.size()), kernel);
        }
    }

    double rollout_loss() {
        return m_unrolled_validation->mean(m_problem.comm, m_network.parameters);
    }

    /// Keeps the network if its loss, of rollouts or of single steps, is the smallest so far.
    void keep_if_best(double loss, const Loss& single, Position& at) const {
        if (!(loss < at.best_loss)) return;
        at.best_loss = loss;
        at.best.network = m_network;
        at.best.validation = single;
    }

    void record(Position& at) {
        const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), m_parameters);
        m_network.parameters.assign(host.data(), host.data() + host.size());
        const Loss single = m_validation(m_network);
        const double loss = m_unrolls ? rollout_loss() : single.scaled;
        if (!std::isfinite(loss)) {
            at.best.diverged_after = at.iteration;
            return;
        }
        at.best.history.push_back({at.iteration, at.loss_sum / double(at.since), loss,
                                   learning_rate(at.iteration - 1), single.mean_factor});
        keep_if_best(loss, single, at);
    }

    const FitProblem& m_problem;
    const AdamOptions& m_options;
    const SampleSet& m_samples;
    bool m_unrolls;
    std::int64_t m_batch, m_iterations;
    PerceptronGradient m_compute_gradient;
    LossFunction m_validation;
    Network m_network;
    ParameterView m_parameters, m_gradient, m_mean, m_square;
    StateView m_inputs, m_targets, m_predictions, m_factors;
    std::optional<UnrolledLoss> m_unrolled, m_unrolled_validation;
    std::vector<double> m_message;
};

}  // namespace

Fit fit_adam(const FitProblem& problem, const Network* start) {
    Network network = blank_network(problem);
    if (start) {
        network = *start;
    } else {
        // PyTorch's default initialisation, as the publications use it.
        const double inputs = network.shape.inputs, hidden = network.shape.hidden;
        draw_hidden_layer(network, problem.options.seed, 1 / std::sqrt(inputs));
        for (int k = network.shape.outgoing(); k < network.shape.linear(); ++k) {
            const RandomPair u =
                uniform_pair(std::uint64_t(problem.options.seed), RandomPurpose::hidden_weights,
                             std::uint64_t(k), 0);
            network.parameters[std::size_t(k)] = (2 * u.first - 1) / std::sqrt(hidden);
        }
        // The factor is 1 + Q.
        const double initial = find_corrector(problem.options.corrector)->initial_factor;
        for (int k = network.shape.bias(); k < network.shape.coefficients(); ++k) {
            network.parameters[std::size_t(k)] += initial - 1;
        }
    }
    return AdamTrainer(problem, network).run();
}

}  // namespace farstep
