// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The host's handles on the templated kernels: a dynamical system, and a stepper that advances
// ensembles of it. Virtual outside, templates inside: one virtual call a launch costs nothing.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/guard.hpp>
#include <farstep/systems/system_info.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "catalog/deployed_network.hpp"
#include "catalog/parameter_tile.hpp"
#include "catalog/precision.hpp"

namespace farstep {

/// What a corrected stepper does outside the box its corrector was trained in.
struct GuardSpec {
    GuardAction action = GuardAction::off;
    std::int64_t substeps = 1;      ///< of a plain step, by classical Runge–Kutta
    std::vector<double> low, high;  ///< the box, by component
};

/// What a stepper is built from.
struct StepperSpec {
    std::string scheme;
    Precision precision = Precision::Double;
    double step = 0;                              ///< [time]
    std::vector<double> parameters;               ///< of ensembles that carry none of their own
    std::vector<double> limit_low, limit_high;    ///< by component; empty: only finite states
    const DeployedNetwork* corrector = nullptr;   ///< none: the plain scheme
    double tolerance = 1e-6;                      ///< of an adaptive scheme, in each of its steps
    std::int64_t max_steps = 100000;              ///< of an adaptive scheme, in each call
    GuardSpec guard = {};                         ///< of a corrected step
};

/// Advances ensembles by whole steps; corrected or plain. An adaptive scheme covers each step, or
/// several at once, in steps of its own.
class Stepper {
public:
    /// The spec's step and parameters.
    explicit Stepper(const StepperSpec& spec);
    virtual ~Stepper();
    Stepper(const Stepper&) = delete;
    Stepper& operator=(const Stepper&) = delete;

    /// Takes `steps` steps from step number `first_step`. Trajectories that fail are marked in the
    /// ensemble, the others go on. Asynchronous, like every launch.
    void advance(const EnsembleView& ensemble, std::int64_t first_step, std::int64_t steps) const;

    double step() const { return m_step; }

    /// What an adaptive scheme keeps of the ensemble that it advances since step 0, to be read, or
    /// to be set where another run goes on; null for fixed steps.
    virtual AdaptiveRecord* record() const { return nullptr; }

private:
    /// `advance` for an ensemble that has parameters.
    virtual void launch(const EnsembleView& ensemble, std::int64_t first_step,
                        std::int64_t steps) const = 0;

    double m_step;
    StateView m_parameters;
};

/// A dynamical system of the catalog.
class SystemModel {
public:
    explicit SystemModel(SystemInfo info);
    virtual ~SystemModel();
    SystemModel(const SystemModel&) = delete;
    SystemModel& operator=(const SystemModel&) = delete;

    const SystemInfo& info() const { return m_info; }
    int dimension() const { return int(m_info.components.size()); }

    /// Whether a scheme of the catalog can step this system.
    virtual bool has_scheme(const std::string& scheme) const = 0;

    virtual std::unique_ptr<Stepper> stepper(const StepperSpec& spec) const = 0;

    /// Draws trajectories first … last of an ensemble into the state; lanes beyond the last repeat
    /// it. `parameters` are those of an EnsembleView. Returns the number of trajectories for which no state in the energy range was found.
    virtual std::int64_t sample(const StateView& state, std::int64_t first, std::int64_t last,
                                const InitialDistribution& distribution,
                                const StateView& parameters, std::int64_t seed) const = 0;

    /// energy[tile][lane]; only if info().has_energy.
    virtual void energy(const StateView& state, const StateView& parameters,
                        const ValueView& energy) const = 0;

private:
    SystemInfo m_info;
};

}  // namespace farstep
