// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Value types of decks beyond numbers and texts: sizes in bytes and selections of trajectories;
// and the choices that are fixed in the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <farstep/approximator_input.hpp>
#include <farstep/guard_action.hpp>

#include "catalog/precision.hpp"
#include "deck/vocabulary.hpp"

namespace farstep {

/// An amount of memory, written as `2 GiB` or `auto`.
struct ByteSize {
    /// 0: chosen by the program.
    std::uint64_t bytes = 0;
    bool is_auto() const { return bytes == 0; }
    bool operator==(const ByteSize&) const = default;
};

std::optional<ByteSize> parse_byte_size(std::string_view text);
/// Exact: the largest binary unit that divides the size.
std::string to_text(const ByteSize& size);

/// Which trajectories to store in full: `all`, `none`, or a list of their numbers from 0.
struct Selection {
    bool all = false;
    std::vector<std::int64_t> indices;

    bool none() const { return !all && indices.empty(); }
    bool operator==(const Selection&) const = default;
};

// Fixed choices. The order of the enumerators is that of the names in choices_of().
enum class Sampling { Independent, LatinHypercube };
enum class ApproximatorType { Perceptron, Polynomial, Linear };
enum class FitMethod { Ridge, LevenbergMarquardt, Adam };
enum class TrainPreset { Farstep, Published };
enum class Scaling { Standardised, Raw };
enum class TargetScaling { State, Output, Raw };
enum class Statistic { Mean, Variance, Minimum, Maximum, Quantiles };

const Choices& choices_of(Precision);
const Choices& choices_of(GuardAction);
const Choices& choices_of(ApproximatorInput);
const Choices& choices_of(Sampling);
const Choices& choices_of(ApproximatorType);
const Choices& choices_of(FitMethod);
const Choices& choices_of(TrainPreset);
const Choices& choices_of(Scaling);
const Choices& choices_of(TargetScaling);
const Choices& choices_of(Statistic);

/// The name of a fixed choice, as decks write it.
template <class Enum>
const std::string& name_of(Enum value) {
    return choices_of(value)[static_cast<std::size_t>(value)].name;
}

}  // namespace farstep
