# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Plain RK4 on JAX: by hand in a loop that XLA compiles, and by diffrax under vmap; best batch size.

    jax_steps.py double|float

Prints JSON; processor time.
"""

import json
import sys
import time

import diffrax
import jax
import jax.numpy as jnp

from jax_systems import SYSTEMS, RungeKutta4

BATCHES = (64, 512, 4096, 32768)
STEPS = 500
STEP = 1e-3
INITIAL = {"henon_heiles": (0.1, 0.1, 0.2, 0.1), "lorenz63": (1.0, 0.0, 0.0)}
PARAMETERS = {"henon_heiles": (), "lorenz63": (10.0, 28.0, 8 / 3)}


def by_hand(rhs, parameters):
    def add(u, slope, factor):
        return tuple(a + factor * b for a, b in zip(u, slope))

    def step(_, u):
        k1 = rhs(0, u, parameters)
        k2 = rhs(0, add(u, k1, STEP / 2), parameters)
        k3 = rhs(0, add(u, k2, STEP / 2), parameters)
        k4 = rhs(0, add(u, k3, STEP), parameters)
        return tuple(a + STEP / 6 * (p + 2 * (q + r) + s)
                     for a, p, q, r, s in zip(u, k1, k2, k3, k4))

    return jax.jit(lambda u: jax.lax.fori_loop(0, STEPS, step, u))


def by_diffrax(rhs, parameters):
    def solve(u):
        return diffrax.diffeqsolve(
            diffrax.ODETerm(rhs), RungeKutta4(), 0.0, STEPS * STEP, STEP, u, args=parameters,
            saveat=diffrax.SaveAt(t1=True), stepsize_controller=diffrax.ConstantStepSize(),
            max_steps=None, throw=False, adjoint=diffrax.ForwardMode()).ys

    return jax.jit(jax.vmap(solve))


def rates(solve, initial, batch):
    u = tuple(jnp.full(batch, value) for value in initial)
    jax.block_until_ready(solve(u))
    samples = []
    for _ in range(5):
        start = time.process_time()
        jax.block_until_ready(solve(u))
        samples.append(batch * STEPS / (time.process_time() - start))
    return samples


def measure(peer, make, system, precision):
    solve = make(SYSTEMS[system], PARAMETERS[system])
    samples = {batch: rates(solve, INITIAL[system], batch) for batch in BATCHES}
    batch = max(samples, key=lambda size: max(samples[size]))
    return {"peer": peer, "system": system, "precision": precision, "batch": batch,
            "samples": samples[batch]}


def main():
    precision = sys.argv[1]
    jax.config.update("jax_enable_x64", precision == "double")
    rows = []
    for system in SYSTEMS:
        rows.append(measure(f"JAX {jax.__version__}", by_hand, system, precision))
        rows.append(measure(f"diffrax {diffrax.__version__}", by_diffrax, system, precision))
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
