#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The machine

Multiply-adds of whole vectors in twelve independent chains, each counted as two operations, and a
triad a = b + s c over 256 MiB an array, three numbers moved for each element. Wall time, best of 20
and of 10. Divisions and stores of whole vectors: by how many multiply-adds fewer are done in the same
time for each of them among twelve; what takes other units alone would cost none. By halves: a vector of
512 bits divided as two of 256.
"""

import os

import common


def measure(options):
    path = common.program(options, "farstep_bench_machine")
    if path is None:
        return []
    everywhere = dict(common.ONE_THREAD, OMP_NUM_THREADS=str(len(os.sched_getaffinity(0))))
    limits = [*(common.on_one_core([path]) or []), *(common.run_json([path], everywhere) or [])]
    rows = []
    for limit in limits:
        cores = limit["threads"]
        rows.append(common.row(
            "machine", f"{limit['limit']}, {limit['precision']}",
            "one core" if cores == 1 else f"{cores} cores", limit["samples"], limit["unit"],
            precision=limit["precision"], threads=cores))
    return rows


if __name__ == "__main__":
    common.run_alone(measure, __doc__)
