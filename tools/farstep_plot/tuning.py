# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The picture of a search for the best step: cost and error of all that was tried."""

from __future__ import annotations

from typing import Sequence

import numpy as np

from . import style
from .evaluation import log_axis, positive
from .pictures import Pictures, frame, panel
from .reading import FarstepFile


def draw(file: FarstepFile, pictures: Pictures, _components: Sequence[str]) -> None:
    costs = positive(file.values("cost", -1))
    errors = positive(file.values("error", len(costs)))
    corrected = file.values("corrected", len(costs)) > 0
    figure, axes = panel(5.6, 4.2)
    for chosen, label, marker, colour in ((~corrected, "plain schemes", "s", style.VERMILION),
                                          (corrected, "corrected steps", "o", style.BLUE)):
        axes.plot(costs[chosen], errors[chosen], linestyle="none", marker=marker, color=colour,
                  markerfacecolor="white" if marker == "s" else colour, label=label)
        front = pareto_front(costs[chosen], errors[chosen])
        axes.plot(costs[chosen][front], errors[chosen][front], color=colour, drawstyle="steps-post",
                  linestyle="--" if marker == "s" else "-", linewidth=1)
    axes.axhline(file.number("target_error"), color="0.4", linestyle=":", linewidth=1,
                 label="error asked for")
    axes.set_xscale("log")
    log_axis(axes)
    unit = file.text("time_unit", "1")
    per = "unit of time" if unit == "1" else unit
    end = style.quantity(file.number("until"), unit)
    axes.set(xlabel=f"cost [ns per trajectory and {per}]",
             ylabel=f"mean squared error at $t$ = {end}")
    axes.legend(loc="best")
    lost = int(np.sum(~np.isfinite(errors)))
    frame(figure, file.title("search for the cheapest step"),
          file.text("verdict") + (f" Not shown: {lost} with failed trajectories." if lost else ""),
          columns=0)
    pictures.save(figure, "pareto")


def pareto_front(costs: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Indices of the points that no other point beats in both cost and error, cheapest first."""
    front, best = [], np.inf
    for index in np.argsort(costs):
        if errors[index] < best:
            front.append(index)
            best = errors[index]
    return np.array(front, dtype=int)
