# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of the trajectories that an evaluation stores in full: histograms over time, and errors
where the solution bends most."""

from __future__ import annotations

from typing import Dict, List, Sequence

import numpy as np

from . import histograms, style, systems, top_decile
from .pictures import Pictures, frame, panel
from .reading import Component, FarstepFile

# Of the far step; others are left to the report.
SHOWN = ("plain", "corrected")
COLUMNS = 2  # components a page
FEWEST = 20  # trajectories that make a histogram


def draw(file: FarstepFile, pictures: Pictures, names: Sequence[str]) -> None:
    if not (file.has("state") and file.has("reference_state")):
        return
    components = file.chosen_components(names)
    ensembles = read(file)
    if ensembles["reference"].shape[1] < FEWEST:
        return
    draw_histograms(file, pictures, ensembles, components)
    if systems.is_known(file):
        draw_steepest(file, pictures, ensembles)


def read(file: FarstepFile) -> Dict[str, np.ndarray]:
    """The reference, the plain and the corrected step: [time][trajectory][component]."""
    rollouts = file.names("rollout") if file.has("rollout") else list(SHOWN)
    times, dimension = len(file.time()), len(file.components())
    states = file.values("state", len(rollouts), times, -1, dimension)
    reference = file.values("reference_state", times, states.shape[2], dimension)
    return {"reference": reference, **{name: states[rollouts.index(name)] for name in SHOWN}}


def title_of(file: FarstepFile) -> str:
    return file.title(f"{file.scheme()} at step {file.step()}")


def draw_histograms(file: FarstepFile, pictures: Pictures, ensembles: Dict[str, np.ndarray],
                    components: List[Component]) -> None:
    pages = [components[first:first + COLUMNS] for first in range(0, len(components), COLUMNS)]
    count = style.count(ensembles["reference"].shape[1])
    for page, part in enumerate(pages, 1):
        chosen = [component.index for component in part]
        figure = histograms.draw(
            file.time(), {name: states[:, :, chosen] for name, states in ensembles.items()},
            [component.label for component in part], title_of(file),
            f"How many of {count} trajectories cross each cell of time and value (logarithmic "
            f"colour), on the range of the reference. {file.omitted(components)}",
            file.time_label())
        pictures.save(figure, "histograms", page)


def draw_steepest(file: FarstepFile, pictures: Pictures,
                  ensembles: Dict[str, np.ndarray]) -> None:
    reference = ensembles["reference"]
    second = systems.second_derivative(systems.of_file(file), reference)
    steepest = top_decile.steepest(np.nan_to_num(second))
    figure, axes = panel()
    time, lines = file.time(), 0
    for name in SHOWN:
        for chosen, which in ((slice(None), "all"), (steepest, "steepest tenth")):
            errors = [top_decile.mean_square_error(now, then) for now, then in
                      zip(ensembles[name][:, chosen], reference[:, chosen])]
            values = np.array(errors)
            axes.plot(time, np.where(values > 0, values, np.nan), label=f"{name}, {which}",
                      **style.line(lines, len(time)))
            lines += 1
    axes.set_yscale("log")
    axes.set(xlabel=file.time_label(), ylabel="mean squared error")
    frame(figure, title_of(file),
          f"Of {style.count(reference.shape[1])} trajectories and of the "
          f"{style.count(len(steepest))} whose largest second derivative is largest; failed ones "
          "are left out.", columns=2)
    pictures.save(figure, "steepest")
