# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures that sections share."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence

import matplotlib.pyplot as plt
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


def histograms(counts: Dict[str, List[np.ndarray]], components: Sequence[str],
               ranges: Sequence["tuple[float, float]"], end: float, title: str) -> Figure:
    """One row a rollout, one column a component; counts [time bin][value bin]."""
    rows, columns = len(counts), len(components)
    figure, axes = plt.subplots(rows, columns, figsize=(4.1 * columns, 1.75 * rows + 0.3),
                                sharex="all", squeeze=False)
    for i, (name, row) in enumerate(counts.items()):
        for j, count in enumerate(row):
            low, high = ranges[j]
            axes[i][j].imshow(np.log1p(count.T), origin="lower", aspect="auto", cmap="viridis",
                              extent=(0, end, low, high), interpolation="nearest")
            axes[i][j].grid(False)
            axes[i][j].set_ylabel(style.symbol(components[j]))
            axes[i][j].set_title(name, fontsize=8.5)
    for axis in axes[-1]:
        axis.set_xlabel("$t$")
    frame(figure, title, columns=0)
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


def field_maps(maps: Dict[str, np.ndarray], theta: np.ndarray, theta_dot: np.ndarray, title: str,
               note: str, outline: Optional[np.ndarray] = None) -> Figure:
    """Logarithmic maps on the phase plane; `outline` marks the box of initial states."""
    figure, panels = grid(len(maps), height=2.5)
    figure.set_layout_engine("constrained")  # before colour bars, which settle with their engine
    for axes, (name, values) in zip(panels, maps.items()):
        floor = 1e-12 * np.nanmax(values)  # or one zero would take up the scale
        image = axes.pcolormesh(theta, theta_dot, np.log10(np.maximum(values.T, floor)),
                                cmap="viridis", shading="nearest", rasterized=True)
        figure.colorbar(image, ax=axes, label="log10")
        axes.grid(False)
        axes.set_title(name, fontsize=8.5)
        axes.set(xlabel=r"$\theta$", ylabel=r"$\dot{\theta}$")
        if outline is not None:
            axes.plot(outline[:, 0], outline[:, 1], color="white", linewidth=1.2)
    frame(figure, title, note, columns=0)
    return figure
