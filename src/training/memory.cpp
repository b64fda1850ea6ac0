// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Follows the arrays that samples.cpp and adam.cpp hold at the same time; all sizes are numbers of
// 8 bytes.
#include "training/memory.hpp"

#include <algorithm>

namespace farstep {

namespace {

class Sizes {
public:
    Sizes(const Setup& setup, int ranks)
        : m_train(*setup.options.train),
          m_d(double(setup.system->dimension())),
          m_conditions(double(m_train.conditions.size())),
          m_times(setup.options.generate->until / setup.options.generate->every + 1),
          m_multiplies(find_corrector(m_train.corrector)->multiplies) {
        const double size = double(setup.options.ensemble->size) / ranks;
        m_validation = size * m_train.validation;
        m_training = (size - m_validation) * m_train.fraction;
        const auto steps =
            m_train.is_for_many_steps() ? m_train.steps : std::vector<double>{setup.options.step};
        for (const double step : steps) {
            m_pairs += std::max(0.0, m_times - step / setup.options.generate->every);
        }
    }

    /// A pair of states each.
    double pairs() const { return (m_training + m_validation) * m_pairs; }
    double samples() const { return pairs() * (is_ring() ? m_d : 1); }

    double most() const {
        const double rows = rows_of(m_training) + rows_of(m_validation);
        return std::max({rows_while_read(m_training),
                         rows_of(m_training) + rows_while_read(m_validation), rows + windows(),
                         (is_ring() ? windows() : rows) + scaled(), fit()});
    }

private:
    bool is_ring() const { return m_train.approximator.neighbours.has_value(); }

    /// Inputs with conditions, targets, increments and lengths of so many trajectories' pairs.
    double rows_of(double trajectories) const {
        return trajectories * m_pairs * (3 * m_d + m_conditions + 1);
    }

    /// Beside them their states, the same rows by step, and inputs that a growing array is copied
    /// from.
    double rows_while_read(double trajectories) const {
        return rows_of(trajectories) +
               trajectories * (m_times * m_d + m_pairs * (3 * m_d + m_d + m_conditions));
    }

    /// Inputs of a network, of one pair.
    double inputs() const {
        if (is_ring()) return m_d * double(2 * *m_train.approximator.neighbours + 1);
        return m_d + m_conditions + (m_train.seen() == ApproximatorInput::both ? m_d : 0);
    }

    /// Where variables of a ring share their weights: a row for each.
    double windows() const { return is_ring() ? pairs() * (inputs() + 2 * m_d) : 0; }

    /// Samples in tiles, with the copies that one array takes on its way there.
    double scaled() const {
        const double factors = m_multiplies ? m_d : 0;
        const double first = factors + 3 * inputs(), second = factors + inputs() + 3 * m_d;
        return m_training * m_pairs * std::max(first, second);
    }

    /// The samples alone, and the batches of Adam.
    double fit() const {
        const double outputs = m_multiplies ? 2 * m_d : m_d;
        const double samples = pairs() * (inputs() + outputs);
        if (!m_train.fits_with(FitMethod::Adam)) return samples;
        const double training = m_training * m_pairs;
        const double batch = std::min(double(m_train.adam.batch), training);
        // Samples' numbers sorted by batch, their batches in half a number each, and the table of places.
        constexpr double sorting = 1 + 0.5 + 0.25;
        return samples + sorting * training + batch * (1 + inputs() + outputs + m_d);
    }

    const TrainOptions& m_train;
    double m_d, m_conditions;
    double m_times;  ///< of the dataset
    bool m_multiplies;
    double m_training = 0, m_validation = 0;  ///< trajectories of a rank
    double m_pairs = 0;                       ///< of a trajectory
};

}  // namespace

TrainingEstimate estimate_training(const Setup& setup, int ranks) {
    // Measured: what is given back does not all come to use again.
    constexpr double lost_between_arrays = 1.1;
    const Sizes sizes(setup, ranks);
    return {sizes.samples() * ranks, lost_between_arrays * sizes.most() * double(sizeof(double))};
}

}  // namespace farstep
