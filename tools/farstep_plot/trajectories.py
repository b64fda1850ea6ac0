# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Single trajectories of a forecast or dataset: components over time, and phase portraits."""

from __future__ import annotations

import itertools
import re
from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from matplotlib.axes import Axes

from . import style
from .pictures import Pictures, frame, grid, label_time
from .reading import Component, FarstepFile

SHOWN = 4
CLOUD_TRAJECTORIES = 200
CLOUD_POINTS = 4000

LOOSE = "Dots are samples, too far apart to be joined."

Pair = Tuple[Component, Component]


class Trajectories(NamedTuple):
    """Trajectories to draw; `cloud` holds states (point, component) for the background."""

    time: np.ndarray
    states: np.ndarray  # (time, trajectory, component)
    numbers: np.ndarray
    cloud: Optional[np.ndarray]
    title: str
    note: str


def read(file: FarstepFile, title: str, with_cloud: bool) -> Trajectories:
    """The first few trajectories of the file, and states of more of them if wanted."""
    time = file.time()
    count = CLOUD_TRAJECTORIES if with_cloud else SHOWN
    states = file.values("state", len(time), -1, len(file.components()), first=count)
    states = np.where(np.isfinite(states), states, np.nan)
    total = states.shape[1]
    numbers = np.arange(total)
    if not with_cloud:
        numbers = file.values("trajectory", -1)
        total = len(numbers)
    shown = min(SHOWN, states.shape[1])
    points = states.reshape(-1, states.shape[2])
    cloud = points[::max(1, len(points) // CLOUD_POINTS)] if with_cloud else None
    note = f"The first {shown} of {total} stored trajectories." if shown < total else ""
    if with_cloud:
        note = f"Grey: states of {total} trajectories of the dataset."
    return Trajectories(time, states[:, :shown], numbers[:shown], cloud, title, note)


def draw_series(file: FarstepFile, pictures: Pictures, data: Trajectories,
                components: List[Component], omitted: str) -> None:
    for page, part in enumerate(style.pages(components), 1):
        figure, panels = grid(len(part))
        for axes, component in zip(panels, part):
            for i, number in enumerate(data.numbers):
                axes.plot(data.time, data.states[:, i, component.index],
                          label=f"trajectory {number:.0f}", **style.line(i, len(data.time), 6))
            axes.set_ylabel(component.label)
        label_time(panels, file.time_label())
        frame(figure, data.title, omitted, SHOWN)
        pictures.save(figure, "trajectories", page)


def momentum_names(name: str) -> List[str]:
    """Names under which the velocity or momentum of a coordinate may stand."""
    names = [re.sub(r"^([A-Za-z]+)", r"\1_dot", name)]
    if name.startswith("q"):
        names.append("p" + name[1:])
    if name.startswith("x"):
        names.append("v" + name[1:])
    return names


def find_pairs(components: Sequence[Component]) -> List[Pair]:
    """Coordinates with their velocities or momenta. If no names tell: every pair of up to three
    components, else the first two."""
    known = {component.name: component for component in components}
    pairs = [(component, known[name]) for component in components
             for name in momentum_names(component.name) if name in known]
    if pairs or len(components) < 2:
        return pairs
    return list(itertools.combinations(components[:3], 2)) if len(components) <= 3 else [
        (components[0], components[1])]


def is_smooth(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether samples lie close enough to be joined: seen in a square, most turns are slight."""
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = x[finite], y[finite]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return True
    chords = np.diff(x) / np.ptp(x) + 1j * np.diff(y) / np.ptp(y)
    turns = np.abs(np.angle(chords[1:] * np.conj(chords[:-1])))
    return bool(np.median(turns) < np.radians(40))


def draw_portrait(axes: Axes, data: Trajectories, pair: Pair) -> bool:
    """Whether the samples of all trajectories could be joined by lines."""
    across, up = pair
    if data.cloud is not None:
        axes.plot(data.cloud[:, across.index], data.cloud[:, up.index], linestyle="none",
                  marker=".", markersize=1.5, color="0.75", rasterized=True, zorder=1)
    joined = True
    for i, number in enumerate(data.numbers):
        x, y = data.states[:, i, across.index], data.states[:, i, up.index]
        keywords = style.line(i, len(data.time), 10)
        if not is_smooth(x, y):
            joined = False
            keywords.update(linestyle="none", markevery=1, markersize=2.5, markeredgewidth=0)
        axes.plot(x, y, linewidth=0.9, label=f"trajectory {number:.0f}", **keywords)
    axes.set(xlabel=across.label, ylabel=up.label)
    return joined


def draw_phase(file: FarstepFile, pictures: Pictures, data: Trajectories,
               components: List[Component]) -> None:
    wanted = {component.name for component in components}
    pairs = [pair for pair in find_pairs(file.components())
             if pair[0].name in wanted or pair[1].name in wanted]
    for page, part in enumerate(style.pages(pairs), 1):
        figure, panels = grid(len(part), height=2.6, share_x=False)
        joined = [draw_portrait(axes, data, pair) for axes, pair in zip(panels, part)]
        frame(figure, data.title, f"{data.note} {'' if all(joined) else LOOSE}".strip(), SHOWN)
        pictures.save(figure, "phase", page)
