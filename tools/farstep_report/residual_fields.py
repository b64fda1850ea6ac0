# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What Euler's scheme leaves out on the phase plane of the simple pendulum, and what a corrector
makes of it (NeurVec, Fig. 7)."""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np

from . import systems

Corrector = Callable[[np.ndarray], np.ndarray]


class Fields(NamedTuple):
    """Squared lengths on the grid [theta][theta_dot]."""

    theta: np.ndarray
    theta_dot: np.ndarray
    network: np.ndarray             # R_NV = |N|^2
    leading: np.ndarray             # R_EL = |1/2 (grad f) f H^2|^2
    difference: np.ndarray          # R_Diff = |1/2 (grad f) f H^2 - N|^2
    true_difference: np.ndarray     # |true residual - N|^2
    leading_to_true: np.ndarray     # |1/2 (grad f) f H^2 - true residual|^2


def leading_error(f: systems.RightHandSide, u: np.ndarray, step: float) -> np.ndarray:
    return systems.second_derivative(f, u) * step**2 / 2


def true_residual(f: systems.RightHandSide, u: np.ndarray, step: float) -> np.ndarray:
    """What is missing from a step of Euler's scheme."""
    return systems.flow(f, u, step) - u - step * f(u)


def fields(network: Corrector, step: float, g: float, theta: np.ndarray,
           theta_dot: np.ndarray) -> Fields:
    f = systems.pendulum_chain(1, g)
    u = np.stack(np.meshgrid(theta, theta_dot, indexing="ij"), axis=-1)
    correction = network(u.reshape(-1, 2)).reshape(u.shape)
    leading, true = leading_error(f, u, step), true_residual(f, u, step)

    def square(v: np.ndarray) -> np.ndarray:
        return np.sum(v**2, axis=-1)

    return Fields(theta, theta_dot, square(correction), square(leading),
                  square(leading - correction), square(true - correction), square(leading - true))
