# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the sections of the benchmark share: programs on one core, and the shape of a row.

A section is a module with `measure(options)`, which returns a list of rows, and a docstring, whose
first line is the section's title in docs/performance.md and the rest its text. A row is a dict:

    section, case, who    what was measured, and whose: "Farstep", or a peer with its version
    value, unit           best of the samples; `median`, `samples` (their number) beside it
    ratio, against        Farstep's advantage, or its share of a limit, and over what
    wanted or at_most     the bar for the ratio
    note                  what else matters for the reader

and whatever tells the row from others: system, dimension, precision, hidden, batch, error, ...
"""

import argparse
import functools
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
              "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false", "JAX_PLATFORMS": "cpu",
              "JAX_COMPILATION_CACHE_DIR": str(CACHE / "farstep" / "bench-jax"),
              "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
RUNS = 2  # of every program in C++, at different times: machines are lent unevenly
SYSTEM_TITLES = {"henon_heiles": "Hénon–Heiles", "elastic_pendulum": "elastic pendulum",
                 "lorenz63": "Lorenz", "pendulum_chain": "double pendulum"}


def parser(description):
    """Arguments that every section understands."""
    result = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--build", default=HERE.parent / "build" / "bench", type=pathlib.Path,
                        help="build folder with the benchmarks")
    result.add_argument("--venv", default=CACHE / "farstep" / "bench-venv", type=pathlib.Path,
                        help="virtual environment that bench/setup.sh filled with peers")
    result.add_argument("--quick", action="store_true", help="no peers in Python, fewer repeats")
    return result


def run_alone(measure, description):
    """What a section does when it is run by itself: prints its rows."""
    print(json.dumps(measure(parser(description).parse_args()), indent=1, ensure_ascii=False))


def skip(what, remedy):
    print(f"skipped: {what} ({remedy})", file=sys.stderr)


def run_json(command, environment=None, core=None):
    """What a command prints as JSON, pinned to a core if there is one; None, and a line, if it
    fails."""
    pin = [] if core is None else ["taskset", "-c", str(core)]
    done = subprocess.run([*pin, *map(str, command)], stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.PIPE, env=dict(os.environ, **(environment or {})))
    if done.returncode != 0:
        lines = done.stderr.decode().strip().splitlines() or ["no message"]
        skip(" ".join(pathlib.Path(str(word)).name for word in command),
             f"exit status {done.returncode}: {lines[-1]}")
        return None
    return json.loads(done.stdout)


def on_one_core(command, environment=None):
    """As run_json, with one thread and pinned to the last core: the same for everyone."""
    return run_json(command, ONE_THREAD | (environment or {}), max(os.sched_getaffinity(0)))


def program(options, name):
    """A program of the build folder; None, and a line, if it was not built."""
    path = options.build / "bench" / name
    if path.exists():
        return path
    skip(name, f"not in {options.build}: run bench/setup.sh, then build again")
    return None


def peer_rows(options, name):
    """Rows that a peer in C++ prints, with the samples of two runs; none if it was not built."""
    path = program(options, f"peers/{name}")
    merged = {}
    for _ in range(RUNS if path else 0):
        for found in on_one_core([path]) or []:
            key = tuple(value for name, value in found.items() if name != "samples")
            merged.setdefault(key, dict(found, samples=[]))["samples"] += found["samples"]
    return list(merged.values())


def python_peer(options, module, script, *arguments):
    """JSON of a peer in Python; None if there is no such module, or peers in Python are unwanted."""
    if options.quick:
        return None
    python = options.venv / "bin" / "python"
    if not python.exists() or subprocess.run([python, "-c", f"import {module}"], check=False,
                                             stderr=subprocess.DEVNULL).returncode != 0:
        skip(module, f"not in {options.venv}: run bench/setup.sh")
        return None
    return on_one_core([python, HERE / "peers" / script, *arguments])


def row(section, case, who, samples, unit, better=max, **more):
    """A row of this shape from samples of which the largest (or with better=min the smallest) is
    best."""
    return {"section": section, "case": case, "who": who, "value": better(samples), "unit": unit,
            "median": statistics.median(samples), "samples": len(samples), **more}


@functools.lru_cache(maxsize=None)
def _kernels(path, runs):
    merged = {}
    for _ in range(runs):
        for case in on_one_core([path]) or []:
            key = tuple(case[name] for name in ("system", "dimension", "precision", "hidden",
                                                "coefficients", "parameters"))
            best = merged.setdefault(key, dict(case, medians=[]))
            best["medians"].append(case["median"])
            for name in ("steps_per_second", "operations_per_second", "peak"):
                best[name] = max(best[name], case[name])
    for best in merged.values():
        best["median"] = statistics.median(best.pop("medians"))
        best["of_peak"] = best["operations_per_second"] / best["peak"]
    return list(merged.values())


def kernels(options, **wanted):
    """Farstep's kernels with the wanted properties, measured once for all sections: best steps per
    second of two runs of the program, 200 repeats each."""
    path = program(options, "farstep_bench")
    cases = _kernels(path, 1 if options.quick else RUNS) if path else []
    return [case for case in cases if all(case[key] == value for key, value in wanted.items())]


def title(case):
    """A system in words, "chain of 10 masses"."""
    if case["system"] == "spring_chain":
        return f"chain of {case['dimension'] // 2} masses"
    return SYSTEM_TITLES[case["system"]]
