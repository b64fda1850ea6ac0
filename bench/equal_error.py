#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Equal error

Hénon–Heiles (energies from 1/12 to 1/6) and Lorenz (as above) from t = 0 to 10, 4,096 trajectories,
one core, kernels alone: time against the root mean square of the error at the end, over steps and
tolerances. heyoka integrates by Taylor series, too, in batch mode, of one or two vectors, whichever is
faster; diffrax all trajectories at once. Errors are against heyoka's Taylor series in long doubles. The
ratio is the peer's time over that of Farstep's fastest run whose error is not larger, fixed steps or
adaptive, and for peers in float of either precision; with RK4 and with adaptive schemes alone it
stands beside. Where no ratio stands, none of Farstep's runs reaches the peer's error. Runs of
Farstep that another one beats in both time and error are left out here.
"""

import tempfile

import common
from integrations import (Problem, henon_heiles_trajectories, lorenz_trajectories, rows,
                          set_advantages)

SECTION = "equal_error"
TRAJECTORIES = 4096
UNTIL = 10.0
TRAJECTORIES_OF = {"henon_heiles": henon_heiles_trajectories, "lorenz63": lorenz_trajectories}
STEPS = {"rk4": (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001),
         "dp8": (0.25, 0.2, 0.1, 0.05, 0.025)}
FARSTEP_TOLERANCES = {"double": [10.0**-k for k in range(3, 16)],
                      "float": [10.0**-k for k in range(3, 7)]}
DIFFRAX_STEPS = (0.01, 0.002)
DIFFRAX_TOLERANCES = {"double": (1e-4, 1e-7, 1e-10), "float": (1e-3, 1e-5)}
HEYOKA_TOLERANCES = {"double": (1e-3, 1e-6, 1e-9, 1e-12, 1e-15), "float": (1e-2, 1e-4, 1e-6)}


def farstep_runs(precision):
    fixed = [{"scheme": scheme, "step": step} for scheme, steps in STEPS.items() for step in steps]
    return fixed + adaptive(("dopri5", "dop853", "taylor"), FARSTEP_TOLERANCES[precision])


def adaptive(schemes, tolerances):
    return [{"scheme": scheme, "tolerance": tolerance}
            for scheme in schemes for tolerance in tolerances]


def compare(problem, precision):
    case = f"{common.SYSTEM_TITLES[problem.system]}, t = 10, {precision}"
    more = {"system": problem.system, "precision": precision, "trajectories": TRAJECTORIES}
    found = rows(SECTION, case, "Farstep", problem,
                 problem.farstep(precision, farstep_runs(precision)), **more)
    version, done = problem.peer("diffrax", precision, [
        *({"scheme": "rk4", "step": step} for step in DIFFRAX_STEPS),
        *adaptive(("tsit5", "dopri8"), DIFFRAX_TOLERANCES[precision])], [TRAJECTORIES])
    found += rows(SECTION, case, version, problem, done, **more)
    version, done = problem.peer("heyoka", precision, [
        {"tolerance": tolerance} for tolerance in HEYOKA_TOLERANCES[precision]])
    found += rows(SECTION, case, version, problem, done, **more)
    for row in found:
        if row["who"] != "Farstep":
            row["wanted"] = 1.0
    return found


def measure(options):
    found = []
    for system, trajectories in TRAJECTORIES_OF.items():
        with tempfile.TemporaryDirectory() as folder:
            problem = Problem(options, folder, system, UNTIL, *trajectories(TRAJECTORIES))
            if problem.reference is None:
                return []
            compared = compare(problem, "double") + compare(problem, "float")
        set_advantages(compared)
        found += compared
    return found


if __name__ == "__main__":
    common.run_alone(measure, __doc__)
