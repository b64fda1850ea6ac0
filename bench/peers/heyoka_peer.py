# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Integrates given trajectories by heyoka's Taylor method in batch mode, on one core.

    heyoka_peer.py JOB.json

The job is that of diffrax_peer.py; a run is {tolerance, result}, and {reference, result} wants the
final states by long doubles, as near to exact as doubles can hold. The best batch size of one and
two vectors counts, and what Python's loop over the batches takes without integrating is taken off,
since heyoka's users in C++ would not pay it. Prints JSON: seconds of processor time by run.
"""

import json
import pathlib
import sys
import time

import heyoka
import numpy as np

REPEATS = 5


def henon_heiles():
    x, y, px, py = heyoka.make_vars("x", "y", "px", "py")
    return [(x, px), (y, py), (px, -x - (x + x) * y), (py, y * y - y - x * x)]


def lorenz63():
    x, y, z = heyoka.make_vars("x", "y", "z")
    sigma, rho, beta = (heyoka.par[i] for i in range(3))
    return [(x, sigma * (y - x)), (y, x * (rho - z) - y), (z, x * y - beta * z)]


# The equations, and how many parameters they have.
SYSTEMS = {"henon_heiles": (henon_heiles, 0), "lorenz63": (lorenz63, 3)}


def sweep(solver, batch, until, states, parameters):
    """Final states by component; until 0 only walks through the batches."""
    final = np.empty_like(states)
    for first in range(0, states.shape[1], batch):
        part = slice(first, first + batch)
        solver.set_time(states.dtype.type(0))
        solver.state[:] = states[:, part]
        solver.pars[:] = parameters[:, part]
        if until > 0:
            solver.propagate_until(until)
        final[:, part] = solver.state
    return final


def timed(*arguments):
    start = time.process_time()
    sweep(*arguments)
    return time.process_time() - start


def measure(job, run, states, parameters):
    number = states.dtype.type
    equations, count = SYSTEMS[job["system"]]
    parameters, best = parameters[:count], None
    for vectors in (1, 2):
        batch = vectors * heyoka.recommended_simd_size(number)
        solver = heyoka.taylor_adaptive_batch(
            equations(), np.ascontiguousarray(states[:, :batch]), tol=number(run["tolerance"]),
            fp_type=number, force_avx512=True,
            pars=np.ascontiguousarray(parameters[:, :batch]))
        until = number(job["until"])
        final = sweep(solver, batch, until, states, parameters)
        loop = min(timed(solver, batch, number(0), states, parameters) for _ in range(REPEATS))
        seconds = [timed(solver, batch, until, states, parameters) - loop for _ in range(REPEATS)]
        if best is None or min(seconds) < min(best["seconds"]):
            best = {"seconds": seconds, "batch": batch}
    final.T.astype(np.float64).tofile(run["result"])
    return best


def refer(job, run, states, parameters):
    """Final states by Taylor series in long doubles, one trajectory after the other."""
    number = np.longdouble
    equations, count = SYSTEMS[job["system"]]
    states, parameters = states.astype(number), parameters[:count].astype(number)
    solver = heyoka.taylor_adaptive(equations(), states[:, 0].copy(), tol=number(1e-18),
                                    fp_type=number, pars=parameters[:, 0].copy())
    final = sweep_single(solver, number(job["until"]), states, parameters)
    final.T.astype(np.float64).tofile(run["result"])
    return {"seconds": [], "batch": 1}


def sweep_single(solver, until, states, parameters):
    final = np.empty_like(states)
    for i in range(states.shape[1]):
        solver.time = states.dtype.type(0)
        solver.state[:], solver.pars[:] = states[:, i], parameters[:, i]
        solver.propagate_until(until)
        final[:, i] = solver.state
    return final


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    dtype = {"double": np.float64, "float": np.float32}[job["precision"]]
    states, parameters = (
        np.fromfile(job[key]).reshape(job["trajectories"], -1).T.astype(dtype)
        for key in ("states", "parameters"))
    json.dump({"version": f"heyoka {heyoka.__version__}",
               "runs": [(refer if run.get("reference") else measure)(job, run, states, parameters)
                        for run in job["runs"]]}, sys.stdout)


if __name__ == "__main__":
    main()
