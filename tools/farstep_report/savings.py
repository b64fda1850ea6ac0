# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a corrected step saves at equal error: steps against its own scheme, time against the best
plain one."""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np

from farstep_plot.style import scheme_name

from .runs import Evaluation, Points


class Equal(NamedTuple):
    """Where a plain scheme has the corrector's error."""

    step: float
    cost: float


class Savings(NamedTuple):
    """Factors above 1 are in favour of the corrected step; None where the ladder of plain schemes
    does not tell."""

    error: float
    steps: Optional[float]   # far step over the step of the same scheme
    best: Optional[str]      # the cheapest plain scheme
    time: Optional[float]    # its cost over that of the corrected step


def at_equal_error(points: Points, error: float) -> Optional[Equal]:
    """Between two points of the ladder, longest step first, by straight lines between logarithms;
    the longest step where it is good enough already."""
    previous = None
    for step, found, cost in zip(points.step, points.error, points.cost):
        if not (np.isfinite(found) and np.isfinite(cost)):
            continue
        if found <= error:
            if previous is None or found <= 0 or error <= 0:
                return Equal(float(step), float(cost))
            part = (np.log(error) - np.log(previous[1])) / (np.log(found) - np.log(previous[1]))
            return Equal(*(float(np.exp((1 - part) * np.log(a) + part * np.log(b)))
                           for a, b in ((previous[0], step), (previous[2], cost))))
        previous = (step, found, cost)
    return None


def savings(evaluation: Evaluation) -> Savings:
    error = float(evaluation.work["corrected"].error[0])
    own = evaluation.work.get(evaluation.scheme)
    met = at_equal_error(own, error) if own is not None else None
    best, cheapest = None, None
    for name, points in evaluation.work.items():
        equal = at_equal_error(points, error) if name != "corrected" else None
        if equal is not None and (cheapest is None or equal.cost < cheapest):
            best, cheapest = scheme_name(name), equal.cost
    return Savings(error, evaluation.step / met.step if met else None, best,
                   cheapest / evaluation.cost() if cheapest else None)
