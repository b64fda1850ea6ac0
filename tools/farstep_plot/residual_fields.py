# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What Euler's scheme leaves out on the phase plane of a system of two components, and what a
corrector makes of it (NeurVec, Fig. 7)."""

from __future__ import annotations

from typing import Callable, Dict, NamedTuple, Optional, Tuple

import numpy as np
from matplotlib.figure import Figure

from . import systems
from .pictures import frame, grid

Corrector = Callable[[np.ndarray], np.ndarray]


class Fields(NamedTuple):
    """Squared lengths on the grid [first][second] of the two components."""

    first: np.ndarray
    second: np.ndarray
    network: np.ndarray             # R_NV = |N|^2
    leading: np.ndarray             # R_EL = |1/2 (grad f) f H^2|^2
    difference: np.ndarray          # R_Diff = |1/2 (grad f) f H^2 - N|^2
    true_difference: np.ndarray     # |true residual - N|^2
    leading_to_true: np.ndarray     # |1/2 (grad f) f H^2 - true residual|^2

    def by_name(self) -> Dict[str, np.ndarray]:
        return {"R_NV = |N|²": self.network, "R_EL = |½(∇f)f H²|²": self.leading,
                "R_Diff = |½(∇f)f H² − N|²": self.difference,
                "|true residual − N|²": self.true_difference}


def leading_error(f: systems.RightHandSide, u: np.ndarray, step: float) -> np.ndarray:
    return systems.second_derivative(f, u) * step**2 / 2


def true_residual(f: systems.RightHandSide, u: np.ndarray, step: float) -> np.ndarray:
    """What is missing from a step of Euler's scheme."""
    return systems.flow(f, u, step) - u - step * f(u)


def fields(network: Corrector, f: systems.RightHandSide, step: float, first: np.ndarray,
           second: np.ndarray) -> Fields:
    u = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1)
    correction = network(u.reshape(-1, 2)).reshape(u.shape)
    leading, true = leading_error(f, u, step), true_residual(f, u, step)

    def square(v: np.ndarray) -> np.ndarray:
        return np.sum(v**2, axis=-1)

    return Fields(first, second, square(correction), square(leading),
                  square(leading - correction), square(true - correction), square(leading - true))


def draw(maps: Dict[str, np.ndarray], where: Fields, labels: Tuple[str, str], title: str, note: str,
         outline: Optional[np.ndarray] = None) -> Figure:
    """Logarithmic maps on the grid of fields; `outline` marks a part of it."""
    figure, panels = grid(len(maps), height=2.5)
    figure.set_layout_engine("constrained")  # before colour bars, which settle with their engine
    for axes, (name, values) in zip(panels, maps.items()):
        floor = 1e-12 * np.nanmax(values)  # or one zero would take up the scale
        image = axes.pcolormesh(where.first, where.second, np.log10(np.maximum(values.T, floor)),
                                cmap="viridis", shading="nearest", rasterized=True)
        figure.colorbar(image, ax=axes, label="log10")
        axes.grid(False)
        axes.set_title(name, fontsize=8.5)
        axes.set(xlabel=labels[0], ylabel=labels[1])
        if outline is not None:
            axes.plot(outline[:, 0], outline[:, 1], color="white", linewidth=1.2)
    frame(figure, title, note, columns=0)
    return figure
