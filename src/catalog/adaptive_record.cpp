// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "catalog/adaptive_record.hpp"

namespace farstep {

QueueView make_queue() { return QueueView("farstep::queue"); }

bool fit_record(AdaptiveRecord& record, std::size_t tiles) {
    if (record.steps.extent(0) == tiles) return false;
    record = {ValueView("farstep::step_size", tiles, tile_width),
              StepView("farstep::steps", tiles, tile_width)};
    return true;
}

}  // namespace farstep
