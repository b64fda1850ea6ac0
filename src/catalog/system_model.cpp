// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What all systems and steppers share; here, so that no system compiles it again.
#include "catalog/system_model.hpp"

#include <utility>

namespace farstep {

Stepper::Stepper(const StepperSpec& spec)
    : m_step(spec.step), m_parameters(parameter_tile(spec.parameters)) {}

Stepper::~Stepper() = default;

void Stepper::advance(const EnsembleView& ensemble, std::int64_t first_step,
                      std::int64_t steps) const {
    if (ensemble.parameters.extent(0) != 0) return launch(ensemble, first_step, steps);
    EnsembleView with_parameters = ensemble;
    with_parameters.parameters = m_parameters;
    launch(with_parameters, first_step, steps);
}

SystemModel::SystemModel(SystemInfo info) : m_info(std::move(info)) {}

SystemModel::~SystemModel() = default;

}  // namespace farstep
