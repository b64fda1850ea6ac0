# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Figures: a panel or a grid of them, what frames them, and their files."""

from __future__ import annotations

import pathlib
import textwrap
from typing import Any, Dict, List, Tuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .reading import FileError

Panels = Tuple[Figure, List[Axes]]


def panel(width: float = 5.6, height: float = 3.2) -> Tuple[Figure, Axes]:
    return plt.subplots(figsize=(width, height))


def grid(count: int, height: float = 1.75, share_x: bool = True) -> Panels:
    """Panels in two columns (one alone: one), read row by row."""
    columns = min(2, count)
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.6 * columns + 0.2, height * rows + 0.3),
                                sharex="all" if share_x else "none", squeeze=False)
    panels = list(axes.flat)
    for unused in panels[count:]:
        unused.set_visible(False)
        # The panel above is now the lowest of its column.
        panels[count - columns].xaxis.set_tick_params(labelbottom=True)
    return figure, panels[:count]


def label_time(panels: List[Axes], label: str) -> None:
    """Time stands under the lowest panel of each column."""
    for axes in panels[-2:]:
        axes.set_xlabel(label)


def frame(figure: Figure, title: str, note: str = "", columns: int = 3) -> None:
    """Around the panels: above them the title and the legend of all their curves (none for
    columns = 0), below them a note. The figure grows by what these need."""
    entries: Dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels()):
            entries.setdefault(label, handle)
    rows = -(-len(entries) // columns) if columns else 0
    lines = textwrap.wrap(note, int(figure.get_figwidth() * 17))
    title_lines = textwrap.wrap(title, int(figure.get_figwidth() * 13))
    headroom = 0.08 + 0.16 * len(title_lines)  # inches, as all here
    above, below = headroom + 0.06 + 0.19 * rows, 0.16 * len(lines) + 0.05
    height = figure.get_figheight() + above + below
    figure.set_figheight(height)
    figure.text(0.5, 1 - 0.08 / height, "\n".join(title_lines), ha="center", va="top", fontsize=10)
    figure.text(0.02, 0.06 / height, "\n".join(lines), ha="left", va="bottom", fontsize=8)
    if rows:
        figure.legend(entries.values(), entries.keys(), loc="upper center", ncols=columns,
                      bbox_to_anchor=(0.5, 1 - (headroom - 0.02) / height), frameon=False)
    figure.set_layout_engine("constrained",
                             rect=(0, below / height, 1, 1 - (above + below) / height))


class Pictures:
    """Writes figures as <folder>/<stem>-<what>.<format> and prints their names."""

    def __init__(self, folder: pathlib.Path, stem: str, formats: List[str], dpi: int) -> None:
        self._folder = folder
        self._stem = stem
        self._formats = formats
        self._dpi = dpi

    def save(self, figure: Figure, what: str, page: int = 1) -> None:
        suffix = what if page == 1 else f"{what}-{page}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for kind in self._formats:
                name = self._folder / f"{self._stem}-{suffix}.{kind}"
                # Without a date, the same file gives the same picture.
                dated = {"CreationDate": None} if kind == "pdf" else {}
                figure.savefig(name, dpi=self._dpi, metadata=dated)
                print(name, flush=True)
        except OSError as error:
            place = error.filename or self._folder
            raise FileError(f"{place}: cannot be written: {error.strerror or error}") from error
        finally:
            plt.close(figure)
