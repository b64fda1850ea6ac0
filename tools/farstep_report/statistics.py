# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Two-sample t-tests whose p-values do not underflow: they are computed as logarithms."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import betaln, hyp2f1


class TTest(NamedTuple):
    """A statistic, its degrees of freedom, and the natural logarithm of the two-sided p-value."""

    t: float
    degrees: float
    log_p: float


def log_incomplete_beta(a: float, b: float, x: float) -> float:
    """ln I_x(a, b) by I_x(a, b) = x^a (1 - x)^b / (a B(a, b)) 2F1(a + b, 1; a + 1; x), whose terms
    are all positive; beyond the distribution's middle by I_x(a, b) = 1 - I_{1-x}(b, a)."""
    if x <= 0:
        return -math.inf
    if x >= 1:
        return 0.0
    if x > (a + 1) / (a + b + 2):
        return math.log1p(-math.exp(log_incomplete_beta(b, a, 1 - x)))
    series = float(hyp2f1(a + b, 1, a + 1, x))
    return a * math.log(x) + b * math.log1p(-x) - math.log(a) - float(betaln(a, b)) + math.log(
        series)


def log_p_two_sided(t: float, degrees: float) -> float:
    """ln of the probability that |T| of Student's distribution exceeds |t|."""
    return log_incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def format_log_probability(log_p: float, digits: int = 3) -> str:
    """exp(log_p) as 5.58e-222, also where it would underflow."""
    if not math.isfinite(log_p):
        return "0" if log_p < 0 else "nan"
    exponent, fraction = divmod(log_p / math.log(10), 1)
    mantissa = f"{10**fraction:.{digits - 1}f}"
    if mantissa.startswith("10"):
        mantissa, exponent = f"{1:.{digits - 1}f}", exponent + 1
    return f"{mantissa}e{exponent:+03.0f}" if exponent != 0 else mantissa


def welch_degrees(deviations: "tuple[float, float]", sizes: "tuple[int, int]") -> float:
    """Degrees of freedom by Welch (1947) and Satterthwaite."""
    a, b = (s * s / n for s, n in zip(deviations, sizes))
    return (a + b) ** 2 / (a * a / (sizes[0] - 1) + b * b / (sizes[1] - 1))


def pooled_test(first: np.ndarray, second: np.ndarray) -> TTest:
    """Student's test of two samples of equal variance."""
    m, n = len(first), len(second)
    degrees = m + n - 2
    variance = ((m - 1) * np.var(first, ddof=1) + (n - 1) * np.var(second, ddof=1)) / degrees
    return _test(first, second, variance * (1 / m + 1 / n), degrees)


def welch_test(first: np.ndarray, second: np.ndarray) -> TTest:
    """Welch's test of two samples of any variances."""
    variances = np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second)
    if variances == 0:
        return _test(first, second, 0.0, len(first) + len(second) - 2)
    degrees = welch_degrees((float(np.std(first, ddof=1)), float(np.std(second, ddof=1))),
                            (len(first), len(second)))
    return _test(first, second, variances, degrees)


def _test(first: np.ndarray, second: np.ndarray, variance: float, degrees: float) -> TTest:
    difference = float(np.mean(first) - np.mean(second))
    if variance == 0:
        t = 0.0 if difference == 0 else math.copysign(math.inf, difference)
    else:
        t = difference / math.sqrt(variance)
    log_p = log_p_two_sided(t, degrees) if math.isfinite(t) else -math.inf
    return TTest(t, degrees, log_p)
