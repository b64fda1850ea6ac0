// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Steps between two outputs, cut where a run may be saved or stopped.

#pragma once

#include <algorithm>

#include "catalog/system_model.hpp"
#include "clock.hpp"
#include "parallel/communicator.hpp"

namespace farstep {

/// Takes fixed steps in slices of about a second, which changes no result; an adaptive scheme
/// covers an interval at once, since its steps depend on where the interval ends.
class SlicedAdvance {
public:
    SlicedAdvance(const Communicator& comm, const Stepper& stepper)
        : m_comm(comm), m_stepper(stepper) {}

    /// Steps `done` … steps − 1 of the interval that begins with step number `first`; after each
    /// slice calls after(done), `done` being the steps taken so far. Collective.
    template <class F>
    void operator()(const EnsembleView& ensemble, std::int64_t first, std::int64_t done,
                    std::int64_t steps, F&& after) {
        while (done < steps) {
            const std::int64_t slice =
                m_stepper.record() ? steps - done : std::min(steps - done, m_slice);
            const Clock::time_point start = Clock::now();
            m_stepper.advance(ensemble, first + done, slice);
            Kokkos::fence();
            adapt(slice, seconds_since(start));
            done += slice;
            after(done);
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
