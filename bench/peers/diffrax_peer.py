# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Integrates given trajectories by diffrax, under vmap and jit, on one core.

    diffrax_peer.py JOB.json

The job names system, precision, until, the files of states and parameters (doubles as the machine
writes them), batch sizes, and runs: {scheme, step or tolerance, result}. The best batch size counts.
Prints JSON: seconds of processor time by run.
"""

import json
import pathlib
import sys
import time

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from jax_systems import SYSTEMS, RungeKutta4

SCHEMES = {"rk4": RungeKutta4, "tsit5": diffrax.Tsit5, "dopri8": diffrax.Dopri8}
REPEATS = 3


def make_solver(job, run):
    fixed = "step" in run
    control = diffrax.ConstantStepSize() if fixed else diffrax.PIDController(
        rtol=run["tolerance"], atol=run["tolerance"])

    def solve(u, parameters):
        return diffrax.diffeqsolve(
            diffrax.ODETerm(SYSTEMS[job["system"]]), SCHEMES[run["scheme"]](), 0.0, job["until"],
            run["step"] if fixed else None, u, args=parameters, saveat=diffrax.SaveAt(t1=True),
            stepsize_controller=control, max_steps=None, throw=False,
            adjoint=diffrax.ForwardMode()).ys

    return jax.jit(jax.vmap(solve))


def chunks(rows, batch):
    """Tuples of components, `batch` trajectories each, as JAX's arrays."""
    return [tuple(jnp.asarray(row[first:first + batch]) for row in rows)
            for first in range(0, rows.shape[1], batch)]


def timed(solve, inputs):
    start = time.process_time()
    jax.block_until_ready([solve(u, parameters) for u, parameters in inputs])
    return time.process_time() - start


def final_states(solve, inputs):
    """Rows [trajectory][component]."""
    parts = [np.stack([np.asarray(component)[:, 0] for component in solve(u, parameters)], axis=1)
             for u, parameters in inputs]
    return np.concatenate(parts).astype(np.float64)


def measure(job, run, states, parameters):
    solve, best = make_solver(job, run), None
    for batch in job["batches"]:
        inputs = list(zip(chunks(states, batch), chunks(parameters, batch)))
        final_states(solve, inputs).tofile(run["result"])
        seconds = [timed(solve, inputs) for _ in range(REPEATS)]
        if best is None or min(seconds) < min(best["seconds"]):
            best = {"seconds": seconds, "batch": batch}
    return best


def main():
    job = json.loads(pathlib.Path(sys.argv[1]).read_text())
    jax.config.update("jax_enable_x64", job["precision"] == "double")
    dtype = {"double": np.float64, "float": np.float32}[job["precision"]]
    states, parameters = (
        np.fromfile(job[key]).reshape(job["trajectories"], -1).T.astype(dtype)
        for key in ("states", "parameters"))
    json.dump({"version": f"diffrax {diffrax.__version__}",
               "runs": [measure(job, run, states, parameters) for run in job["runs"]]}, sys.stdout)


if __name__ == "__main__":
    main()
