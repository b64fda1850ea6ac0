#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Training beside the core's multiply-adds, the machine's dgemm and PyTorch, on one core.

Usage: bench/training.py [--quick] [--build build/test] [--venv DIR] [--output FILE.json]
The virtual environment has PyTorch in it; --quick leaves PyTorch out. Farstep trains in double
only, so that is what PyTorch is compared in.
"""

import argparse
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))

OF_PEAK_WANTED = {4: 0.75, 20: 0.65}  # by dimension
TIMES_PYTORCH_WANTED = {4: 12, 20: 4}
OF_GEMM_WANTED = 0.7

# The allocator keeps what it once had: PyTorch gives arrays back after every operation, and new
# pages cost it more than the arithmetic.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
              "MALLOC_MMAP_THRESHOLD_": str(1 << 40), "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


def on_one_core(command):
    """Runs pinned to the last core; returns what the command prints as JSON."""
    core = sorted(os.sched_getaffinity(0))[-1]
    done = subprocess.run(["taskset", "-c", str(core), *map(str, command)], check=True,
                          stdout=subprocess.PIPE, env=dict(os.environ, **ONE_THREAD))
    return json.loads(done.stdout)


def row(case, who, value, unit, **more):
    return {"section": "training", "case": case, "who": who, "value": value, "unit": unit, **more}


def case_of(measured):
    return f"d = {measured['dimension']}, double, batch {measured['batch']}"


def farstep_rows(measured):
    """Speed of every case, and its share of the limit that it is held against."""
    rows = []
    for one in measured:
        if one["case"] == "closed_form":
            rows.append(row(f"closed form, H = {one['hidden']}, {one['samples']} samples",
                            "Farstep", one["operations_per_second"], "operations/s",
                            ratio=one["of_gemm"], wanted=OF_GEMM_WANTED, against="dgemm"))
            continue
        who = "Farstep, gradient" if one["case"] == "gradient" else "Farstep, Adam"
        rows.append(row(case_of(one), who, one["samples_per_second"], "samples/s",
                        ratio=one["of_peak"], wanted=OF_PEAK_WANTED[one["dimension"]],
                        against="multiply-add peak"))
    return rows


def peer_rows(measured, peers):
    """PyTorch at every batch size, and the best of Farstep's Adam against the best of these."""
    rows = [row(case_of(peer), f"PyTorch {peer['version']} {peer['mode']}",
                peer["samples_per_second"], "samples/s") for peer in peers]
    for dimension, wanted in TIMES_PYTORCH_WANTED.items():
        def best(found):
            return max((one for one in found if one.get("dimension") == dimension),
                       key=lambda one: one["samples_per_second"])
        ours = best([one for one in measured if one["case"] == "adam"])
        theirs = best(peers)
        rows.append(row(f"d = {dimension}, double, best batch", "Farstep, Adam",
                        ours["samples_per_second"], "samples/s", wanted=wanted,
                        ratio=ours["samples_per_second"] / theirs["samples_per_second"],
                        against=f"PyTorch {theirs['mode']}, batch {theirs['batch']}"))
    return rows


def measure(options):
    """Rows with section, case, who, value and unit; with `wanted` and `ratio` where there is a bar,
    and `against` what. `options` has `build` and `venv`, and `quick` where PyTorch is left out."""
    measured = on_one_core([options.build / "bench" / "farstep_bench_training"])
    rows = farstep_rows(measured)
    if not getattr(options, "quick", False):
        peers = on_one_core([options.venv / "bin" / "python", HERE / "torch_training.py"])
        rows += peer_rows(measured, peers)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without PyTorch")
    parser.add_argument("--build", default=HERE.parent / "build" / "test", type=pathlib.Path)
    parser.add_argument("--venv", default=CACHE / "farstep" / "bench-venv", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, help="also write the rows as JSON")
    options = parser.parse_args()
    rows = measure(options)
    for one in rows:
        bar = (f"{one['ratio']:>8.2f} of {one['against']}, wanted {one['wanted']}"
               if "wanted" in one else "")
        print(f"{one['case']:<36}{one['who']:<34}{one['value']:>10.3g} {one['unit']:<14}{bar}")
    if options.output:
        options.output.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
