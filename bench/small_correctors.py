#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Small correctors

RK4 with 16 and 64 hidden units. The cost of a step is compared with what it is made of: the measured
time of the plain step, which stands for the solver's operations (sine and cosine among them cannot be
counted), plus the network's 4 d + 5 operations for each hidden unit at the multiply-add peak.
"""

import common

SECTION = "small_correctors"
AT_MOST = 1.3


def cost_row(case, plain):
    step = 1 / case["steps_per_second"]
    network = case["hidden"] * (4 * case["dimension"] + 5) / case["peak"]
    result = common.row(
        SECTION, f"{common.title(case)} (d = {case['dimension']}), {case['hidden']} hidden units, "
        f"{case['precision']}", "Farstep", [1e9 * step], "ns/step", better=min,
        ratio=step / (1 / plain["steps_per_second"] + network),
        against="plain step plus the network at the peak rate",
        note=f"plain step {1e9 / plain['steps_per_second']:.3g} ns, "
             f"network at peak {1e9 * network:.3g} ns",
        **{key: case[key] for key in ("system", "dimension", "precision", "hidden")})
    result["median"] = 1e9 / case["median"]
    if case["system"] == "elastic_pendulum":
        result["at_most"] = AT_MOST
    return result


def measure(options):
    rows = []
    for hidden in (16, 64):
        for case in common.kernels(options, hidden=hidden):
            plain = common.kernels(options, hidden=0, parameters="shared",
                                   **{key: case[key] for key in ("system", "dimension",
                                                                 "precision")})
            rows.append(cost_row(case, plain[0]))
    return sorted(rows, key=lambda entry: (entry["system"], entry["precision"], entry["hidden"]))


if __name__ == "__main__":
    common.run_alone(measure, __doc__)
