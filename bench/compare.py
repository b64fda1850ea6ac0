#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Regressions: the kernels of two builds, in turn on one core, as paired ratios with their spread.

    bench/compare.py BUILD_A BUILD_B                 build folders, or programs farstep_bench
    bench/compare.py BUILD_A BUILD_B --fail-below 0.95 --rounds 6
    bench/compare.py BUILD_A BUILD_B henon_heiles    one system (of builds that can choose)

Each round runs A and B one after the other; the order changes from round to round. A ratio above 1
says that B is faster. Two commits are compared by building each in a folder of its own:
git worktree add ../before COMMIT, then jobs/test.sh -N in both.
"""

import argparse
import pathlib
import statistics
import sys

import common

KEY = ("system", "dimension", "precision", "hidden", "coefficients", "parameters")


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs=2, type=pathlib.Path, metavar="BUILD")
    parser.add_argument("systems", nargs="*", help="those alone")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--fail-below", type=float, metavar="RATIO",
                        help="exit with 1 if a kernel's median ratio is below")
    options = parser.parse_args()
    options.programs = [path / "bench" / "farstep_bench" if path.is_dir() else path
                        for path in options.builds]
    for path in options.programs:
        if not path.exists():
            parser.error(f"{path} does not exist: build the preset bench there")
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    return options


def rates(program, systems):
    """{kernel: steps per second}."""
    cases = common.on_one_core([program, *systems])
    if cases is None:
        sys.exit(3)
    return {tuple(case[key] for key in KEY): case["steps_per_second"] for case in cases}


def paired_ratios(options):
    """{kernel: ratio of each round}, of kernels that both builds have."""
    ratios = {}
    for number in range(options.rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        found = {which: rates(options.programs[which], options.systems) for which in order}
        for kernel in found[0].keys() & found[1].keys():
            ratios.setdefault(kernel, []).append(found[1][kernel] / found[0][kernel])
    return dict(sorted(ratios.items()))


def main():
    options = parse()
    ratios = paired_ratios(options)
    print(f"B over A, {options.rounds} rounds\n{'kernel':<64}{'median':>8}{'least':>8}{'most':>8}")
    for kernel, values in ratios.items():
        system, dimension, precision, hidden, coefficients, parameters = kernel
        name = f"{system} d={dimension} {precision} H={hidden} {coefficients} {parameters}"
        print(f"{name:<64}{statistics.median(values):>8.3f}{min(values):>8.3f}{max(values):>8.3f}")
    slower = [kernel for kernel, values in ratios.items()
              if options.fail_below and statistics.median(values) < options.fail_below]
    if slower:
        print(f"{len(slower)} of {len(ratios)} kernels are below {options.fail_below:g}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
