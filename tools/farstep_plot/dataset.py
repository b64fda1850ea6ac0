# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a dataset: its first trajectories over time and in phase space, and how large second
derivatives are."""

from __future__ import annotations

from typing import Sequence

import numpy as np

from . import second_derivatives, style, systems, trajectories
from .pictures import Pictures, frame, panel
from .reading import FarstepFile

MOST_TRAJECTORIES = 1000  # whose second derivatives are looked at


def draw(file: FarstepFile, pictures: Pictures, names: Sequence[str]) -> None:
    components = file.chosen_components(names)
    title = file.title(f"reference by {file.scheme('reference_scheme')} at step "
                       f"{file.step('reference_step')}, sampled every {file.step('sampling_step')}")
    data = trajectories.read(file, title, with_cloud=True)
    trajectories.draw_series(file, pictures, data, components, file.omitted(components))
    trajectories.draw_phase(file, pictures, data, components)
    if systems.is_known(file):
        draw_second_derivatives(file, pictures)


def draw_second_derivatives(file: FarstepFile, pictures: Pictures) -> None:
    """The share of states below every threshold, in the three readings of AttNS's Table 6."""
    states = file.values("state", len(file.time()), -1, len(file.components()),
                         first=MOST_TRAJECTORIES)
    second = systems.second_derivative(systems.of_file(file), states)
    second = second[np.all(np.isfinite(second), axis=-1)]
    if second.size == 0:
        return
    thresholds = np.linspace(0, float(np.max(np.abs(second))), 201)[1:]
    figure, axes = panel()
    for number, (name, shares) in enumerate(
            second_derivatives.readings(second, thresholds).by_name().items()):
        axes.plot(thresholds, shares, label=name, **style.line(number, len(thresholds)))
    axes.set(xlabel="threshold of $|u''|$", ylabel="% of states below", ylim=(0, 101))
    frame(figure, file.title("second derivatives"),
          f"(∇f)f at the stored states of the first {style.count(states.shape[1])} trajectories; "
          "components in their own units.")
    pictures.save(figure, "second-derivatives")
