#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Scaling

One and two threads, one and two ranks: forecasts of Hénon–Heiles by RK4 with 1,024 hidden units, and
training of that network by Adam. Strong: the same work in all; weak: the same work for each. Wall time
of the stage as its file tells it. Both cores must be quiet.

    bench/scaling.py --build build/release --output scaling.json
    bench/scaling.py --build build/release --fit       the model of docs/scaling.md, in its tables
"""

import math
import sys

import numpy

import programs

SECTION = "scaling"
WANTED = 1.9
DECK = """system: henon_heiles
ensemble: {size: 4096, seed: 1}
step: 0.5
reference: {scheme: dp8, step: 0.05}
generate: {until: 10}
train:
  approximator: {hidden: 1024}
  fit: [adam]
  adam: {iterations: 100, batch: 16384}
  rollout: {until: 0}
forecast:
  guard: {action: off}
  ensemble: {size: 131072}
  until: 50
  save: {every: 25}
output: scaling
"""
WORKERS = (("2 threads", 2, 1), ("2 ranks", 1, 2))

# What is assumed of a machine with a thousand GPUs.
RANKS = (1, 8, 64, 512, 1000)
GPU = {"steps/s": 1e9, "samples/s": 2.3e8, "statistics/s": 2e10}  # estimates, not measured
LATENCY_S = 5e-6              # of one message between nodes, alpha
SECONDS_PER_BYTE = 1 / 20e9   # of one rank's share of the network, beta
COPY_SECONDS_PER_BYTE = 1 / 20e9  # between device and host
RANK_DISK, ALL_DISKS = 2e9, 200e9  # bytes/s to a shared file system


def seconds(program, deck, stage, repeats, **settings):
    """Of the stage, the best of the repeats [s]."""
    file, part = {"forecast": ("forecast.h5", "forecast_stepping"),
                  "train": ("model.h5", "train")}[stage]
    times = []
    for _ in range(repeats):
        program.stage(stage, deck, **settings)
        times.append(program.timings(f"scaling/{file}")[part])
    return times


def work(options, stage, factor=1):
    """Settings for `factor` times the work."""
    small = 8 if options.quick else 1
    if stage == "forecast":
        return {"forecast__ensemble__size": factor * 131072 // small}
    return {"train__adam__batch": factor * 16384 // small}


def speed_up(options, folder, stage, name, threads, ranks, deck):
    """Strong and weak; a weak speed-up is the work done in the same time."""
    repeats = 2 if options.quick else 5
    one = programs.Program(options, folder, threads=1)
    two = programs.Program(options, folder, threads=threads, ranks=ranks)
    base = seconds(one, deck, stage, repeats, **work(options, stage))
    strong = seconds(two, deck, stage, repeats, **work(options, stage))
    weak = seconds(two, deck, stage, repeats, **work(options, stage, 2))
    for kind, times, ratio in (("strong", strong, min(base) / min(strong)),
                               ("weak", weak, 2 * min(base) / min(weak))):
        yield programs.row(SECTION, f"{stage}, {name}, {kind}", "Farstep", times, "s", better=min,
                           ratio=ratio, against="one thread of one rank", wanted=WANTED)


def prepared(options, folder):
    program = programs.Program(options, folder)
    deck = program.deck("scaling.yaml", DECK)
    program.stage("generate", deck)
    program.stage("train", deck, train__adam__iterations=1)
    return program, deck


def measure(options):
    with programs.scratch(options) as folder:
        _, deck = prepared(options, folder)
        rows = []
        for stage in ("forecast", "train"):
            for name, threads, ranks in WORKERS:
                rows += speed_up(options, folder, stage, name, threads, ranks, deck)
        return rows


def iteration_seconds(program, deck, hidden, batch, repeats):
    """Of one iteration of Adam [s]: from two trainings, so that what happens once or, like validation,
    fifty times drops out."""
    few, many = (min(seconds(program, deck, "train", repeats, train__approximator__hidden=hidden,
                             train__adam__batch=batch, train__adam__iterations=iterations))
                 for iterations in (200, 1200))
    return (many - few) / 1000


def gradient_bytes(hidden, d=4):
    """Of one message: two layers, biases, the linear map, the activation's coefficients, the loss."""
    return 8 * (hidden * (2 * d + 1) + d * d + d + 7 + 1)


def fitted_allreduce(options, folder, deck):
    """alpha [s] and beta [s/byte] of summing a gradient over two ranks: what two ranks need for a
    batch beyond what one needs for half of it."""
    repeats = 1 if options.quick else 3
    points = []
    for hidden in (16, 256, 1024):
        alone, both = (programs.Program(options, folder, threads=1, ranks=ranks)
                       for ranks in (1, 2))
        extra = (iteration_seconds(both, deck, hidden, 128, repeats)
                 - iteration_seconds(alone, deck, hidden, 64, repeats))
        points.append((gradient_bytes(hidden), extra))
    size, extra = numpy.array(points).T
    beta, alpha = numpy.polyfit(size, extra, 1)
    return points, alpha, beta


def rates(options, folder, deck):
    """Of one core: corrected steps, training samples, values that statistics take, a second."""
    program = programs.Program(options, folder, threads=1)
    repeats = 1 if options.quick else 3
    size = work(options, "forecast")["forecast__ensemble__size"]
    steps = size * 100 / min(seconds(program, deck, "forecast", repeats,
                                     **work(options, "forecast")))
    took = program.timings("scaling/forecast.h5")["forecast_statistics"]
    batch = work(options, "train")["train__adam__batch"]
    few, many = (min(seconds(program, deck, "train", repeats, train__adam__batch=batch,
                             train__adam__iterations=iterations)) for iterations in (100, 200))
    return {"steps/s": steps, "samples/s": 100 * batch / (many - few),
            "statistics/s": size * 5 * 3 / took}


def allreduce_s(ranks, size):
    """By recursive halving and doubling: 2 log2(P) messages, 2 (P-1)/P of the bytes."""
    if ranks == 1:
        return 0.0
    return (2 * math.ceil(math.log2(ranks)) * LATENCY_S
            + 2 * (ranks - 1) / ranks * size * SECONDS_PER_BYTE)


def carried(ranks):
    """Efficiencies on so many GPUs, N = 1e6 trajectories or 65,536 samples each: weak scaling."""
    own, batch, d = 1e6, 65536, 4
    columns, bins = d + 1, 4096
    steps = 10 * own / GPU["steps/s"]
    sums = own * columns / GPU["statistics/s"]
    exchange = 4 * allreduce_s(ranks, 8 * columns) + columns * allreduce_s(ranks, 8 * bins)
    gradient = gradient_bytes(1024)
    training = batch / GPU["samples/s"]
    staged = allreduce_s(ranks, gradient) + (2 * gradient * COPY_SECONDS_PER_BYTE
                                             if ranks > 1 else 0)
    written = ranks * own * d * 8 / min(ranks * RANK_DISK, ALL_DISKS)
    return {"10 steps [ms]": 1e3 * steps, "statistics [ms]": 1e3 * (sums + exchange),
            "forecast": (steps + sums) / (steps + sums + exchange),
            "iteration [ms]": 1e3 * (training + staged), "training": training / (training + staged),
            "states to disk [ms]": 1e3 * written}


def print_table(rows):
    names = list(rows[0])
    print("| " + " | ".join(names) + " |\n|" + "---|" * len(names))
    for entry in rows:
        print("| " + " | ".join(f"{entry[name]:.3g}" for name in names) + " |")


def fit(options):
    with programs.scratch(options) as folder:
        _, deck = prepared(options, folder)
        print_table([rates(options, folder, deck)])
        points, alpha, beta = fitted_allreduce(options, folder, deck)
    print()
    print_table([{"gradient [bytes]": size, "two ranks need more [µs]": 1e6 * extra}
                 for size, extra in points])
    print(f"\nalpha = {1e6 * alpha:.3g} µs, 1/beta = {1e-9 / beta:.3g} GB/s\n")
    print_table([{"GPUs": ranks, **carried(ranks)} for ranks in RANKS])


def main():
    parser = programs.parser(__doc__)
    parser.add_argument("--fit", action="store_true", help="fit and carry the model instead")
    options = parser.parse_args()
    return fit(options) if options.fit else programs.run_alone(measure, options)


if __name__ == "__main__":
    sys.exit(main())
