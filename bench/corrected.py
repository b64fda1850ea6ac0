#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""RK4 with a corrector of 1,024 hidden units

Trajectory steps per second on one core. Operations are 4 d + 5 for each hidden unit and step: two
products of length d, and five for the split activation, its division counted as one; the solver's
are left out. The peak is that of multiply-adds, measured between the repeats. PyTorch computes the
same step, eager and compiled, at its best batch size, with one thread.

What keeps the published coefficients from the peak is counted in multiply-adds of vectors. A vector of
hidden units takes 2 d for its products and one for 1 + y²; units that share a reciprocal, a group of
g, take 3 (g - 1) multiplications and the reciprocal. 2 d + 2.5 are counted as operations.
- By Newton's iteration from an approximation (Intel's AVX-512; g = 4 where d = 4, else 3) a
  reciprocal takes 7 instructions, and instructions alone allow 81 % (d = 4), 94 % (d = 20) and 97 %
  (d = 40) in double.
- Where division is quick (AMD's AVX-512), g = 2 in double and 1 in float, and a division costs what
  the first section of this page says. States of up to 8 components divide by halves of vectors in
  double, some 2.4 on Zen 4: that allows 90 % at d = 4, and 95 % in float with some 2. Larger states
  divide many vectors in a row, which is faster whole, some 3, and store every hidden value once, which
  costs some 1.5 there: 93 % at d = 20 and 96 % at d = 40 in double.
"""

import common

SECTION = "corrected"
SHARES = {("henon_heiles", "published"): 0.88, ("henon_heiles", "free"): 0.78,
          ("spring_chain", "published"): 0.90}
RATIOS = {"henon_heiles": 10, "spring_chain": 4}


def name(case, coefficients):
    kind = "" if coefficients == "published" else f", {coefficients} coefficients"
    return f"{common.title(case)} (d = {case['dimension']}), {case['precision']}{kind}"


def farstep_row(case):
    result = common.row(SECTION, name(case, case["coefficients"]), "Farstep",
                        [case["steps_per_second"]], "steps/s",
                        ratio=case["of_peak"], against="multiply-add peak",
                        **{key: case[key] for key in ("system", "dimension", "precision", "hidden",
                                                      "coefficients", "peak")})
    result["median"] = case["median"]
    wanted = SHARES.get((case["system"], case["coefficients"]))
    if wanted and case["precision"] != "mixed":
        result["wanted"] = wanted
    return result


def torch_rows(cases, peers):
    """One for each peer; the bar belongs to the faster of eager and compiled."""
    rows = []
    for peer in peers:
        key = {k: peer[k] for k in ("system", "dimension", "precision")}
        ours = next((case for case in cases if case["coefficients"] == "published" and
                     all(case[k] == value for k, value in key.items())), None)
        if ours is None:
            continue
        rows.append(common.row(SECTION, name(ours, "published"), f"{peer['peer']} {peer['version']}",
                               peer["samples"], "steps/s", batch=peer["batch"], **key))
        rows[-1]["ratio"] = ours["steps_per_second"] / rows[-1]["value"]
        rows[-1]["against"] = "Farstep over it"
    for case in {entry["case"] for entry in rows}:
        best = max((entry for entry in rows if entry["case"] == case), key=lambda e: e["value"])
        best["wanted"] = RATIOS[best["system"]]
    return rows


def measure(options):
    cases = [case for case in common.kernels(options, hidden=1024)
             if case["system"] in RATIOS]
    peers = common.python_peer(options, "torch", "torch_peer.py", 1024) or []
    rows = [*map(farstep_row, cases), *torch_rows(cases, peers)]
    return sorted(rows, key=lambda entry: (entry["dimension"], entry["precision"], entry["case"]))


if __name__ == "__main__":
    common.run_alone(measure, __doc__)
