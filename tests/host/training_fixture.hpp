// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Training data of Hénon–Heiles for tests of fitting, by way of a dataset on disk.

#pragma once

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "../kernels/models.hpp"
#include "../kernels/networks.hpp"
#include "../mpi/scratch.hpp"
#include "io/output_file.hpp"
#include "io/provenance.hpp"
#include "training/fit.hpp"

namespace farstep::testing {

inline const ProgressOptions quiet{.quiet = true};

inline const SystemModel& henon_heiles() { return system("henon_heiles"); }

struct Trajectories {
    std::int64_t count = 200, times = 21;
    double step = 0.5;
};

/// Trajectory number 7 has failed; its states are not numbers.
inline constexpr std::int64_t failed = 7;

/// States [time][trajectory][component] of the published ensemble.
inline Rows states_of(const Trajectories& size) {
    Rows state = sampled(henon_heiles(), size.count, 1), all = state;
    for (std::int64_t n = 1; n < size.times; ++n) {
        state = advanced(henon_heiles(), state, "dp8", size.step / 10, 10);
        all.insert(all.end(), state.begin(), state.end());
    }
    for (std::int64_t n = 0; n < size.times; ++n) {
        std::fill_n(&all[std::size_t((n * size.count + failed) * 4)], 4, std::nan(""));
    }
    return all;
}

inline void write_dataset(const Communicator& comm, const std::filesystem::path& name,
                          const Trajectories& size) {
    const Rows states = states_of(size);
    std::vector<std::int8_t> status(std::size_t(size.count), 0);
    status[failed] = 1;
    OutputFile file(comm, name, FileKind::dataset);
    file.dimension("time", size.times);
    file.dimension("trajectory", size.count);
    file.dimension("component", 4);
    file.variable("state", {"time", "trajectory", "component"}, NumberType::float64);
    file.variable("status", {"trajectory"}, NumberType::int8);
    file.begin_parallel();
    file.write_whole("state", states.data());
    file.write_whole("status", status.data());
    file.commit();
}

/// Samples of Hénon–Heiles at the published step, by way of a dataset on disk.
inline TrainingData make_data(const Communicator& comm, const TrainOptions& options,
                              const Trajectories& size = {},
                              const std::string& scheme = "rk4") {
    const Scratch scratch(comm);
    write_dataset(comm, scratch / "dataset.h5", size);
    comm.barrier();
    const InputFile dataset(scratch / "dataset.h5", FileKind::dataset);
    const auto stepper = henon_heiles().stepper(plain_spec(henon_heiles(), scheme, size.step));
    return make_training_data(comm, dataset, henon_heiles(), {{stepper.get()}, size.step},
                              options);
}

/// The samples of one set as rows.
inline Rows rows_of(const StateView& view, std::int64_t count) {
    Ensemble ensemble(int(view.extent(1)), {0, count});
    Kokkos::deep_copy(ensemble.view().state, view);
    return ensemble.rows();
}

/// Histories of the same fit on one rank and on many: to 1e-9, since sums over ranks are in another
/// order.
inline void expect_same_losses(const Fit& one, const Fit& many) {
    ASSERT_EQ(one.history.size(), many.history.size());
    for (std::size_t i = 0; i < one.history.size(); ++i) {
        EXPECT_NEAR(many.history[i].training_loss, one.history[i].training_loss,
                    1e-9 * one.history[i].training_loss);
        EXPECT_NEAR(many.history[i].validation_loss, one.history[i].validation_loss,
                    1e-9 * one.history[i].validation_loss);
    }
}

}  // namespace farstep::testing
