// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint/ensemble_state.hpp"

#include "catalog/adaptive_record.hpp"

namespace farstep {
namespace {

constexpr auto last_status = TrajectoryStatus::left_training_box;

/// More than any trajectory takes; sums of such numbers stay far from overflow.
constexpr std::int64_t most_steps = std::int64_t(1) << 40;

/// One number a trajectory, of the first `count`.
template <class View>
auto numbers_of(const View& view, std::int64_t count) {
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
    return std::vector<typename View::non_const_value_type>(host.data(), host.data() + count);
}

/// Lanes beyond the last trajectory repeat it.
template <class View, class T>
void set_numbers(const View& view, const std::vector<T>& numbers) {
    const auto host = Kokkos::create_mirror_view(view);
    for (std::size_t i = 0; i < host.size() && !numbers.empty(); ++i) {
        host.data()[i] = i < numbers.size() ? numbers[i] : numbers.back();
    }
    Kokkos::deep_copy(view, host);
}

Slab slab_of(const Ensemble& ensemble, const Range& whole) {
    return {{ensemble.range().begin - whole.begin}, {ensemble.size()}};
}

Slab with_rows_of(const Slab& slab, std::int64_t length) {
    return {{slab.offset[0], 0}, {slab.count[0], length}};
}

/// Numbers of the trajectories that are mine, from 0 to `most`; throws EnvironmentError if one is
/// not.
template <class T>
std::vector<T> read_within(const Checkpoint& checkpoint, const std::string& name, const Slab& mine,
                           T most) {
    std::vector<T> numbers = checkpoint.read<T>(name, mine);
    for (const T number : numbers) {
        if (number < 0 || number > most) checkpoint.fail();
    }
    return numbers;
}

}  // namespace

void save(SavedState& state, const Ensemble& ensemble, const Position& at,
          const AdaptiveRecord* record) {
    const Range& whole = at.chunk;
    const Slab mine = slab_of(ensemble, whole);
    const EnsembleView& view = ensemble.view();
    const std::int64_t n = ensemble.size(), d = ensemble.dimension();
    save(state, at);
    state.part("state", {whole.size(), d}, with_rows_of(mine, d), ensemble.rows());
    state.part("status", {whole.size()}, mine, numbers_of(view.status, n));
    state.part("failure_step", {whole.size()}, mine, numbers_of(view.failure_step, n));
    state.part("steps_outside", {whole.size()}, mine, numbers_of(view.steps_outside, n));
    if (record) {
        state.part("step_size", {whole.size()}, mine, numbers_of(record->step_size, n));
        state.part("steps_taken", {whole.size()}, mine, numbers_of(record->steps, n));
    }
}

Position load(const Checkpoint& checkpoint, Ensemble& ensemble, const Course& course,
              AdaptiveRecord* record) {
    const Position at = load_position(checkpoint, course);
    if (ensemble.size() == 0) return at;
    const Slab mine = slab_of(ensemble, at.chunk);
    const EnsembleView& view = ensemble.view();
    ensemble.set_rows(checkpoint.read<double>("state", with_rows_of(mine, ensemble.dimension())));
    set_numbers(view.status,
                read_within<std::int8_t>(checkpoint, "status", mine, std::int8_t(last_status)));
    set_numbers(view.failure_step, read_within(checkpoint, "failure_step", mine, most_steps));
    set_numbers(view.steps_outside, read_within(checkpoint, "steps_outside", mine, most_steps));
    if (record) {
        fit_record(*record, std::size_t(ensemble.tiles()));
        set_numbers(record->step_size, checkpoint.read<double>("step_size", mine));
        set_numbers(record->steps, read_within(checkpoint, "steps_taken", mine, most_steps));
    }
    return at;
}

}  // namespace farstep
