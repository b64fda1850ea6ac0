// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What training a deck will take, before there is a dataset.
#pragma once

#include "setup.hpp"

namespace farstep {

struct TrainingEstimate {
    double samples = 0;  ///< of all ranks, those for validation included
    double bytes = 0;    ///< of one of `ranks` ranks at its peak, without the program itself
};

/// For the dataset that the deck's own `generate` makes.
TrainingEstimate estimate_training(const Setup& setup, int ranks);

}  // namespace farstep
