// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
#include "training/gradient.hpp"

#include <farstep/approximators/perceptron_input_gradient.hpp>

#include "catalog/with_trained_activation.hpp"

namespace farstep {

namespace {

using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;

}  // namespace

void PerceptronGradient::operator()(Activation activation, const PerceptronShape& shape,
                                    const ParameterView& parameters, const StateView& inputs,
                                    const StateView& cotangents, std::int64_t tiles,
                                    const ParameterView& gradient) {
    const std::int64_t blocks = (tiles + gradient_item_tiles - 1) / gradient_item_tiles;
    const auto size = std::size_t(partial_gradient_size(shape));
    if (std::int64_t(m_partial.extent(0)) < blocks || m_partial.extent(1) != size) {
        m_partial = decltype(m_partial)("farstep::partial_gradient", std::size_t(blocks), size);
    }
    with_trained_activation(activation, [&](auto a) {
        Kokkos::parallel_for(
            "farstep::gradient", Policy(0, blocks * gradient_groups(shape)),
            GradientKernel<a()>{shape, parameters, inputs, cotangents, tiles, m_partial});
    });
    Kokkos::parallel_for("farstep::sum_gradient", Policy(0, shape.size()),
                         SumGradientKernel{shape, blocks, m_partial, gradient});
}

void compute_input_gradient(Activation activation, const PerceptronShape& shape,
                            const ParameterView& parameters, const StateView& inputs,
                            const StateView& cotangents, const StateView& result) {
    with_trained_activation(activation, [&](auto a) {
        using Kernel = InputGradientKernel<a()>;
        const std::int64_t items =
            std::int64_t(inputs.extent(0)) * Kernel::Slice::items_per_tile;
        Kokkos::parallel_for("farstep::input_gradient", Policy(0, items),
                             Kernel{shape, parameters, inputs, cotangents, result});
    });
}

}  // namespace farstep
