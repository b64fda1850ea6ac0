// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// The texts of list, info and --version.
#include "commands/inform.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "error.hpp"
#include "io/block_file.hpp"
#include "io/part_file.hpp"
#include "parallel/device_messages.hpp"
#include "parallel/kokkos_session.hpp"
#include "parallel/log.hpp"

#include <farstep_version.hpp>

namespace farstep {

namespace {

std::string block(const std::string& title, const Choices& choices) {
    std::string text = title + "\n";
    for (const Choice& choice : choices) {
        text += fmt::format("  {:<20} {}\n", choice.name, choice.help);
    }
    return text;
}

std::string describe_initial(const ComponentDistribution& d) {
    switch (d.kind) {
        case ComponentDistribution::Kind::constant: return fmt::format("{:g}", d.a);
        case ComponentDistribution::Kind::uniform:
            return fmt::format("uniform in [{:g}, {:g}]", d.a, d.b);
        case ComponentDistribution::Kind::normal:
            return fmt::format("normal, mean {:g}, standard deviation {:g}", d.a, d.b);
    }
    return "";
}

}  // namespace

std::string list_text() {
    Choices systems;
    for (const Choice& choice : vocabulary().systems) {
        std::vector<int> sizes;
        const auto variants = system_variants(choice.name);
        for (const SystemModel* model : variants) sizes.push_back(model->info().size);
        const std::string& key = variants.front()->info().size_key;
        systems.push_back({choice.name, key.empty() ? choice.help
                                                    : fmt::format("{}; {}: {}", choice.help, key,
                                                                  fmt::join(sizes, ", "))});
    }
    const std::string left_out =
        systems_left_out().empty() ? "" : "  not in this build: " + systems_left_out() + "\n";
    return block("systems (farstep list NAME tells more)", systems) + left_out + "\n" +
           block("schemes", scheme_choices()) + "\n" + block("correctors", corrector_choices()) +
           "\n" + block("activations", activation_choices());
}

std::string system_text(const std::string& name) {
    const auto variants = system_variants(name);
    if (variants.empty()) {
        throw UsageError(fmt::format("there is no system '{}'; farstep list names them", name));
    }
    const SystemInfo& info = variants.front()->info();
    std::string text = fmt::format("{}: {}\n  source: {}\n", info.name, info.title, info.source);
    text += fmt::format("  published far step: {:g}{}\n", info.published_step,
                        info.time_unit == "1" ? "" : " " + info.time_unit);
    text += "  components and published ensemble";
    text += info.initial_note.empty() ? "\n" : fmt::format(" ({})\n", info.initial_note);
    for (std::size_t c = 0; c < info.components.size(); ++c) {
        const ComponentInfo& component = info.components[c];
        text += fmt::format("    {:<14} {:<8} {}: {}\n", component.name, component.unit,
                            component.long_name, describe_initial(info.initial.components[c]));
    }
    text += "  parameters\n";
    for (const ParameterInfo& parameter : info.parameters) {
        text += fmt::format("    {:<14} {:<8} {}: {:g}\n", parameter.name, parameter.unit,
                            parameter.long_name, parameter.value);
    }
    return text;
}

std::string info_text(const std::filesystem::path& path) {
    const InputFile file(path);
    const auto kind = file.kind();
    std::string text = fmt::format("{}: {}\n", path.string(),
                                   kind ? fmt::format("{} file of Farstep", name_of(*kind))
                                        : std::string("an HDF5 file that Farstep did not write"));
    for (const std::string& name : file.variables()) {
        text += fmt::format("  {:<28} ({})  {}\n", name, fmt::join(file.dimensions(name), ", "),
                            fmt::join(file.shape(name), " x "));
    }
    for (const std::string& name : file.attributes("/")) {
        std::string value = describe(file.attribute("/", name));
        std::replace(value.begin(), value.end(), '\n', ' ');
        if (value.size() > 100) value = value.substr(0, 97) + "...";
        text += fmt::format("  {} = {}\n", name, value);
    }
    return text;
}

std::string storage_text(const std::filesystem::path& file, std::int64_t bytes) {
    const std::string size =
        fmt::format("{} in {}", describe_bytes(double(bytes)), file.string());
    try {
        const double rate = measured_write_rate(file.parent_path());
        return fmt::format("{}, about {} at {}/s, as just measured there", size,
                           describe_duration(double(bytes) / rate), describe_bytes(rate));
    } catch (const EnvironmentError&) {
        return size + ", which is not writable now";
    }
}

void state_storage(const Communicator& comm, const std::filesystem::path& file,
                   std::int64_t bytes) {
    constexpr std::int64_t worth_a_word = std::int64_t(64) << 20;
    if (bytes < worth_a_word || !comm.is_root()) return;
    say(comm, "  trajectories in full take {}, while steps go on", storage_text(file, bytes));
}

std::string version_text() {
    return fmt::format("farstep {} (commit {}{})\n{}, {}, flags:{}\nKokkos {}, {}\n"
                       "messages: {}\nsystems: {}",
                       build_info::version, build_info::git_commit,
                       build_info::git_dirty ? ", modified" : "", build_info::compiler,
                       build_info::build_type, build_info::flags, kokkos_version(),
                       backend_description(), messages_description(),
                       all_systems().size());
}

}  // namespace farstep
