# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The same trajectories integrated by Farstep, diffrax and heyoka: times, and errors against one
reference, for the sections that compare at equal error."""

import json
import pathlib

import numpy as np

import common

REPEATS = 5
SECOND_BEST = {"scheme": "dop853", "tolerance": 1e-13}  # reference where there is no heyoka


class Problem:
    """Trajectories of a system, in files that all programs read; errors against heyoka's Taylor
    series in long doubles, which no run in doubles is favoured by."""

    def __init__(self, options, folder, system, until, states, parameters):
        self.options, self.folder = options, pathlib.Path(folder)
        self.system, self.until, self.trajectories = system, until, len(states)
        self.states, self.parameters = self.folder / "states.bin", self.folder / "parameters.bin"
        np.ascontiguousarray(states).tofile(self.states)
        np.ascontiguousarray(parameters).tofile(self.parameters)
        self.result = self.folder / "result.bin"
        self.reference = self._reference()

    def _reference(self):
        if self._job("heyoka", "double", [{"reference": True}], ()):
            return np.fromfile(self.folder / "heyoka0.bin")
        if self._farstep("double", SECOND_BEST, repeats=1):
            return np.fromfile(self.result)
        return None

    def _farstep(self, precision, run, repeats):
        path = common.program(self.options, "farstep_bench_solve")
        if path is None:
            return None
        words = {"system": self.system, "states": self.states, "parameters": self.parameters,
                 "result": self.result, "precision": precision, "until": self.until,
                 "repeats": repeats, **run}
        return common.on_one_core(
            [path, *(word for key, value in words.items() for word in (f"--{key}", value))])

    def farstep(self, precision, runs):
        """[(run, seconds, error, batch)]; a run is {scheme, step or tolerance}."""
        done = []
        for run in runs:
            timed = self._farstep(precision, run, REPEATS)
            if timed:
                done.append((run, timed["seconds"], self.error(self.result), None))
        return done

    def _job(self, module, precision, runs, batches):
        """What the peer prints; run n leaves its final states in MODULEn.bin."""
        job = {"system": self.system, "precision": precision, "until": self.until,
               "trajectories": self.trajectories, "states": str(self.states),
               "parameters": str(self.parameters), "batches": list(batches),
               "runs": [{**run, "result": str(self.folder / f"{module}{number}.bin")}
                        for number, run in enumerate(runs)]}
        path = self.folder / "job.json"
        path.write_text(json.dumps(job))
        return common.python_peer(self.options, module, f"{module}_peer.py", path)

    def peer(self, module, precision, runs, batches=()):
        """The peer's version, and the same list."""
        timed = self._job(module, precision, runs, batches)
        if timed is None:
            return module, []
        return timed["version"], [
            (run, one["seconds"], self.error(self.folder / f"{module}{number}.bin"), one["batch"])
            for number, (run, one) in enumerate(zip(runs, timed["runs"]))]

    def error(self, path):
        """Root mean square over trajectories and components."""
        return float(np.sqrt(np.mean((np.fromfile(path) - self.reference) ** 2)))


def words(run):
    """A run in words: "RK4, step 0.001"."""
    names = {"tsit5": "Tsit5", "dopri8": "Dopri8", "taylor": "Taylor series"}
    scheme = run.get("scheme", "taylor")  # heyoka has but one
    scheme = names.get(scheme, scheme.upper())
    return (f"{scheme}, step {run['step']:g}" if "step" in run
            else f"{scheme}, tolerance {run['tolerance']:g}")


def rows(section, case, who, problem, done, **more):
    """Microseconds a trajectory, with the achieved error."""
    return [common.row(section, case, who, [1e6 * s / problem.trajectories for s in seconds],
                       "µs/trajectory", better=min, method=words(run), error=error, **more,
                       **({"batch": batch} if batch else {}))
            for run, seconds, error, batch in done]


def lorenz_trajectories(count):
    """ρ from 0 to 21, u = (1, 0, 0), σ = 10, β = 8/3."""
    states = np.tile([1.0, 0.0, 0.0], (count, 1))
    parameters = np.stack([np.full(count, 10.0), np.linspace(0, 21, count),
                           np.full(count, 8 / 3)], axis=1)
    return states, parameters


def henon_heiles_trajectories(count):
    """Energies from 1/12 to 1/6, drawn from a box as the catalogue's ensemble is; λ = 1."""
    random, kept = np.random.default_rng(1), np.empty((0, 4))
    while len(kept) < count:
        u = random.uniform([-1, -0.5, -1, -1], [1, 1, 1, 1], (100000, 4))
        x, y = u[:, 0], u[:, 1]
        energy = 0.5 * np.sum(u**2, axis=1) + x * x * y - y**3 / 3
        kept = np.concatenate([kept, u[(energy > 1 / 12) & (energy < 1 / 6)]])
    return kept[:count], np.ones((count, 1))


def set_advantages(entries):
    """Farstep's advantage over each row of a peer: the peer's time over that of Farstep's fastest run
    whose error is not larger, of RK4, of the adaptive schemes, and of all. Against peers in float,
    Farstep may choose either precision, since errors are what is compared."""
    ours = [entry for entry in entries if entry["who"] == "Farstep"]

    def fastest(entry, kind=lambda method: True):
        reaching = [o for o in ours if o["error"] <= entry["error"] and kind(o["method"])
                    and (entry["precision"] == "float" or o["precision"] == "double")]
        return min(reaching, key=lambda o: o["value"], default=None)

    for entry in entries:
        if entry["who"] == "Farstep":
            continue
        entry["against"] = "Farstep's fastest of no larger error"
        for key, kind in (("ratio_rk4", lambda method: method.startswith("RK4")),
                          ("ratio_adaptive", lambda method: "tolerance" in method)):
            if run := fastest(entry, kind):
                entry[key] = entry["value"] / run["value"]
        if best := fastest(entry):
            entry["ratio"] = entry["value"] / best["value"]
            entry["note"] = f"over Farstep's {best['method']}, {best['precision']}"
