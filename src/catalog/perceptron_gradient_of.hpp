// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Launches the gradient kernels of networks with d inputs and d outputs.
#pragma once

#include "catalog/system_model.hpp"
#include "catalog/with_trained_activation.hpp"

namespace farstep {

template <int d>
class PerceptronGradientOf final : public PerceptronGradient {
public:
    void operator()(Activation activation, const PerceptronShape& shape,
                    const ParameterView& parameters, const StateView& inputs,
                    const StateView& cotangents, std::int64_t tiles,
                    const ParameterView& gradient) override {
        const std::int64_t blocks = (tiles + gradient_block_tiles - 1) / gradient_block_tiles;
        const int rows = shape.hidden + d;
        if (std::int64_t(m_partial.extent(0)) < blocks || int(m_partial.extent(1)) != rows) {
            m_partial = Partial("farstep::partial_gradient", std::size_t(blocks),
                                std::size_t(rows), std::size_t(gradient_row<d, d>));
        }
        with_trained_activation(activation, [&](auto a) {
            Kokkos::parallel_for("farstep::gradient", Policy(Device(), 0, blocks * rows),
                                 GradientKernel<a(), d, d>{shape, parameters, inputs, cotangents,
                                                           tiles, m_partial});
        });
        Kokkos::parallel_for("farstep::sum_gradient", Policy(Device(), 0, shape.size()),
                             SumGradient{shape, blocks, m_partial, gradient});
    }

private:
    using Policy = Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>;
    using Partial = Kokkos::View<double***, Kokkos::LayoutRight, DeviceMemory>;

    /// Sums the partial gradients of all blocks, in their order.
    struct SumGradient {
        PerceptronShape shape;
        std::int64_t blocks;
        Partial partial;
        ParameterView gradient;

        KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t parameter) const {
            const int p = int(parameter);
            double sum = 0;
            if (p < shape.biases()) {
                sum = over_blocks(p / d, p % d);
            } else if (p < shape.outgoing()) {
                sum = over_blocks(p - shape.biases(), d);
            } else if (p < shape.linear()) {
                const int k = p - shape.outgoing();
                sum = over_blocks(k / d, d + 1 + k % d);
            } else if (p < shape.bias()) {
                const int k = p - shape.linear();
                sum = over_blocks(shape.hidden + k / d, k % d);
            } else if (p < shape.coefficients()) {
                sum = over_blocks(shape.hidden + p - shape.bias(), d);
            } else {
                for (int unit = 0; unit < shape.hidden; ++unit) {
                    sum += over_blocks(unit, d + 1 + d + p - shape.coefficients());
                }
            }
            gradient(p) = sum;
        }

        KOKKOS_FORCEINLINE_FUNCTION double over_blocks(int row, int column) const {
            double sum = 0;
            for (std::int64_t b = 0; b < blocks; ++b) sum += partial(b, row, column);
            return sum;
        }
    };

    Partial m_partial;
};

}  // namespace farstep
