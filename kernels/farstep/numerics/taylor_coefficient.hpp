// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Taylor coefficients of what depends on time, for right-hand sides that are written for any number
// type: evaluated with them once for each order, a right-hand side gives the next coefficients of
// the slope from those before. Their elementary functions are in math.hpp.
#pragma once

#include <farstep/numerics/dual.hpp>
#include <farstep/numerics/inline.hpp>
#include <farstep/numerics/pack.hpp>
#include <farstep/numerics/vector.hpp>

#include <type_traits>

namespace farstep {

/// Coefficients of one quantity that can be remembered: orders from 0 to one less.
inline constexpr int taylor_row_length = 20;

/// What operations on coefficients remember: rows of one coefficient for every order, of each
/// operand and result that they need again and that nobody else remembers. A right-hand side meets
/// the same operations in the same sequence at every order, so each gets the same rows again.
template <class Real>
class TaylorMemory {
public:
    KOKKOS_FORCEINLINE_FUNCTION TaylorMemory(Real* rows, int order)
        : m_next(rows), m_order(order) {}

    /// The order that is being computed.
    KOKKOS_FORCEINLINE_FUNCTION int order() const { return m_order; }

    KOKKOS_FORCEINLINE_FUNCTION Real* next_row() {
        Real* row = m_next;
        m_next += taylor_row_length;
        return row;
    }

private:
    Real* m_next;
    int m_order;
};

namespace detail {

/// Σ x[j] y[k − j] over j of [1, k): two sums, so that multiply-adds need not wait for each other.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real inlined_inner_convolution(const Real* x, const Real* y, int k) {
    Real sum(ScalarOf<Real>(0)), other = sum;
    int j = 1;
    for (; j + 1 < k; j += 2) {
        sum += x[j] * y[k - j];
        other += x[j + 1] * y[k - j - 1];
    }
    if (j < k) sum += x[j] * y[k - j];
    return sum + other;
}

template <class Real>
FARSTEP_LAYER_FUNCTION Real inner_convolution_function(const Real* x, const Real* y, int k) {
    return inlined_inner_convolution(x, y, k);
}

/// The same. Systems of many products compute with one vector, and would compile for long.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real inner_convolution(const Real* x, const Real* y, int k) {
    if constexpr (lanes_of<Real> == native_lanes<ScalarOf<Real>>) {
        return inner_convolution_function(x, y, k);
    } else {
        return inlined_inner_convolution(x, y, k);
    }
}

/// Coefficient k ≥ 1 of the integral of f over x: (1/k) Σ j xj fk−j over j of [1, k], with j xj in
/// `slope`.
template <class Real>
KOKKOS_FORCEINLINE_FUNCTION Real integral_coefficient(const Real* slope, const Real* f, int k) {
    using Scalar = ScalarOf<Real>;
    return (Scalar(1) / Scalar(k)) * (slope[k] * f[0] + inner_convolution(slope, f, k));
}

}  // namespace detail

/// The coefficient xk of x(t) = Σk xk tᵏ for the order k that is being computed, or a constant.
/// Sums and multiples need nothing else; products, quotients and functions look up what came before.
/// Griewank and Walther, "Evaluating Derivatives" (2008), chapter 13.
template <class Real>
class TaylorCoefficient {
    using Scalar = ScalarOf<Real>;

public:
    using Memory = TaylorMemory<Real>;

    TaylorCoefficient() = default;
    KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient(const Real& coefficient, Memory* memory)
        : m_value(coefficient), m_memory(memory) {}
    /// The last coefficient of a row that is remembered.
    KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient(const Real* row, Memory* memory)
        : m_value(row[memory->order()]), m_memory(memory), m_row(row) {}
    /// A constant. What converts to a Real only explicitly does so to a coefficient, too.
    KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient(const Real& constant) : m_value(constant) {}
    template <class S, class = std::enable_if_t<std::is_arithmetic_v<S>>>
    KOKKOS_FORCEINLINE_FUNCTION explicit TaylorCoefficient(S constant)
        : m_value(Scalar(constant)) {}

    KOKKOS_FORCEINLINE_FUNCTION bool is_constant() const { return m_memory == nullptr; }
    /// The coefficient, or the constant.
    KOKKOS_FORCEINLINE_FUNCTION const Real& value() const { return m_value; }
    /// The coefficient of this order, which is the one that is being computed.
    KOKKOS_FORCEINLINE_FUNCTION Real at(int order) const {
        return is_constant() && order > 0 ? Real(Scalar(0)) : m_value;
    }
    /// None of a constant.
    KOKKOS_FORCEINLINE_FUNCTION Memory* memory() const { return m_memory; }
    /// Its row, a new one if there was none. Not of a constant.
    KOKKOS_FORCEINLINE_FUNCTION const Real* row() const {
        if (m_row != nullptr) return m_row;
        Real* row = m_memory->next_row();
        row[m_memory->order()] = m_value;
        return row;
    }

    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator-(const TaylorCoefficient& a) {
        return {-a.m_value, a.m_memory};
    }
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator+(const TaylorCoefficient& a,
                                                                   const TaylorCoefficient& b) {
        Memory* memory = memory_of(a, b);
        const int k = memory == nullptr ? 0 : memory->order();
        return {a.at(k) + b.at(k), memory};
    }
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator-(const TaylorCoefficient& a,
                                                                   const TaylorCoefficient& b) {
        Memory* memory = memory_of(a, b);
        const int k = memory == nullptr ? 0 : memory->order();
        return {a.at(k) - b.at(k), memory};
    }
    /// (x y)k = Σ xj yk−j over j of [0, k].
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator*(const TaylorCoefficient& a,
                                                                   const TaylorCoefficient& b) {
        if (a.is_constant() || b.is_constant()) return {a.m_value * b.m_value, memory_of(a, b)};
        const int k = a.m_memory->order();
        const Real *x = a.row(), *y = b.row();
        Real sum = a.m_value * y[0];
        if (k > 0) {
            sum += x[0] * b.m_value;
            sum += detail::inner_convolution(x, y, k);
        }
        return {sum, a.m_memory};
    }
    /// q = x/y: qk = (xk − Σ yj qk−j over j of [1, k])/y0.
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator/(const TaylorCoefficient& a,
                                                                   const TaylorCoefficient& b) {
        if (b.is_constant()) return {a.m_value / b.m_value, a.m_memory};
        const int k = b.m_memory->order();
        const Real* y = b.row();
        Real *q = b.m_memory->next_row(), *inverse = b.m_memory->next_row();
        if (k == 0) {
            inverse[0] = Scalar(1) / b.m_value;
            q[0] = a.m_value / b.m_value;
        } else {
            q[k] = (a.at(k) - b.m_value * q[0] - detail::inner_convolution(y, q, k)) * inverse[0];
        }
        return {q, b.m_memory};
    }

    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator+(const TaylorCoefficient& a,
                                                                   const C& b) {
        return a + TaylorCoefficient(b);
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator+(const C& a,
                                                                   const TaylorCoefficient& b) {
        return TaylorCoefficient(a) + b;
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator-(const TaylorCoefficient& a,
                                                                   const C& b) {
        return a - TaylorCoefficient(b);
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator-(const C& a,
                                                                   const TaylorCoefficient& b) {
        return TaylorCoefficient(a) - b;
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator*(const TaylorCoefficient& a,
                                                                   const C& b) {
        return a * TaylorCoefficient(b);
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator*(const C& a,
                                                                   const TaylorCoefficient& b) {
        return TaylorCoefficient(a) * b;
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator/(const TaylorCoefficient& a,
                                                                   const C& b) {
        return a / TaylorCoefficient(b);
    }
    template <ConstantFor<Real> C>
    KOKKOS_FORCEINLINE_FUNCTION friend TaylorCoefficient operator/(const C& a,
                                                                   const TaylorCoefficient& b) {
        return TaylorCoefficient(a) / b;
    }

    template <class B>
    KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient& operator+=(const B& b) {
        return *this = *this + b;
    }
    template <class B>
    KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient& operator-=(const B& b) {
        return *this = *this - b;
    }
    template <class B>
    KOKKOS_FORCEINLINE_FUNCTION TaylorCoefficient& operator*=(const B& b) {
        return *this = *this * b;
    }

private:
    KOKKOS_FORCEINLINE_FUNCTION static Memory* memory_of(const TaylorCoefficient& a,
                                                         const TaylorCoefficient& b) {
        return a.m_memory != nullptr ? a.m_memory : b.m_memory;
    }

    Real m_value;
    Memory* m_memory = nullptr;
    const Real* m_row = nullptr;
};

template <class Real>
struct RealTraits<TaylorCoefficient<Real>> {
    using Scalar = ScalarOf<Real>;
    static constexpr int lanes = lanes_of<Real>;
};

/// A number that counts the rows that operations on Taylor coefficients take.
class TaylorRows {
public:
    TaylorRows() = default;
    /// A constant.
    KOKKOS_INLINE_FUNCTION constexpr TaylorRows(double /*constant*/) {}
    /// What depends on time, remembered or not.
    KOKKOS_INLINE_FUNCTION constexpr TaylorRows(int* count, bool has_row)
        : m_count(count), m_has_row(has_row) {}

    /// What remembers its own row, after taking that and others.
    KOKKOS_INLINE_FUNCTION constexpr TaylorRows with(int rows) const {
        if (m_count == nullptr) return *this;
        *m_count += rows;
        return {m_count, true};
    }

    KOKKOS_INLINE_FUNCTION friend constexpr TaylorRows operator-(TaylorRows a) {
        return {a.m_count, false};
    }
    KOKKOS_INLINE_FUNCTION friend constexpr TaylorRows operator+(TaylorRows a, TaylorRows b) {
        return {a.m_count != nullptr ? a.m_count : b.m_count, false};
    }
    KOKKOS_INLINE_FUNCTION friend constexpr TaylorRows operator-(TaylorRows a, TaylorRows b) {
        return a + b;
    }
    KOKKOS_INLINE_FUNCTION friend constexpr TaylorRows operator*(TaylorRows a, TaylorRows b) {
        if (a.m_count != nullptr && b.m_count != nullptr) *a.m_count += a.needed() + b.needed();
        return a + b;
    }
    KOKKOS_INLINE_FUNCTION friend constexpr TaylorRows operator/(TaylorRows a, TaylorRows b) {
        return b.m_count == nullptr ? -a : b.with(b.needed() + 2);
    }
    KOKKOS_INLINE_FUNCTION constexpr TaylorRows& operator+=(TaylorRows b) {
        return *this = *this + b;
    }
    KOKKOS_INLINE_FUNCTION constexpr TaylorRows& operator-=(TaylorRows b) {
        return *this = *this - b;
    }
    KOKKOS_INLINE_FUNCTION constexpr TaylorRows& operator*=(TaylorRows b) {
        return *this = *this * b;
    }

private:
    KOKKOS_INLINE_FUNCTION constexpr int needed() const { return m_has_row ? 0 : 1; }

    int* m_count = nullptr;
    bool m_has_row = false;
};

template <>
struct RealTraits<TaylorRows> {
    using Scalar = double;
    static constexpr int lanes = 1;
};

/// Rows that the right-hand side of a system takes beside those of the state.
template <class System>
constexpr int count_taylor_rows() {
    int rows = 0;
    Vector<TaylorRows, System::dimension> u;
    for (int c = 0; c < System::dimension; ++c) u[c] = TaylorRows(&rows, true);
    Vector<double, System::parameter_count> parameters{};
    for (int p = 0; p < System::parameter_count; ++p) parameters[p] = 1;
    System::rhs(u, parameters);
    return rows;
}

}  // namespace farstep
