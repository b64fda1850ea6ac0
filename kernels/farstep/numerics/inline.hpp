// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// FARSTEP_INLINE, without which compilers leave small arrays in memory, and its opposite for the
// large functions that every step calls.
#pragma once

// Marks a lambda that must be inlined: the arrays it indexes stay in registers only then. Device
// compilers inline everything on their own.
#if defined(__CUDACC__) || defined(__HIPCC__)
#define FARSTEP_INLINE
#else
#define FARSTEP_INLINE __attribute__((always_inline))
#endif

// Marks an approximator's layer, or a scheme of many stages. On CPUs it is a function of its own,
// compiled once per activation and not once per (scheme, activation); the call is a few nanoseconds
// per tile. On GPUs a call would push the state out of the registers.
#if defined(__CUDACC__) || defined(__HIPCC__)
#define FARSTEP_LAYER_FUNCTION KOKKOS_FORCEINLINE_FUNCTION
#else
#define FARSTEP_LAYER_FUNCTION [[gnu::noinline]] inline
#endif

// Stands before a loop that must stay one. Compilers for devices unroll nested loops over small arrays
// as far as they go, to keep the arrays in registers.
#if defined(__CUDA_ARCH__) || defined(__HIP_DEVICE_COMPILE__)
#define FARSTEP_KEEP_LOOP _Pragma("unroll 1")
#else
#define FARSTEP_KEEP_LOOP
#endif
