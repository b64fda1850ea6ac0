// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// One core integrates given trajectories from 0 to `until`: the time of the kernels alone, and the
// final states, so that peers can be compared at equal error.
//
// Files hold doubles as the machine writes them: states by trajectory, then component; parameters
// by trajectory, then parameter. Prints JSON.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "catalog/catalog.hpp"
#include "deck/values.hpp"
#include "ensemble/ensemble.hpp"
#include "measuring.hpp"
#include "parallel/kokkos_session.hpp"

namespace farstep::bench {
namespace {

struct Options {
    std::string system, states, parameters, result;
    std::string scheme = "rk4";
    Precision precision = Precision::Double;
    double until = 1;
    double step = 0;          ///< of a fixed step; 0 for an adaptive scheme
    double tolerance = 1e-6;  ///< of an adaptive scheme
    int repeats = 5;
};

/// Throws if the file cannot be read, or does not hold whole rows of so many numbers.
std::vector<double> read_rows(const std::string& path, int width) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const auto bytes = std::size_t(std::max<std::streamoff>(0, file.tellg()));
    std::vector<double> numbers(bytes / sizeof(double));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(numbers.data()), std::streamsize(bytes));
    if (!file || bytes == 0 || bytes % (sizeof(double) * std::size_t(width)) != 0) {
        throw std::runtime_error(fmt::format("{}: rows of {} doubles expected", path, width));
    }
    return numbers;
}

void write_rows(const std::string& path, const std::vector<double>& rows) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(rows.data()),
               std::streamsize(rows.size() * sizeof(double)));
    if (!file) throw std::runtime_error(path + ": cannot be written");
}

StepperSpec stepper_spec(const Options& options, const SystemModel& system) {
    StepperSpec spec;
    spec.scheme = options.scheme;
    spec.precision = options.precision;
    spec.step = options.step > 0 ? options.step : options.until;
    spec.tolerance = options.tolerance;
    for (const ParameterInfo& p : system.info().parameters) spec.parameters.push_back(p.value);
    return spec;
}

void solve(const Options& options) {
    const SystemModel* system = find_system(options.system, {});
    if (system == nullptr) throw std::runtime_error("this build has no " + options.system);
    const int d = system->dimension();
    const auto states = read_rows(options.states, d);
    Ensemble ensemble(d, {0, std::int64_t(states.size()) / d});
    if (!options.parameters.empty()) {
        const int width = int(system->info().parameters.size());
        Ensemble parameters(width, ensemble.range());
        parameters.set_rows(read_rows(options.parameters, width));
        ensemble.set_parameters(parameters.view().state);
    }
    const StepperSpec spec = stepper_spec(options, *system);
    const auto stepper = system->stepper(spec);
    const auto steps = std::int64_t(std::llround(options.until / spec.step));
    const auto seconds = samples(
        options.repeats, [&] { ensemble.set_rows(states); },
        [&] {
            stepper->advance(ensemble.view(), 0, steps);
            Kokkos::fence();
        });
    if (ensemble.failure_count() > 0) throw std::runtime_error("trajectories failed");
    write_rows(options.result, ensemble.rows());
    fmt::print("{{\"seconds\": {}}}\n", json(seconds));
}

}  // namespace
}  // namespace farstep::bench

int main(int count, char** words) {
    using namespace farstep;
    bench::Options options;
    CLI::App app("Integrates given trajectories on one core and prints the times");
    app.add_option("--system", options.system)->required();
    app.add_option("--states", options.states, "binary file")->required();
    app.add_option("--parameters", options.parameters, "binary file; none: the system's");
    app.add_option("--result", options.result, "binary file of the final states")->required();
    app.add_option("--scheme", options.scheme);
    app.add_option("--precision", options.precision)
        ->transform(CLI::CheckedTransformer(std::map<std::string, Precision>{
            {"double", Precision::Double}, {"float", Precision::Float}}));
    app.add_option("--until", options.until);
    app.add_option("--step", options.step, "of a fixed step; none: the scheme is adaptive");
    app.add_option("--tolerance", options.tolerance, "of an adaptive scheme");
    app.add_option("--repeats", options.repeats);
    CLI11_PARSE(app, count, words);
    const KokkosSession kokkos(Communicator(), 1);
    try {
        bench::solve(options);
    } catch (const std::runtime_error& error) {
        fmt::print(stderr, "farstep_bench_solve: {}\n", error.what());
        return 3;
    }
    return 0;
}
