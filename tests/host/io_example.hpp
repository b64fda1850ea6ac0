// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// A small file with everything that Farstep's files may contain, for the tests of writing and
// reading, in C++ and in Python.

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "io/output_file.hpp"
#include "io/provenance.hpp"

namespace farstep::testing {

inline Provenance example_provenance() {
    return {.deck = "system: elastic_pendulum\n# Δt in seconds\n",
            .recipe = "{system: elastic_pendulum}",
            .version = "0.1.0",
            .git_commit = "abc123+",
            .host = "node1",
            .date = "2026-03-01T12:34:56Z",
            .backend = "OpenMP",
            .ranks = 4,
            .threads = 2,
            .seed = 17,
            .timings_s = {{"generate", 1.25}, {"train", 2.5}}};
}

/// Five times, two components, three trajectories: state = 100 t + 10 i + c.
inline std::vector<double> example_states() {
    std::vector<double> states;
    for (int time = 0; time < 5; ++time) {
        for (int trajectory = 0; trajectory < 3; ++trajectory) {
            for (int component = 0; component < 2; ++component) {
                states.push_back(100 * time + 10 * trajectory + component);
            }
        }
    }
    return states;
}

inline void write_example(const std::filesystem::path& name) {
    OutputFile file({}, name, FileKind::forecast);
    write_provenance(file, example_provenance());
    file.coordinate("time", std::vector<double>{0, 0.2, 0.4, 0.6, 0.8},
                    {.units = "s", .long_name = "time"});
    file.coordinate("component", {"θ", "r"});
    file.dimension("trajectory", 3);
    file.variable("state", {"time", "trajectory", "component"}, NumberType::float64,
                  {.units = "1", .long_name = "state", .more = {{"scheme", "rk4"}}});
    file.variable("status", {"trajectory"}, NumberType::int8);
    file.variable("parameters", {"component", "trajectory"}, NumberType::float32);
    file.variable("steps", {}, NumberType::int64, {.long_name = "number of steps"});
    file.variable("plain/mean", {"time", "component"}, NumberType::float64, {.units = "m"});
    file.dimension("plain/bin", 4);
    file.variable("plain/histogram", {"bin"}, NumberType::int32);
    file.attribute("plain", "scheme", "rk4");
    file.attribute("/", "levels", std::vector<double>{0.05, 0.5, 0.95});
    file.attribute("/", "names", std::vector<std::string>{"a", "b"});
    file.begin_parallel();
    file.write("state", {{0, 0, 0}, {5, 3, 2}}, example_states().data());
    const std::vector<std::int8_t> status{0, 1, 0};
    file.write("status", {{0}, {3}}, status.data());
    const std::vector<float> parameters{1, 2, 3, 4, 5, 6};
    file.write_whole("parameters", parameters.data());
    const std::int64_t steps = 10'000'000'000;
    file.write_whole("steps", &steps);
    file.write_whole("plain/mean", std::vector<double>(10, 2.5).data());
    file.write_whole("plain/histogram", std::vector<std::int32_t>{1, 2, 3, 4}.data());
    file.commit();
}

}  // namespace farstep::testing
