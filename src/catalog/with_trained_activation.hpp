// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// From an activation's name at run time to one at compile time.
#pragma once

#include <farstep/approximators/activation.hpp>

#include <stdexcept>
#include <type_traits>

namespace farstep {

/// Calls f with the activation as a compile-time constant; a split one is never trained.
template <class F>
void with_trained_activation(Activation activation, const F& f) {
    switch (activation) {
        case Activation::rational:
            return f(std::integral_constant<Activation, Activation::rational>{});
        case Activation::inverse_quadratic:
            return f(std::integral_constant<Activation, Activation::inverse_quadratic>{});
        case Activation::tanh: return f(std::integral_constant<Activation, Activation::tanh>{});
        case Activation::sin: return f(std::integral_constant<Activation, Activation::sin>{});
        case Activation::silu: return f(std::integral_constant<Activation, Activation::silu>{});
        case Activation::relu: return f(std::integral_constant<Activation, Activation::relu>{});
        case Activation::split_rational: break;
    }
    throw std::logic_error("split activations are not trained");
}

}  // namespace farstep
