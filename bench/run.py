#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Farstep's kernels beside the core's limits and PyTorch, in one run, on one core.

Usage: bench/run.py [--quick] [--build build/test] [--venv DIR] [--output FILE.json]
PyTorch is installed from pip into a virtual environment outside the tree; --quick leaves it out.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without PyTorch")
    parser.add_argument("--build", default=HERE.parent / "build" / "test", type=pathlib.Path)
    parser.add_argument("--venv", default=CACHE / "farstep" / "bench-venv", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, help="also write everything as JSON")
    return parser.parse_args()


def on_one_core(command):
    """Runs pinned to the last core; returns what the command prints as JSON."""
    core = sorted(os.sched_getaffinity(0))[-1]
    environment = dict(os.environ, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    done = subprocess.run(["taskset", "-c", str(core), *map(str, command)], check=True,
                          stdout=subprocess.PIPE, env=environment)
    return json.loads(done.stdout)


def python_with_torch(venv):
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"Installing PyTorch into {venv} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "torch", "numpy"], check=True)
    return python


def print_kernels(rows):
    print(f"{'system':<18}{'d':>3} {'precision':<10}{'hidden':>7} {'coefficients':<13}"
          f"{'steps/s':>10}{'of peak':>9}")
    for row in rows:
        share = f"{100 * row['of_peak']:.0f} %" if row["hidden"] else "plain"
        if row["parameters"] == "own":
            share += ", own parameters"
        print(f"{row['system']:<18}{row['dimension']:>3} {row['precision']:<10}"
              f"{row['hidden']:>7} {row['coefficients']:<13}{row['steps_per_second']:>10.3g}"
              f"{share:>9}")


def print_ratios(kernels, peers):
    """Farstep against the best of each peer."""
    print(f"\n{'system':<18}{'precision':<10}{'peer':<18}{'batch':>7}{'steps/s':>10}{'ratio':>8}")
    for peer in peers:
        ours = next(row for row in kernels
                    if all(row[key] == peer[key] for key in ("system", "precision", "hidden"))
                    and row["coefficients"] == "published")
        peer["ratio"] = ours["steps_per_second"] / peer["steps_per_second"]
        print(f"{peer['system']:<18}{peer['precision']:<10}{peer['peer']:<18}{peer['batch']:>7}"
              f"{peer['steps_per_second']:>10.3g}{peer['ratio']:>8.1f}")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    options = parse()
    kernels = on_one_core([options.build / "bench" / "farstep_bench"])
    print_kernels(kernels)
    peers = []
    if not options.quick:
        peers = on_one_core([python_with_torch(options.venv), HERE / "torch_peer.py"])
        print_ratios(kernels, peers)
    if options.output:
        version = subprocess.run([options.build / "farstep", "--version"], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout
        options.output.write_text(json.dumps(
            {"processor": processor(), "date": datetime.date.today().isoformat(),
             "load": os.getloadavg()[0], "farstep": version, "kernels": kernels,
             "peers": peers}, indent=1))


if __name__ == "__main__":
    main()
