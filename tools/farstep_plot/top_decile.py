# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Errors on the tenth of the trajectories whose second derivative is largest (AttNS, Sec. 6)."""

from __future__ import annotations

import numpy as np


def steepest(second: np.ndarray, fraction: float = 0.1) -> np.ndarray:
    """Numbers of the trajectories with the largest |u''| of second derivatives
    [time][trajectory][component], at least one of them."""
    size = np.max(np.abs(second), axis=(0, 2))
    count = max(1, int(round(fraction * len(size))))
    return np.sort(np.argsort(size)[::-1][:count])


def mean_square_error(states: np.ndarray, reference: np.ndarray) -> float:
    """Over trajectories and components [trajectory][component]; failed ones are left out."""
    errors = np.mean((states - reference) ** 2, axis=-1)
    finite = errors[np.isfinite(errors)]
    return float(np.mean(finite)) if len(finite) else float("nan")
