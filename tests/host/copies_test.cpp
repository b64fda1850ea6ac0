// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Nothing is copied or allocated within the loops over steps and over iterations of training:
// Kokkos' profiling hooks count copies between arrays and allocations, which may not grow with the
// loops' length. On CPUs, where host and device share their memory, the same calls are counted.
#include <string_view>

#include <gtest/gtest.h>

#include "training/network.hpp"
#include "training_fixture.hpp"

namespace farstep {
namespace {

namespace hooks = Kokkos::Tools::Experimental;
using Space = Kokkos::Tools::SpaceHandle;
using testing::henon_heiles;

/// What is counted while an object of this type lives.
class Counts {
public:
    Counts() {
        s_copies = 0;
        s_allocations = 0;
        hooks::set_begin_deep_copy_callback([](Space, const char*, const void*, Space,
                                               const char* source, const void*, std::uint64_t) {
            // Filling an array with one number copies nothing.
            s_copies += std::string_view(source) != "Scalar";
        });
        hooks::set_allocate_data_callback(
            [](Space, const char*, const void*, std::uint64_t) { ++s_allocations; });
    }
    ~Counts() {
        hooks::set_begin_deep_copy_callback(nullptr);
        hooks::set_allocate_data_callback(nullptr);
    }
    Counts(const Counts&) = delete;
    Counts& operator=(const Counts&) = delete;

    int copies() const { return s_copies; }
    int allocations() const { return s_allocations; }

private:
    static inline int s_copies = 0, s_allocations = 0;
};

TEST(Copies, AreSeen) {
    const StateView device("device", 2, 3, 4);
    const Counts counts;
    const auto host = Kokkos::create_mirror(device);
    const auto perhaps_the_same = Kokkos::create_mirror_view(device);
    for (int n = 0; n < 5; ++n) Kokkos::deep_copy(host, device);
    for (int n = 0; n < 3; ++n) Kokkos::deep_copy(device, perhaps_the_same);
    Kokkos::deep_copy(device, 0.0);
    EXPECT_EQ(counts.copies(), 8);
    EXPECT_GE(counts.allocations(), 1);
}

struct LoopCounts {
    int copies, allocations;
};

/// Of a launch that takes so many steps; an adaptive scheme has begun its record before.
LoopCounts counts_of_steps(const Stepper& stepper, const Ensemble& ensemble, std::int64_t steps) {
    stepper.advance(ensemble.view(), 0, 1);
    Kokkos::fence();
    const Counts counts;
    stepper.advance(ensemble.view(), 1, steps);
    Kokkos::fence();
    return {counts.copies(), counts.allocations()};
}

TEST(Copies, AreNotMadeWithinSteps) {
    const DeployedNetwork network = blank_network(4, ApproximatorOptions{});
    for (const std::string scheme : {"rk4", "dp8", "dopri5", "taylor"}) {
        StepperSpec spec = testing::plain_spec(henon_heiles(), scheme, 0.01);
        if (scheme == "rk4") spec.corrector = &network;
        const auto stepper = henon_heiles().stepper(spec);
        const Ensemble ensemble =
            testing::ensemble_of(henon_heiles(), testing::sampled(henon_heiles(), 500, 1));
        for (const std::int64_t steps : {1, 1000}) {
            const LoopCounts counts = counts_of_steps(*stepper, ensemble, steps);
            EXPECT_EQ(counts.copies, 0) << scheme << ", " << steps << " steps";
            EXPECT_EQ(counts.allocations, 0) << scheme << ", " << steps << " steps";
        }
    }
}

/// Of so many iterations of Adam on one rank.
LoopCounts counts_of_adam(std::int64_t iterations) {
    TrainOptions options;
    options.approximator.hidden = 8;
    options.fit = {FitMethod::Adam};
    options.adam.iterations = iterations;
    const TrainingData data = testing::make_data({}, options, {.count = 40, .times = 11});
    const Counts counts;
    fit_adam({{}, henon_heiles(), data, options, testing::quiet}, nullptr);
    return {counts.copies(), counts.allocations()};
}

TEST(Copies, DoNotGrowWithTheIterationsOfAdam) {
    // Fifty times in a training, whatever its length, the network is copied to be validated.
    const LoopCounts few = counts_of_adam(100);
    const LoopCounts many = counts_of_adam(1000);
    EXPECT_GT(few.copies, 0);
    EXPECT_EQ(many.copies, few.copies);
    EXPECT_EQ(many.allocations, few.allocations);
}

}  // namespace
}  // namespace farstep
