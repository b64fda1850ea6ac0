// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The list of schemes that decks choose from.
#pragma once

#include <farstep/schemes/embedded.hpp>
#include <farstep/schemes/implicit.hpp>
#include <farstep/schemes/none.hpp>
#include <farstep/schemes/runge_kutta.hpp>
#include <farstep/schemes/stormer_verlet.hpp>
#include <farstep/schemes/symplectic_euler.hpp>
#include <farstep/schemes/taylor_series.hpp>

namespace farstep {

template <class... Scheme>
struct SchemeList {};

/// A new scheme is added here. The order is that of help texts.
using Schemes =
    SchemeList<RungeKutta<Euler>, RungeKutta<ImprovedEuler>, RungeKutta<Kutta3>,
               RungeKutta<RungeKutta4>, RungeKutta<DormandPrince8>, SymplecticEuler, StormerVerlet,
               Implicit<ImplicitEuler>, Implicit<ImplicitMidpoint>, NoScheme>;

/// Schemes that choose their own steps; plain only. They have a `Trial` that AdvanceAdaptiveKernel
/// steps with.
using AdaptiveSchemes = SchemeList<Embedded<DormandPrince54>, Embedded<DormandPrince853>, TaylorSeries>;

/// Whether a scheme can step a system: it can, unless it says otherwise. A scheme that does names
/// what it `needs`.
template <class Scheme, class System>
constexpr bool scheme_applies = [] {
    if constexpr (requires { Scheme::template applies_to<System>; }) {
        return Scheme::template applies_to<System>;
    } else {
        return true;
    }
}();

/// Whether an increment of the scheme is a function of its own on CPUs, as schemes of much code say.
template <class Scheme>
constexpr bool is_function = [] {
    if constexpr (requires { Scheme::is_function; }) {
        return Scheme::is_function;
    } else {
        return false;
    }
}();

}  // namespace farstep
