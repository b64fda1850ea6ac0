# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a dataset: its first trajectories over time and in phase space."""

from __future__ import annotations

from typing import Sequence

from . import trajectories
from .pictures import Pictures
from .reading import FarstepFile


def draw(file: FarstepFile, pictures: Pictures, names: Sequence[str]) -> None:
    components = file.chosen_components(names)
    title = file.title(f"reference by {file.scheme('reference_scheme')} at step "
                       f"{file.step('reference_step')}, sampled every {file.step('sampling_step')}")
    data = trajectories.read(file, title, with_cloud=True)
    trajectories.draw_series(file, pictures, data, components, file.omitted(components))
    trajectories.draw_phase(file, pictures, data, components)
