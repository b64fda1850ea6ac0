// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Dual numbers: a value and its derivative in one direction, for Jacobians of right-hand sides that
// are written for any number type. Their elementary functions are in math.hpp.
#pragma once

#include <farstep/numerics/pack.hpp>

#include <type_traits>

namespace farstep {

/// What does not depend on the state: a number, or one for each lane.
template <class Constant, class Real>
concept ConstantFor = std::is_arithmetic_v<Constant> || std::is_same_v<Constant, Real>;

/// value + ε derivative with ε² = 0, over Real = double, float or a pack. Griewank and Walther,
/// "Evaluating Derivatives" (2008), chapter 3: forward mode.
template <class Real>
struct Dual {
    using Scalar = ScalarOf<Real>;

    Real value, derivative;

    Dual() = default;
    KOKKOS_FORCEINLINE_FUNCTION Dual(const Real& v, const Real& d) : value(v), derivative(d) {}
    /// A constant. What converts to a Real only explicitly does so to a dual number, too.
    KOKKOS_FORCEINLINE_FUNCTION Dual(const Real& constant)
        : value(constant), derivative(Scalar(0)) {}
    template <class S, class = std::enable_if_t<std::is_arithmetic_v<S>>>
    KOKKOS_FORCEINLINE_FUNCTION explicit Dual(S constant)
        : value(Scalar(constant)), derivative(Scalar(0)) {}

    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator-(const Dual& a) {
        return {-a.value, -a.derivative};
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator+(const Dual& a, const Dual& b) {
        return {a.value + b.value, a.derivative + b.derivative};
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator-(const Dual& a, const Dual& b) {
        return {a.value - b.value, a.derivative - b.derivative};
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator*(const Dual& a, const Dual& b) {
        return {a.value * b.value, a.derivative * b.value + a.value * b.derivative};
    }
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator/(const Dual& a, const Dual& b) {
        const Real quotient = a.value / b.value;
        return {quotient, (a.derivative - quotient * b.derivative) / b.value};
    }

    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator+(const Dual& a, const C& b) {
        return {a.value + number(b), a.derivative};
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator+(const C& a, const Dual& b) {
        return b + a;
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator-(const Dual& a, const C& b) {
        return {a.value - number(b), a.derivative};
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator-(const C& a, const Dual& b) {
        return {number(a) - b.value, -b.derivative};
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator*(const Dual& a, const C& b) {
        return {a.value * number(b), a.derivative * number(b)};
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator*(const C& a, const Dual& b) {
        return b * a;
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator/(const Dual& a, const C& b) {
        return {a.value / number(b), a.derivative / number(b)};
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend Dual operator/(const C& a, const Dual& b) {
        const Real quotient = number(a) / b.value;
        return {quotient, -(quotient * b.derivative) / b.value};
    }

    template <class B>
    KOKKOS_FORCEINLINE_FUNCTION Dual& operator+=(const B& b) {
        return *this = *this + b;
    }
    template <class B>
    KOKKOS_FORCEINLINE_FUNCTION Dual& operator-=(const B& b) {
        return *this = *this - b;
    }
    template <class B>
    KOKKOS_FORCEINLINE_FUNCTION Dual& operator*=(const B& b) {
        return *this = *this * b;
    }

    /// Values are compared, so that a right-hand side in pieces is differentiated piece by piece.
    KOKKOS_FORCEINLINE_FUNCTION friend auto operator<=(const Dual& a, const Dual& b) {
        return a.value <= b.value;
    }

private:
    template <class C>
    KOKKOS_FORCEINLINE_FUNCTION static auto number(const C& constant) {
        if constexpr (std::is_arithmetic_v<C>) {
            return Scalar(constant);
        } else {
            return constant;
        }
    }
};

template <class Real>
struct RealTraits<Dual<Real>> {
    using Scalar = ScalarOf<Real>;
    static constexpr int lanes = lanes_of<Real>;
};

template <class T, int W>
KOKKOS_FORCEINLINE_FUNCTION Dual<Pack<T, W>> select(const Mask<T, W>& mask,
                                                    const Dual<Pack<T, W>>& a,
                                                    const Dual<Pack<T, W>>& b) {
    return {select(mask, a.value, b.value), select(mask, a.derivative, b.derivative)};
}

}  // namespace farstep
