// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Launches the kernels that evaluate a network in training.
#include "training/predictions.hpp"

#include "catalog/with_trained_activation.hpp"

namespace farstep {

namespace {

template <class Kernel, class Units, class Result>
void launch(const char* label, const Units& units, const Result& result) {
    const std::int64_t items =
        std::int64_t(units.inputs.extent(0)) * Units::Slice::items_per_tile;
    Kokkos::parallel_for(label, Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(0, items),
                         Kernel{units, result});
}

}  // namespace

void compute_features(Activation activation, const PerceptronShape& shape,
                      const ParameterView& parameters, const StateView& inputs,
                      const FeatureMemory& features) {
    with_trained_activation(activation, [&](auto a) {
        launch<FeatureKernel<a()>>("farstep::features", HiddenUnits<a()>{shape, parameters, inputs},
                                   features);
    });
}

void compute_predictions(Activation activation, const PerceptronShape& shape,
                         const ParameterView& parameters, const StateView& inputs,
                         const StateView& predictions) {
    with_trained_activation(activation, [&](auto a) {
        launch<PredictionKernel<a()>>("farstep::predict",
                                      HiddenUnits<a()>{shape, parameters, inputs}, predictions);
    });
}

}  // namespace farstep
