// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Memory of adaptive steppers.
#pragma once

#include <farstep/advance_adaptive.hpp>

namespace farstep {

QueueView make_queue();

/// Makes room for so many tiles; returns whether the record is a new one.
bool fit_record(AdaptiveRecord& record, std::size_t tiles);

}  // namespace farstep
