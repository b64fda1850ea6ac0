// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The one place that knows how kernels are tiled on each backend: lanes a work item computes with,
// and how many hidden units it handles at once.
#pragma once

#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/processor.hpp>

#include <Kokkos_Core.hpp>

namespace farstep {

using Device = Kokkos::DefaultExecutionSpace;

/// Whether kernels are compiled for CPUs: there the functions and pointers to functions that keep
/// compile times short cost nothing; GPUs want everything inlined.
#if defined(__CUDACC__) || defined(__HIPCC__) || defined(SYCL_LANGUAGE_VERSION)
inline constexpr bool compiled_for_host = false;
#else
inline constexpr bool compiled_for_host = true;
#endif

/// Trajectories per tile of the ensemble layout [tile][component][lane]; fixed, so that files and
/// host code do not depend on the backend. Two warps on NVIDIA, four 512-bit vectors of float.
inline constexpr int tile_width = 64;

/// States of at most this many components stay in registers together with the accumulators of a
/// network's outputs.
inline constexpr int largest_small_state = 8;

/// States of more components than this have no correctors, and their slopes fill the second-level
/// cache.
inline constexpr int largest_correctable_state = 100;

/// Native vectors a work item computes with. They share each broadcast weight and hide the latency
/// of the multiply-adds; large states live in the first-level cache anyway, and then more vectors
/// mean fewer loads of weights.
template <int dimension>
inline constexpr int vectors_per_item = dimension <= largest_small_state ? 2 : 4;

/// Lanes of a work item that computes with `Scalar`; where state and network differ in precision,
/// that of the narrower one.
template <class Scalar, int dimension>
inline constexpr int lanes_per_item =
    native_lanes<Scalar> == 1 ? 1 : vectors_per_item<dimension> * native_lanes<Scalar>;

/// Lanes of a work item that computes plain steps of fixed length. No weights are shared, and the
/// slopes and parameters of large states fit the first-level cache in two vectors, not in four; those
/// of the largest fit the second-level cache in one.
template <class Scalar, int dimension>
inline constexpr int plain_lanes =
    native_lanes<Scalar> == 1
        ? 1
        : (dimension <= largest_correctable_state ? 2 : 1) * native_lanes<Scalar>;

/// The same for schemes of few stages. Where sums are done beside products, four vectors of a few
/// components fit the registers, and hide more latency.
template <class Scalar, int dimension>
inline constexpr int short_plain_lanes = (adds_beside_products && dimension <= 3 ? 2 : 1) *
                                         plain_lanes<Scalar, dimension>;

/// Lanes of a work item whose trajectories choose their own steps: two vectors hide latency as long
/// as what a step keeps of the system is small.
template <class Scalar, bool is_small>
inline constexpr int adaptive_lanes =
    native_lanes<Scalar> == 1 ? 1 : (is_small ? 2 : 1) * native_lanes<Scalar>;

/// Hidden units evaluated together. For large states six units of four vectors fill most of the 32
/// registers of AVX-512; small states need some for themselves. Divisions by halves of vectors need
/// more multiply-adds between them and their use: twice the units, of one vector.
template <int dimension>
inline constexpr int units_per_block = dimension > largest_small_state ? 6
                                       : divides_quickly               ? 8
                                                                       : 4;
inline constexpr bool small_layers_by_vectors = divides_quickly;

/// For large states: outputs accumulated together, and blocks of hidden units between visits to
/// them.
inline constexpr int outputs_per_group = 5;
inline constexpr int blocks_per_pass = native_lanes<double> == 1 ? 1 : 12;

}  // namespace farstep
