# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Time-series histograms (NeurVec, Figs. 6 and 10): how many curves cross each cell of time and
value."""

from __future__ import annotations

from typing import Dict, Optional, Sequence, Tuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from .pictures import frame

TIME_BINS, VALUE_BINS = 800, 100


def time_series_histogram(time: np.ndarray, curves: np.ndarray,
                          value_range: Optional[Tuple[float, float]] = None,
                          bins: Tuple[int, int] = (TIME_BINS, VALUE_BINS)) -> np.ndarray:
    """Counts [time bin][value bin] of the curves (sample, curve) that pass through each cell, once
    a curve, samples being joined by straight lines.

    Values beyond the range (default: that of the curves) count in the outermost cells; a curve is
    left out of the columns in which it is not finite."""
    low, high = value_range or (float(np.nanmin(curves)), float(np.nanmax(curves)))
    edges = np.linspace(time[0], time[-1], bins[0] + 1)
    smallest, largest = _extent_by_column(time, curves, edges)
    finite = np.isfinite(smallest) & np.isfinite(largest)
    first, last = (_bin_of(extent, low, high, bins[1]) for extent in (smallest, largest))
    # Every curve adds 1 in its first bin and takes it away behind its last: sums give the counts.
    changes = np.zeros((bins[0], bins[1] + 1), dtype=np.int64)
    columns = np.broadcast_to(np.arange(bins[0])[:, None], first.shape)
    np.add.at(changes, (columns[finite], first[finite]), 1)
    np.add.at(changes, (columns[finite], last[finite] + 1), -1)
    return np.cumsum(changes, axis=1)[:, :-1]


def draw(time: np.ndarray, ensembles: Dict[str, np.ndarray], labels: Sequence[str],
         title: str, note: str = "", time_label: str = "$t$") -> Figure:
    """One row an ensemble [time][trajectory][component], one column a component, on the range of
    the first ensemble."""
    figure, axes = plt.subplots(len(ensembles), len(labels), sharex="all", squeeze=False,
                                figsize=(4.1 * len(labels), 1.75 * len(ensembles) + 0.3))
    truth = next(iter(ensembles.values()))
    for column, label in enumerate(labels):
        low, high = (float(extreme(truth[:, :, column])) for extreme in (np.nanmin, np.nanmax))
        if not high > low:  # a component at rest, or no finite number
            low, high = np.nan_to_num(low) - 0.5, np.nan_to_num(low) + 0.5
        for row, (name, states) in enumerate(ensembles.items()):
            panel = axes[row][column]
            count = time_series_histogram(time, states[:, :, column], (low, high))
            panel.imshow(np.log1p(count.T), origin="lower", aspect="auto", cmap="viridis",
                         extent=(time[0], time[-1], low, high), interpolation="nearest")
            panel.grid(False)
            panel.set_ylabel(label)
            panel.set_title(name, fontsize=8.5)
        axes[-1][column].set_xlabel(time_label)
    frame(figure, title, note, columns=0)
    return figure


def _bin_of(values: np.ndarray, low: float, high: float, count: int) -> np.ndarray:
    width = (high - low) / count if high > low else 1.0
    places = np.floor((np.nan_to_num(values, posinf=high, neginf=low) - low) / width)
    return np.clip(places, 0, count - 1).astype(np.int64)


def _extent_by_column(time: np.ndarray, curves: np.ndarray,
                      edges: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value of every curve in every column [column][curve]."""
    ends = np.stack([np.interp(edges, time, curve) for curve in curves.T], axis=1)
    smallest, largest = np.minimum(ends[:-1], ends[1:]), np.maximum(ends[:-1], ends[1:])
    column = np.clip(np.searchsorted(edges, time, side="right") - 1, 0, len(edges) - 2)
    np.minimum.at(smallest, column, curves)
    np.maximum.at(largest, column, curves)
    return smallest, largest
