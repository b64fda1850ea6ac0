// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A group of processes: a small value around MPI_Comm with the few operations Farstep needs.
// All members but rank, size, is_root and handle are collective: every rank calls them together.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <mpi.h>

namespace farstep {

enum class Reduce { sum, min, max };

class Communicator {
public:
    /// One process on its own; works without MPI.
    Communicator() = default;
    /// Does not own `comm`, which must outlive this object and its copies.
    explicit Communicator(MPI_Comm comm);

    int rank() const { return m_rank; }
    int size() const { return m_size; }
    bool is_root() const { return m_rank == 0; }
    MPI_Comm handle() const { return m_comm; }

    void barrier() const;
    /// True if every rank calls this within the time given. After false, some rank is busy
    /// elsewhere or gone, and the communicator serves for nothing more than an abort.
    bool all_arrive_within(double seconds) const;
    /// Index of this rank among those that share its node's memory: picks the device.
    int local_rank() const;

    /// Element by element over all ranks, in place; every rank gets the result.
    void allreduce(std::span<double> values, Reduce how) const;
    void allreduce(std::span<std::int64_t> values, Reduce how) const;
    double allreduce(double value, Reduce how) const;
    std::int64_t allreduce(std::int64_t value, Reduce how) const;

    /// All ranks' values one after the other, in rank order, on rank 0; empty elsewhere.
    std::vector<double> gather(std::span<const double> values) const;

    /// Root's value on every rank, sizes included.
    void broadcast(std::string& text, int root = 0) const;
    void broadcast(std::vector<double>& values, int root = 0) const;
    void broadcast(std::vector<std::int64_t>& values, int root = 0) const;
    void broadcast(std::int64_t& value, int root = 0) const;

private:
    MPI_Comm m_comm = MPI_COMM_NULL;
    int m_rank = 0;
    int m_size = 1;
};

}  // namespace farstep
