// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "commands/forecast_counts.hpp"

#include <algorithm>
#include <array>

namespace farstep {

void StepSummary::add(std::int64_t steps) {
    least = std::min(least, steps);
    most = std::max(most, steps);
    sum += steps;
}

ForecastCounts::ForecastCounts(const Communicator& comm, const Setup& setup,
                               const ChosenTrajectories& chosen)
    : m_comm(comm), m_setup(setup), m_options(*setup.options.forecast), m_chosen(chosen) {}

bool ForecastCounts::is_guarded() const {
    return m_options.corrected && m_options.guard.action != GuardAction::off;
}

double ForecastCounts::mean_steps() const {
    return double(m_own_steps.sum) / double(m_options.ensemble.size);
}

void ForecastCounts::define(OutputFile& file) const {
    if (m_chosen.none()) return;
    if (m_setup.options.is_adaptive()) {
        file.variable("steps_taken", {"trajectory"}, NumberType::int64,
                      {"1", "steps of the adaptive scheme, rejected ones included", {}});
    }
    if (is_guarded()) {
        file.variable("steps_outside", {"trajectory"}, NumberType::int64,
                      {"1", "steps begun outside the training box", {}});
    }
}

void ForecastCounts::add(OutputFile& file, const Ensemble& ensemble, const Stepper& stepper) {
    const auto failures = ensemble.failures();
    m_failures.insert(m_failures.end(), failures.begin(), failures.end());
    if (stepper.record()) add_steps(file, ensemble.range(), stepper);
    if (is_guarded()) add_exits(file, ensemble);
}

void ForecastCounts::add_steps(OutputFile& file, const Range& range, const Stepper& stepper) {
    const auto counts =
        Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), stepper.record()->steps);
    for (std::int64_t i = 0; i < range.size(); ++i) m_own_steps.add(counts.data()[i]);
    write_chosen(file, "steps_taken", range, counts.data());
}

void ForecastCounts::add_exits(OutputFile& file, const Ensemble& ensemble) {
    const auto counts =
        Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), ensemble.view().steps_outside);
    for (std::int64_t i = 0; i < ensemble.size(); ++i) {
        m_guard.steps += counts.data()[i];
        m_guard.trajectories += counts.data()[i] > 0;
    }
    write_chosen(file, "steps_outside", ensemble.range(), counts.data());
}

/// One count a trajectory of the range, of which those that are chosen are written.
void ForecastCounts::write_chosen(OutputFile& file, const std::string& name, const Range& range,
                                  const std::int64_t* counts) const {
    if (m_chosen.none()) return;
    const ChosenTrajectories::Part chosen = m_chosen.in(range);
    std::vector<std::int64_t> values;
    for (const std::int64_t i : chosen.local) values.push_back(counts[i]);
    file.write(name, Slab{{chosen.first}, {std::int64_t(values.size())}}, values.data());
}

/// Number, status and step of the failed trajectories of all ranks, in the order of their numbers.
/// Collective.
std::vector<double> ForecastCounts::all_failures() const {
    std::vector<double> mine;
    for (const FailedTrajectory& failed : m_failures) {
        mine.insert(mine.end(),
                    {double(failed.index), double(failed.status), double(failed.step)});
    }
    const std::vector<double> gathered = m_comm.gather(mine);
    std::vector<std::array<double, 3>> failures(gathered.size() / 3);
    for (std::size_t k = 0; k < failures.size(); ++k) {
        failures[k] = {gathered[3 * k], gathered[3 * k + 1], gathered[3 * k + 2]};
    }
    std::sort(failures.begin(), failures.end());
    std::vector<double> sorted;
    for (const auto& failure : failures) sorted.insert(sorted.end(), failure.begin(), failure.end());
    m_comm.broadcast(sorted);
    return sorted;
}

/// Collective.
StepSummary ForecastCounts::all_own_steps() const {
    return {m_comm.allreduce(m_own_steps.least, Reduce::min),
            m_comm.allreduce(m_own_steps.most, Reduce::max),
            m_comm.allreduce(m_own_steps.sum, Reduce::sum)};
}

/// Collective.
GuardSummary ForecastCounts::all_exits() const {
    return {m_comm.allreduce(m_guard.trajectories, Reduce::sum),
            m_comm.allreduce(m_guard.steps, Reduce::sum)};
}

void ForecastCounts::save(SavedState& state) const {
    state.whole("failures", all_failures());
    const GuardSummary exits = all_exits();
    state.attribute("guard_trajectories", exits.trajectories);
    state.attribute("guard_steps", exits.steps);
    const StepSummary steps = all_own_steps();
    state.attribute("own_steps_sum", steps.sum);
    state.attribute("own_steps_least", steps.least);
    state.attribute("own_steps_most", steps.most);
}

void ForecastCounts::load(const Checkpoint& checkpoint) {
    if (!m_comm.is_root()) return;
    load_failures(checkpoint);
    // Before the first chunk is done, the least is the largest number.
    constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max(), half = any / 2;
    m_guard = {checkpoint.integer("guard_trajectories", 0, m_options.ensemble.size),
               checkpoint.integer("guard_steps", 0, half)};
    m_own_steps = {checkpoint.integer("own_steps_least", 0, any),
                   checkpoint.integer("own_steps_most", 0, half),
                   checkpoint.integer("own_steps_sum", 0, half)};
}

void ForecastCounts::load_failures(const Checkpoint& checkpoint) {
    const auto failures = checkpoint.read<double>("failures");
    if (failures.size() % 3 != 0) checkpoint.fail();
    const auto integer = [&](double number, double least, double most) {
        if (!(number >= least && number <= most)) checkpoint.fail();
        return std::int64_t(number);
    };
    const auto last_status = double(TrajectoryStatus::left_training_box);
    for (std::size_t k = 0; k < failures.size(); k += 3) {
        m_failures.push_back({integer(failures[k], 0, double(m_options.ensemble.size - 1)),
                              TrajectoryStatus(integer(failures[k + 1], 1, last_status)),
                              integer(failures[k + 2], 0, 0x1p53)});
    }
}

StageResult ForecastCounts::write(OutputFile& file) {
    const std::int64_t failed = write_failures(file);
    if (m_setup.options.is_adaptive()) {
        m_own_steps = all_own_steps();
        file.attribute("/", "steps_minimum", m_own_steps.least);
        file.attribute("/", "steps_mean", mean_steps());
        file.attribute("/", "steps_maximum", m_own_steps.most);
    }
    if (is_guarded()) {
        m_guard = all_exits();
        file.attribute("/", "guard", name_of(m_options.guard.action));
        file.attribute("/", "trajectories_outside", m_guard.trajectories);
        file.attribute("/", "steps_outside", m_guard.steps);
    }
    return {failed, m_options.ensemble.size};
}

/// Returns how many there are.
std::int64_t ForecastCounts::write_failures(OutputFile& file) const {
    const std::vector<double> all = all_failures();
    const std::size_t count = all.size() / 3;
    file.attribute("/", "failed_trajectories", std::int64_t(count));
    if (count == 0) return 0;
    std::vector<double> index, time;
    std::vector<std::int8_t> status;
    for (std::size_t k = 0; k < count; ++k) {
        index.push_back(all[3 * k]);
        status.push_back(std::int8_t(all[3 * k + 1]));
        time.push_back(all[3 * k + 2] * m_setup.options.step);
    }
    file.coordinate("failed_trajectory", index, {"1", "number of a failed trajectory", {}});
    file.variable("failed_status", {"failed_trajectory"}, NumberType::int8,
                  {"", "1: became non-finite, 2: left the limits, 3: needed too many steps, "
                      "4: left the training box", {}});
    file.variable("failed_time", {"failed_trajectory"}, NumberType::float64,
                  {m_setup.system->info().time_unit, "time of the failure", {}});
    file.write_whole("failed_status", status.data());
    file.write_whole("failed_time", time.data());
    return std::int64_t(count);
}

}  // namespace farstep
