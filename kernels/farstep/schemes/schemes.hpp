// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The list of schemes that decks choose from.
#pragma once

#include <farstep/schemes/embedded.hpp>
#include <farstep/schemes/none.hpp>
#include <farstep/schemes/runge_kutta.hpp>

namespace farstep {

template <class... Scheme>
struct SchemeList {};

/// A new scheme is added here. The order is that of help texts.
using Schemes = SchemeList<RungeKutta<Euler>, RungeKutta<ImprovedEuler>, RungeKutta<Kutta3>,
                           RungeKutta<RungeKutta4>, RungeKutta<DormandPrince8>, NoScheme>;

/// Schemes that choose their own steps; plain only.
using AdaptiveSchemes = SchemeList<Embedded<DormandPrince54>, Embedded<DormandPrince853>>;

}  // namespace farstep
