# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of a model on Euler's scheme: what its corrector makes of the residual on the phase plane
(NeurVec, Fig. 7), and the error bound of its rollouts (NeurVec, Theorem 1)."""

from __future__ import annotations

import numpy as np

from . import bounds, residual_fields, style, systems
from .network import Network
from .pictures import Pictures, frame, panel
from .reading import FarstepFile

GRID = 81
SAMPLES, SEED = 2000, 1  # states drawn from the training box
STEPS = 20               # of the bound


def can_draw(file: FarstepFile) -> bool:
    """The leading error that the theory knows is Euler's, and the output must be what is added."""
    return (file.text("scheme", "") == "euler" and systems.is_known(file)
            and file.text("corrector", "") in ("neurvec", "attns")
            and file.has("component") and file.has("input") and not file.has("condition_low"))


def draw(file: FarstepFile, pictures: Pictures) -> None:
    if not can_draw(file):
        return
    if len(file.components()) == 2:
        draw_fields(file, pictures)
    draw_bound(file, pictures)


def draw_fields(file: FarstepFile, pictures: Pictures) -> None:
    components, f, network = file.components(), systems.of_file(file), Network(file)
    low, high = (file.values(name, 2) for name in ("box_low", "box_high"))
    first, second = (np.linspace(low[i], high[i], GRID) for i in range(2))
    fields = residual_fields.fields(lambda rows: network.correction(f, rows), f, network.step,
                                    first, second)
    figure = residual_fields.draw(
        fields.by_name(), fields, (components[0].label, components[1].label),
        file.title(f"residuals of {file.scheme()} at step {file.step()} and their corrector N"),
        "On the box of the training states. The leading error of Euler's scheme is not all of its "
        "residual: the last map is what tells how much was learnt.")
    pictures.save(figure, "residuals")


def draw_bound(file: FarstepFile, pictures: Pictures) -> None:
    f, network = systems.of_file(file), Network(file)
    dimension = len(file.components())
    low, high = (file.values(name, dimension) for name in ("box_low", "box_high"))
    states = np.random.default_rng(SEED).uniform(low, high, (SAMPLES, dimension))
    residuals = residual_fields.true_residual(f, states, network.step)
    loss = bounds.single_step_loss(residuals, network.correction(f, states), network.step)
    plain = bounds.single_step_loss(residuals, np.zeros_like(residuals), network.step)
    system = bounds.constants(f, states)
    by_norms = network.lipschitz(network.inputs_at(f, states)) / network.step
    jacobians = systems.jacobian(lambda u: network.correction(f, u), states)
    measured = float(np.max(np.linalg.norm(jacobians, ord=2, axis=(-2, -1)))) / network.step
    bound = bounds.attns_bound if network.input == "slope" else bounds.neurvec_bound
    time = network.step * np.arange(1, STEPS + 1)
    figure, axes = panel()
    for number, (label, slope, single_step) in enumerate((
            ("corrected, Lip(N) by norms", by_norms, loss),
            ("corrected, Lip(N) by slopes", measured, loss),
            ("without a corrector", 0.0, plain))):
        values = np.array([bound(system, slope, t, 0.0, single_step) for t in time])
        axes.plot(time, np.where(np.isfinite(values), values, np.nan), label=label,
                  **style.line(number, len(time)))
    axes.set_yscale("log")
    axes.set(xlabel=file.time_label(), ylabel="bound of the distance from the solution")
    frame(figure, file.title(f"bound of rollouts by {file.scheme()} at step {file.step()}"),
          f"{'AttNS, Theorem 5.1' if network.input == 'slope' else 'NeurVec, Theorem 1'}, for a "
          f"reference without error, from {SAMPLES} states of the training box: L = "
          f"{system.lipschitz:.3g}, Lip(N)/H = {by_norms:.3g} by the norms of the weights and "
          f"{measured:.3g} by the steepest of its slopes there, mean square of single-step "
          f"residuals over H {loss:.3g}, {plain:.3g} without the corrector. Both constants stand "
          "in exponents, so that the bound says little beyond short times.")
    pictures.save(figure, "bound")
