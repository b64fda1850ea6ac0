// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What a forecast says: warnings before it, and a summary behind it.
#pragma once

#include "commands/forecast_counts.hpp"

namespace farstep {

/// Wall time of this rank's parts of a forecast [s]. What is written while steps go on counts as
/// far as it is waited for.
struct ForecastTimes {
    double stepping = 0, statistics = 0, files = 0;
};

/// What training has seen of the corrector's long rollouts, if this forecast may see worse.
void warn_of_long_rollout(const Communicator& comm, const Setup& setup, const LongRollout& rollout);

/// `counts` have been written; `seconds` is the time of the whole stage.
void report_forecast(const Communicator& comm, const Setup& setup, const ForecastCounts& counts,
                     const StageResult& result, const ForecastTimes& times, double seconds);

}  // namespace farstep
