// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// One reduction finds out whether anyone failed; only then does the message travel.

#include "parallel/agree.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace farstep {
namespace {

[[noreturn]] void throw_with_text_of(const Communicator& comm, int root, Failure failure) {
    auto code = static_cast<std::int64_t>(failure.exit_code);
    comm.broadcast(code, root);
    comm.broadcast(failure.message, root);
    failure.exit_code = static_cast<int>(code);
    throw RankedError(failure);
}

Failure out_of_memory() {
    return {exit_environment,
            "out of memory: use more ranks or nodes, a smaller ensemble, or a lower memory limit "
            "in the deck"};
}

}  // namespace

Failure describe_current_exception() {
    try {
        throw;
    } catch (const Error& error) {
        return {error.exit_code(), error.what()};
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    } catch (const std::length_error&) {  // more elements than a container can ever hold
        return out_of_memory();
    } catch (const std::filesystem::filesystem_error& error) {
        return {exit_environment, fmt::format("{}; check the folder and the disk", error.what())};
    } catch (const std::exception& error) {
        // Not every version of Kokkos has a type for this.
        if (std::string_view(error.what()).starts_with("Kokkos failed to allocate")) {
            return out_of_memory();
        }
        return {exit_usage, fmt::format("internal error: {}", error.what())};
    } catch (...) {
        return {exit_usage, "internal error: unknown exception"};
    }
}

void agree(const Communicator& comm, const std::optional<Failure>& mine) {
    const std::int64_t rank_if_failed = mine ? comm.rank() : comm.size();
    std::array<std::int64_t, 2> lowest{rank_if_failed, mine ? 1 : 0};
    comm.allreduce(lowest, Reduce::min);
    const int first = static_cast<int>(lowest[0]);
    if (first == comm.size()) {
        return;
    }
    const bool everyone = lowest[1] == 1;
    Failure failure = mine.value_or(Failure{});
    if (!everyone) {
        failure.message = fmt::format("rank {} of {}: {}", first, comm.size(), failure.message);
    }
    throw_with_text_of(comm, first, std::move(failure));
}

void agree_on_root(const Communicator& comm, const std::optional<Failure>& roots) {
    std::int64_t failed = roots ? 1 : 0;
    comm.broadcast(failed);
    if (failed != 0) {
        throw_with_text_of(comm, 0, roots.value_or(Failure{}));
    }
}

}  // namespace farstep
