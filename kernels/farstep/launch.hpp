// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Launches of kernels. On CPUs Kokkos is given a pointer to the kernel, so that its machinery is
// compiled once a file and not once a kernel, of which each system has dozens.
#pragma once

#include <farstep/backend.hpp>

#include <cstdint>
#include <type_traits>

namespace farstep {

/// Work items by number.
using ItemPolicy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;

/// Whether a launch on the CPU has ended when it returns, so that it may point to its caller's
/// kernel.
#if defined(KOKKOS_ENABLE_HPX)
inline constexpr bool launches_by_pointer = false;
#else
inline constexpr bool launches_by_pointer = compiled_for_host;
#endif

/// How a kernel holds what is too large to be copied without need.
template <class T>
using KernelArgument = std::conditional_t<launches_by_pointer, const T&, T>;

namespace detail {

/// A kernel whose type is forgotten: an item costs one call through a pointer, and takes thousands
/// of operations.
template <class... Result>
struct KernelPointer {
    const void* kernel;
    void (*call)(const void* kernel, std::int64_t item, Result&... result);

    void operator()(const std::int64_t item, Result&... result) const {
        call(kernel, item, result...);
    }
};

template <class Kernel, class... Result>
KernelPointer<Result...> pointer_to(const Kernel& kernel) {
    return {&kernel, [](const void* pointer, std::int64_t item, Result&... result) {
                (*static_cast<const Kernel*>(pointer))(item, result...);
            }};
}

/// Out of line, as Kokkos's part of a launch is large.
template <class... Result>
[[gnu::noinline]] void launch_pointer(const Device& device, const char* label, std::int64_t items,
                                      const KernelPointer<Result...>& kernel, Result&... result) {
    const ItemPolicy policy(device, 0, items);
    if constexpr (sizeof...(Result) == 0) {
        Kokkos::parallel_for(label, policy, kernel);
    } else {
        Kokkos::parallel_reduce(label, policy, kernel, result...);
    }
}

}  // namespace detail

/// kernel(item) for item 0 … items − 1.
template <class Kernel>
void launch(const Device& device, const char* label, std::int64_t items, const Kernel& kernel) {
    if constexpr (launches_by_pointer) {
        detail::launch_pointer(device, label, items, detail::pointer_to(kernel));
    } else {
        Kokkos::parallel_for(label, ItemPolicy(device, 0, items), kernel);
    }
}

/// The sum of what kernel(item, sum) adds for item 0 … items − 1.
template <class Sum, class Kernel>
Sum launch_sum(const Device& device, const char* label, std::int64_t items, const Kernel& kernel) {
    Sum sum{};
    if constexpr (launches_by_pointer) {
        detail::launch_pointer(device, label, items, detail::pointer_to<Kernel, Sum>(kernel), sum);
    } else {
        Kokkos::parallel_reduce(label, ItemPolicy(device, 0, items), kernel, sum);
    }
    return sum;
}

}  // namespace farstep
