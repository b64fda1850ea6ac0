// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// A scheme that is chosen at run time, so that one kernel of corrected steps serves many.
#pragma once

#include <farstep/backend.hpp>
#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>
#include <farstep/schemes/schemes.hpp>

namespace farstep {

/// Whether corrected steps with this scheme have a kernel of their own. On CPUs only those of the
/// classical scheme have that are not mixed, which most correctors are trained for: in company they
/// would keep fewer numbers in registers. On GPUs all have, so that none gets fewer registers than
/// it could.
template <class Scheme, class Scalar, class NetworkScalar>
inline constexpr bool has_own_kernel =
    !compiled_for_host ||
    (std::is_same_v<Scheme, RungeKutta<RungeKutta4>> && std::is_same_v<Scalar, NetworkScalar>);

namespace detail {

/// A scheme's increment as a function of its own, the same for double and mixed steps.
template <class Scheme, class System, class Real, class Parameters, class Scalar>
FARSTEP_LAYER_FUNCTION Vector<Real, System::dimension> increment_function(
    const Vector<Real, System::dimension>& u, const Parameters& parameters, Scalar dt) {
    return Scheme::template increment<System>(u, parameters, dt);
}

}  // namespace detail

/// One of `Schemes` without a kernel of its own. Which it is stays the same for all lanes and
/// steps.
template <class System, class Scalar, class NetworkScalar>
class ChosenScheme {
public:
    static constexpr int d = System::dimension, parameter_count = System::parameter_count;

    template <class Scheme>
    static constexpr ChosenScheme of() {
        return ChosenScheme(number_of<Scheme>(Schemes{}));
    }

    /// As a scheme's function of this name. `parameters` are prepared.
    template <class, class Real>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Real, d> increment(
        const Vector<Real, d>& u, const Vector<Real, parameter_count>& parameters,
        Scalar dt) const {
        Vector<Real, d> result;
        set_one(Schemes{}, u, parameters, dt, result);
        return result;
    }

private:
    constexpr explicit ChosenScheme(int number) : m_number(number) {}

    template <class Wanted, class... Scheme>
    static constexpr int number_of(SchemeList<Scheme...>) {
        int number = 0;
        (void)((std::is_same_v<Wanted, Scheme> || (++number, false)) || ...);
        return number;
    }

    template <class... Scheme, class... Arguments>
    KOKKOS_FORCEINLINE_FUNCTION void set_one(SchemeList<Scheme...>, Arguments&... arguments) const {
        (void)((m_number == number_of<Scheme>(Schemes{}) && (set<Scheme>(arguments...), true)) ||
               ...);
    }

    template <class Scheme, class Real>
    KOKKOS_FORCEINLINE_FUNCTION static void set(const Vector<Real, d>& u,
                                                const Vector<Real, parameter_count>& parameters,
                                                Scalar dt, Vector<Real, d>& result) {
        if constexpr (has_own_kernel<Scheme, Scalar, NetworkScalar> ||
                      !scheme_applies<Scheme, System>) {
            return;
        } else if constexpr (!is_called<Scheme>()) {
            result = Scheme::template increment<System>(u, parameters, dt);
        } else if constexpr (lanes_of<Real> == function_lanes<Scheme>()) {
            result = increment_of<Scheme>(u, parameters, dt);
        } else {
            using Part = Lanes<Scalar, function_lanes<Scheme>()>;
            for (int part = 0; part < lanes_of<Real> / lanes_of<Part>; ++part) {
                put(increment_of<Scheme>(part_of<Part>(u, part), part_of<Part>(parameters, part),
                                         dt),
                    part, result);
            }
        }
    }

    /// Whether the scheme is called. The short schemes of small states are not: a call would cost
    /// small correctors some percent.
    template <class Scheme>
    static constexpr bool is_called() {
        return is_function<Scheme> || d > largest_small_state;
    }

    /// Lanes that a function computes with; wider steps call it for their parts. So mixed steps use
    /// the functions of double ones, and those of many stages serve plain steps as well.
    template <class Scheme>
    static constexpr int function_lanes() {
        return is_function<Scheme> ? plain_lanes<Scalar, d> : lanes_per_item<Scalar, d>;
    }

    template <class Scheme, class Real>
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Real, d> increment_of(
        const Vector<Real, d>& u, const Vector<Real, parameter_count>& parameters, Scalar dt) {
        if constexpr (is_function<Scheme>) {
            return Scheme::template increment<System>(u, parameters, dt);
        } else {
            return detail::increment_function<Scheme, System>(u, parameters, dt);
        }
    }

    template <class Part, class Real, int n>
    static Vector<Part, n> part_of(const Vector<Real, n>& whole, int part) {
        Vector<Part, n> result;
        for (int c = 0; c < n; ++c) {
            for (int i = 0; i < Part::count; ++i) {
                result[c].chunks[i] = whole[c].chunks[part * Part::count + i];
            }
        }
        return result;
    }
    template <class Part, class Real>
    static void put(const Vector<Part, d>& increment, int part, Vector<Real, d>& whole) {
        for (int c = 0; c < d; ++c) {
            for (int i = 0; i < Part::count; ++i) {
                whole[c].chunks[part * Part::count + i] = increment[c].chunks[i];
            }
        }
    }

    int m_number;
};

}  // namespace farstep
