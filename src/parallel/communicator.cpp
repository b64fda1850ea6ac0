// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// MPI calls behind Communicator. MPI's counts are ints, so long arrays travel in pieces.

#include "parallel/communicator.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <thread>

#include "clock.hpp"
#include "error.hpp"

namespace farstep {
namespace {

constexpr std::size_t max_count = std::size_t{1} << 28;  // elements in one MPI call

MPI_Datatype mpi_type(const double*) { return MPI_DOUBLE; }
MPI_Datatype mpi_type(const std::int64_t*) { return MPI_INT64_T; }
MPI_Datatype mpi_type(const char*) { return MPI_CHAR; }

MPI_Op mpi_op(Reduce how) {
    switch (how) {
        case Reduce::sum:
            return MPI_SUM;
        case Reduce::min:
            return MPI_MIN;
        case Reduce::max:
            return MPI_MAX;
    }
    return MPI_OP_NULL;
}

/// Calls f(first, count) for consecutive pieces that MPI can count.
template <class F>
void in_pieces(std::size_t size, F&& f) {
    for (std::size_t first = 0; first < size; first += max_count) {
        f(first, static_cast<int>(std::min(max_count, size - first)));
    }
}

template <class T>
void reduce_in_place(const Communicator& comm, std::span<T> values, Reduce how) {
    if (comm.size() == 1) {
        return;
    }
    in_pieces(values.size(), [&](std::size_t first, int count) {
        T* piece = values.data() + first;
        MPI_Allreduce(MPI_IN_PLACE, piece, count, mpi_type(piece), mpi_op(how), comm.handle());
    });
}

template <class Container>
void broadcast_sized(const Communicator& comm, Container& values, int root) {
    if (comm.size() == 1) {
        return;
    }
    auto size = static_cast<std::int64_t>(values.size());
    MPI_Bcast(&size, 1, MPI_INT64_T, root, comm.handle());
    values.resize(static_cast<std::size_t>(size));
    in_pieces(values.size(), [&](std::size_t first, int count) {
        auto* piece = values.data() + first;
        MPI_Bcast(piece, count, mpi_type(piece), root, comm.handle());
    });
}

}  // namespace

Communicator::Communicator(MPI_Comm comm) : m_comm(comm) {
    if (comm != MPI_COMM_NULL) {
        MPI_Comm_rank(comm, &m_rank);
        MPI_Comm_size(comm, &m_size);
    }
}

void Communicator::barrier() const {
    if (m_size > 1) {
        MPI_Barrier(m_comm);
    }
}

bool Communicator::all_arrive_within(double seconds) const {
    if (m_size == 1) {
        return true;
    }
    const Clock::time_point start = Clock::now();
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(m_comm, &request);
    int arrived = 0;
    while (true) {
        MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
        if (arrived != 0 || seconds_since(start) > seconds) {
            return arrived != 0;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

int Communicator::local_rank() const {
    if (m_size == 1) {
        return 0;
    }
    MPI_Comm node = MPI_COMM_NULL;
    MPI_Comm_split_type(m_comm, MPI_COMM_TYPE_SHARED, m_rank, MPI_INFO_NULL, &node);
    int rank = 0;
    MPI_Comm_rank(node, &rank);
    MPI_Comm_free(&node);
    return rank;
}

void Communicator::allreduce(std::span<double> values, Reduce how) const {
    reduce_in_place(*this, values, how);
}

void Communicator::allreduce(std::span<std::int64_t> values, Reduce how) const {
    reduce_in_place(*this, values, how);
}

double Communicator::allreduce(double value, Reduce how) const {
    reduce_in_place(*this, std::span(&value, 1), how);
    return value;
}

std::int64_t Communicator::allreduce(std::int64_t value, Reduce how) const {
    reduce_in_place(*this, std::span(&value, 1), how);
    return value;
}

std::vector<double> Communicator::gather(std::span<const double> values) const {
    if (m_size == 1) {
        return {values.begin(), values.end()};
    }
    const auto total = allreduce(static_cast<std::int64_t>(values.size()), Reduce::sum);
    if (total > static_cast<std::int64_t>(max_count)) {
        throw EnvironmentError("too many values to gather on one rank; write them to a file");
    }
    const int count = static_cast<int>(values.size());
    std::vector<int> counts(is_root() ? static_cast<std::size_t>(m_size) : 0);
    MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, m_comm);
    std::vector<int> starts(counts.size());
    std::exclusive_scan(counts.begin(), counts.end(), starts.begin(), 0);
    std::vector<double> all(is_root() ? static_cast<std::size_t>(total) : 0);
    MPI_Gatherv(values.data(), count, MPI_DOUBLE, all.data(), counts.data(), starts.data(),
                MPI_DOUBLE, 0, m_comm);
    return all;
}

void Communicator::broadcast(std::string& text, int root) const {
    broadcast_sized(*this, text, root);
}

void Communicator::broadcast(std::vector<double>& values, int root) const {
    broadcast_sized(*this, values, root);
}

void Communicator::broadcast(std::vector<std::int64_t>& values, int root) const {
    broadcast_sized(*this, values, root);
}

void Communicator::broadcast(std::int64_t& value, int root) const {
    if (m_size > 1) {
        MPI_Bcast(&value, 1, MPI_INT64_T, root, m_comm);
    }
}

}  // namespace farstep
