// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
// The structure phase of OutputFile: every rank keeps the same table of names and shapes, rank 0
// alone touches the file. Mistakes of the caller are std::logic_errors, alike on all ranks.

#include "io/output_file.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "parallel/agree.hpp"

namespace farstep {

OutputFile::OutputFile(Communicator comm, std::filesystem::path name, FileKind kind,
                       const Skeleton* unfinished)
    : m_comm(comm), m_name(std::move(name)), m_kind(kind), m_taken_up(unfinished != nullptr) {
    on_root(m_comm, [&] {
        m_part.emplace(m_name);
        if (m_taken_up) {
            m_part->keep();
            restore(PartFile::part_of(m_name), *unfinished);
        }
        m_structure.emplace(PartFile::part_of(m_name), m_taken_up ? StructureWriter::Mode::extend
                                                                  : StructureWriter::Mode::create);
    });
    on_structure([&] { m_structure->attribute("", {kind_attribute, name_of(kind)}); });
}

template <class F>
void OutputFile::on_structure(F&& change) {
    if (!m_taken_up) {
        on_root(m_comm, std::forward<F>(change));
    }
}

OutputFile::~OutputFile() {
    if (m_phase == Phase::data) {
        abandon_data();
    }
}

void OutputFile::group(const std::string& path) {
    expect(Phase::structure, "group");
    const std::string name = normalised_path(path);
    if (name.empty() || m_taken.contains(name)) {
        return;
    }
    group(parent_path(name));
    m_taken[name] = true;
    on_structure([&] { m_structure->group(name); });
}

void OutputFile::dimension(const std::string& path, std::int64_t length) {
    const std::string name = new_path(path);
    m_dimensions[name] = length;
    on_structure([&] { m_structure->dimension(name, length); });
}

void OutputFile::coordinate(const std::string& path, std::span<const double> values,
                            const Description& description) {
    const std::string name = new_path(path);
    m_dimensions[name] = static_cast<std::int64_t>(values.size());
    on_structure([&] {
        m_structure->coordinate(name, values);
        describe_object(name, description);
    });
}

void OutputFile::coordinate(const std::string& path, const std::vector<std::string>& values,
                            const Description& description) {
    const std::string name = new_path(path);
    m_dimensions[name] = static_cast<std::int64_t>(values.size());
    on_structure([&] {
        m_structure->coordinate(name, values);
        describe_object(name, description);
    });
}

void OutputFile::variable(const std::string& path, const std::vector<std::string>& dims,
                          NumberType type, const Description& description) {
    const std::string name = new_path(path);
    std::vector<std::string> dim_paths;
    Shape shape;
    for (const std::string& dim : dims) {
        dim_paths.push_back(find_dimension(name, dim));
        shape.push_back(m_dimensions.at(dim_paths.back()));
    }
    m_variables[name] = {shape, type};
    m_bytes += element_count(shape) * bytes_of(type);
    on_structure([&] {
        m_part->check_room(m_bytes);
        m_structure->variable(name, dim_paths, shape, type);
        describe_object(name, description);
    });
}

void OutputFile::attribute(const std::string& object, const std::string& name,
                           const AttributeValue& value) {
    expect(Phase::structure, "attribute");
    const std::string path = normalised_path(object);
    if (!path.empty() && !m_taken.contains(path)) {
        throw std::logic_error(fmt::format("attribute on '{}', which does not exist", path));
    }
    on_structure([&] { m_structure->attribute(path, {name, value}); });
}

void OutputFile::expect(Phase phase, const char* call) const {
    if (m_phase != phase) {
        throw std::logic_error(fmt::format("OutputFile::{} in the wrong phase", call));
    }
}

std::string OutputFile::new_path(const std::string& path) {
    expect(Phase::structure, "structure call");
    std::string name = normalised_path(path);
    if (name.empty() || m_taken.contains(name)) {
        throw std::logic_error(fmt::format("'{}' is defined twice in {}", path, m_name.string()));
    }
    group(parent_path(name));
    m_taken[name] = false;
    return name;
}

std::string OutputFile::find_dimension(const std::string& variable, const std::string& dim) const {
    std::string group = variable;
    while (!group.empty()) {
        group = parent_path(group);
        std::string path = group.empty() ? dim : group + '/' + dim;
        if (m_dimensions.contains(path)) {
            return path;
        }
    }
    throw std::logic_error(
        fmt::format("variable '{}' has an unknown dimension '{}'", variable, dim));
}

void OutputFile::describe_object(const std::string& path, const Description& description) {
    if (!description.units.empty()) {
        m_structure->attribute(path, {"units", description.units});
    }
    if (!description.long_name.empty()) {
        m_structure->attribute(path, {"long_name", description.long_name});
    }
    for (const Attribute& attribute : description.more) {
        m_structure->attribute(path, attribute);
    }
}

const OutputFile::Layout& OutputFile::layout(const std::string& path) const {
    const auto found = m_variables.find(path);
    if (found == m_variables.end()) {
        throw std::logic_error(fmt::format("no variable '{}' in {}", path, m_name.string()));
    }
    return found->second;
}

}  // namespace farstep
