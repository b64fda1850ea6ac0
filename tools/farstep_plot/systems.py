# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Right-hand sides of the published systems, as functions of states [..., component], and the
slopes of the explicit schemes. For analyses only: trajectories come from farstep.

The components stand in farstep's order (`farstep list NAME`)."""

from __future__ import annotations

from typing import Callable, Dict, Mapping, Sequence

import numpy as np

from .reading import FarstepFile, FileError

RightHandSide = Callable[[np.ndarray], np.ndarray]


def henon_heiles(strength: float = 1.0) -> RightHandSide:
    def f(u: np.ndarray) -> np.ndarray:
        qx, qy, px, py = np.moveaxis(u, -1, 0)
        return np.stack([px, py, -qx - 2 * strength * qx * qy,
                         -qy - strength * (qx**2 - qy**2)], axis=-1)
    return f


def elastic_pendulum(k: float = 40.0, m: float = 1.0, g: float = 9.8,
                     l0: float = 10.0) -> RightHandSide:
    def f(u: np.ndarray) -> np.ndarray:
        theta, r, theta_dot, r_dot = np.moveaxis(u, -1, 0)
        return np.stack([theta_dot, r_dot, (-g * np.sin(theta) - 2 * theta_dot * r_dot) / r,
                         r * theta_dot**2 - k / m * (r - l0) + g * np.cos(theta)], axis=-1)
    return f


def spring_chain(masses: Sequence[float], stiffnesses: Sequence[float]) -> RightHandSide:
    m, k = np.asarray(masses), np.asarray(stiffnesses)

    def f(u: np.ndarray) -> np.ndarray:
        q, p = u[..., :len(m)], u[..., len(m):]
        walls = np.zeros_like(q[..., :1])
        tension = k * np.diff(np.concatenate([walls, q, walls], axis=-1), axis=-1)
        return np.concatenate([p / m, np.diff(tension, axis=-1)], axis=-1)
    return f


def pendulum_chain(links: int, g: float = 9.8) -> RightHandSide:
    number = np.arange(links)
    hanging = links - np.maximum(number[:, None], number[None, :])  # bobs below both links

    def f(u: np.ndarray) -> np.ndarray:
        angle, rate = u[..., :links], u[..., links:]
        between = angle[..., :, None] - angle[..., None, :]
        inertia = hanging * np.cos(between)
        force = -np.sum(hanging * np.sin(between) * rate[..., None, :] ** 2, axis=-1)
        force -= (links - number) * g * np.sin(angle)
        return np.concatenate([rate, np.linalg.solve(inertia, force[..., None])[..., 0]], axis=-1)
    return f


SYSTEMS = ("henon_heiles", "elastic_pendulum", "spring_chain", "pendulum_chain")


def right_hand_side(system: str, size: int, parameters: Mapping[str, float]) -> RightHandSide:
    """Of a system by farstep's name. Throws KeyError where it is none of the published ones."""
    if system == "henon_heiles":
        return henon_heiles(parameters["lambda"])
    if system == "elastic_pendulum":
        return elastic_pendulum(*(parameters[name] for name in ("k", "m", "g", "l0")))
    if system == "spring_chain":
        return spring_chain([parameters[f"m_{i}"] for i in range(1, size + 1)],
                            [parameters[f"k_{i}"] for i in range(1, size + 2)])
    if system == "pendulum_chain":
        return pendulum_chain(size, parameters["g"])
    raise KeyError(system)


def of_file(file: FarstepFile) -> RightHandSide:
    """Of the system of a file. Throws FileError where it is none of the published ones."""
    names = [str(name) for name in file.attribute("parameter_names")]
    values = dict(zip(names, (float(x) for x in file.attribute("parameters"))))
    try:
        return right_hand_side(file.text("system"), int(file.number("system_size", 0)), values)
    except KeyError as error:
        raise FileError(f"{file.path}: no analysis knows the system {error}") from error


def is_known(file: FarstepFile) -> bool:
    """Whether of_file knows the system, with one set of parameters for all trajectories."""
    has_parameters = len(file.attribute("parameter_names", [])) > 0
    return (file.text("system", "") in SYSTEMS and has_parameters
            and not file.has("parameter_values"))


def _euler(f: RightHandSide, u: np.ndarray, _h: float) -> np.ndarray:
    return f(u)


def _improved_euler(f: RightHandSide, u: np.ndarray, h: float) -> np.ndarray:
    first = f(u)
    return (first + f(u + h * first)) / 2


def _kutta3(f: RightHandSide, u: np.ndarray, h: float) -> np.ndarray:
    first = f(u)
    second = f(u + h / 2 * first)
    return (first + 4 * second + f(u + h * (2 * second - first))) / 6


def _rk4(f: RightHandSide, u: np.ndarray, h: float) -> np.ndarray:
    first = f(u)
    second = f(u + h / 2 * first)
    third = f(u + h / 2 * second)
    return (first + 2 * second + 2 * third + f(u + h * third)) / 6


SLOPES: Dict[str, Callable[[RightHandSide, np.ndarray, float], np.ndarray]] = {
    "euler": _euler, "improved_euler": _improved_euler, "kutta3": _kutta3, "rk4": _rk4}


def slope(scheme: str, f: RightHandSide, u: np.ndarray, h: float) -> np.ndarray:
    """The increment of a step over its length. Throws KeyError for schemes not in the papers."""
    return SLOPES[scheme](f, u, h)


def flow(f: RightHandSide, u: np.ndarray, duration: float, steps: int = 40) -> np.ndarray:
    """The states a duration later, by RK4."""
    h = duration / steps
    for _ in range(steps):
        u = u + h * _rk4(f, u, h)
    return u


def directional_derivative(f: RightHandSide, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """(grad f) v by central differences, to about nine digits."""
    size = np.linalg.norm(v, axis=-1, keepdims=True)
    direction = v / np.where(size > 0, size, 1)
    epsilon = 1e-5 * (1 + np.linalg.norm(u, axis=-1, keepdims=True))
    change = f(u + epsilon * direction) - f(u - epsilon * direction)
    return change / (2 * epsilon) * size


def second_derivative(f: RightHandSide, u: np.ndarray) -> np.ndarray:
    """u'' = (grad f) f."""
    return directional_derivative(f, u, f(u))


def jacobian(f: RightHandSide, u: np.ndarray) -> np.ndarray:
    """[..., component, derived by component]"""
    unit = np.eye(u.shape[-1])
    columns = [directional_derivative(f, u, np.broadcast_to(e, u.shape)) for e in unit]
    return np.stack(columns, axis=-1)
