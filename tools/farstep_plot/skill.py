# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of forecasts that chaos ends: skill by lead time, ranks of the truth, climate."""

from __future__ import annotations

import numpy as np

from . import style
from .pictures import Pictures, frame, grid, panel
from .reading import FarstepFile

USEFUL = 0.6


def draw(file: FarstepFile, pictures: Pictures) -> None:
    if file.has("normalised_rmse"):
        draw_skill(file, pictures)
        draw_ranks(file, pictures)
    if file.has("climate"):
        draw_climate(file, pictures)


def title_of(file: FarstepFile) -> str:
    return file.title(f"{file.scheme()} at step {file.step()}, and its rivals")


def draw_skill(file: FarstepFile, pictures: Pictures) -> None:
    names, time = file.names("rollout"), file.time()
    figure, (left, right) = grid(2, height=2.6)
    for number, name in enumerate(names):
        kind = style.line(number, len(time))
        error, correlation = (file.values(key, len(names), len(time))[number]
                              for key in ("normalised_rmse", "anomaly_correlation"))
        left.plot(time, error, label=name, **kind)
        right.plot(time, correlation, label=name, **kind)
    left.set(xlabel=file.time_label(), ylabel="error / deviation of the truth", ylim=(0, 1.6))
    right.axhline(USEFUL, color="0.4", linewidth=0.8)
    right.set(xlabel=file.time_label(), ylabel="anomaly correlation", ylim=(0, 1.02))
    frame(figure, title_of(file),
          f"{style.count(file.number('trajectories'))} forecasts from perfect initial states. "
          f"Below an anomaly correlation of {USEFUL} (line) a forecast is of no use.")
    pictures.save(figure, "skill")


def draw_ranks(file: FarstepFile, pictures: Pictures) -> None:
    leads, ranks = file.values("ensembles/lead", -1), file.values("ensembles/rank", -1)
    counts = file.values("ensembles/count", len(leads), len(ranks))
    spread, error = (file.values(f"ensembles/{key}", len(leads)) for key in ("spread", "error"))
    figure, panels = grid(len(leads), height=1.9, share_x=False)
    for axes, lead, count, s, e in zip(panels, leads, counts, spread, error):
        axes.bar(ranks, count / count.sum(), width=0.9, color="0.8", edgecolor="black",
                 linewidth=0.5)
        axes.axhline(1 / len(ranks), color=style.VERMILION, linestyle="--")
        axes.set_title(f"lead {lead:g}: spread {s:.3f}, error {e:.3f}")
        axes.set(xlabel="members below the truth", ylabel="share")
    frame(figure, file.title(f"ranks of the truth among {len(ranks) - 1} members, corrected"),
          "Flat (dashed) where truth and members are alike; peaks at both ends where the members "
          "spread too little. Spread and error of the mean in deviations of the truth.", columns=0)
    pictures.save(figure, "ranks")


def draw_climate(file: FarstepFile, pictures: Pictures) -> None:
    names = file.names("rollout")
    value = file.values("climate/value", -1, -1)
    truth = file.values("climate/truth", *value.shape)
    frequency = file.values("climate/frequency", len(names), *value.shape)
    distance = file.values("climate/kolmogorov_smirnov", len(names))
    floor = float(file.attribute("kolmogorov_smirnov_floor", 0.0, "climate"))
    figure, axes = panel()
    axes.fill_between(value[0], truth[0], color="0.85", label="truth")
    for number, name in enumerate(names):
        axes.plot(value[0], frequency[number, 0], label=f"{name}, {distance[number]:.2g}",
                  **style.line(number))
    axes.set(xlabel="value of a component", ylabel="share of states", ylim=(0, None))
    which = "" if len(value) == 1 else " of the first component"
    frame(figure, title_of(file),
          f"Long forecasts{which}; beside each its Kolmogorov-Smirnov distance from the truth. "
          f"Two runs of the truth are {floor:.2g} apart.")
    pictures.save(figure, "climate")
