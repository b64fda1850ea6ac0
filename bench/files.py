#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Files and statistics

All cores, whole runs of the program, disk included. Full trajectories: a forecast of Lorenz that
stores every step, in turn with `dd` of as many bytes to the same folder (`bs=8M conv=fdatasync`); the
best run of each is compared. The time that the program takes to start MPI and Kokkos and to do nothing
is subtracted. Statistics: all that a deck asks for by default (moments, extremes, quantiles, energy),
every 10 steps, against the time of the steps between. Lorenz file to file: rho spread over [0, 21],
u = (1, 0, 0) read from a file, t from 0 to 1, the states at the beginning and the end written with
parameters and step counts; the share of the kernel in the whole.

    bench/files.py --build build/release --folder /a/disk --output files.json
"""

import subprocess
import sys

import h5py
import numpy

import programs

SECTION = "files"
FULL = """system: lorenz63
step: 0.01
forecast:
  corrected: false
  until: {until}
  ensemble: {{size: {size}}}
  save: {{every: 0.01, statistics: [], trajectories: all}}
output: full
"""
STATISTICS = """system: henon_heiles
ensemble: {size: 1024, seed: 1}
step: 0.5
reference: {scheme: dp8, step: 0.05}
generate: {until: 10}
train: {approximator: {hidden: 64}, fit: [ridge], rollout: {until: 0}}
forecast:
  ensemble: {size: 131072}
  until: 50
  save: {every: 5}
output: statistics
"""
LORENZ = """system:
  name: lorenz63
  parameters: {{rho: {{grid: [0, 21, {size}]}}}}
step: {step}
scheme: {scheme}
{tolerance}
forecast:
  corrected: false
  until: 1
  ensemble: {{size: {size}, initial: {{file: start.h5}}}}
  save: {{every: 1, statistics: [], trajectories: all}}
output: {output}
"""


def repeats(options):
    return 2 if options.quick else 5


def dd_seconds(folder, size):
    """Wall time of dd, as it says [s]."""
    blocks = -(-size // (8 << 20))
    done = subprocess.run(["dd", "if=/dev/zero", "of=dd.out", "bs=8M", f"count={blocks}",
                           "conv=fdatasync"], cwd=folder, check=True, stderr=subprocess.PIPE,
                          text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    (folder / "dd.out").unlink()
    last = done.stderr.splitlines()[-1]
    return float(last.split(" copied, ")[1].split(" s,")[0]) * size / (blocks << 23)


def full_trajectories(options, program, start_up):
    size, outputs = (100_000, 41) if options.quick else (1_000_000, 81)
    deck = program.deck("full.yaml", FULL.format(size=size, until=(outputs - 1) * 0.01))
    size_bytes = 24 * size * outputs
    ours, theirs = [], []
    for _ in range(repeats(options)):
        ours.append(size_bytes / (program.stage("forecast", deck) - start_up))
        (program.folder / "full" / "forecast.h5").unlink()
        theirs.append(size_bytes / dd_seconds(program.folder, size_bytes))
    case = f"full trajectories to disk, {1e-9 * size_bytes:.2g} GB"
    dd = programs.row(SECTION, case, "dd", [1e-6 * rate for rate in theirs], "MB/s")
    return [programs.row(SECTION, case, "Farstep", [1e-6 * rate for rate in ours], "MB/s",
                         ratio=1e-6 * max(ours) / dd["value"], against="dd", wanted=0.7,
                         note="steps, statistics and the file's structure included"), dd]


def statistics(options, program):
    deck = program.deck("statistics.yaml", STATISTICS)
    rows = []
    for name, hidden, bar in (("1,024 hidden units", 1024, 0.1), ("64 hidden units", 64, None),
                              ("plain RK4", 0, None)):
        settings = {"forecast__ensemble__size": 65536} if options.quick else {}
        if hidden:
            settings |= {"train__approximator__hidden": hidden, "forecast__guard": "{action: off}"}
            for stage in ("generate", "train"):
                program.stage(stage, deck, **settings)
        else:
            settings["forecast__corrected"] = "false"
        samples = []
        for _ in range(repeats(options)):
            program.stage("forecast", deck, **settings)
            took = program.timings("statistics/forecast.h5")
            samples.append(took["forecast_statistics"] / took["forecast_stepping"])
        share = programs.row(SECTION, f"statistics every 10 steps, Hénon–Heiles, {name}", "Farstep",
                             samples, "of the steps' time", better=min, ratio=min(samples),
                             against="the steps")
        rows.append(share | ({"at_most": bar} if bar else {}))
    return rows


def largest_error(program, file, truth):
    with h5py.File(program.folder / file) as ours, h5py.File(program.folder / truth) as theirs:
        return float(numpy.max(numpy.abs(ours["state"][-1] - theirs["state"][-1])))


def lorenz(options, program, start_up):
    size = 100_000 if options.quick else 1_000_000
    with h5py.File(program.folder / "start.h5", "w") as file:
        file["initial"] = numpy.tile([1.0, 0.0, 0.0], (size, 1))
    decks = {}
    for name, scheme, step, tolerance in (("reference", "dop853", 1, 1e-12),
                                          ("fixed step 1e-3", "rk4", 1e-3, None),
                                          ("adaptive 1e-6", "dopri5", 1, 1e-6),
                                          ("adaptive 1e-8", "dopri5", 1, 1e-8)):
        output = name.replace(" ", "_")
        line = f"tolerance: {tolerance}" if tolerance else ""
        decks[name] = output, program.deck(f"{output}.yaml", LORENZ.format(
            size=size, step=step, scheme=scheme, tolerance=line, output=output))
    program.stage("forecast", decks.pop("reference")[1])
    rows = []
    for name, (output, deck) in decks.items():
        shares, walls, kernels = [], [], []
        for _ in range(repeats(options)):
            walls.append(program.stage("forecast", deck) - start_up)
            kernels.append(program.timings(f"{output}/forecast.h5")["forecast_stepping"])
            shares.append(kernels[-1] / walls[-1])
        rows.append(programs.row(
            SECTION, f"Lorenz file to file, {name}, {size} trajectories", "Farstep",
            [1e3 * wall for wall in walls], "ms", better=min, ratio=max(shares),
            against="the whole, of the kernel", wanted=0.5, start_up_ms=1e3 * start_up,
            kernel_ms=1e3 * min(kernels),
            error=largest_error(program, f"{output}/forecast.h5", "reference/forecast.h5")))
    return rows


def measure(options):
    with programs.scratch(options) as folder:
        program = programs.Program(options, folder)
        start_up = program.start_up()
        return [*full_trajectories(options, program, start_up), *statistics(options, program),
                *lorenz(options, program, start_up)]


if __name__ == "__main__":
    sys.exit(programs.run_alone(measure, programs.parser(__doc__).parse_args()))
