# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Systems, and classical Runge–Kutta for diffrax, as the peers on JAX use them."""

from typing import ClassVar

import diffrax
import numpy as np


def henon_heiles(_time, u, _parameters):
    x, y, px, py = u
    return (px, py, -x - 2 * x * y, -y - x * x + y * y)


def lorenz63(_time, u, parameters):
    sigma, rho, beta = parameters
    x, y, z = u
    return (sigma * (y - x), x * (rho - z) - y, x * y - beta * z)


SYSTEMS = {"henon_heiles": henon_heiles, "lorenz63": lorenz63}


class RungeKutta4(diffrax.AbstractERK):
    """diffrax has none; the estimate of errors, which fixed steps do not use, is zero."""

    tableau: ClassVar[diffrax.ButcherTableau] = diffrax.ButcherTableau(
        a_lower=(np.array([0.5]), np.array([0, 0.5]), np.array([0, 0, 1.0])),
        b_sol=np.array([1, 2, 2, 1]) / 6, b_error=np.zeros(4), c=np.array([0.5, 0.5, 1.0]))
    interpolation_cls = diffrax.ThirdOrderHermitePolynomialInterpolation.from_k

    def order(self, terms):
        return 4
