# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""RK4 plus NeurVec in PyTorch, as its users would write it: eager and compiled, best batch size.

Prints JSON. One thread, inference mode, the same precision as Farstep's rows.
"""

import json
import sys
import time

import torch

HIDDEN = 1024
BATCHES = (64, 256, 1024, 4096, 16384, 65536)
SECONDS = 0.5  # of each timed run


class Rational(torch.nn.Module):
    def forward(self, x):
        return (((1.1915 * x + 1.5957) * x + 0.5) * x + 0.0218) / (2.383 * x * x + 1.0)


def henon_heiles(u):
    x, y, px, py = u.unbind(1)
    return torch.stack((px, py, -x - 2 * x * y, -y - x * x + y * y), 1)


def make_chain(masses, dtype):
    """The right-hand side of a chain of masses as one matrix product."""
    n = masses
    matrix = torch.zeros(2 * n, 2 * n, dtype=dtype)
    matrix[:n, n:] = torch.eye(n)
    matrix[n:, :n] = -8 * torch.eye(n)
    for i in range(n - 1):
        matrix[n + i, i + 1] = matrix[n + i + 1, i] = 4
    return lambda u: u @ matrix.T


def make_step(rhs, dimension, dtype):
    network = torch.nn.Sequential(torch.nn.Linear(dimension, HIDDEN), Rational(),
                                  torch.nn.Linear(HIDDEN, dimension)).to(dtype)
    for parameter in network.parameters():
        parameter.data *= 1e-3
    dt = 1e-3

    def step(u):
        k1 = rhs(u)
        k2 = rhs(u + dt / 2 * k1)
        k3 = rhs(u + dt / 2 * k2)
        k4 = rhs(u + dt * k3)
        return u + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4) + network(u)

    return step


def rate(step, dimension, dtype, batch):
    """Trajectory steps per second: the best of three runs."""
    u = 0.1 * torch.rand(batch, dimension, dtype=dtype)
    for _ in range(3):
        u = step(u)
    best = 0.0
    for _ in range(3):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < SECONDS:
            u = step(u)
            count += 1
        best = max(best, count * batch / (time.perf_counter() - start))
    return best


def measure(name, dimension, dtype, make_rhs, compiled):
    step = make_step(make_rhs(dtype), dimension, dtype)
    if compiled:
        step = torch.compile(step)
    rates = {}
    with torch.inference_mode():
        for batch in BATCHES:
            rates[batch] = rate(step, dimension, dtype, batch)
    batch = max(rates, key=rates.get)
    return {"system": name, "dimension": dimension, "hidden": HIDDEN,
            "precision": "double" if dtype == torch.float64 else "float",
            "peer": "PyTorch compiled" if compiled else "PyTorch eager",
            "batch": batch, "steps_per_second": rates[batch], "version": torch.__version__}


def main():
    torch.set_num_threads(1)
    systems = (("henon_heiles", 4, lambda dtype: henon_heiles),
               ("spring_chain", 20, lambda dtype: make_chain(10, dtype)))
    rows = []
    for name, dimension, make_rhs in systems:
        for dtype in (torch.float64, torch.float32):
            for compiled in (False, True):
                rows.append(measure(name, dimension, dtype, make_rhs, compiled))
                print(rows[-1], file=sys.stderr)
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
