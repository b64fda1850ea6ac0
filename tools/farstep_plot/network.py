# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""A trained corrector, evaluated from its model file."""

from __future__ import annotations

from typing import Callable, Dict

import numpy as np

from . import systems
from .reading import FarstepFile, FileError


def rational(x: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Coefficients a0 a1 a2 a3 b0 b1 b2."""
    return (((c[3] * x + c[2]) * x + c[1]) * x + c[0]) / ((c[6] * x + c[5]) * x + c[4])


ACTIVATIONS: Dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "rational": rational,
    "inverse_quadratic": lambda x, _: 1 / (1 + x * x),
    "tanh": lambda x, _: np.tanh(x),
    "sin": lambda x, _: np.sin(x),
    "silu": lambda x, _: x / (1 + np.exp(-x)),
    "relu": lambda x, _: np.maximum(0, x),
}

# What networks see where a model file does not say it.
USUAL_INPUTS = {"neurvec": "state", "hypersolver": "state"}


class Network:
    """Q of docs/files.md: a linear map, a polynomial and a hidden layer, in units of the state."""

    def __init__(self, file: FarstepFile) -> None:
        inputs = len(file.names("input"))
        outputs = len(file.names("output"))
        self.corrector = file.text("corrector")
        self.input = file.text("input", USUAL_INPUTS.get(self.corrector, "slope"))
        self.scheme, self.step = file.text("scheme"), file.number("step")
        activation = file.text("activation")
        if activation not in ACTIVATIONS:
            raise FileError(f"{file.path}: an unknown activation, '{activation}'")
        self.activation = ACTIVATIONS[activation]
        self.coefficients = file.values("coefficients", 7)
        self.centre = file.values("centre", inputs)
        self.bias = file.values("bias", outputs)
        self.linear = (file.values("linear", outputs, inputs) if file.has("linear")
                       else np.zeros((outputs, inputs)))
        hidden = file.has("weights")
        self.weights = file.values("weights", -1, inputs) if hidden else np.zeros((0, inputs))
        self.biases = file.values("biases", len(self.weights)) if hidden else np.zeros(0)
        self.outgoing = (file.values("outgoing", len(self.weights), outputs) if hidden
                         else np.zeros((0, outputs)))
        if file.has("monomials"):
            self.exponents = file.values("exponents", -1, inputs)
            self.monomials = file.values("monomials", len(self.exponents), outputs)
        else:
            self.exponents, self.monomials = np.zeros((0, inputs)), np.zeros((0, outputs))

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Of inputs [row][input]."""
        x = rows - self.centre
        y = x @ self.linear.T + self.bias
        for exponents, factors in zip(self.exponents, self.monomials):
            y += np.prod(x**exponents, axis=1, keepdims=True) * factors
        return y + self._activated(x @ self.weights.T + self.biases) @ self.outgoing

    def _activated(self, x: np.ndarray) -> np.ndarray:
        return self.activation(x, self.coefficients)

    def inputs_at(self, f: systems.RightHandSide, states: np.ndarray) -> np.ndarray:
        """What the network sees at states [row][component]."""
        if self.input == "state":
            return states
        slope = systems.slope(self.scheme, f, states, self.step)
        if self.input == "slope":
            return slope
        if self.input == "increment":
            return self.step * slope
        return np.concatenate([states, slope], axis=-1)

    def attention(self, f: systems.RightHandSide, states: np.ndarray) -> np.ndarray:
        """The factor on the increment of a multiplicative corrector (AttNS-m)."""
        return 1 + self(self.inputs_at(f, states))

    def correction(self, f: systems.RightHandSide, states: np.ndarray) -> np.ndarray:
        """What the corrector adds to a plain step."""
        if self.corrector in ("attns_m", "attns_residual"):
            increment = self.step * systems.slope(self.scheme, f, states, self.step)
            return increment * (self.attention(f, states) - 1)
        value = self(self.inputs_at(f, states))
        if self.corrector == "hypersolver":
            raise FileError("the hypersolver's correction is not evaluated here")
        return value

    def activation_slope(self, rows: np.ndarray) -> float:
        """The largest slope of the activation on a range twice as wide as rows [row][input] reach,
        by differences."""
        if not len(self.weights):
            return 0.0
        reach = 2 * float(np.max(np.abs((rows - self.centre) @ self.weights.T + self.biases)))
        x = np.linspace(-reach, reach, 200001)
        return float(np.max(np.abs(np.diff(self._activated(x)) / np.diff(x))))

    def lipschitz(self, rows: np.ndarray) -> float:
        """sigma1(W2) sigma1(W1) L1 + sigma1(linear), with spectral norms sigma1; polynomials of
        higher degree are not bounded and give infinity."""
        if len(self.exponents):
            return float("inf")
        total = float(np.linalg.norm(self.linear, ord=2))
        if len(self.weights):
            layers = np.linalg.norm(self.weights, ord=2) * np.linalg.norm(self.outgoing, ord=2)
            total += float(layers) * self.activation_slope(rows)
        return total
