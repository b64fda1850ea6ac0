# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Training of NeurVec's network in PyTorch, as its users write it: forward, backward, Adam.

Prints JSON: samples per second, eager and compiled, for every batch size. One thread; the
coefficients of the rational activation are trained, as in Farstep.
"""

import argparse
import json
import sys
import time

import torch

HIDDEN = 1024
BATCHES = (256, 1024, 4096, 16384, 65536)
SECONDS = 1.0  # of each timed run
RUNS = 3


class Rational(torch.nn.Module):
    """(a3 x³ + a2 x² + a1 x + a0)/(b2 x² + b1 x + b0), its coefficients shared by a layer."""

    def __init__(self):
        super().__init__()
        self.numerator = torch.nn.Parameter(torch.tensor([0.0218, 0.5, 1.5957, 1.1915]))
        self.denominator = torch.nn.Parameter(torch.tensor([1.0, 0.0, 2.383]))

    def forward(self, x):
        a0, a1, a2, a3 = self.numerator.unbind()
        b0, b1, b2 = self.denominator.unbind()
        return (((a3 * x + a2) * x + a1) * x + a0) / ((b2 * x + b1) * x + b0)


def make_step(dimension, dtype, compiled, batch):
    """One iteration on a batch that is there already."""
    network = torch.nn.Sequential(torch.nn.Linear(dimension, HIDDEN), Rational(),
                                  torch.nn.Linear(HIDDEN, dimension)).to(dtype)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.9, 0.99))
    inputs = torch.randn(batch, dimension, dtype=dtype)
    targets = torch.randn(batch, dimension, dtype=dtype)

    def loss():
        return torch.nn.functional.mse_loss(network(inputs), targets)

    if compiled:
        loss = torch.compile(loss)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def rate(step, batch):
    """Samples per second of the process's own time: the best of several runs."""
    for _ in range(3):
        step()
    best = 0.0
    for _ in range(RUNS):
        count, start = 0, time.process_time()
        while time.process_time() - start < SECONDS:
            step()
            count += 1
        best = max(best, count * batch / (time.process_time() - start))
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dimensions", type=int, nargs="+", default=[4, 20])
    parser.add_argument("--precisions", nargs="+", default=["double"], choices=["double", "float"])
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for precision in options.precisions:
        dtype = torch.float64 if precision == "double" else torch.float32
        for dimension in options.dimensions:
            for compiled in (False, True):
                for batch in options.batches:
                    torch.manual_seed(1)
                    torch._dynamo.reset()
                    step = make_step(dimension, dtype, compiled, batch)
                    rows.append({"dimension": dimension, "precision": precision, "batch": batch,
                                 "mode": "compiled" if compiled else "eager",
                                 "samples_per_second": rate(step, batch),
                                 "version": torch.__version__})
                    print(rows[-1], file=sys.stderr)
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
