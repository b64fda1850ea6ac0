// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "training/explicit_scheme.hpp"

#include <farstep/schemes/none.hpp>
#include <farstep/schemes/stormer_verlet.hpp>
#include <farstep/schemes/symplectic_euler.hpp>
#include <farstep/schemes/tableaux.hpp>

namespace farstep {

namespace {

template <class Method>
void take_if(const std::string& name, std::optional<ExplicitScheme>& result) {
    if (name != Method::name) return;
    ExplicitScheme::Half half;
    for (int i = 0; i < Method::stages; ++i) {
        half.a.emplace_back(Method::tableau.a[i], Method::tableau.a[i] + i);
        half.b.push_back(Method::tableau.b[i]);
    }
    result = ExplicitScheme{{half, half}};
}

}  // namespace

std::optional<ExplicitScheme> explicit_scheme(const std::string& name) {
    if (name == NoScheme::name) return ExplicitScheme{};
    // Positions come first. The kick enters the drift's stage; Verlet's second kick, the last.
    using Half = ExplicitScheme::Half;
    if (name == SymplecticEuler::name) {
        const Half positions{{{}, {0}}, {0, 1}}, momenta{{{}, {1}}, {1, 0}};
        return ExplicitScheme{{positions, momenta}};
    }
    if (name == StormerVerlet::name) {
        const Half positions{{{}, {0}, {0, 1}}, {0, 1, 0}};
        const Half momenta{{{}, {0.5}, {0.5, 0}}, {0.5, 0, 0.5}};
        return ExplicitScheme{{positions, momenta}};
    }
    std::optional<ExplicitScheme> result;
    take_if<Euler>(name, result);
    take_if<ImprovedEuler>(name, result);
    take_if<Kutta3>(name, result);
    take_if<RungeKutta4>(name, result);
    take_if<DormandPrince8>(name, result);
    return result;
}

}  // namespace farstep
