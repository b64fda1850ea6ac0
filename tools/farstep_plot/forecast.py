# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a forecast: fans of the ensemble's statistics, failures, chosen trajectories."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from . import style, trajectories
from .pictures import Pictures, frame, grid, label_time, panel
from .reading import FarstepFile

STATISTICS = ("mean", "minimum", "maximum")


class Fan(NamedTuple):
    """Statistics of one quantity over time, as many as the file has."""

    time: np.ndarray
    levels: np.ndarray  # probabilities of the quantiles, ascending
    quantiles: Optional[np.ndarray]  # (time, level)
    lines: Dict[str, np.ndarray]  # mean, minimum, maximum


def draw(file: FarstepFile, pictures: Pictures, names: Sequence[str]) -> None:
    components = file.chosen_components(names)
    if any(file.has(name) for name in (*STATISTICS, "quantiles")):
        draw_fans(file, pictures, components)
        draw_energy(file, pictures)
    draw_running(file, pictures)
    if file.has("state"):
        data = trajectories.read(file, title_of(file), with_cloud=False)
        trajectories.draw_series(file, pictures, data, components,
                                 f"{data.note} {file.omitted(components)}".strip())
        trajectories.draw_phase(file, pictures, data, components)


def title_of(file: FarstepFile) -> str:
    kind = "corrected" if file.number("corrected", 0) else "plain"
    return file.title(f"{kind} {file.scheme()} at step {file.step()}, "
                      f"{style.count(file.number('trajectories'))} trajectories")


def finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)


def read_fans(file: FarstepFile, prefix: str = "") -> List[Fan]:
    """One fan a component, or the energy's alone."""
    time = file.time()
    width = () if prefix else (len(file.components()),)
    count = width[0] if width else 1
    lines = {name: finite(file.values(prefix + name, len(time), *width)).reshape(-1, count)
             for name in STATISTICS if file.has(prefix + name)}
    levels, quantiles = np.empty(0), None
    if file.has(prefix + "quantiles"):
        levels = file.values("quantile", -1)
        quantiles = finite(file.values(prefix + "quantiles", len(time), len(levels), *width))
        order = np.argsort(levels)
        levels = levels[order]
        quantiles = quantiles.reshape(len(time), len(levels), count)[:, order]
    return [Fan(time, levels, None if quantiles is None else quantiles[:, :, i],
                {name: values[:, i] for name, values in lines.items()}) for i in range(count)]


def draw_fan(axes: Axes, fan: Fan) -> None:
    """From the outside in: extremes, bands of quantiles from light to dark, median, mean."""
    if "minimum" in fan.lines and "maximum" in fan.lines:
        axes.plot(fan.time, fan.lines["minimum"], color="0.35", linestyle=":", linewidth=0.9,
                  label="minimum and maximum")
        axes.plot(fan.time, fan.lines["maximum"], color="0.35", linestyle=":", linewidth=0.9)
    if fan.quantiles is not None:
        draw_bands(axes, fan)
    if "mean" in fan.lines:
        axes.plot(fan.time, fan.lines["mean"], color=style.VERMILION, linestyle="--", linewidth=1.1,
                  label="mean")


def draw_bands(axes: Axes, fan: Fan) -> None:
    pairs = len(fan.levels) // 2
    for i in range(pairs):
        low, high = fan.levels[i], fan.levels[-1 - i]
        axes.fill_between(fan.time, fan.quantiles[:, i], fan.quantiles[:, -1 - i],
                          facecolor=style.BLUE, edgecolor="none", alpha=0.2 + 0.25 * i / pairs,
                          label=f"quantiles {low:g} to {high:g}")
    if len(fan.levels) % 2:
        middle = fan.levels[pairs]
        axes.plot(fan.time, fan.quantiles[:, pairs], color=style.BLACK, linewidth=1.1,
                  label="median" if middle == 0.5 else f"quantile {middle:g}")


def draw_fans(file: FarstepFile, pictures: Pictures, components: list) -> None:
    fans = read_fans(file)
    for page, part in enumerate(style.pages(components), 1):
        figure, panels = grid(len(part))
        for axes, component in zip(panels, part):
            draw_fan(axes, fans[component.index])
            axes.set_ylabel(component.label)
        label_time(panels, file.time_label())
        frame(figure, title_of(file), file.omitted(components))
        pictures.save(figure, "fan", page)


def draw_energy(file: FarstepFile, pictures: Pictures) -> None:
    if not any(file.has("energy_" + name) for name in (*STATISTICS, "quantiles")):
        return
    figure, axes = panel()
    draw_fan(axes, read_fans(file, "energy_")[0])
    axes.set(xlabel=file.time_label(),
             ylabel=style.axis_label("energy $H$", file.text("energy_unit", "1")))
    frame(figure, title_of(file))
    pictures.save(figure, "energy")


def draw_running(file: FarstepFile, pictures: Pictures) -> None:
    """Only if trajectories failed."""
    time = file.time()
    running = file.values("running", len(time))
    size = file.number("trajectories")
    if np.all(running == size):
        return
    figure, axes = panel(5.6, 3.0)
    axes.step(time, running, where="post", color=style.BLUE)
    axes.set_ylim(bottom=0, top=1.05 * size)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.count(value)))
    axes.set(xlabel=file.time_label(), ylabel="trajectories not failed")
    frame(figure, title_of(file), f"{style.count(size - running[-1])} of {style.count(size)} "
                                  "trajectories failed; the statistics are over the others.")
    pictures.save(figure, "running")
