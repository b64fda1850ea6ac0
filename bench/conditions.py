#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""One corrector over ranges of the step and of a parameter: trains it by the deck that ships, then
compares it with plain RK4 at the corners of the ranges and in the middle. Exits with 1 if it is not
1000 times more accurate everywhere.

    bench/conditions.py --farstep build/release/farstep
"""

import argparse
import pathlib
import subprocess
import sys

import h5py

DECK = pathlib.Path(__file__).resolve().parents[1] / "inputs/conditioned/elastic_pendulum.yaml"
POINTS = [(0.1, 30), (0.1, 50), (0.4, 30), (0.4, 50), (0.25, 40)]
WANTED = 1000

# Errors alone: no ladder of plain schemes, and hardly any timing.
QUICK = {"evaluate.ladder.schemes": "[rk4]", "evaluate.ladder.precisions": "[double]",
         "evaluate.ladder.refinements": 0,
         "evaluate.timing": "{trajectories: 64, seconds: 0.001, repeats: 1}"}


def run(program, stage, settings):
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    subprocess.run([program, stage, DECK, *words], check=True, stdout=subprocess.DEVNULL)


def errors_at(program, output, step, k):
    """MSE at t = 10 of RK4 and of the corrected RK4."""
    run(program, "evaluate",
        {"output": output, "step": step, "system.parameters.k": k, **QUICK})
    with h5py.File(f"{output}/evaluation.h5") as file:
        return file["mean_square"][:, -1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--farstep", default="farstep", help="the program")
    parser.add_argument("--output", default="results/conditioned/elastic_pendulum")
    options = parser.parse_args()
    for stage in ("generate", "train"):
        run(options.farstep, stage, {"output": options.output})
    print(f"{'step':>6}{'k':>5}{'MSE of RK4':>14}{'corrected':>12}{'ratio':>10}")
    good = True
    for step, k in POINTS:
        plain, corrected = errors_at(options.farstep, options.output, step, k)
        good = good and plain >= WANTED * corrected
        print(f"{step:>6}{k:>5}{plain:>14.2e}{corrected:>12.2e}{plain / corrected:>10.1e}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
