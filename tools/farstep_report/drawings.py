# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures that sections share."""

from __future__ import annotations

from typing import Dict, List, Sequence

import numpy as np
from matplotlib.figure import Figure

from farstep_plot import style
from farstep_plot.evaluation import log_axis, positive
from farstep_plot.pictures import frame, grid, panel

from .html import Raw, picture
from .runs import Evaluation

# Rollouts of the papers' decks: how they are named and drawn, always alike.
ROLLOUTS = {"plain": "plain, far step", "half": "plain, half the far step",
            "shorter": "plain, step 0.2", "fine": "plain, step 0.001",
            "fine_float": "plain, step 0.001, float", "corrected": "corrected, far step"}
LINES = {"plain": 1, "half": 4, "shorter": 4, "fine": 2, "fine_float": 5, "corrected": 0}


class Album:
    """Takes the place of farstep_plot's Pictures: keeps figures as parts of the page."""

    def __init__(self) -> None:
        self.pictures: List[Raw] = []

    def save(self, figure: Figure, _what: str, _page: int = 1) -> None:
        self.pictures.append(picture(figure))


def error_curves(evaluation: Evaluation, title: str, quantity: str = "mean_square",
                 label: str = "mean squared error", since: float = 0.0,
                 band: bool = False) -> Figure:
    """A quantity of all rollouts over time; with `band` also the ranges over
    trajectories of the plain and the corrected step."""
    figure, axes = panel(6.4, 3.1)
    chosen = evaluation.time >= since
    time = evaluation.time[chosen]
    for name in (name for name in ROLLOUTS if name in evaluation.rollouts):
        values = positive(evaluation.over_time(name, quantity)[chosen])
        if not np.any(np.isfinite(values)):
            continue
        lines = style.line(LINES[name], len(time))
        axes.plot(time, values, label=ROLLOUTS[name], **lines)
        if band and name in ("plain", "corrected"):
            low, high = (positive(evaluation.over_time(name, extreme)[chosen])
                         for extreme in ("minimum", "maximum"))
            axes.fill_between(time, low, high, color=lines["color"], alpha=0.15, linewidth=0)
    log_axis(axes)
    axes.set(xlabel="$t$", ylabel=label)
    frame(figure, title, columns=3)
    return figure


def compared_curves(evaluations: Dict[str, Evaluation], title: str) -> Figure:
    """The corrected error over time of several runs, and the plain one of the first."""
    figure, axes = panel(6.4, 3.1)
    for number, (name, evaluation) in enumerate(evaluations.items()):
        if number == 0:
            axes.plot(evaluation.time, positive(evaluation.over_time("plain")), color="0.45",
                      linestyle=":", label="plain")
        axes.plot(evaluation.time, positive(evaluation.over_time("corrected")), label=name,
                  **style.line(number, len(evaluation.time)))
    log_axis(axes)
    axes.set(xlabel="$t$", ylabel="mean squared error")
    frame(figure, title, columns=4)
    return figure


def loss_curves(losses: Dict[str, "tuple[np.ndarray, np.ndarray]"], title: str) -> Figure:
    figure, axes = panel(6.4, 3.1)
    for number, (name, (iterations, loss)) in enumerate(losses.items()):
        axes.plot(iterations, positive(loss), label=name, **style.line(number, len(iterations)))
    log_axis(axes)
    axes.set(xlabel="iteration", ylabel="training loss, in units of the targets")
    frame(figure, title, columns=3)
    return figure


def orbits(reference: np.ndarray, plain: np.ndarray, corrected: np.ndarray, names: Sequence[str],
           title: str) -> Figure:
    """Projections of trajectories [time][trajectory][two components], one panel each."""
    count = reference.shape[1]
    figure, panels = grid(count, height=2.4, share_x=False)
    for i, axes in enumerate(panels):
        for number, (label, states) in enumerate((("corrected", corrected), ("plain", plain),
                                                  ("reference", reference))):
            kind = {"color": (style.BLUE, style.VERMILION, "black")[number],
                    "marker": ("o", "s", ".")[number], "markersize": (4.5, 3, 2.5)[number]}
            axes.plot(states[:, i, 0], states[:, i, 1], linestyle="none", label=label,
                      markerfacecolor="none" if number < 2 else "black", markeredgewidth=0.7,
                      **kind)
        axes.set(xlabel=style.symbol(names[0]), ylabel=style.symbol(names[1]))
    frame(figure, title, columns=3)
    return figure
