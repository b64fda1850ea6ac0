# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What finished runs left behind: evaluations, models and the reason where there is none."""

from __future__ import annotations

import pathlib
import re
from typing import Dict, List, NamedTuple, Optional

import numpy as np

from farstep_plot import systems
from farstep_plot.network import Network
from farstep_plot.reading import FarstepFile

# What an evaluation holds of every rollout over time.
SERIES = ("mean_square", "median", "minimum", "maximum", "energy_mean", "energy_maximum")
LOG = "log.txt"  # of a run, beside its files


class Points(NamedTuple):
    """A scheme of the work-precision table."""

    step: np.ndarray
    error: np.ndarray
    cost: np.ndarray  # ns per trajectory and unit of time
    adaptive: bool


class States(NamedTuple):
    """Stored trajectories of an evaluation."""

    components: List[str]
    states: Dict[str, np.ndarray]  # by rollout [time][trajectory][component]
    reference: np.ndarray          # [time][trajectory][component]


class Evaluation(NamedTuple):
    """An evaluation.h5, states left aside."""

    path: pathlib.Path
    scheme: str
    step: float
    time: np.ndarray
    rollouts: List[str]
    series: Dict[str, np.ndarray]  # [rollout][time]
    running: np.ndarray            # [rollout][time]
    trajectories: int
    work: Dict[str, Points]
    run_cost: Dict[str, np.ndarray]  # by rollout; empty where no samples were asked for
    verdict: str

    def over_time(self, rollout: str, quantity: str = "mean_square") -> np.ndarray:
        return self.series[quantity][self.rollouts.index(rollout)]

    def at_end(self, rollout: str, quantity: str = "mean_square") -> float:
        return float(self.over_time(rollout, quantity)[-1])

    def at(self, rollout: str, time: float, quantity: str = "mean_square") -> float:
        """At the stored time next to the given one."""
        return float(self.over_time(rollout, quantity)[int(np.argmin(np.abs(self.time - time)))])

    def failed(self, rollout: str) -> int:
        """Trajectories that became non-finite by the end."""
        return self.trajectories - int(self.running[self.rollouts.index(rollout)][-1])

    def cost(self) -> float:
        """Of the corrected step [ns per trajectory and unit of time]."""
        return float(self.work["corrected"].cost[0])


class Model(NamedTuple):
    """A model.h5."""

    path: pathlib.Path
    network: Network
    validation_loss: float
    single_step_reduction: float
    linear_reduction: float
    iterations: np.ndarray
    training_loss: np.ndarray
    parameters: int
    mean_factor: Optional[np.ndarray]  # over the iterations, where the output is a factor


def read_points(file: FarstepFile, scheme: str) -> Points:
    group = f"work_precision/{scheme}"
    step = file.values(f"{group}/step", -1)
    return Points(step, file.values(f"{group}/error", len(step)),
                  file.values(f"{group}/cost", len(step)), file.has(f"{group}/tolerance"))


def rollout_names(file: FarstepFile) -> List[str]:
    return file.names("rollout") if file.has("rollout") else ["plain", "corrected"]


def read_evaluation(path: pathlib.Path) -> Evaluation:
    with FarstepFile(path) as file:
        time, rollouts = file.time(), rollout_names(file)
        shape = (len(rollouts), len(time))
        series = {name: file.values(name, *shape) for name in SERIES if file.has(name)}
        costs = file.values("run_cost", len(rollouts), -1) if file.has("run_cost") else []
        return Evaluation(
            path, file.text("scheme"), file.number("step"), time, rollouts, series,
            file.values("running", *shape), int(file.number("trajectories")),
            {name: read_points(file, name) for name in file.children("work_precision")},
            dict(zip(rollouts, costs)), file.text("verdict"))


def read_states(path: pathlib.Path) -> States:
    """Throws FileError where the evaluation kept none."""
    with FarstepFile(path) as file:
        names, rollouts, time = file.names("component"), rollout_names(file), file.time()
        states = file.values("state", len(rollouts), len(time), -1, len(names))
        reference = file.values("reference_state", len(time), states.shape[2], len(names))
        return States(names, dict(zip(rollouts, states)), reference)


def read_model(path: pathlib.Path) -> Model:
    with FarstepFile(path) as file:
        network = Network(file)
        count = sum(part.size for part in (network.weights, network.biases, network.outgoing,
                                           network.bias, network.monomials))
        count += network.linear.size if np.any(network.linear) else 0
        count += 7 if file.text("activation") == "rational" and len(network.weights) else 0
        iterations = file.values("history/iteration", -1)
        return Model(path, network, file.number("validation_loss"),
                     file.number("single_step_reduction"), file.number("linear_reduction"),
                     iterations, file.values("history/training_loss", len(iterations)), count,
                     file.values("history/mean_factor", len(iterations))
                     if file.has("history/mean_factor") else None)


def right_hand_side(path: pathlib.Path) -> systems.RightHandSide:
    """Of the system of a file."""
    with FarstepFile(path) as file:
        return systems.of_file(file)


def dataset_states(path: pathlib.Path, trajectories: int) -> np.ndarray:
    """Of the first trajectories of a dataset [time][trajectory][component]."""
    with FarstepFile(path) as file:
        return file.values("state", len(file.time()), -1, len(file.components()),
                           first=trajectories)


class Results:
    """The runs below a folder, by name; each file is read once."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._evaluations: Dict[str, Optional[Evaluation]] = {}
        self._models: Dict[str, Optional[Model]] = {}

    def file(self, name: str, kind: str) -> pathlib.Path:
        return self.folder / name / f"{kind}.h5"

    def has(self, name: str, kind: str) -> bool:
        return self.file(name, kind).is_file()

    def evaluation(self, name: str) -> Optional[Evaluation]:
        if name not in self._evaluations:
            path = self.file(name, "evaluation")
            self._evaluations[name] = read_evaluation(path) if path.is_file() else None
        return self._evaluations[name]

    def model(self, name: str) -> Optional[Model]:
        if name not in self._models:
            path = self.file(name, "model")
            self._models[name] = read_model(path) if path.is_file() else None
        return self._models[name]

    def states(self, name: str) -> Optional[States]:
        path = self.file(name, "evaluation")
        if not path.is_file():
            return None
        with FarstepFile(path) as file:
            if not (file.has("state") and file.has("reference_state")):
                return None
        return read_states(path)

    def why_not(self, name: str) -> str:
        """Why a run has no result, as its log tells."""
        log = self.folder / name / LOG
        if not log.is_file():
            return "not run"
        errors = re.findall(r"^farstep: error: (.*)$", log.read_text(errors="replace"), re.M)
        return f"not run: {errors[0]}" if errors else "not run to its end"
