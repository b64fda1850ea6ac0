#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Training

One core, double, as Farstep trains. The gradient (prediction and gradient of a batch) and Adam as the
`train` stage runs it against the multiply-add peak; the normal equations of the closed form against
dgemm of the same BLAS; and the same training by PyTorch, eager and compiled. Counted are 12 d + 48
operations for each hidden unit and sample: six products of length d, one of them the pre-activation
computed again; 11 for the rational activation, twice; 26 for its derivative, the sums over its
coefficients and the bias. For the closed form, one triangle of the Gram matrix.
"""

import common

OF_PEAK_WANTED = {4: 0.75, 20: 0.65}  # by dimension
TIMES_PYTORCH_WANTED = {4: 12, 20: 4}
OF_GEMM_WANTED = 0.7

# The allocator keeps what it once had: PyTorch gives arrays back after every operation, and new
# pages cost it more than the arithmetic.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 40), "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


def row(case, who, value, unit, **more):
    return common.row("training", case, who, [value], unit, **more)


def case_of(measured):
    return f"training, d = {measured['dimension']}, double, batch {measured['batch']}"


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
        rows.append(row(f"training, d = {dimension}, double, best batch", "Farstep, Adam",
                        ours["samples_per_second"], "samples/s", wanted=wanted,
                        ratio=ours["samples_per_second"] / theirs["samples_per_second"],
                        against=f"PyTorch {theirs['mode']}, batch {theirs['batch']}"))
    return rows


def measure(options):
    measured = common.on_one_core([options.build / "bench" / "farstep_bench_training"])
    if measured is None:
        return []
    rows = farstep_rows(measured)
    if options.quick:
        return rows
    peers = common.on_one_core([options.venv / "bin" / "python", common.HERE / "torch_training.py"],
                               KEEP_MEMORY)
    return rows + (peer_rows(measured, peers) if peers else [])


if __name__ == "__main__":
    common.run_alone(measure, __doc__)
