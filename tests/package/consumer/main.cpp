// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Uses Farstep's kernels as a foreign program would: the energy of a Hénon–Heiles state.
#include <Kokkos_Core.hpp>
#include <cmath>
#include <cstdio>
#include <farstep/systems/henon_heiles.hpp>

int main(int argc, char* argv[]) {
    const Kokkos::ScopeGuard kokkos(argc, argv);
    const farstep::Vector<double, 4> state{{0.1, -0.2, 0.3, 0.25}};
    const farstep::Vector<double, 1> lambda{{1.0}};
    const double energy = farstep::HenonHeiles::energy(state, lambda);
    std::printf("energy %.10f\n", energy);
    return std::abs(energy - 0.1019166667) < 1e-9 ? 0 : 1;
}
