// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// Names and one-line descriptions of the fixed choices; sizes in bytes to and from text.
#include "deck/values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace farstep {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 9> byte_units = {{
    {"TiB", 1099511627776.0},
    {"GiB", 1073741824.0},
    {"MiB", 1048576.0},
    {"KiB", 1024.0},
    {"TB", 1e12},
    {"GB", 1e9},
    {"MB", 1e6},
    {"kB", 1e3},
    {"B", 1.0},
}};

}  // namespace

std::optional<ByteSize> parse_byte_size(std::string_view text) {
    if (text == "auto") return ByteSize{};
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || !std::isfinite(number) || number <= 0) return std::nullopt;
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    for (const auto& [name, factor] : byte_units) {
        const double bytes = std::floor(number * factor);
        constexpr double max_bytes = 9007199254740992.0;  // 2^53: every integer below is exact
        if (unit == name && bytes >= 1 && bytes <= max_bytes) {
            return ByteSize{static_cast<std::uint64_t>(bytes)};
        }
    }
    return std::nullopt;
}

std::string to_text(const ByteSize& size) {
    if (size.is_auto()) return "auto";
    for (std::size_t i = 0; i < 4; ++i) {
        const auto factor = static_cast<std::uint64_t>(byte_units[i].second);
        if (size.bytes % factor == 0) {
            return fmt::format("{} {}", size.bytes / factor, byte_units[i].first);
        }
    }
    return fmt::format("{} B", size.bytes);
}

const Choices& choices_of(Precision) {
    static const Choices choices = {
        {"double", "state, solver and corrector in 64 bits"},
        {"float", "state, solver and corrector in 32 bits"},
        {"mixed", "state and solver in 64 bits, corrector in 32"},
    };
    return choices;
}

const Choices& choices_of(GuardAction) {
    static const Choices choices = {
        {"off", "nothing is watched"},
        {"warn", "its steps there are counted"},
        {"plain", "its steps there are taken by rk4, in substeps"},
        {"stop", "it ends there"}};
    return choices;
}

const Choices& choices_of(ApproximatorInput) {
    static const Choices choices = {
        {"state", "the state u"},
        {"slope", "the scheme's mean slope, S/step"},
        {"increment", "the scheme's increment S"},
        {"both", "the state and the slope"}};
    return choices;
}

const Choices& choices_of(Sampling) {
    static const Choices choices = {
        {"independent", "each trajectory by itself"},
        {"latin_hypercube", "one trajectory in each of as many slices of every range"},
    };
    return choices;
}

const Choices& choices_of(ApproximatorType) {
    static const Choices choices = {
        {"perceptron", "one hidden layer, beside a polynomial of the given degree"},
        {"polynomial", "all monomials up to the given total degree, without hidden units"},
        {"linear", "a linear map and an offset, without hidden units"},
    };
    return choices;
}

const Choices& choices_of(FitMethod) {
    static const Choices choices = {
        {"ridge", "random hidden weights, output weights by regularised least squares"},
        {"levenberg_marquardt", "all weights by variable projection: for some 100 hidden units"},
        {"adam", "all weights by stochastic gradients; after another fit, from its result"},
    };
    return choices;
}

const Choices& choices_of(TrainPreset) {
    static const Choices choices = {
        {"farstep", "those that each key's own line gives"},
        {"published",
         "those of NeurVec's authors: approximator: {hidden: 1024, activation: rational, linear: "
         "false}, fit: adam, inputs: raw, targets: raw, adam: {epochs: 500, batch: 16384, "
         "learning_rate: 1e-3, beta2: 0.999, warm_up: 0}"},
    };
    return choices;
}

const Choices& choices_of(Scaling) {
    static const Choices choices = {
        {"standardised", "scaled by component, folded into the weights after training"},
        {"raw", "as they are"},
    };
    return choices;
}

const Choices& choices_of(TargetScaling) {
    static const Choices choices = {
        {"state", "in units of each component's standard deviation: one loss for all"},
        {"output", "in units of each correction's own root mean square"},
        {"raw", "as they are"},
    };
    return choices;
}

const Choices& choices_of(Statistic) {
    static const Choices choices = {
        {"mean", "mean over the ensemble"},
        {"variance", "unbiased variance over the ensemble"},
        {"minimum", "smallest value"},
        {"maximum", "largest value"},
        {"quantiles", "the quantiles listed under `quantiles`"},
    };
    return choices;
}

}  // namespace farstep
