#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Lorenz, the common benchmark of ensemble integrators

ρ spread evenly over [0, 21], u = (1, 0, 0), t from 0 to 1; fixed steps of 1e-3, and adaptive ones at
1e-6 and 1e-8. 4,096 trajectories on one core; kernels alone, no files. The error is the root mean
square at t = 1 against Taylor series in long doubles. diffrax at its better batch size of 512 and 4,096; heyoka has
no fixed steps. The advantage is over Farstep's fastest run whose error is not larger.
"""

import tempfile

import common
from integrations import Problem, lorenz_trajectories, rows, set_advantages

SECTION = "lorenz"
TRAJECTORIES = 4096
BATCHES = (512, TRAJECTORIES)
TOLERANCES = {"double": (1e-6, 1e-8), "float": (1e-6,)}  # 1e-8 is below what float resolves
FIXED = {"scheme": "rk4", "step": 1e-3}
# Farstep's further runs, for errors that the tolerances above do not reach.
CLOSER = {"double": [{"scheme": scheme, "tolerance": tolerance}
                     for scheme in ("dop853", "taylor") for tolerance in (1e-10, 1e-12)],
          "float": [{"scheme": "dp8", "step": step} for step in (0.1, 0.05)]}


def schemes(names, precision):
    return [{"scheme": name, "tolerance": tolerance}
            for name in names for tolerance in TOLERANCES[precision]]


def compare(problem, precision):
    case = f"t = 1, {precision}"
    more = {"system": "lorenz63", "precision": precision, "trajectories": TRAJECTORIES}
    ours = [FIXED, *schemes(("dopri5", "dop853", "taylor"), precision), *CLOSER[precision]]
    found = rows(SECTION, case, "Farstep", problem, problem.farstep(precision, ours), **more)
    version, done = problem.peer("diffrax", precision,
                                 [FIXED, *schemes(("tsit5", "dopri8"), precision)], BATCHES)
    found += rows(SECTION, case, version, problem, done, **more)
    version, done = problem.peer("heyoka", precision, [
        {"tolerance": tolerance} for tolerance in TOLERANCES[precision]])
    found += rows(SECTION, case, version, problem, done, **more)
    return found


def measure(options):
    with tempfile.TemporaryDirectory() as folder:
        problem = Problem(options, folder, "lorenz63", 1.0, *lorenz_trajectories(TRAJECTORIES))
        if problem.reference is None:
            return []
        found = compare(problem, "double") + compare(problem, "float")
    set_advantages(found)
    return found


if __name__ == "__main__":
    common.run_alone(measure, __doc__)
