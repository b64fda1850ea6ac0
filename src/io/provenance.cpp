// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// Provenance to and from root attributes, through one table of names.

#include "io/provenance.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

namespace farstep {
namespace {

constexpr std::string_view timing_prefix = "wall_time_s_";

constexpr std::array<std::pair<const char*, std::string Provenance::*>, 8> texts{{
    {"deck", &Provenance::deck},
    {"recipe", &Provenance::recipe},
    {"farstep_version", &Provenance::version},
    {"git_commit", &Provenance::git_commit},
    {"host", &Provenance::host},
    {"date", &Provenance::date},
    {"backend", &Provenance::backend},
    {"overridden", &Provenance::overridden},
}};

constexpr std::array<std::pair<const char*, std::int64_t Provenance::*>, 4> integers{{
    {"ranks", &Provenance::ranks},
    {"threads_per_rank", &Provenance::threads},
    {"seed", &Provenance::seed},
    {"restarts", &Provenance::restarts},
}};

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string utc_now() {
    return fmt::format(
        "{:%FT%TZ}",
        fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

void write_provenance(OutputFile& file, const Provenance& provenance) {
    for (const auto& [name, member] : texts) {
        const bool is_told = member != &Provenance::overridden || !provenance.overridden.empty();
        if (is_told) {
            file.attribute("/", name, provenance.*member);
        }
    }
    for (const auto& [name, member] : integers) {
        file.attribute("/", name, provenance.*member);
    }
    for (const auto& [stage, seconds] : provenance.timings_s) {
        file.attribute("/", fmt::format("{}{}", timing_prefix, stage), seconds);
    }
}

Provenance read_provenance(const InputFile& file) {
    Provenance provenance;
    for (const auto& [name, member] : texts) {
        if (file.has_attribute("/", name)) {
            provenance.*member = file.text("/", name);
        }
    }
    for (const auto& [name, member] : integers) {
        if (file.has_attribute("/", name)) {
            provenance.*member = file.integer("/", name);
        }
    }
    for (const std::string& name : file.attributes("/")) {
        if (name.starts_with(timing_prefix)) {
            provenance.timings_s[name.substr(timing_prefix.size())] = file.number("/", name);
        }
    }
    return provenance;
}

}  // namespace farstep
