// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Initial conditions: trajectory i of an ensemble depends on (seed, i) alone.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/initial_conditions.hpp>
#include <farstep/numerics/random.hpp>
#include <farstep/parameters.hpp>

namespace farstep {

/// Draws the initial state of one trajectory a work item, by rejection if an energy range is set.
template <class System>
struct SampleKernel {
    static constexpr int d = System::dimension;
    static constexpr std::uint32_t attempts = 1'000'000;

    StateView state, parameters;  ///< as in an EnsembleView
    Vector<ComponentDistribution, d> distributions;
    double energy_low, energy_high;
    bool by_energy;
    std::uint64_t seed;
    std::int64_t first_index;  ///< global index of lane 0 of tile 0
    std::int64_t last_index;   ///< lanes beyond it repeat the last trajectory

    /// Counts trajectories for which no state in the energy range was found.
    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t local, std::int64_t& failures) const {
        const std::int64_t wanted = first_index + local;
        const std::int64_t index = wanted < last_index ? wanted : last_index;
        const std::int64_t tile = local / tile_width, lane = local % tile_width;
        const auto own = parameters_at<System>(parameters, tile, lane);
        Vector<double, d> u{};
        bool accepted = false;
        for (std::uint32_t attempt = 0; attempt < attempts && !accepted; ++attempt) {
            draw(index, attempt, u);
            accepted = in_range(u, own);
        }
        if (!accepted && wanted <= last_index) ++failures;
        for (int c = 0; c < d; ++c) state(tile, c, lane) = u[c];
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION void draw(std::int64_t index, std::uint32_t attempt,
                                          Vector<double, d>& u) const {
        constexpr std::uint32_t pairs = (d + 1) / 2;
        for (int c = 0; c < d; ++c) {
            const ComponentDistribution& distribution = distributions[c];
            const std::uint32_t number = attempt * pairs + std::uint32_t(c / 2);
            switch (distribution.kind) {
                case ComponentDistribution::Kind::constant: u[c] = distribution.a; break;
                case ComponentDistribution::Kind::uniform:
                    u[c] = distribution.a +
                           (distribution.b - distribution.a) *
                               half(uniform_pair(seed, purpose, std::uint64_t(index), number), c);
                    break;
                case ComponentDistribution::Kind::normal:
                    u[c] = distribution.a +
                           distribution.b *
                               half(normal_pair(seed, purpose, std::uint64_t(index), number), c);
                    break;
            }
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION static double half(const RandomPair& pair, int c) {
        return c % 2 == 0 ? pair.first : pair.second;
    }

    KOKKOS_FORCEINLINE_FUNCTION bool in_range(
        const Vector<double, d>& u, const Vector<double, System::parameter_count>& own) const {
        if constexpr (requires { System::energy(u, own); }) {
            if (!by_energy) return true;
            const double energy = System::energy(u, own);
            return energy >= energy_low && energy <= energy_high;
        } else {
            return true;
        }
    }

    static constexpr RandomPurpose purpose = RandomPurpose::initial_conditions;
};

}  // namespace farstep
