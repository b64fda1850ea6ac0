// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Ranks agree on failure: work that may throw on one rank ends with the same exception on every
// rank, before anyone enters the next collective call. With one process, exceptions pass as is.

#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "error.hpp"
#include "parallel/communicator.hpp"

namespace farstep {

/// What went wrong on a rank, in a form that travels.
struct Failure {
    int exit_code = exit_usage;
    std::string message;
};

/// A failure of one or more ranks, known to all of them; keeps the original exit code.
class RankedError : public Error {
public:
    explicit RankedError(const Failure& failure)
        : Error(failure.message), m_exit_code(failure.exit_code) {}
    int exit_code() const noexcept override { return m_exit_code; }

private:
    int m_exit_code;
};

/// The exception being handled, in words. Call inside a catch block.
Failure describe_current_exception();

/// Throws the same RankedError on all ranks if any rank brings a failure: that of the lowest
/// such rank, which is named if other ranks are well. Collective.
void agree(const Communicator& comm, const std::optional<Failure>& mine);

/// Like agree, for work that rank 0 did alone; the message names no rank. Collective.
void agree_on_root(const Communicator& comm, const std::optional<Failure>& roots);

/// Runs f on every rank and returns its value, or throws on every rank. f may call collective
/// operations only where no rank can have failed before.
template <class F>
auto together(const Communicator& comm, F&& f) {
    using Result = std::decay_t<std::invoke_result_t<F>>;
    if (comm.size() == 1) {
        return static_cast<Result>(std::forward<F>(f)());
    }
    std::optional<Failure> failure;
    if constexpr (std::is_void_v<Result>) {
        try {
            std::forward<F>(f)();
        } catch (...) {
            failure = describe_current_exception();
        }
        agree(comm, failure);
    } else {
        std::optional<Result> result;
        try {
            result.emplace(std::forward<F>(f)());
        } catch (...) {
            failure = describe_current_exception();
        }
        agree(comm, failure);
        return std::move(*result);
    }
}

/// Runs f on rank 0 only; throws on every rank if it fails there.
template <class F>
void on_root(const Communicator& comm, F&& f) {
    if (comm.size() == 1) {
        std::forward<F>(f)();
        return;
    }
    std::optional<Failure> failure;
    try {
        if (comm.is_root()) {
            std::forward<F>(f)();
        }
    } catch (...) {
        failure = describe_current_exception();
    }
    agree_on_root(comm, failure);
}

}  // namespace farstep
