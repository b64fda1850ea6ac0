#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Plain RK4

Trajectory steps per second on one core, fixed steps, 512 trajectories unless said. Farstep's
parameters come at run time, and it checks after every step that states are finite; the peers' are
constants of the compiler and they check nothing. Boost odeint steps a trajectory a call, or several
side by side in lanes; ARKODE takes all in one vector, with its own vector operations and with the
same compiled here; the scalar loop calls the C library's sine and cosine; JAX is the step by hand in
a loop that XLA compiles; diffrax runs the same tableau; PyTorch a step a call. Variants of a peer
that are slower than its best are left out, but for ARKODE's.

For Hénon–Heiles a limit stands beside: a step of RK4 takes 32 multiply-adds and products (12 for the
inner states, 4 for the last, 4 for each right-hand side) and 28 sums, or 36 and 16. No core takes more
steps than half the peak divided by 32; one that adds where it multiplies (Intel) no more than by 52.
Nearer on Zen 4 is the latency of what needs each other's results: some 67 cycles, 15 for each stage, in
which two vectors, and more do not fit the registers, have 64 multiply-adds to do.
"""

import common

SECTION = "plain"
# Bars by system and peer, for double.
BARS = {("henon_heiles", "Boost odeint"): 1.3, ("henon_heiles", "SUNDIALS ARKODE"): 50,
        ("elastic_pendulum", "scalar C++ loop"): 4}
HENON_HEILES_OPERATIONS = 32  # multiply-adds and products of a step, as the text above counts them
LARGE = 100_000  # trajectories in a vector that is large


def name(case):
    return f"{common.title(case)}, {case['precision']}"


def farstep_rows(cases):
    rows = []
    for case in cases:
        rows.append(common.row(SECTION, name(case), "Farstep", [case["steps_per_second"]],
                               "steps/s", **{key: case[key] for key in (
                                   "system", "dimension", "precision", "parameters")}))
        rows[-1]["median"] = case["median"]
        if case["parameters"] == "own":
            rows[-1]["who"] += ", parameters by trajectory"
    return rows


def limit_row(case):
    """Steps at the rate of the multiply-add peak, a multiply-add being two of its operations."""
    limit = case["peak"] / 2 / HENON_HEILES_OPERATIONS
    return common.row(SECTION, name(case), f"limit: {HENON_HEILES_OPERATIONS} multiply-adds a step",
                      [limit], "steps/s", system=case["system"], precision=case["precision"],
                      ratio=case["steps_per_second"] / limit, against="Farstep over it")


def best_variants(peers):
    """The fastest of each peer's variants, system by system; all of ARKODE's, by size."""
    best = {}
    for peer in peers:
        key = (peer["peer"], peer["system"], peer["precision"])
        if peer["peer"].startswith("SUNDIALS"):
            key += (peer["variant"], peer["trajectories"])
        if key not in best or max(peer["samples"]) > max(best[key]["samples"]):
            best[key] = peer
    return list(best.values())


def has_bar(peer):
    return peer["precision"] == "double" and (
        not peer["peer"].startswith("SUNDIALS") or
        peer["trajectories"] >= LARGE and peer["variant"] != "as installed")


def peer_row(peer, ours):
    variant = f", {peer['variant']}" if peer.get("variant") else ""
    batch = peer.get("batch") or peer["trajectories"]
    if batch != 512:
        variant += f", {batch:,} at once"
    result = common.row(SECTION, name(ours), peer["peer"] + variant, peer["samples"], "steps/s",
                        system=ours["system"], precision=ours["precision"], batch=batch)
    result["ratio"] = ours["steps_per_second"] / result["value"]
    result["against"] = "Farstep over it"
    for (system, start), wanted in BARS.items():
        if system == peer["system"] and peer["peer"].startswith(start) and has_bar(peer):
            result["wanted"] = wanted
    return result


def torch_peers(options):
    rows = common.python_peer(options, "torch", "torch_peer.py", 0) or []
    return [dict(peer, peer=f"{peer['peer']} {peer['version']}") for peer in rows]


def measure(options):
    cases = common.kernels(options, hidden=0)
    peers = []
    for program in ("farstep_peer_odeint", "farstep_peer_arkode", "farstep_peer_libm"):
        peers += common.peer_rows(options, program)
    for precision in ("double", "float"):
        peers += common.python_peer(options, "diffrax", "jax_steps.py", precision) or []
    peers += torch_peers(options)
    rows = farstep_rows(cases)
    rows += [limit_row(case) for case in cases
             if case["system"] == "henon_heiles" and case["parameters"] == "shared"]
    for peer in best_variants(peers):
        ours = [case for case in cases if case["parameters"] == "shared" and
                all(case[key] == peer[key] for key in ("system", "precision"))]
        rows += [peer_row(peer, case) for case in ours[:1]]
    order = {entry["case"]: place for place, entry in reversed(list(enumerate(rows)))}
    return sorted(rows, key=lambda entry: order[entry["case"]])


if __name__ == "__main__":
    common.run_alone(measure, __doc__)
