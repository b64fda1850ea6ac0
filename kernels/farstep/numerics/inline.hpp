// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// FARSTEP_INLINE, without which compilers leave small arrays in memory.
#pragma once

// Marks a lambda that must be inlined: the arrays it indexes stay in registers only then. Device
// compilers inline everything on their own.
#if defined(__CUDACC__) || defined(__HIPCC__)
#define FARSTEP_INLINE
#else
#define FARSTEP_INLINE __attribute__((always_inline))
#endif
