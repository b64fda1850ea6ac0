// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Speed of the fused kernels on one core, beside the core's own limits measured in the same run.
// Prints JSON; bench/run.py calls it, adds peers and makes tables and pictures.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "deck/values.hpp"
#include "ensemble/ensemble.hpp"
#include "measuring.hpp"
#include "parallel/kokkos_session.hpp"
#include "peak.hpp"

namespace farstep::bench {
namespace {

/// One kernel: what is stepped, and how many operations a step counts.
struct Case {
    const char* system;
    std::map<std::string, std::int64_t> sizes;
    Precision precision;
    int hidden;
    bool free_coefficients;
    bool own_parameters = false;  ///< one set for each trajectory
};

DeployedNetwork some_network(int d, const Case& what) {
    DeployedNetwork network;
    network.inputs = network.outputs = d;
    network.hidden = what.hidden;
    const auto weights = std::size_t(what.hidden * d);
    network.centre.assign(std::size_t(d), 0.0);
    network.weights.assign(weights, 0.01);
    network.biases.assign(std::size_t(what.hidden), 0.1);
    network.outgoing.assign(weights, 1e-9);
    network.bias.assign(std::size_t(d), 0.0);
    if (what.free_coefficients) network.coefficients[1] *= 1.01;  // so that k1 is not zero
    return network;
}

/// The same parameters for every trajectory, as if they were its own.
StateView repeated(const std::vector<double>& parameters, std::int64_t tiles) {
    Ensemble values(int(parameters.size()), {0, tiles * tile_width});
    std::vector<double> rows;
    for (std::int64_t i = 0; i < values.size(); ++i) {
        rows.insert(rows.end(), parameters.begin(), parameters.end());
    }
    values.set_rows(rows);
    return values.view().state;
}

/// Operations of a network step: 4 d + 5 a hidden unit (two products of length d; a division
/// counts as one operation). Those of the solver are not counted.
double operations(const Case& what, int d) { return what.hidden * (4.0 * d + 5.0); }

void print_case(const Case& what, bool first) {
    constexpr int repeats = 200;  // virtual machines lend cores: the best of many is the core
    const SystemModel& system = *find_system(what.system, what.sizes);
    const int d = system.dimension();
    std::vector<double> parameters;
    for (const ParameterInfo& p : system.info().parameters) parameters.push_back(p.value);
    const DeployedNetwork network = some_network(d, what);
    const auto stepper = system.stepper({"rk4", what.precision, 1e-3, parameters, {}, {},
                                         what.hidden > 0 ? &network : nullptr});
    constexpr std::int64_t size = 256;
    Ensemble ensemble(d, {0, size});
    if (what.own_parameters) ensemble.set_parameters(repeated(parameters, ensemble.tiles()));
    system.sample(ensemble.view().state, 0, size - 1, system.info().initial,
                  parameter_tile(parameters), 1);
    const bool is_double = what.precision == Precision::Double;
    const std::int64_t steps = what.hidden > 0 ? std::max(8, 40000 / what.hidden / d) : 2000;
    std::vector<double> peak_seconds;
    const auto measure_peak = [&] {
        const double start = thread_seconds();
        is_double ? multiply_add<double>() : multiply_add<float>();
        peak_seconds.push_back(thread_seconds() - start);
    };
    auto rate_samples = rates(double(size * steps), samples(repeats, measure_peak, [&] {
                                  stepper->advance(ensemble.view(), 0, steps);
                                  Kokkos::fence();
                              }));
    std::sort(rate_samples.begin(), rate_samples.end());
    const double rate = rate_samples.back();
    const double peak =
        (is_double ? multiply_add_operations<double> : multiply_add_operations<float>) /
        *std::min_element(peak_seconds.begin(), peak_seconds.end());
    fmt::print("{}\n  {{\"system\": \"{}\", \"dimension\": {}, \"precision\": \"{}\", "
               "\"hidden\": {}, \"coefficients\": \"{}\", \"parameters\": \"{}\", "
               "\"steps_per_second\": {:.6g}, \"median\": {:.6g}, "
               "\"operations_per_second\": {:.6g}, \"peak\": {:.6g}, \"of_peak\": {:.4f}}}",
               first ? "" : ",", what.system, d, name_of(what.precision), what.hidden,
               what.free_coefficients ? "free" : "published",
               what.own_parameters ? "own" : "shared", rate, rate_samples[repeats / 2],
               rate * operations(what, d), peak, rate * operations(what, d) / peak);
}

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    const std::map<std::string, std::int64_t> none;
    for (const Precision p : {Precision::Double, Precision::Float}) {
        for (const int hidden : {1024, 64, 16}) {
            cases.push_back({"henon_heiles", none, p, hidden, false});
            cases.push_back({"elastic_pendulum", none, p, hidden, false});
            cases.push_back({"spring_chain", {{"masses", 10}}, p, hidden, false});
        }
        cases.push_back({"spring_chain", {{"masses", 20}}, p, 1024, false});
        for (const int masses : {10, 20}) {
            cases.push_back({"spring_chain", {{"masses", masses}}, p, 1024, true});
        }
        cases.push_back({"henon_heiles", none, p, 1024, true});
        cases.push_back({"lorenz63", none, p, 0, false});
        cases.push_back({"pendulum_chain", {{"links", 2}}, p, 0, false});
        for (const bool own : {false, true}) {
            cases.push_back({"henon_heiles", none, p, 0, false, own});
            cases.push_back({"elastic_pendulum", none, p, 0, false, own});
            cases.push_back({"spring_chain", {{"masses", 10}}, p, 0, false, own});
            cases.push_back({"spring_chain", {{"masses", 20}}, p, 0, false, own});
        }
    }
    cases.push_back({"henon_heiles", none, Precision::Mixed, 1024, false});
    cases.push_back({"spring_chain", {{"masses", 10}}, Precision::Mixed, 1024, false});
    return cases;
}

}  // namespace
}  // namespace farstep::bench

/// `farstep_bench [SYSTEM...]`: those systems alone.
int main(int count, char** words) {
    using namespace farstep;
    const std::vector<std::string> wanted(words + 1, words + count);
    const KokkosSession kokkos(Communicator(), 1);
    fmt::print("[");
    bool first = true;
    for (const bench::Case& what : bench::all_cases()) {
        if (find_system(what.system, what.sizes) == nullptr) continue;
        if (!wanted.empty() && std::count(wanted.begin(), wanted.end(), what.system) == 0) continue;
        bench::print_case(what, first);
        first = false;
    }
    fmt::print("\n]\n");
    return 0;
}
