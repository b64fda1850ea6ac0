// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Rules from a deck, and the parameters that follow from them.
#include "parameters.hpp"

#include <farstep/numerics/permutation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "catalog/catalog.hpp"
#include "catalog/parameter_tile.hpp"
#include "error.hpp"
#include "io/input_file.hpp"

namespace farstep {

namespace {

using RuleView = Kokkos::View<ParameterRule*, DeviceMemory>;
using RowView = Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory>;

/// The parameters of one trajectory a work item.
struct ParameterKernel {
    StateView parameters;
    RuleView rules;
    RowView rows;  ///< of the file
    std::uint64_t seed;
    std::int64_t first, last, size;

    KOKKOS_INLINE_FUNCTION void operator()(const std::int64_t local) const {
        const std::int64_t wanted = first + local;
        const std::int64_t index = wanted < last ? wanted : last;
        for (std::size_t p = 0; p < rules.extent(0); ++p) {
            parameters(local / tile_width, p, local % tile_width) =
                value(rules(p), std::uint32_t(p), index);
        }
    }

    KOKKOS_INLINE_FUNCTION double value(const ParameterRule& rule, std::uint32_t number,
                                        std::int64_t index) const {
        constexpr RandomPurpose purpose = RandomPurpose::trajectory_parameters;
        const double width = rule.b - rule.a;
        switch (rule.kind) {
            case ParameterRule::Kind::constant: return rule.a;
            case ParameterRule::Kind::uniform:
                return rule.a +
                       width * uniform_pair(seed, purpose, std::uint64_t(index), number).first;
            case ParameterRule::Kind::latin_hypercube: {
                const Permutation strata(seed, RandomPurpose::latin_hypercube, number, size);
                const auto stratum = double(strata(index));
                const double within =
                    uniform_pair(seed, purpose, std::uint64_t(index), number).first;
                return rule.a + width * ((stratum + within) / double(size));
            }
            case ParameterRule::Kind::normal:
                return rule.a +
                       rule.b * normal_pair(seed, purpose, std::uint64_t(index), number).first;
            case ParameterRule::Kind::grid:
                return rule.a + width * (double(index / rule.stride % rule.points) /
                                         double(rule.points - 1));
            case ParameterRule::Kind::column: return rows(index - first, rule.column);
        }
        return rule.a;
    }
};

RuleView to_device(const std::vector<ParameterRule>& rules) {
    const RuleView view("farstep::parameter_rules", rules.size());
    const auto host = Kokkos::create_mirror_view(view);
    std::copy(rules.begin(), rules.end(), host.data());
    Kokkos::deep_copy(view, host);
    return view;
}

/// The file's rows of a range of trajectories; no rows without a file.
RowView read_rows(const ParameterPlan& plan, const Range& range, std::int64_t size) {
    if (plan.columns == 0) return {};
    const InputFile file(plan.file);
    file.require_shape(plan.dataset, {-1, plan.columns});
    const std::int64_t available = file.shape(plan.dataset)[0];
    if (available < size) {
        throw EnvironmentError(
            fmt::format("{}: '{}' holds the parameters of {} trajectories, the ensemble needs {}",
                        plan.file.string(), plan.dataset, available, size));
    }
    const auto values = file.read(plan.dataset, Slab{{range.begin, 0}, {range.size(), plan.columns}});
    if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); })) {
        throw EnvironmentError(fmt::format("{}: '{}' holds parameters that are not finite",
                                           plan.file.string(), plan.dataset));
    }
    const RowView rows("farstep::parameter_rows", std::size_t(range.size()),
                       std::size_t(plan.columns));
    const auto host = Kokkos::create_mirror_view(rows);
    std::copy(values.begin(), values.end(), host.data());
    Kokkos::deep_copy(rows, host);
    return rows;
}

ParameterRule rule_of(const ParameterOptions& given, Sampling sampling) {
    using Kind = ParameterRule::Kind;
    ParameterRule rule;
    if (given.uniform) {
        rule.kind = sampling == Sampling::LatinHypercube ? Kind::latin_hypercube : Kind::uniform;
        rule.a = (*given.uniform)[0];
        rule.b = (*given.uniform)[1];
    } else if (given.normal) {
        rule.kind = Kind::normal;
        rule.a = (*given.normal)[0];
        rule.b = (*given.normal)[1];
    } else if (given.grid) {
        rule.kind = Kind::grid;
        rule.a = (*given.grid)[0];
        rule.b = (*given.grid)[1];
        rule.points = std::llround((*given.grid)[2]);
    } else {
        rule.a = given.value.value_or(0);
    }
    return rule;
}

/// Points of a grid made of two. Beyond 64 bits there are too many for any ensemble anyway, which the
/// checks of a deck say.
std::int64_t product(std::int64_t a, std::int64_t b) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    return a > most / b ? most : a * b;
}

/// The last parameter on the grid runs fastest.
void set_strides(std::vector<ParameterRule>& rules) {
    std::int64_t stride = 1;
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
        rule->stride = stride;
        stride = product(stride, rule->points);
    }
}

}  // namespace

double ParameterRule::nominal() const {
    const bool is_range = varies() && has_range();
    return is_range ? (a + b) / 2 : a;
}

std::string ParameterRule::text() const {
    switch (kind) {
        case Kind::constant: return fmt::format("{}", a);
        case Kind::uniform: return fmt::format("uniform [{}, {}]", a, b);
        case Kind::latin_hypercube: return fmt::format("Latin hypercube [{}, {}]", a, b);
        case Kind::normal: return fmt::format("normal [{}, {}]", a, b);
        case Kind::grid: return fmt::format("grid [{}, {}, {}]", a, b, points);
        case Kind::column: return fmt::format("column {} of a file", column);
    }
    return "";
}

bool ParameterPlan::varies() const {
    return std::any_of(rules.begin(), rules.end(), [](const auto& rule) { return rule.varies(); });
}

std::vector<double> ParameterPlan::nominal() const {
    std::vector<double> values;
    for (const ParameterRule& rule : rules) values.push_back(rule.nominal());
    return values;
}

std::vector<std::string> ParameterPlan::texts() const {
    std::vector<std::string> texts;
    for (const ParameterRule& rule : rules) texts.push_back(rule.text());
    return texts;
}

std::int64_t ParameterPlan::grid_points() const {
    std::int64_t points = 1;
    for (const ParameterRule& rule : rules) points = product(points, rule.points);
    return points;
}

ParameterPlan plan_parameters(const SystemInfo& info, const SystemParameters& options) {
    ParameterPlan plan;
    std::vector<std::string> columns = options.columns;
    for (const ParameterInfo& parameter : info.parameters) {
        const auto given = options.values.find(parameter.name);
        plan.rules.push_back(given == options.values.end()
                                 ? ParameterRule{.a = parameter.value}
                                 : rule_of(given->second, options.sampling.value_or(Sampling())));
        if (options.file && options.columns.empty()) columns.push_back(parameter.name);
    }
    set_strides(plan.rules);
    if (!options.file) return plan;
    plan.file = *options.file;
    plan.dataset = options.dataset;
    plan.columns = std::int64_t(columns.size());
    for (std::size_t p = 0; p < info.parameters.size(); ++p) {
        const auto column = std::find(columns.begin(), columns.end(), info.parameters[p].name);
        if (column == columns.end()) continue;
        plan.rules[p].kind = ParameterRule::Kind::column;
        plan.rules[p].a = info.parameters[p].value;
        plan.rules[p].column = column - columns.begin();
    }
    return plan;
}

StateView parameters_of(const ParameterPlan& plan, const Range& range, std::int64_t size,
                        std::int64_t seed) {
    if (!plan.varies()) return parameter_tile(plan.nominal());
    const RowView rows = read_rows(plan, range, size);
    const std::int64_t tiles = (range.size() + tile_width - 1) / tile_width;
    // One tile would serve all, so a rank without trajectories gets one of no meaning.
    if (tiles == 0) return parameter_tile(plan.nominal());
    const StateView parameters("farstep::parameters", std::size_t(tiles), plan.rules.size(),
                               tile_width);
    Kokkos::parallel_for(
        "farstep::parameters",
        Kokkos::RangePolicy<Device, Kokkos::IndexType<std::int64_t>>(0, tiles * tile_width),
        ParameterKernel{parameters, to_device(plan.rules), rows, std::uint64_t(seed), range.begin,
                        range.end - 1, size});
    Kokkos::fence();
    return parameters;
}

void define_parameter_values(OutputFile& file, const SystemInfo& info, const ParameterPlan& plan) {
    if (!plan.varies()) return;
    std::vector<std::string> units;
    for (const ParameterInfo& parameter : info.parameters) units.push_back(parameter.unit);
    file.coordinate("parameter", parameter_names(info),
                    {"", "parameter of the system", {{"parameter_units", units}}});
    file.variable("parameter_values", {"trajectory", "parameter"}, NumberType::float64,
                  {"", "parameters of the trajectory; see parameter_units of 'parameter'", {}});
}

}  // namespace farstep
