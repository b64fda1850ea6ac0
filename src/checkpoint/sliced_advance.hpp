// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Steps between two outputs, cut where a run may be saved or stopped.

#pragma once

#include <algorithm>

#include "catalog/system_model.hpp"
#include "checkpoint/position.hpp"
#include "clock.hpp"
#include "parallel/communicator.hpp"

namespace farstep {

/// Takes fixed steps in slices of about a second, which changes no result; an adaptive scheme
/// covers an interval at once, since its steps depend on where the interval ends.
class SlicedAdvance {
public:
    SlicedAdvance(const Communicator& comm, const Stepper& stepper)
        : m_comm(comm), m_stepper(stepper) {}

    /// Takes an ensemble from where it is to its next output, outputs being `interval` steps apart;
    /// after each slice calls after(taken), the steps of that slice. Collective.
    template <class F>
    void operator()(const EnsembleView& ensemble, Position& at, std::int64_t interval, F&& after) {
        if (at.output == 0) return;
        const std::int64_t first = (at.output - 1) * interval;
        while (at.steps < interval) {
            const std::int64_t left = interval - at.steps;
            const std::int64_t slice = m_stepper.record() ? left : std::min(left, m_slice);
            const Clock::time_point start = Clock::now();
            m_stepper.advance(ensemble, first + at.steps, slice);
            Kokkos::fence();
            adapt(slice, seconds_since(start));
            at.steps += slice;
            after(slice);
        }
    }

private:
    /// The slowest rank's time decides for all.
    void adapt(std::int64_t slice, double seconds) {
        constexpr double wanted_s = 1;
        constexpr std::int64_t longest = std::int64_t(1) << 40;
        seconds = m_comm.allreduce(seconds, Reduce::max);
        const double fitting = double(slice) * wanted_s / std::max(seconds, 1e-9);
        const std::int64_t growth = std::min(longest, 8 * m_slice);
        m_slice = std::clamp(std::int64_t(std::min(fitting, double(longest))),
                             std::int64_t(1), growth);
    }

    Communicator m_comm;
    const Stepper& m_stepper;
    std::int64_t m_slice = 64;
};

}  // namespace farstep
