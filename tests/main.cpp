// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The main function of every test executable: starts MPI and Kokkos, runs the tests on every rank,
// prints on rank 0 (other ranks only their failures), and fails everywhere if any rank failed.
#include <gtest/gtest.h>
#include <mpi.h>

#include <Kokkos_Core.hpp>
#include <cstdio>

namespace {

class MpiGuard {
public:
    MpiGuard(int& argc, char**& argv) {
        int provided = 0;
        MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    }
    MpiGuard(const MpiGuard&) = delete;
    MpiGuard& operator=(const MpiGuard&) = delete;
    ~MpiGuard() { MPI_Finalize(); }
};

int world_rank() {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

// Prints failures only, each with the rank it happened on.
class FailurePrinter : public testing::EmptyTestEventListener {
    // GoogleTest holds a lock while it reports a failure, under which it does not tell the test.
    void OnTestStart(const testing::TestInfo& test) override { m_test = &test; }
    void OnTestPartResult(const testing::TestPartResult& result) override {
        if (!result.failed()) return;
        std::fprintf(stderr, "rank %d: %s.%s: %s:%d: %s\n", world_rank(),
                     m_test ? m_test->test_suite_name() : "", m_test ? m_test->name() : "",
                     result.file_name() ? result.file_name() : "", result.line_number(),
                     result.message());
    }

    const testing::TestInfo* m_test = nullptr;
};

void quieten_other_ranks() {
    if (world_rank() == 0) return;
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter);  // GoogleTest owns it
}

}  // namespace

int main(int argc, char* argv[]) {
    const MpiGuard mpi(argc, argv);
    const Kokkos::ScopeGuard kokkos(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    quieten_other_ranks();
    const int own_result = RUN_ALL_TESTS();
    int worst_result = 0;
    MPI_Allreduce(&own_result, &worst_result, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return worst_result;
}
