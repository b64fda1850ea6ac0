# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of an evaluation: errors over time, energy errors, the work-precision diagram."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from . import skill, states, style
from .pictures import Pictures, frame, panel
from .reading import FarstepFile, FileError

# What the far step's rollouts look like: curves, and a band that also differs in black and white.
ROLLOUTS = ("plain", "corrected")
COLOURS = {"plain": style.VERMILION, "corrected": style.BLUE}
MARKERS = {"plain": "s", "corrected": "o"}
BANDS = {"plain": {"facecolor": "none", "hatch": "////", "edgecolor": style.VERMILION,
                   "linewidth": 0.5, "alpha": 0.6},
         "corrected": {"facecolor": style.BLUE, "edgecolor": "none", "alpha": 0.25}}
# The others: colour, line style and marker, none of them taken above.
OTHERS = [(style.GREEN, "-.", "^"), (style.PURPLE, ":", "D"),
          (style.ORANGE, (0, (5, 1, 1, 1, 1, 1)), "v"), (style.BLACK, (0, (1, 2)), "x"),
          (style.BLACK, "-.", "P"), (style.GREEN, ":", "*")]
SMALLEST = 1e-290  # what lies below stands for zero
# A trajectory on its way to infinity: ticks beyond it would be no numbers.
LARGEST = 1e100


class Curve(NamedTuple):
    """A scheme's points of the work-precision diagram, failed ones left out."""

    steps: np.ndarray
    costs: np.ndarray
    errors: np.ndarray
    failed: int
    adaptive: bool


def draw(file: FarstepFile, pictures: Pictures, components: Sequence[str]) -> None:
    if not file.has("work_precision"):
        raise FileError(f"{file.path}: group 'work_precision' is missing")
    draw_error(file, pictures)
    if file.has("energy_mean"):
        draw_energy(file, pictures)
    draw_work_precision(file, pictures)
    skill.draw(file, pictures)
    states.draw(file, pictures, components)


def rollouts_of(file: FarstepFile) -> List[str]:
    """The far step's, then rivals and further plain schemes."""
    return file.names("rollout") if file.has("rollout") else list(ROLLOUTS)


def rollout_values(file: FarstepFile, rollout: str, statistic: str) -> np.ndarray:
    """A statistic of one rollout over time."""
    names = rollouts_of(file)
    return file.values(statistic, len(names), -1)[names.index(rollout)]


def positive(values: np.ndarray) -> np.ndarray:
    """For logarithmic axes: NaN where a value is no positive number, or too large to be drawn."""
    return np.where((values > SMALLEST) & (values < LARGEST), values, np.nan)


def label_of(file: FarstepFile, rollout: str) -> str:
    return f"{rollout} {file.scheme()}"


def title_of(file: FarstepFile) -> str:
    return file.title(f"{file.scheme()} at step {file.step()}, plain and corrected")


def failures(file: FarstepFile) -> str:
    """A sentence if trajectories failed."""
    size = int(file.number("trajectories"))
    lost = {name: size - int(rollout_values(file, name, "running")[-1])
            for name in rollouts_of(file)}
    if not any(lost.values()):
        return ""
    counts = ", ".join(f"{count} {name}" for name, count in lost.items()
                       if count > 0 or name in ROLLOUTS)
    return f" Failed by the end, and left out: {counts}."


def log_axis(axes: Axes) -> None:
    """Few decades on the axis, however many it spans."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=8))
    axes.yaxis.set_minor_formatter(NullFormatter())


def draw_others(axes: Axes, file: FarstepFile, statistic: str) -> None:
    """Rivals and further plain schemes, each as one line."""
    time = file.time()
    every = max(1, len(time) // 10)
    for number, name in enumerate(rollouts_of(file)[len(ROLLOUTS):]):
        colour, dashes, marker = OTHERS[number % len(OTHERS)]
        axes.plot(time, positive(rollout_values(file, name, statistic)), color=colour,
                  linestyle=dashes, marker=marker, label=f"{name}, mean",
                  markevery=((number + 1) * every // 4 % every, every))


def draw_error(file: FarstepFile, pictures: Pictures) -> None:
    figure, axes = panel()
    time = file.time()
    for number, name in enumerate(ROLLOUTS):
        low, middle, mean, high = (
            positive(rollout_values(file, name, statistic))
            for statistic in ("minimum", "median", "mean_square", "maximum"))
        label = label_of(file, name)
        every = max(1, len(time) // 10)
        axes.fill_between(time, low, high, label=f"{label}, range", **BANDS[name])
        axes.plot(time, mean, color=COLOURS[name], marker=MARKERS[name], label=f"{label}, mean",
                  markevery=(number * every // 2, every))
        axes.plot(time, middle, color=COLOURS[name], linestyle="--", label=f"{label}, median")
    draw_others(axes, file, "mean_square")
    log_axis(axes)
    axes.set(xlabel=file.time_label(), ylabel="squared error")
    frame(figure, title_of(file),
          f"Error of {style.count(file.number('trajectories'))} trajectories against the "
          "reference, mean over components; the bands hold all trajectories." + failures(file),
          columns=2)
    pictures.save(figure, "error")


def draw_energy(file: FarstepFile, pictures: Pictures) -> None:
    figure, axes = panel()
    time = file.time()
    for number, name in enumerate(ROLLOUTS):
        every = max(1, len(time) // 10)
        marks = {"color": COLOURS[name], "marker": MARKERS[name],
                 "markevery": (number * every // 2, every)}
        mean, largest = (positive(rollout_values(file, name, f"energy_{statistic}"))
                         for statistic in ("mean", "maximum"))
        label = label_of(file, name)
        axes.plot(time, mean, label=f"{label}, mean", **marks)
        axes.plot(time, largest, linestyle="--", label=f"{label}, maximum",
                  **{**marks, "markerfacecolor": "white"})
    draw_others(axes, file, "energy_mean")
    log_axis(axes)
    energy = style.axis_label("$|H(t) - H(0)|$", file.text("energy_unit", "1"))
    axes.set(xlabel=file.time_label(), ylabel=energy)
    frame(figure, title_of(file),
          f"Energy error of {style.count(file.number('trajectories'))} trajectories."
          + failures(file), columns=2)
    pictures.save(figure, "energy")


def read_curve(file: FarstepFile, scheme: str) -> Curve:
    group = f"work_precision/{scheme}"
    steps = file.values(f"{group}/step", -1)
    errors = positive(file.values(f"{group}/error", len(steps)))
    costs = positive(file.values(f"{group}/cost", len(steps)))
    good = np.isfinite(errors) & np.isfinite(costs)
    return Curve(steps[good], costs[good], errors[good], int(np.sum(~good)),
                 file.has(f"{group}/tolerance"))


def label_steps(axes: Axes, curve: Curve) -> None:
    """Where a shorter step still pays; on the plateau of rounding errors labels would collide."""
    for i, (step, cost, error) in enumerate(zip(curve.steps, curve.costs, curve.errors)):
        if i == 0 or error < 0.3 * curve.errors[i - 1]:
            axes.annotate(f"{step:.3g}", (cost, error), textcoords="offset points", xytext=(3, 3),
                          fontsize=6.5)


def draw_work_precision(file: FarstepFile, pictures: Pictures) -> None:
    curves: Dict[str, Curve] = {name: read_curve(file, name)
                                for name in file.children("work_precision")}
    corrected = curves.pop("corrected", None)
    figure, axes = panel(5.6, 4.2)
    for number, (name, curve) in enumerate(curves.items()):
        axes.plot(curve.costs, curve.errors, label=f"plain {style.scheme_name(name)}",
                  **style.line(number + 1, len(curve.costs), len(curve.costs)))
        if not curve.adaptive:
            label_steps(axes, curve)
    if corrected is not None and corrected.errors.size > 0:
        axes.axhline(corrected.errors[0], color="0.4", linestyle=":", linewidth=1)
        axes.plot(corrected.costs, corrected.errors, linestyle="none", marker="*", markersize=13,
                  color=style.BLUE, markeredgecolor="black", markeredgewidth=0.7, zorder=5,
                  label=f"{label_of(file, 'corrected')}, step {file.step()}")
    axes.set_xscale("log")
    log_axis(axes)
    axes.margins(0.09)
    unit = file.text("time_unit", "1")
    per = "unit of time" if unit == "1" else unit
    end = style.quantity(file.time()[-1], unit)
    axes.set(xlabel=f"cost [ns per trajectory and {per}]",
             ylabel=f"mean squared error at $t$ = {end}")
    axes.legend(loc="upper right")
    frame(figure, file.title(f"work and precision; corrected in {file.text('precision')}"),
          f"{file.text('verdict')} Numbers at points: {style.axis_label('step', unit)}."
          + not_shown(curves, corrected), columns=0)
    pictures.save(figure, "work-precision")


def not_shown(curves: Dict[str, Curve], corrected: Optional[Curve]) -> str:
    count = sum(curve.failed for curve in curves.values())
    count += corrected.failed if corrected is not None else 0
    if count == 0:
        return ""
    return f" Not shown: {count} {'point' if count == 1 else 'points'} with failed trajectories."
