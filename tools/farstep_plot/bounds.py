# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The error bounds of both papers for corrected Euler steps (NeurVec, Theorem 1; AttNS, Theorem
5.1), to be held against measured errors.

With L the Lipschitz constant of f, M the largest |u''|, H the far step, h the fine one, T the time
and LS the mean square of the single-step residuals over H, both have the form
alpha h + beta sqrt(LS)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from . import systems


class Constants(NamedTuple):
    """Of a system along its trajectories."""

    lipschitz: float  # L
    curvature: float  # M


def constants(f: systems.RightHandSide, states: np.ndarray) -> Constants:
    """Estimated from below, as the largest values found among states [state][component]."""
    matrices = systems.jacobian(f, states)
    lipschitz = float(np.max(np.linalg.norm(matrices, ord=2, axis=(-2, -1))))
    second = np.linalg.norm(systems.second_derivative(f, states), axis=-1)
    return Constants(lipschitz, float(np.max(second)))


def fine_step_term(system: Constants, time: float, fine_step: float) -> float:
    """alpha h = M e^(2 T L) h / (2 L), of both papers."""
    growth = _exp(2 * time * system.lipschitz)
    return system.curvature * growth / (2 * system.lipschitz) * fine_step


def neurvec_bound(system: Constants, network: float, time: float, fine_step: float,
                  single_step: float) -> float:
    """`network` is L_NV = Lip(N) / H, `single_step` is LS."""
    rate = system.lipschitz + network
    beta = math.sqrt(time) * _exp(time * rate) / math.sqrt(rate)
    return fine_step_term(system, time, fine_step) + beta * math.sqrt(single_step)


def attns_bound(system: Constants, network: float, time: float, fine_step: float,
                single_step: float) -> float:
    """`network` is L_att = Lip(Q) / H, `single_step` is delta."""
    rate = system.lipschitz * (1 + network)
    beta = math.sqrt(time) * _exp(time * rate) / math.sqrt(rate)
    return fine_step_term(system, time, fine_step) + beta * math.sqrt(single_step)


def single_step_loss(residuals: np.ndarray, corrections: np.ndarray, step: float) -> float:
    """LS = mean |(residual - correction) / H|^2 of rows [sample][component]."""
    return float(np.mean(np.sum(((residuals - corrections) / step) ** 2, axis=-1)))


def _exp(exponent: float) -> float:
    return math.exp(exponent) if exponent < 700 else math.inf
