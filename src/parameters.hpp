// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// System parameters that vary by trajectory: drawn, on a grid, or read from a file. Trajectory i of
// an ensemble gets the same ones on any number of ranks and in any chunk.
#pragma once

#include <farstep/ensemble_view.hpp>
#include <farstep/systems/system_info.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "deck/options.hpp"
#include "io/output_file.hpp"
#include "parallel/partition.hpp"

namespace farstep {

/// How one parameter is found for a trajectory.
struct ParameterRule {
    enum class Kind { constant, uniform, latin_hypercube, normal, grid, column };
    Kind kind = Kind::constant;
    double a = 0, b = 0;      ///< the value; [low, high]; [mean, deviation]
    std::int64_t points = 1;  ///< of a grid
    std::int64_t stride = 1;  ///< trajectories after which a grid goes to its next point
    std::int64_t column = 0;  ///< of the file

    bool varies() const { return kind != Kind::constant; }
    /// The value that stands for all: the middle of a range, the mean of a distribution.
    double nominal() const;
    /// Ends of the range; a normal distribution and a file have none but what they hold.
    bool has_range() const { return kind != Kind::normal && kind != Kind::column; }
    double low() const { return a; }
    double high() const { return varies() ? b : a; }
    /// Such as "uniform [30, 50]": what files say about it, and what they are compared by.
    std::string text() const;
};

/// How a deck's trajectories get their parameters, in the order of SystemInfo.
struct ParameterPlan {
    std::vector<ParameterRule> rules;
    std::filesystem::path file;  ///< of the columns
    std::string dataset;
    std::int64_t columns = 0;

    bool varies() const;
    std::vector<double> nominal() const;
    std::vector<std::string> texts() const;
    /// Points of the grid, over all parameters on it; 1 without.
    std::int64_t grid_points() const;
};

/// The rules of a deck whose parameter names have been checked.
ParameterPlan plan_parameters(const SystemInfo& info, const SystemParameters& options);

/// Parameters [tile][parameter][lane] of the trajectories `range` out of `size`; lanes beyond the
/// last repeat it. One tile for all if none varies. Throws EnvironmentError if the file does not
/// hold what it should.
StateView parameters_of(const ParameterPlan& plan, const Range& range, std::int64_t size,
                        std::int64_t seed);

/// In a file with the dimension `trajectory`: parameter_values(trajectory, parameter), if they vary.
void define_parameter_values(OutputFile& file, const SystemInfo& info, const ParameterPlan& plan);

}  // namespace farstep
