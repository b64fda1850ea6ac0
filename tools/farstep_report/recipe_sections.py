# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The authors' raw recipe and the same with standardised inputs and targets, side by side."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

import numpy as np

from . import drawings, experiments
from .html import Missing, Page, Raw, gallery, number_text, paragraph, picture, table
from .runs import Evaluation, Results

LABELS = {"henon_heiles": "Hénon–Heiles", "elastic_pendulum": "elastic pendulum",
          "spring_chain": "spring chain", "pendulum_2_link": "double pendulum"}
METHOD_NAMES = {"neurvec": "NeurVec", "attns": "AttNS", "attns_m": "AttNS-m",
                "attns_residual": "AttNS-m, 1 + Q"}


class Outcome(NamedTuple):
    """Of several seeds: factor on the single-step error, and errors at the end of the rollout."""

    reductions: List[float]
    errors: List[float]
    plain: float
    failed: int


def outcome(results: Results, system: str, scaling: str, method: str) -> Optional[Outcome]:
    reductions, errors, plain, failed = [], [], float("nan"), 0
    for seed in experiments.SEEDS:
        name = experiments.recipe_name(system, scaling, method, seed)
        evaluation, model = results.evaluation(name), results.model(name)
        if evaluation is None or model is None:
            continue
        reductions.append(model.single_step_reduction)
        errors.append(evaluation.at_end("corrected"))
        plain = evaluation.at_end("plain")
        failed += evaluation.failed("corrected")
    return Outcome(reductions, errors, plain, failed) if errors else None


def with_spread(values: List[float]) -> Raw:
    """Mean and deviation of the seeds."""
    text = number_text(float(np.mean(values)), 2)
    if len(values) > 1:
        text += f" ± {number_text(float(np.std(values, ddof=1)), 2)}"
    return Raw(text.replace(" ", "&nbsp;"))


def why_not(results: Results, system: str, scaling: str, method: str) -> Missing:
    return Missing(results.why_not(experiments.recipe_name(system, scaling, method, 1)))


def add(page: Page, results: Results, size: str) -> None:
    page.section("Recipes side by side")
    rows: List[List[Any]] = []
    for system in experiments.SYSTEMS:
        for scaling in experiments.SCALINGS:
            for method in experiments.METHODS:
                found = outcome(results, system, scaling, method)
                head = [LABELS[system], scaling, METHOD_NAMES[method]]
                if found is None:
                    rows.append([*head, why_not(results, system, scaling, method), "", "", "", ""])
                else:
                    rows.append([*head, with_spread(found.reductions), found.plain,
                                 with_spread(found.errors), len(found.errors), found.failed])
    page.add(
        paragraph(
            "Both papers train with Adam (learning rate 0.001, cosine) on raw states and raw "
            "residuals; a scale of the loss, which they use, is all but invisible to Adam. "
            "Residuals of RK4 are small: at these far steps their root mean square is 1e-4 to 5e-4 "
            "but on the spring chain. Standardised: "
            "the same network, data, optimiser and number of iterations, with inputs and targets "
            "scaled to size one and the scales folded into the weights after training."),
        table(["system", "inputs and targets", "corrector", "single-step error reduced",
               "error at the end, plain", "corrected", "seeds", "failed"], rows,
              "Mean and deviation over seeds. Reduced: mean square residual over what is left of "
              "it. Below 1 the corrector makes the step worse."))
    curves = {system: first_seeds(results, system)
              for system in ("elastic_pendulum", "pendulum_2_link")}
    page.add(gallery([picture(drawings.compared_curves(each, f"{LABELS[system]}, first seed"))
                      for system, each in curves.items() if each]))
    if size == experiments.SMALL:
        page.add(paragraph(
            "The networks of these runs have 128 hidden units in place of 1,024, and 10,000 "
            "iterations; `inputs/attns/paper` has the published sizes."))


def first_seeds(results: Results, system: str) -> Dict[str, Evaluation]:
    found = {}
    for scaling in experiments.SCALINGS:
        for method in experiments.METHODS:
            evaluation = results.evaluation(experiments.recipe_name(system, scaling, method, 1))
            if evaluation is not None:
                found[f"{METHOD_NAMES[method]}, {scaling}"] = evaluation
    return found
