# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a model: its loss over the iterations of the fit (or, for a closed-form fit, what it
gained), and the box of states that it was trained on."""

from __future__ import annotations

from typing import List, Sequence

import numpy as np
from matplotlib.axes import Axes

from . import residuals, style
from .pictures import Pictures, frame, panel
from .reading import Component, FarstepFile


def draw(file: FarstepFile, pictures: Pictures, names: Sequence[str]) -> None:
    iterations = file.values("history/iteration", -1)
    if len(iterations) > 1:
        draw_loss(file, pictures, iterations)
    else:
        draw_gain(file, pictures)
    if file.has("component"):
        draw_box(file, pictures, file.chosen_components(names))
    residuals.draw(file, pictures)


def title_of(file: FarstepFile) -> str:
    return file.title(f"{file.text('corrector')} corrector of {file.scheme()} "
                      f"at step {file.step()}")


def gain(file: FarstepFile) -> str:
    return (f"Fit: {file.text('fit')}. The corrector reduces the single-step mean squared error "
            f"{file.number('single_step_reduction'):.3g} times, a linear one "
            f"{file.number('linear_reduction'):.3g} times.")


def draw_loss(file: FarstepFile, pictures: Pictures, iterations: np.ndarray) -> None:
    figure, axes = panel()
    count = len(iterations)
    for number, name in enumerate(("training", "validation")):
        loss = file.values(f"history/{name}_loss", count)
        axes.plot(iterations, loss, label=f"{name} loss", **style.line(number, count))
    axes.set_yscale("log")
    axes.set(xlabel="iteration", ylabel="mean squared error, standardised")
    rate = file.values("history/learning_rate", count)
    if np.any(rate > 0):
        draw_rate(axes, iterations, rate)
    frame(figure, title_of(file), gain(file))
    pictures.save(figure, "loss")


def draw_rate(axes: Axes, iterations: np.ndarray, rate: np.ndarray) -> None:
    """On an axis of its own; a closed-form fit's rate of zero is left out."""
    twin = axes.twinx()
    twin.plot(iterations, np.where(rate > 0, rate, np.nan), color="0.45", linestyle=":",
              label="learning rate (right)")
    twin.set_ylim(bottom=0)
    twin.set_ylabel("learning rate")
    twin.spines["right"].set_visible(True)
    twin.grid(False)


def draw_gain(file: FarstepFile, pictures: Pictures) -> None:
    """A closed-form fit has no history: how far it and a linear map reduce the error instead."""
    figure, axes = panel(5.6, 2.2)
    names = ["linear corrector", "this corrector"]
    gains = [file.number("linear_reduction"), file.number("single_step_reduction")]
    bars = axes.barh(names, gains, height=0.55, color=["0.8", style.BLUE],
                     edgecolor="black", hatch=["////", ""], linewidth=0.7)
    axes.set_xscale("log")
    axes.bar_label(bars, [f"{value:.3g}" for value in gains], padding=3)
    axes.set_xlim(left=min(1.0, *gains), right=max(10.0, max(gains) ** 1.25))
    axes.grid(False, axis="y")
    axes.set(xlabel="single-step mean squared error, reduced by a factor of")
    frame(figure, title_of(file),
          f"Fit: {file.text('fit')}. Closed form, so there is no loss history; validation loss in "
          f"standardised units {file.number('validation_loss'):.3g}.")
    pictures.save(figure, "loss")


def by_component(values: np.ndarray, count: int) -> np.ndarray:
    """One number a component; local networks have one for all of them."""
    return values if len(values) == count else np.full(count, values[len(values) // 2])


def draw_box(file: FarstepFile, pictures: Pictures, components: List[Component]) -> None:
    """In standard deviations, so that components of all units share an axis."""
    count = len(file.components())
    low, high = (file.values(name, count) for name in ("box_low", "box_high"))
    centre, scale = (by_component(file.values(name, -1), count)
                     for name in ("centre", "input_scale"))
    scale = np.where(scale > 0, scale, 1.0)
    for page, part in enumerate(style.pages(components), 1):
        figure, axes = panel(5.6, 1.2 + 0.36 * len(part))
        for row, component in enumerate(part):
            i = component.index
            left, right = (low[i] - centre[i]) / scale[i], (high[i] - centre[i]) / scale[i]
            axes.barh(row, right - left, left=left, height=0.5, color="0.85", edgecolor="black",
                      linewidth=0.7)
            for place, value, side in ((left, low[i], "right"), (right, high[i], "left")):
                axes.annotate(style.quantity(float(f"{value:.3g}"), component.unit), (place, row),
                              xytext=(-3 if side == "right" else 3, 0), va="center", ha=side,
                              textcoords="offset points", fontsize=7.5)
        axes.axvline(0, color="0.4", linewidth=0.8)
        axes.set_yticks(range(len(part)), [style.symbol(component.name) for component in part])
        axes.invert_yaxis()
        axes.use_sticky_edges = False
        axes.margins(x=0.2)
        axes.grid(False, axis="y")
        axes.set(xlabel="distance from the mean in standard deviations")
        frame(figure, file.title("range of the training states"),
              f"Outside of this box the corrector extrapolates. {file.omitted(components)}")
        pictures.save(figure, "box", page)
