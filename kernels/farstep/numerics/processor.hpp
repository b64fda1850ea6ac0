// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What kernels know of the processor that they are compiled for.
#pragma once

#include <farstep/numerics/pack.hpp>

namespace farstep {

/// AMD's processors with AVX-512. What g++ 12 takes for a znver3 that has it is a Zen 4.
#if defined(FARSTEP_USE_AVX512) && \
    (defined(__znver3__) || defined(__znver4__) || defined(__znver5__))
inline constexpr bool is_zen_with_avx512 = true;
#else
inline constexpr bool is_zen_with_avx512 = false;
#endif

/// Whether vectors divide so quickly that neither Newton's iteration nor one division for many numbers
/// is faster.
inline constexpr bool divides_quickly = is_zen_with_avx512;

/// Whether sums are done beside multiply-adds, by units of their own, and cost nothing.
inline constexpr bool adds_beside_products = is_zen_with_avx512;

}  // namespace farstep
