// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Where deck strings become template instances: all kernels of one system. Included by one
// generated translation unit a system.
#pragma once

#include <farstep/advance.hpp>
#include <farstep/advance_adaptive.hpp>
#include <farstep/correctors/coupled.hpp>
#include <farstep/correctors/none.hpp>
#include <farstep/energy.hpp>
#include <farstep/sample.hpp>
#include <farstep/schemes/chosen_scheme.hpp>
#include <farstep/schemes/schemes.hpp>

#include <stdexcept>

#include "catalog/adaptive_record.hpp"
#include "catalog/packed_perceptron.hpp"
#include "catalog/packed_ring_approximator.hpp"
#include "catalog/system_model.hpp"

namespace farstep {

/// Systems that are too large for correctors, and rings, say so.
template <class System>
inline constexpr bool is_reference_only = requires { System::reference_only; };
template <class System>
inline constexpr bool is_ring = requires { System::ring; };

namespace detail {

template <class Scalar, int n>
Vector<Scalar, n> to_vector(const std::vector<double>& values) {
    Vector<Scalar, n> result{};
    for (int i = 0; i < n; ++i) result[i] = static_cast<Scalar>(values[std::size_t(i)]);
    return result;
}

template <class Scalar, int d>
[[gnu::noinline]] StateLimits<Scalar, d> limits(const StepperSpec& spec) {
    constexpr double largest = double(std::numeric_limits<Scalar>::max());
    StateLimits<Scalar, d> result{};
    for (int c = 0; c < d; ++c) {
        const auto i = std::size_t(c);
        const double low = spec.limit_low.empty() ? -largest : spec.limit_low[i];
        const double high = spec.limit_high.empty() ? largest : spec.limit_high[i];
        result.low[c] = static_cast<Scalar>(low > -largest ? low : -largest);
        result.high[c] = static_cast<Scalar>(high < largest ? high : largest);
        result.bounded = result.bounded || low > -largest || high < largest;
    }
    return result;
}

template <class System, class Scalar>
Guard<System, Scalar> guard(const GuardSpec& spec) {
    Guard<System, Scalar> result{};
    result.action = spec.action;
    result.substeps = spec.substeps;
    if (spec.action == GuardAction::off) return result;
    result.low = to_vector<Scalar, System::dimension>(spec.low);
    result.high = to_vector<Scalar, System::dimension>(spec.high);
    return result;
}

}  // namespace detail

/// The plain scheme, computed in Scalar.
template <class System, class Scheme, class Scalar>
class PlainStepper final : public Stepper {
public:
    explicit PlainStepper(const StepperSpec& spec)
        : Stepper(spec),
          m_step{Scalar(spec.step), {}},
          m_limits(detail::limits<Scalar, System::dimension>(spec)) {}

private:
    void launch(const EnsembleView& ensemble, std::int64_t first_step,
                std::int64_t steps) const override {
        constexpr int lanes = is_function<Scheme> ? plain_lanes<Scalar, System::dimension>
                                                  : short_plain_lanes<Scalar, System::dimension>;
        using Real = Lanes<Scalar, lanes>;
        farstep::advance<Real>(Device(), ensemble, m_step, m_limits, first_step, steps);
    }

    FusedStep<System, Scheme, NoCorrector, Scalar> m_step;
    StateLimits<Scalar, System::dimension> m_limits;
};

/// The corrected scheme; state in Scalar, network as `Packed` owns it, in NetworkScalar.
template <class System, class Scheme, class Scalar, class NetworkScalar, class Packed>
class CorrectedStepper final : public Stepper {
public:
    CorrectedStepper(const StepperSpec& spec, Scheme scheme)
        : Stepper(spec),
          m_network(*spec.corrector),
          m_step{{Scalar(spec.step), coupled(spec), scheme}, {}},
          m_limits(detail::limits<Scalar, System::dimension>(spec)) {
        m_step.guard = detail::guard<System, Scalar>(spec.guard);
    }

private:
    void launch(const EnsembleView& ensemble, std::int64_t first_step,
                std::int64_t steps) const override {
        using Narrower =
            std::conditional_t<sizeof(NetworkScalar) < sizeof(Scalar), NetworkScalar, Scalar>;
        using Real = Lanes<Scalar, lanes_per_item<Narrower, System::dimension>>;
        farstep::advance<Real>(Device(), ensemble, m_step, m_limits, first_step, steps);
    }

    using Corrector = Coupled<typename Packed::Approximator, Scalar>;

    Corrector coupled(const StepperSpec& spec) const {
        const DeployedNetwork& network = *spec.corrector;
        const bool sees_slope = network.input != ApproximatorInput::increment;
        return {m_network.device(), network.input, network.multiplies,
                Scalar(sees_slope ? 1 / spec.step : 1.0)};
    }

    Packed m_network;
    GuardedStep<FusedStep<System, Scheme, Corrector, Scalar>, System, Scalar> m_step;
    StateLimits<Scalar, System::dimension> m_limits;
};

/// An adaptive scheme, computed in Scalar. It keeps a record of each trajectory of the ensemble that
/// it advances, and starts a new one at step 0.
template <class System, class Scheme, class Scalar>
class AdaptiveStepper final : public Stepper {
public:
    explicit AdaptiveStepper(const StepperSpec& spec)
        : Stepper(spec),
          m_limits(detail::limits<Scalar, System::dimension>(spec)),
          m_tolerance(Scalar(spec.tolerance)),
          m_max_steps(spec.max_steps),
          m_queue(make_queue()) {}

    AdaptiveRecord* record() const override { return &m_record; }

private:
    void launch(const EnsembleView& ensemble, std::int64_t first_step,
                std::int64_t steps) const override {
        const AdaptiveControl<Scalar> control{m_tolerance, step(), first_step, steps, m_max_steps};
        if (fit_record(m_record, ensemble.state.extent(0)) || first_step == 0) {
            begin_adaptive<System, Real>(Device(), ensemble, m_record, double(control.span()));
        }
        advance_adaptive<Scheme, System, Real>(Device(), ensemble, m_record, m_queue, m_limits,
                                               control);
    }

    using Real = Lanes<Scalar, adaptive_lanes<Scalar, Scheme::template is_small<System>>>;

    StateLimits<Scalar, System::dimension> m_limits;
    Scalar m_tolerance;
    std::int64_t m_max_steps;
    QueueView m_queue;
    mutable AdaptiveRecord m_record;
};

template <class System>
class SystemModelOf final : public SystemModel {
public:
    SystemModelOf() : SystemModel(System::describe()) {}

    bool has_scheme(const std::string& scheme) const override {
        return applies(scheme, Schemes{}) || applies(scheme, AdaptiveSchemes{});
    }

    std::unique_ptr<Stepper> stepper(const StepperSpec& spec) const override {
        auto stepper = find_scheme(spec, Schemes{});
        if (!stepper) stepper = find_scheme(spec, AdaptiveSchemes{});
        if (!stepper) throw std::logic_error(info().name + " has no scheme " + spec.scheme);
        return stepper;
    }

    std::int64_t sample(const StateView& state, std::int64_t first, std::int64_t last,
                        const InitialDistribution& distribution, const StateView& parameters,
                        std::int64_t seed) const override {
        SampleKernel<System> kernel{};
        kernel.state = state;
        kernel.parameters = parameters;
        for (int c = 0; c < d; ++c) {
            kernel.distributions[c] = distribution.components[std::size_t(c)];
        }
        kernel.energy_low = distribution.energy_low;
        kernel.energy_high = distribution.energy_high;
        kernel.by_energy = distribution.energy_low > -infinity || distribution.energy_high < infinity;
        kernel.seed = std::uint64_t(seed);
        kernel.first_index = first;
        kernel.last_index = last;
        return launch_sum<std::int64_t>(Device(), "farstep::sample",
                                        std::int64_t(state.extent(0)) * tile_width, kernel);
    }

    void energy(const StateView& state, const StateView& parameters,
                const ValueView& energy) const override {
        if constexpr (requires(Vector<double, d> u, Vector<double, System::parameter_count> p) {
                          System::energy(u, p);
                      }) {
            compute_energy<System>(Device(), state, parameters, energy);
        } else {
            throw std::logic_error(info().name + " has no energy");
        }
    }

private:
    static constexpr int d = System::dimension;
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    template <class... Scheme>
    static bool applies(const std::string& name, SchemeList<Scheme...>) {
        return ((name == Scheme::name && scheme_applies<Scheme, System>) || ...);
    }

    template <class... Scheme>
    static std::unique_ptr<Stepper> find_scheme(const StepperSpec& spec, SchemeList<Scheme...>) {
        std::unique_ptr<Stepper> stepper;
        (try_scheme<Scheme>(spec, stepper), ...);
        return stepper;
    }

    /// Schemes that do not apply to the system are not even compiled.
    template <class Scheme>
    static void try_scheme(const StepperSpec& spec, std::unique_ptr<Stepper>& stepper) {
        if constexpr (scheme_applies<Scheme, System>) {
            if (spec.scheme != Scheme::name) return;
            if constexpr (is_adaptive<Scheme>) {
                stepper = with_adaptive_scheme<Scheme>(spec);
            } else {
                stepper = with_scheme<Scheme>(spec);
            }
        }
    }

    template <class Scheme>
    static constexpr bool is_adaptive =
        requires { typename Scheme::template Trial<System, double>; };

    template <class Scheme>
    static std::unique_ptr<Stepper> with_adaptive_scheme(const StepperSpec& spec) {
        if (spec.corrector) throw std::logic_error("a corrector needs a scheme of fixed steps");
        if (spec.precision == Precision::Float) {
            return std::make_unique<AdaptiveStepper<System, Scheme, float>>(spec);
        }
        return std::make_unique<AdaptiveStepper<System, Scheme, double>>(spec);
    }

    template <class Scheme>
    static std::unique_ptr<Stepper> with_scheme(const StepperSpec& spec) {
        if (spec.corrector) return with_corrector<Scheme>(spec);
        if (spec.precision == Precision::Float) {
            return std::make_unique<PlainStepper<System, Scheme, float>>(spec);
        }
        return std::make_unique<PlainStepper<System, Scheme, double>>(spec);
    }

    template <class Scheme>
    static std::unique_ptr<Stepper> with_corrector(const StepperSpec& spec) {
        if constexpr (!is_reference_only<System>) {
            switch (spec.precision) {
                case Precision::Double: return with_network<Scheme, double, double>(spec);
                case Precision::Float: return with_network<Scheme, float, float>(spec);
                case Precision::Mixed: return with_network<Scheme, double, float>(spec);
            }
        }
        throw std::logic_error("this system has no correctors");
    }

    template <class Scheme, class Scalar, class NetworkScalar>
    static std::unique_ptr<Stepper> with_network(const StepperSpec& spec) {
        if constexpr (has_own_kernel<Scheme, Scalar, NetworkScalar>) {
            return corrected<Scalar, NetworkScalar>(spec, Scheme{});
        } else {
            using Chosen = ChosenScheme<System, Scalar, NetworkScalar>;
            return corrected<Scalar, NetworkScalar>(spec, Chosen::template of<Scheme>());
        }
    }

    template <class Scalar, class NetworkScalar, class Scheme>
    static std::unique_ptr<Stepper> corrected(const StepperSpec& spec, Scheme scheme) {
        using Packed =
            std::conditional_t<is_ring<System>, PackedRingApproximator<NetworkScalar, d>,
                               PackedPerceptron<NetworkScalar, d>>;
        return std::make_unique<CorrectedStepper<System, Scheme, Scalar, NetworkScalar, Packed>>(
            spec, scheme);
    }
};

}  // namespace farstep
