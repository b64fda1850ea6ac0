# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the AttNS paper shows, measured: multiplicative attention, grids of schemes and data, noise,
variants of the network, second derivatives, and what the slope tells."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np

from farstep_plot import second_derivatives, style, systems, top_decile
from farstep_plot.pictures import frame, panel
from farstep_plot.reading import FarstepFile
from matplotlib.figure import Figure

from . import drawings, experiments, published, runs
from .html import Missing, Number, Page, gallery, paragraph, picture, table
from .recipe_sections import LABELS, METHOD_NAMES
from .runs import Results

SCHEME_NAMES = {"euler": "Euler", "improved_euler": "improved Euler", "kutta3": "Kutta 3",
                "rk4": "RK4"}


def add(page: Page, results: Results, size: str) -> None:
    page.section("AttNS")
    add_multiplicative(page, results)
    add_grid(page, results, size)
    add_fractions(page, results)
    add_noise(page, results)
    add_widths(page, results, size)
    add_inputs(page, results, size)
    add_second_derivatives(page, results, size)
    add_top_decile(page, results)
    add_rollouts(page, results, size)
    add_information(page, results)


def error_or_reason(results: Results, name: str) -> Any:
    evaluation = results.evaluation(name)
    return evaluation.at_end("corrected") if evaluation else Missing(results.why_not(name))


def add_multiplicative(page: Page, results: Results) -> None:
    page.subsection("Fig. 2: multiplicative attention (AttNS-m)")
    losses, fits = {}, {}
    for method in experiments.MULTIPLICATIVE:
        model = results.model(experiments.multiplicative_name(method))
        if model is not None:
            losses[METHOD_NAMES[method]] = (model.iterations, model.training_loss)
            fits[method] = model
    additive = results.model(
        experiments.recipe_name("elastic_pendulum", "standardised", "attns", 1))
    if additive is not None:
        losses["AttNS"] = (additive.iterations, additive.training_loss)
    if losses:
        page.add(picture(drawings.loss_curves(losses, "Elastic pendulum, RK4")))
    rows = []
    for method in experiments.MULTIPLICATIVE:
        name = experiments.multiplicative_name(method)
        row: List[Any] = [METHOD_NAMES[method]]
        row += ([Missing(results.why_not(name))] + [""] * 3 if method not in fits
                else factors_of(fits[method]))
        rows.append(row + [error_or_reason(results, name)])
    page.add(
        paragraph(
            "Published: the mean of Q goes to 1 quickly, and the fit is then stuck at a larger "
            "loss than the additive form. The exact factor is singular where a component of the "
            "slope is zero."),
        table(["form", "mean factor at first", "after a tenth", "after a half", "at the end",
               "error at the end"], rows,
              "Mean of the factor of the increment over components and states set aside, in the "
              "course of the fit."))


def factors_of(model: runs.Model) -> List[Any]:
    last = len(model.iterations) - 1
    return [Number(float(model.mean_factor[at]), 8)
            for at in (0, last // 10, last // 2, last)]


def add_grid(page: Page, results: Results, size: str) -> None:
    page.subsection("Fig. 3: spring chains by scheme, length and amount of data")
    rows: List[List[Any]] = []
    for scheme in experiments.SCHEMES:
        for masses in experiments.MASSES[size]:
            for percent in (100, 50):
                names = {method: experiments.grid_name(scheme, masses, percent, method)
                         for method in ("neurvec", "attns", "attns_m")}
                first = next((e for e in map(results.evaluation, names.values()) if e), None)
                plain = first.at_end("plain") if first else Missing("not run")
                rows.append([SCHEME_NAMES[scheme], masses, percent, plain,
                             *(error_or_reason(results, name) for name in names.values()),
                             best_of(results, names)])
    page.add(
        paragraph(
            "Standardised fits by Adam without a linear term, as in the paper. The figure has no "
            "printed numbers. Published: with Euler's scheme AttNS is about as good as the best "
            "corrector, with the others it is best; AttNS-m is poor. CSM and FSNet, which "
            "the paper compares with, are given there by citation only, with neither "
            "architecture nor input: they are not run; a re-reading of CSM stands below."),
        table(["scheme", "masses", "% of data", "plain", "NeurVec", "AttNS", "AttNS-m", "best"],
              rows, "Mean squared error at t = 20."))


def best_of(results: Results, names: Dict[str, str]) -> str:
    errors = {METHOD_NAMES[method]: evaluation.at_end("corrected")
              for method, evaluation in ((m, results.evaluation(n)) for m, n in names.items())
              if evaluation and np.isfinite(evaluation.at_end("corrected"))}
    return min(errors, key=lambda name: errors[name]) if len(errors) > 1 else ""


def add_fractions(page: Page, results: Results) -> None:
    page.subsection("Fig. 4: half of the data, and less")
    rows, pictures = [], []
    for system in ("elastic_pendulum", "pendulum_2_link"):
        for percent in (100, 50, 25, 10):
            names = [experiments.fraction_name(system, percent, method)
                     for method in experiments.METHODS]
            rows.append([LABELS[system], percent,
                         *(error_or_reason(results, name) for name in names)])
        curves = {METHOD_NAMES[method]: results.evaluation(
            experiments.fraction_name(system, 50, method))
            for method in ("neurvec", "attns", "attns_m")}
        curves = {name: evaluation for name, evaluation in curves.items() if evaluation}
        if curves:
            pictures.append(picture(drawings.compared_curves(
                curves, f"{LABELS[system]}, RK4, half of the data")))
    page.add(
        gallery(pictures),
        paragraph("Standardised fits, one seed; subsets are nested. Published: AttNS is best with "
                  "half of the data (a figure without numbers)."),
        table(["system", "% of data", "NeurVec", "AttNS"], rows,
              "Mean squared error at the end."))


def add_noise(page: Page, results: Results) -> None:
    page.subsection("Fig. 5: noise on the training states")
    rows = []
    for scaling in experiments.SCALINGS:
        for percent in (100, 50, 25):
            row: List[Any] = [scaling, percent]
            for method in experiments.METHODS:
                name = experiments.noise_name(scaling, percent, method)
                model, evaluation = results.model(name), results.evaluation(name)
                if model is None or evaluation is None:
                    row += [Missing(results.why_not(name)), "", ""]
                else:
                    row += [model.single_step_reduction, evaluation.at_end("corrected"),
                            evaluation.failed("corrected")]
            rows.append(row)
    page.add(
        paragraph(
            f"Elastic pendulum; {experiments.NOISE:g} added to every component of every training "
            "state before the step and the network, as a constant; tested on clean states. "
            "Published: AttNS is stable and reaches a lower loss, NeurVec explodes at the start "
            "in all settings."),
        table(["inputs and targets", "% of data", "NeurVec: single-step error reduced",
               "error at the end", "failed", "AttNS: single-step error reduced",
               "error at the end", "failed"], rows))


def cost_change(results: Results, name: str, usual: str) -> Any:
    """How much faster than the usual network in percent, as the paper counts."""
    one, other = results.evaluation(name), results.evaluation(usual)
    if one is None or other is None:
        return ""
    return 100 * (other.cost() / one.cost() - 1)


def add_widths(page: Page, results: Results, size: str) -> None:
    page.subsection("Table 1: depth and width")
    narrow, usual, wide = experiments.WIDTHS[size]
    rows: List[List[Any]] = []
    for system in experiments.ATTNS_SYSTEMS:
        ours = experiments.recipe_name(system, "standardised", "attns", 1)
        for key, name, width in (
                ("ours", ours, usual),
                ("d1=512", experiments.variant_name(system, f"width_{narrow}"), narrow),
                ("d1=2048", experiments.variant_name(system, f"width_{wide}"), wide)):
            variant = published.TABLE_1[system][key]
            rows.append([LABELS[system], key, variant.error, variant.change or "",
                         published.change(system, variant) if variant.change else "",
                         variant.speed or "", width, error_or_reason(results, name),
                         cost_change(results, name, ours) if key != "ours" else ""])
        for key in ("h=3", "h=4"):
            variant = published.TABLE_1[system][key]
            rows.append([LABELS[system], key, variant.error, variant.change,
                         published.change(system, variant), variant.speed, "",
                         Missing("not run: Farstep's fused step has one hidden layer"), ""])
    page.add(
        paragraph(
            "Percentages as published and as they follow from the published errors: those of half "
            "the width are exchanged between two systems, and one of the double pendulum has a "
            "digit wrong. Measured on one seed, at half and double the width of the size that is "
            "run here; speed as the paper counts it, against its usual width."),
        table(["system", "network", "error, published", "change %, published", "recomputed",
               "speed %, published", "width here", "error, measured", "speed %, measured"], rows))


def add_inputs(page: Page, results: Results, size: str) -> None:
    page.subsection("Table 2: skip connection, other inputs, other networks")
    rows: List[List[Any]] = []
    shown = (("linear", "linear term beside the hidden layer", "skip"),
             ("increment", "input: increment H Ŝ", "increment"),
             ("both", "input: state and slope", ""),
             ("hypersolver", "hypersolver: state, times H to the order plus one", ""))
    for system in experiments.ATTNS_SYSTEMS:
        ours = experiments.recipe_name(system, "standardised", "attns", 1)
        rows.append([LABELS[system], "slope Ŝ (the paper's choice)",
                     published.TABLE_1[system]["ours"].error, error_or_reason(results, ours)])
        for variant, label, key in shown:
            printed = published.TABLE_2[system].get(key)
            rows.append([LABELS[system], label, printed.error if printed else None,
                         error_or_reason(results, experiments.variant_name(system, variant))])
        for key in ("LSTM", "Transformer"):
            if key in published.TABLE_2[system]:
                rows.append([LABELS[system], key, published.TABLE_2[system][key].error, Missing(
                    "not run: no recurrent or attention layers in the fused step")])
    page.add(
        paragraph(
            "The paper adds the input itself to the output (skip); here the added term is a linear "
            "map that is fitted, which contains the skip and cannot be worse in the fit. One "
            "seed, standardised."),
        table(["system", "network", "error, published", "error, measured"], rows,
              "Mean squared error at the end."))


TABLE_6_DATA = {"spring_chain": ("neurvec/spring_chain/rk4", "neurvec/spring_chain/rk4"),
                "pendulum_2_link": ("neurvec/pendulum_2_link", "attns/data/pendulum_2_link")}


def add_second_derivatives(page: Page, results: Results, size: str) -> None:
    page.subsection("Table 6: how large second derivatives are")
    for system, (thresholds, printed) in published.TABLE_6.items():
        name = TABLE_6_DATA[system][experiments.SIZES.index(size)]
        path = results.file(name, "dataset")
        if not path.is_file():
            page.add(paragraph(f"{LABELS[system]}: {results.why_not(name)}."))
            continue
        f = runs.right_hand_side(path)
        second = systems.second_derivative(f, runs.dataset_states(path, 1000))
        found = second_derivatives.readings(second, thresholds)
        rows = [["published", *printed], *([label, *values] for label, values
                                           in found.by_name().items())]
        page.add(table(["% below", *(f"{value:g}" for value in thresholds)],
                       [[row[0], *(Number(value, 4) for value in row[1:])] for row in rows],
                       f"{LABELS[system]}, {style.count(second.shape[1])} trajectories."))
    page.add(paragraph(
        "The paper does not say what is counted: percentages with two decimals on 1,000 "
        "trajectories can only be shares of time samples. Three readings of the norm are shown. "
        "Second derivatives are (∇f)f at the stored states in place of second differences."))


def steepest_errors(results: Results, system: str) -> Optional[Dict[str, float]]:
    """Errors at T = 10 on the tenth of the trajectories with the largest u'', and on all."""
    errors = {}
    for method in experiments.METHODS:
        name = experiments.recipe_name(system, "standardised", method, 1)
        states, evaluation = results.states(name), results.evaluation(name)
        if states is None or evaluation is None:
            continue
        until = int(np.argmin(np.abs(evaluation.time - 10)))
        f = runs.right_hand_side(evaluation.path)
        second = systems.second_derivative(f, states.reference[:until + 1])
        chosen = top_decile.steepest(second)
        for rollout, key in (("plain", "rk4"), ("corrected", method)):
            errors[key] = top_decile.mean_square_error(
                states.states[rollout][until, chosen], states.reference[until, chosen])
            errors[f"{key}, all"] = top_decile.mean_square_error(
                states.states[rollout][until], states.reference[until])
    return errors or None


def add_top_decile(page: Page, results: Results) -> None:
    page.subsection("The tenth of the trajectories with the largest second derivatives")
    rows = []
    for system, printed in published.TOP_DECILE.items():
        found = steepest_errors(results, system) or {}
        reason = Missing(results.why_not(
            experiments.recipe_name(system, "standardised", "attns", 1))
            if not results.has(experiments.recipe_name(system, "standardised", "attns", 1),
                               "evaluation") else "not measured: the run has no states")
        for key, label in (("rk4", "plain RK4"), ("neurvec", "NeurVec"), ("attns", "AttNS")):
            rows.append([LABELS[system], label, printed[key], found.get(key, reason),
                         found.get(f"{key}, all", "")])
    page.add(
        paragraph(
            "The published error of plain RK4 on elastic pendulums, 4.33, is a thousand times "
            "what such steps give and probably lacks an exponent. That ensemble is a "
            "one-parameter family with nearly the same largest u'' throughout, so that the choice "
            "selects little."),
        table(["system", "step", "published", "measured", "measured, all trajectories"], rows,
              "Mean squared error at T = 10, RK4 at 0.1."))


def add_rollouts(page: Page, results: Results, size: str) -> None:
    if size == experiments.PAPER:
        return
    page.subsection("Training on rollouts (CSM, our re-reading)")
    rows: List[List[Any]] = []
    start = experiments.recipe_name("elastic_pendulum", "standardised", "neurvec", 1)
    labels = {start: ("single steps: where the others go on from", "")}
    for key, (steps, iterations) in experiments.ROLLOUTS.items():
        labels[experiments.rollout_name(key)] = (
            "single steps" if steps == 1 else f"rollouts of {steps} steps", iterations)
    for name, (label, iterations) in labels.items():
        model, evaluation = results.model(name), results.evaluation(name)
        if model is None or evaluation is None:
            rows.append([label, iterations, Missing(results.why_not(name)), "", "", ""])
            continue
        with FarstepFile(model.path) as file:
            seconds = file.number("wall_time_s_train", float("nan"))
        rows.append([label, iterations, seconds, model.single_step_reduction,
                     evaluation.at("corrected", 10), evaluation.at_end("corrected")])
    page.add(
        paragraph(
            "AttNS compares with CSM, a corrector trained through its solver, of which it gives "
            "neither architecture nor input. Here, as our re-reading and not the original: "
            "NeurVec's network on the elastic pendulum, from the same single-step fit, trained on "
            "with gradients through five corrected steps of RK4, and, to compare, on single steps "
            "for as many iterations and for about as long."),
        table(["trained on", "further iterations", "s", "single-step error reduced",
               "error at t = 10", "error at t = 50"], rows, "Standardised, one seed."))


def add_information(page: Page, results: Results) -> None:
    page.subsection("Does the slope tell the state?")
    rows = []
    for label, name in (("Hénon–Heiles, RK4, 64 units", "information/henon_heiles"),
                        ("spring chain, Euler, linear map", "information/spring_chain/euler"),
                        ("spring chain, RK4, linear map", "information/spring_chain/rk4")):
        row: List[Any] = [label]
        for method in experiments.METHODS:
            model = results.model(f"{name}/{method}")
            if model is None:
                row += [Missing(results.why_not(f"{name}/{method}")), ""]
            else:
                row += [1 / model.single_step_reduction,
                        error_or_reason(results, f"{name}/{method}")]
        rows.append(row)
    page.add(
        paragraph(
            "AttNS's network sees the slope in place of the state. Where the Jacobian of f is "
            "regular, nothing is lost: the residual of a spring chain is a linear map of either. "
            "Hénon–Heiles, which is not in the paper, has det ∂f = 1 − 4|q|²: it vanishes on the "
            "circle |q| = ½ inside the domain, the map folds there, and states on both sides of "
            "the fold have the same slope but different residuals."),
        table(["system", "relative loss, state", "error at the end", "relative loss, slope",
               "error at the end"], rows,
              "Relative loss: mean square residual with the corrector over that without."))
    figure = fold_picture(results)
    if figure is not None:
        page.add(picture(figure, "Median over training states by their distance from the origin; "
                                 "the line is the fold."))


def fold_picture(results: Results) -> Optional[Figure]:
    data = results.file("neurvec/henon_heiles", "dataset")
    models = {method: results.model(f"information/henon_heiles/{method}")
              for method in experiments.METHODS}
    if not data.is_file() or not any(models.values()):
        return None
    f = runs.right_hand_side(data)
    states = runs.dataset_states(data, 512)
    now, then = (part.reshape(-1, 4) for part in (states[:-1], states[1:]))
    radius = np.hypot(now[:, 0], now[:, 1])
    edges = np.linspace(0, 0.95, 39)
    figure, axes = panel(6.4, 3.1)
    for number, (method, model) in enumerate(models.items()):
        if model is None:
            continue
        network = model.network
        plain = now + network.step * systems.slope(network.scheme, f, now, network.step)
        left = np.sum((then - plain - network.correction(f, now)) ** 2, axis=1)
        place = np.digitize(radius, edges)
        middle = [np.median(left[place == i]) if np.any(place == i) else np.nan
                  for i in range(1, len(edges))]
        axes.plot((edges[1:] + edges[:-1]) / 2, middle, label=METHOD_NAMES[method],
                  **style.line(number, len(middle)))
    axes.axvline(0.5, color="0.4", linewidth=0.8)
    axes.set_yscale("log")
    axes.set(xlabel="|q|", ylabel="squared residual that is left")
    frame(figure, "Hénon–Heiles: what the corrector leaves, by place")
    return figure
