// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Ensembles on the device: rows go in and come out unchanged, and failures are listed.
#include "ensemble/ensemble.hpp"

#include <gtest/gtest.h>

namespace farstep {
namespace {

std::vector<double> numbered_rows(std::int64_t count, int d) {
    std::vector<double> rows(std::size_t(count * d));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = double(i) + 0.5;
    return rows;
}

TEST(Ensemble, GivesBackTheRowsItWasGiven) {
    for (const std::int64_t count : {1, tile_width - 1, tile_width, tile_width + 1, 200}) {
        for (const int d : {1, 3, 40}) {
            Ensemble ensemble(d, {7, 7 + count});
            EXPECT_EQ(ensemble.size(), count);
            EXPECT_EQ(ensemble.tiles(), (count + tile_width - 1) / tile_width);
            ensemble.set_rows(numbered_rows(count, d));
            EXPECT_EQ(ensemble.rows(), numbered_rows(count, d));
        }
    }
}

TEST(Ensemble, GivesChosenRowsInTheOrderAskedFor) {
    Ensemble ensemble(2, {0, 70});
    ensemble.set_rows(numbered_rows(70, 2));
    EXPECT_EQ(ensemble.rows({69, 0, 32}),
              (std::vector<double>{138.5, 139.5, 0.5, 1.5, 64.5, 65.5}));
    EXPECT_TRUE(ensemble.rows(std::vector<std::int64_t>{}).empty());
}

TEST(Ensemble, FillsUnusedLanesWithTheLastTrajectory) {
    Ensemble ensemble(2, {0, tile_width + 1});
    ensemble.set_rows(numbered_rows(tile_width + 1, 2));
    const auto host =
        Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), ensemble.view().state);
    for (int lane = 0; lane < tile_width; ++lane) EXPECT_EQ(host(1, 1, lane), 2 * tile_width + 1.5);
}

TEST(Ensemble, MayBeEmpty) {
    Ensemble ensemble(4, {5, 5});
    ensemble.set_rows({});
    EXPECT_TRUE(ensemble.rows().empty());
    EXPECT_TRUE(ensemble.failures().empty());
    EXPECT_EQ(ensemble.failure_count(), 0);
}

TEST(Ensemble, ListsFailuresByGlobalIndexAndIgnoresUnusedLanes) {
    const Range range{1000, 1000 + tile_width + 8};
    const Ensemble ensemble(2, range);
    const auto status = Kokkos::create_mirror_view(ensemble.view().status);
    const auto step = Kokkos::create_mirror_view(ensemble.view().failure_step);
    status(0, 3) = std::int8_t(TrajectoryStatus::out_of_bounds);
    step(0, 3) = 17;
    status(1, 7) = std::int8_t(TrajectoryStatus::non_finite);
    step(1, 7) = 4;
    status(1, 8) = std::int8_t(TrajectoryStatus::non_finite);  // beyond the last trajectory
    Kokkos::deep_copy(ensemble.view().status, status);
    Kokkos::deep_copy(ensemble.view().failure_step, step);
    const auto failures = ensemble.failures();
    ASSERT_EQ(failures.size(), 2u);
    EXPECT_EQ(ensemble.failure_count(), 2);
    EXPECT_EQ(failures[0].index, 1003);
    EXPECT_EQ(failures[0].status, TrajectoryStatus::out_of_bounds);
    EXPECT_EQ(failures[0].step, 17);
    EXPECT_EQ(failures[1].index, 1000 + tile_width + 7);

    Ensemble copy(2, range);
    copy.assign(ensemble);
    EXPECT_EQ(copy.failures().size(), 2u);
    EXPECT_EQ(copy.rows(), ensemble.rows());
}

}  // namespace
}  // namespace farstep
