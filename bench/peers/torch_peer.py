# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""RK4 in PyTorch, as its users would write it, plain or with NeurVec's network: eager and compiled,
best batch size.

    torch_peer.py HIDDEN      hidden units; 0: plain

Prints JSON. One thread, inference mode, the same precision as Farstep's rows; processor time.
"""

import json
import sys
import time

import torch

# With a network, hidden units outgrow the caches beyond 1,024 trajectories: all larger batches are
# slower. Compiled steps are compiled for each size alone.
BATCHES = {"network": {"eager": (64, 256, 1024), "compiled": (256, 1024)},
           "plain": {"eager": (1024, 4096, 16384, 65536), "compiled": (1024, 4096, 16384)}}
SECONDS = 0.2  # of each timed run
RUNS = 3
STEP = 1e-3


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


def make_network(dimension, hidden, dtype):
    network = torch.nn.Sequential(torch.nn.Linear(dimension, hidden), Rational(),
                                  torch.nn.Linear(hidden, dimension)).to(dtype)
    for parameter in network.parameters():
        parameter.data *= 1e-3
    return network


def make_step(rhs, dimension, hidden, dtype):
    network = make_network(dimension, hidden, dtype) if hidden > 0 else None

    def step(u):
        k1 = rhs(u)
        k2 = rhs(u + STEP / 2 * k1)
        k3 = rhs(u + STEP / 2 * k2)
        k4 = rhs(u + STEP * k3)
        following = u + STEP / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return following + network(u) if network else following

    return step


def rates(step, dimension, dtype, batch):
    """Trajectory steps per second of each run."""
    u = 0.1 * torch.rand(batch, dimension, dtype=dtype)
    for _ in range(3):
        u = step(u)
    samples = []
    for _ in range(RUNS):
        count, start = 0, time.process_time()
        while time.process_time() - start < SECONDS:
            u = step(u)
            count += 1
        samples.append(count * batch / (time.process_time() - start))
    return samples


def measure(name, dimension, dtype, rhs, hidden, compiled):
    step = make_step(rhs, dimension, hidden, dtype)
    if compiled:
        torch._dynamo.reset()
        step = torch.compile(step, dynamic=False)
    with torch.inference_mode():
        samples = {batch: rates(step, dimension, dtype, batch)
                   for batch in BATCHES["network" if hidden else "plain"][
                       "compiled" if compiled else "eager"]}
    batch = max(samples, key=lambda size: max(samples[size]))
    return {"system": name, "dimension": dimension, "hidden": hidden,
            "precision": "double" if dtype == torch.float64 else "float",
            "peer": "PyTorch compiled" if compiled else "PyTorch eager",
            "batch": batch, "samples": samples[batch], "version": torch.__version__}


def main():
    torch.set_num_threads(1)
    hidden = int(sys.argv[1])
    systems = [("henon_heiles", 4, lambda dtype: henon_heiles)]
    if hidden > 0:
        systems += [("spring_chain", 20, lambda dtype: make_chain(10, dtype)),
                    ("spring_chain", 40, lambda dtype: make_chain(20, dtype))]
    rows = []
    for name, dimension, make_rhs in systems:
        for dtype in (torch.float64, torch.float32):
            for compiled in (False, True):
                rows.append(measure(name, dimension, dtype, make_rhs(dtype), hidden, compiled))
                print(rows[-1], file=sys.stderr)
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
