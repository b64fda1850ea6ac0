// SPDX-FileCopyrightText: 2026 The Farstep Authors
// SPDX-License-Identifier: BSD-3-Clause
//
// What tests of decks share: names in place of the catalog's, decks, and reading in one call.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "deck/load.hpp"

namespace farstep {

inline const Vocabulary& test_vocabulary() {
    static const Vocabulary vocabulary = {
        .systems = {{"elastic_pendulum", "a mass on a spring that swings"},
                    {"henon_heiles", "a star in a galaxy"},
                    {"spring_chain", "masses between springs"},
                    {"lorenz63", "convection"}},
        .schemes = {{"euler", "order 1"},
                    {"improved_euler", "order 2"},
                    {"kutta3", "order 3"},
                    {"rk4", "order 4"},
                    {"dp8", "order 8"},
                    {"dopri5", "adaptive"}},
        .plain_schemes = {{"euler", "order 1"}, {"rk4", "order 4"}, {"dp8", "order 8"}},
        .bases = {{"none", "no scheme"}, {"euler", "order 1"}, {"rk4", "order 4"}},
        .adaptive_schemes = {{"dopri5", "adaptive"}},
        .competitors = {{"euler", "order 1"},
                        {"rk4", "order 4"},
                        {"dp8", "order 8"},
                        {"dop853", "adaptive"},
                        {"dopri5", "adaptive"}},
        .activations = {{"rational", "cubic over quadratic"}, {"tanh", "hyperbolic tangent"}},
        .correctors = {{"neurvec", "u + S + Q(u)"}},
    };
    return vocabulary;
}

using Overrides = std::vector<std::string>;

inline const std::string smallest = "system: henon_heiles\nstep: 0.5\n";

/// The deck's options; throws DeckError with all mistakes.
inline Options read(const std::string& text, Overrides overrides = {}) {
    Deck deck = Deck::from_text("x.yaml", text, std::move(overrides));
    const Options options = read_options(deck, test_vocabulary());
    deck.throw_if_errors();
    return options;
}

/// The report of a deck's mistakes; empty if it has none.
inline std::string report(const std::string& text, Overrides overrides = {}) {
    try {
        read(text, std::move(overrides));
    } catch (const DeckError& error) {
        return error.what();
    }
    return "";
}

inline std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

#define EXPECT_HAS(text, part) \
    EXPECT_NE((text).find(part), std::string::npos) << "in:\n" << (text) << "no: " << (part)

inline const std::string every_stage = R"(
system: {name: spring_chain, masses: 5, parameters: {k: 1.1, m: 2}}
step: 0.2
scheme: kutta3
precision: mixed
ensemble:
  size: 1e5
  initial:
    q1: {uniform: [-2.5, 2.5]}
    q2: {normal: [0.1, 0.30000000000000004]}
    y: 10
reference: {scheme: dp8, step: 0.0025}
limits: {q1: [-100, 1e3]}
failure_fraction: 0.01
memory: 1.5 GiB
generate: {until: 20}
train:
  approximator: {hidden: 128, activation: tanh, linear: false}
  fit: [ridge, adam]
  adam: {epochs: 20}
  inputs: raw
forecast:
  ensemble: {size: 1000, initial: {energy_shell: {range: [0.1, 0.2], box: {q1: [-1, 1]}}}}
  save: {every: 0.4, statistics: [mean, quantiles], quantiles: 0.5, trajectories: all}
evaluate:
  ensemble: {initial: {file: "my states.h5", dataset: u0}}
  ladder: {schemes: rk4}
output: results/a b
)";

}  // namespace farstep
