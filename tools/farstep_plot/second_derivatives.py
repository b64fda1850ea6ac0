# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""How large u'' is along trajectories (AttNS, Table 6): percentages below thresholds.

The paper does not say which number a trajectory or a sample contributes, so three readings stand
side by side."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Sequence

import numpy as np


class Readings(NamedTuple):
    """Percentages of samples below each threshold."""

    largest_component: List[float]  # |u''| of the component that reaches highest, sample by sample
    maximum: List[float]            # largest |u''| of all components, sample by sample
    pooled: List[float]             # every component of every sample counts by itself

    def by_name(self) -> Dict[str, List[float]]:
        return dict(zip(("one component", "largest of all components", "components pooled"), self))


def percent_below(values: np.ndarray, thresholds: Sequence[float]) -> List[float]:
    flat = np.asarray(values).ravel()
    return [100 * float(np.mean(flat < threshold)) for threshold in thresholds]


def readings(second: np.ndarray, thresholds: Sequence[float]) -> Readings:
    """Of second derivatives [..., component]."""
    size = np.abs(second).reshape(-1, second.shape[-1])
    highest = int(np.argmax(size.max(axis=0)))
    return Readings(percent_below(size[:, highest], thresholds),
                    percent_below(size.max(axis=1), thresholds), percent_below(size, thresholds))
