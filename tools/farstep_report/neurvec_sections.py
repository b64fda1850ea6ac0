# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the NeurVec paper shows, measured: timings, errors, energies, orbits, histograms, the simple
pendulum and the bound."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from farstep_plot import bounds, histograms, residual_fields, style, systems

from . import drawings, experiments, published, runs, savings, statistics
from .html import Missing, Number, Page, gallery, number_text, paragraph, picture, table
from .runs import Evaluation, Results

NONLINEAR = {"henon_heiles": "Hénon–Heiles", "elastic_pendulum": "elastic pendulum",
             "pendulum_2_link": "double pendulum"}
SCHEME_NAMES = {"euler": "Euler", "improved_euler": "improved Euler", "kutta3": "Kutta 3",
                "rk4": "RK4"}


def run_of(size: str, key: str) -> str:
    """The run that stands for a row of Table 3."""
    if key.startswith("spring_chain/"):
        return experiments.spring_name(size, key.split("/")[1])
    return experiments.trained_name(size, key)


def add(page: Page, results: Results, size: str) -> None:
    page.section("NeurVec")
    add_timings(page, results, size)
    add_tests(page, results, size)
    add_savings(page, results, size)
    add_spring_chain(page, results, size)
    add_nonlinear(page, results, size)
    add_long(page, results)
    add_histograms(page, results, size)
    add_simple_pendulum(page, results)
    add_bounds(page, results)


def mean_costs(evaluation: Optional[Evaluation]) -> "dict[str, float]":
    if evaluation is None:
        return {}
    return {name: float(np.mean(costs)) for name, costs in evaluation.run_cost.items()}


def add_timings(page: Page, results: Results, size: str) -> None:
    page.subsection("Table 3: cost of coarse, fine and corrected steps")
    rows = []
    for key, row in published.TABLE_3.items():
        costs = mean_costs(results.evaluation(run_of(size, key)))
        ratio = row.fine.mean / row.corrected.mean
        extra = row.corrected.mean / row.coarse.mean - 1
        if "fine" in costs:
            measured: List[Any] = [costs["plain"], costs["fine"], costs["corrected"],
                                   costs["fine"] / costs["corrected"],
                                   costs["corrected"] / costs["plain"] - 1]
        else:
            measured = ["", "", "", missing(results, run_of(size, key), "cost samples"), ""]
        rows.append([row.label, ratio, measured[3], extra, measured[4], *measured[:3]])
    page.add(
        paragraph(
            "The published numbers are seconds on a GPU with everything in float, means of 70 "
            "runs. What can be compared are ratios: how many times dearer the fine scheme (step 0.001) "
            "is than the corrected far step, and the extra cost ε of the corrector over the plain "
            "far step. Measured: mean of 70 timed runs in turn, double precision, 1,024 hidden "
            "units as in the paper. A matrix product that a GPU does beside the scheme costs a CPU "
            "its full number of operations, hence the large ε here."),
        table(["system, scheme", "fine / corrected, published", "measured", "ε, published",
               "measured", "coarse [ns]", "fine [ns]", "corrected [ns]"], rows,
              "Costs are per trajectory and unit of time."))


def missing(results: Results, name: str, lacking: str) -> Missing:
    """Why a number is missing: no run, or one without what the number needs."""
    if results.has(name, "evaluation"):
        return Missing(f"not measured: no {lacking}")
    return Missing(results.why_not(name))


def add_tests(page: Page, results: Results, size: str) -> None:
    page.subsection("Table 4: are the differences in cost significant?")
    rows = []
    for row in published.TABLE_4:
        timing = published.TABLE_3[row.timing]
        other = getattr(timing, row.against)
        sizes = (published.RUNS, published.RUNS)
        degrees = statistics.welch_degrees((timing.fine.deviation, other.deviation), sizes)
        from_means = (timing.fine.mean - other.mean) / np.sqrt(
            (timing.fine.deviation**2 + other.deviation**2) / published.RUNS)
        pooled, welch = (statistics.format_log_probability(
            statistics.log_p_two_sided(row.t, n)) for n in (2 * published.RUNS - 2, degrees))
        rows.append([f"{row.label}, fine and {row.against}", Number(row.t, 5),
                     Number(from_means, 5), row.pooled, pooled, row.welch, welch,
                     *measured_test(results, size, row)])
    page.add(
        paragraph(
            "Recomputed: two-sided probabilities of the published t, with 138 degrees of freedom "
            "(pooled) and with those that Table 3's deviations give by Welch's formula. The "
            "deviations are printed with one to three digits, so that the exponents of Welch's "
            "test can only be met roughly where both deviations matter. The published t lies "
            "some 8 % above what Table 3's own means and deviations give."),
        table(["comparison", "t, published", "t from Table 3", "pooled p, published", "recomputed",
               "Welch p, published", "recomputed", "t, measured here", "pooled p, here"], rows))


def measured_test(results: Results, size: str, row: published.TestRow) -> List[Any]:
    evaluation = results.evaluation(run_of(size, row.timing))
    against = "plain" if row.against == "coarse" else "corrected"
    if evaluation is None or "fine" not in evaluation.run_cost:
        return [missing(results, run_of(size, row.timing), "cost samples"), ""]
    test = statistics.pooled_test(evaluation.run_cost["fine"], evaluation.run_cost[against])
    return [Number(test.t, 5), statistics.format_log_probability(test.log_p)]


def add_savings(page: Page, results: Results, size: str) -> None:
    page.subsection("Steps saved, and time saved at equal error")
    rows = []
    keys = [(f"{row.label}, 1,024 units", run_of(size, key))
            for key, row in published.TABLE_3.items()]
    if size == experiments.SMALL:
        keys += [(f"{NONLINEAR[system]}, RK4, 24 units", f"small_networks/{system}")
                 for system in NONLINEAR]
        keys.append(("spring chain, RK4, linear map", "small_networks/spring_chain"))
    for label, name in keys:
        evaluation = results.evaluation(name)
        if evaluation is None:
            rows.append([label, Missing(results.why_not(name)), "", "", "", ""])
            continue
        found = savings.savings(evaluation)
        unknown = Missing("no plain scheme of the ladder gets there")
        rows.append([label, found.error, evaluation.step,
                     unknown if found.steps is None else found.steps,
                     unknown if found.best is None else found.best,
                     unknown if found.time is None else found.time])
    page.add(
        paragraph(
            "A corrected far step is compared with the cheapest plain scheme that reaches its "
            "error, whichever that is (RK4, Dormand–Prince 8 and the adaptive DOP853, in double and "
            "float), not with a fine scheme whose accuracy nobody asked for. Steps saved: far step "
            "over the step that the same plain scheme needs. Time saved: cost of the best plain "
            "scheme over that of the corrected step; above 1 the corrector pays."),
        table(["system, scheme, network", "error of the corrected step", "far step", "steps saved",
               "best plain scheme", "time saved"], rows))


def add_spring_chain(page: Page, results: Results, size: str) -> None:
    page.subsection("Fig. 2: spring chain by four schemes")
    rows, pictures = [], []
    for scheme in experiments.SCHEMES:
        name = experiments.spring_name(size, scheme)
        evaluation = results.evaluation(name)
        if evaluation is None:
            rows.append([SCHEME_NAMES[scheme], Missing(results.why_not(name)), "", "", "", ""])
            continue
        pictures.append(picture(drawings.error_curves(
            evaluation, f"Spring chain, {SCHEME_NAMES[scheme]}, far step 0.2")))
        taught = results.evaluation(f"neurvec/spring_chain_published_test/{scheme}")
        rows.append([SCHEME_NAMES[scheme], evaluation.at("plain", 17),
                     *(evaluation.at(curve, 17) if curve in evaluation.rollouts
                       else missing(results, name, "curves") for curve in ("half", "fine")),
                     evaluation.at("corrected", 17),
                     taught.at("corrected", 17) if taught is not None else
                     Missing(results.why_not(f"neurvec/spring_chain_published_test/{scheme}"))
                     if size == experiments.SMALL else ""])
    page.add(
        gallery(pictures),
        paragraph(
            "The paper's data are made by the same scheme in steps of 0.001: a corrector of Euler "
            "steps then learns the fine Euler scheme with its errors (last column), and cannot "
            "be better than it. Taught by the exact solution (column before), it is as good as "
            "its network lets it."),
        table(["scheme", "plain, 0.2", "plain, 0.1", "plain, 0.001", "corrected, 0.2",
               "corrected, taught by the fine scheme"], rows,
              "Mean squared error at t = 17; the figure has no printed numbers. Published: plain "
              "Euler steps blow up at 0.2 and 0.1, corrected ones stay as accurate as fine ones."))


def add_nonlinear(page: Page, results: Results, size: str) -> None:
    page.subsection("Figs. 4 and 5: Hénon–Heiles, elastic and double pendulum")
    rows, pictures = [], []
    for system, label in NONLINEAR.items():
        name = experiments.trained_name(size, system)
        evaluation = results.evaluation(name)
        if evaluation is None:
            rows.append([label, Missing(results.why_not(name)), *[""] * 6])
            continue
        pictures += [picture(drawings.error_curves(evaluation, f"{label}, RK4")),
                     picture(drawings.error_curves(evaluation, f"{label}, energy error",
                                                   "energy_mean", "mean |H(t) − H(0)|"))]
        time = 42.5 if system == "henon_heiles" else 8.5
        curves = [evaluation.at(curve, time) if curve in evaluation.rollouts
                  else missing(results, name, "curves") for curve in ("fine", "fine_float")]
        rows.append([label, time, evaluation.at("plain", time), evaluation.at("corrected", time),
                     *curves, evaluation.at_end("plain", "energy_mean"),
                     evaluation.at_end("corrected", "energy_mean")])
    page.add(
        gallery(pictures),
        paragraph(
            "The paper computes in float. There, its fine scheme rests at the rounding errors of "
            "float, with which a corrected step can compete; in double, the fine scheme is "
            "many orders better than any network."),
        table(["system", "t", "error, plain", "corrected", "fine, double", "fine, float",
               "energy error at the end, plain", "corrected"], rows,
              "Mean squared errors; the figures have no printed numbers."))
    add_orbits(page, results, size)


def add_orbits(page: Page, results: Results, size: str) -> None:
    page.subsection("Figs. 4 and 9: orbits of Hénon–Heiles")
    name = experiments.trained_name(size, "henon_heiles")
    states = results.states(name)
    if states is None:
        page.add(paragraph(f"Orbits: {missing(results, name, 'states')}."))
        return
    parts = [kept[:, :6, :2] for kept in (states.reference, states.states["plain"],
                                          states.states["corrected"])]
    page.add(picture(drawings.orbits(*parts, states.components[:2],
                                     "The first six orbits to the end of the run"),
                     "Dots lie on squares or circles where an error cannot be seen."))


LONG = {"spring_chain": ("spring chain, RK4", [(180, 200), (570, 600)]),
        "henon_heiles": ("Hénon–Heiles", [(450, 500)]),
        "pendulum_2_link": ("double pendulum", [(25, 50)])}


def add_long(page: Page, results: Results) -> None:
    page.subsection("Figs. 3, 4 and 5: long times")
    rows, pictures = [], []
    for system, (label, intervals) in LONG.items():
        name = f"neurvec/{system}_long"
        evaluation = results.evaluation(name)
        if evaluation is None:
            rows.append([label, "", Missing(results.why_not(name)), "", "", ""])
            continue
        pictures.append(picture(drawings.error_curves(
            evaluation, f"{label}, mean, and range of plain and corrected", band=True)))
        for low, high in intervals:
            within = (evaluation.time >= low) & (evaluation.time <= high)
            means = [float(np.mean(evaluation.over_time(curve)[within]))
                     if curve in evaluation.rollouts else missing(results, name, "curves")
                     for curve in ("plain", "corrected", "fine", "fine_float")]
            rows.append([label, f"{low} to {high}", *means])
    page.add(gallery(pictures),
             table(["system", "t", "plain", "corrected", "fine, double", "fine, float"], rows,
                   "Mean squared error, averaged over the interval."))


HISTOGRAMS = {"elastic_pendulum": [("r", "r_dot"), ("theta", "theta_dot")],
              "henon_heiles": [("qy", "py"), ("qx", "px")]}


def add_histograms(page: Page, results: Results, size: str) -> None:
    page.subsection("Figs. 6 and 10: ensembles as histograms over time")
    for system, pairs in HISTOGRAMS.items():
        name = experiments.trained_name(size, system)
        states = results.states(name)
        evaluation = results.evaluation(name)
        if states is None or evaluation is None:
            page.add(paragraph(f"{NONLINEAR[system]}: {missing(results, name, 'states')}."))
            continue
        page.add(*(picture(draw_histograms(evaluation, states, pair, NONLINEAR[system]))
                   for pair in pairs))
    page.add(paragraph(
        "Number of trajectories (logarithmic colour) that cross each of 800 × 100 cells. "
        "Published: in the plain ensemble of elastic pendulums the lengths and their rates contract after "
        "t = 25, in the corrected one they do as in the fine one."))


def draw_histograms(evaluation: Evaluation, states: runs.States, pair: Sequence[str], label: str):
    chosen = [states.components.index(component) for component in pair]
    curves = {"reference": states.reference[:, :, chosen],
              **{name: states.states[name][:, :, chosen] for name in ("plain", "corrected")}}
    title = f"{label}: {style.count(states.reference.shape[1])} trajectories"
    return histograms.draw(evaluation.time, curves, [style.symbol(name) for name in pair], title)


def spread_ratio(states: runs.States, time: np.ndarray, component: str, rollout: str,
                 since: float) -> float:
    """Deviation of a component over trajectories and late times, over that of the reference."""
    index = states.components.index(component)
    late = time >= since
    return float(np.std(states.states[rollout][late][:, :, index])
                 / np.std(states.reference[late][:, :, index]))


SIMPLE = (("0.1", "neurvec/pendulum_1_link"), ("0.05", "neurvec/pendulum_1_link_half"))
INITIAL_BOX = np.array([[0, 0], [np.pi / 2, 0], [np.pi / 2, 0.5], [0, 0.5], [0, 0]])


def simple_fields(results: Results, name: str, inside: bool) -> Optional[residual_fields.Fields]:
    """On the box of initial states, or on what trajectories from it can reach."""
    model = results.model(name)
    if model is None:
        return None
    if inside:
        theta, rate = np.linspace(0, np.pi / 2, 81), np.linspace(0, 0.5, 41)
    else:
        theta, rate = np.linspace(-np.pi / 2, np.pi / 2, 121), np.linspace(-4.4, 4.4, 121)
    return residual_fields.fields(model.network, systems.pendulum_chain(1, 9.8),
                                  model.network.step, theta, rate)


def reachable(fields: residual_fields.Fields, g: float = 9.8) -> np.ndarray:
    """Where the energy is no larger than that of the initial states."""
    theta, rate = np.meshgrid(fields.first, fields.second, indexing="ij")
    return rate**2 / 2 - g * np.cos(theta) <= 0.5**2 / 2 - g * np.cos(np.pi / 2)


def add_simple_pendulum(page: Page, results: Results) -> None:
    page.subsection("Fig. 7: what Euler's corrector of the simple pendulum learns")
    rows = []
    for step, name in SIMPLE:
        box, plane = (simple_fields(results, name, inside) for inside in (True, False))
        if box is None or plane is None:
            rows.append([step, Missing(results.why_not(name)), *[""] * 6])
            continue
        seen = reachable(plane)
        for label, fields, chosen in (("initial box", box, np.ones_like(box.network, bool)),
                                      ("reachable", plane, seen)):
            rows.append([float(step), label, published.LARGEST_DIFFERENCE,
                         *(float(np.max(field[chosen])) for field in (
                             fields.difference, fields.leading_to_true, fields.true_difference,
                             fields.leading))])
        if step == "0.1":
            maps = {key: np.where(seen, field, np.nan) for key, field in plane.by_name().items()}
            page.add(picture(residual_fields.draw(
                maps, plane, (r"$\theta$", r"$\dot{\theta}$"), "Simple pendulum, Euler, step 0.1",
                "On the states that trajectories can reach; the line frames the initial ones.",
                INITIAL_BOX)))
    page.add(
        paragraph(
            "N is meant to find the leading error of Euler's scheme. The difference between the "
            "two is published as at most of the order of 1e-6 at H = 0.1. No corrector can do "
            "that and be right: the true residual itself differs from its leading term by more "
            "(fifth column), as the next term of the expansion in H is not small. The difference "
            "to the true residual is what tells how much was learnt."),
        table(["H", "states", "R_Diff, published", "largest R_Diff",
               "true residual to leading term", "true residual to N", "largest R_EL"], rows,
              "Largest squared lengths on a grid."))


def add_bounds(page: Page, results: Results) -> None:
    page.subsection("Theorem 1 and AttNS Theorem 5.1: bounds and measured errors")
    name = "neurvec/pendulum_1_link"
    evaluation, model = results.evaluation(name), results.model(name)
    if evaluation is None or model is None or not results.has(name, "dataset"):
        page.add(paragraph(f"Simple pendulum: {results.why_not(name)}."))
        return
    states = runs.dataset_states(results.file(name, "dataset"), 200)
    f = runs.right_hand_side(results.file(name, "model"))
    step, dimension = model.network.step, states.shape[-1]
    now, then = states[:-1].reshape(-1, dimension), states[1:].reshape(-1, dimension)
    corrections = model.network.correction(f, now)
    loss = bounds.single_step_loss(then - now - step * f(now), corrections, step)
    system = bounds.constants(f, now)
    lipschitz = model.network.lipschitz(model.network.inputs_at(f, now)) / step
    measured_lipschitz = measured_slope(model, f, now) / step
    rows = []
    for time in (0.2, 0.5, 1.0, 2.0):
        largest = np.sqrt(dimension * evaluation.at("corrected", time, "maximum"))
        terms = (system, lipschitz, time, 0.0, loss)
        rows.append([time, largest, bounds.neurvec_bound(*terms), bounds.attns_bound(*terms),
                     bounds.neurvec_bound(system, measured_lipschitz, time, 0.0, loss)])
    page.add(
        paragraph(
            f"Simple pendulum, Euler, H = {step:g}: L = {number_text(system.lipschitz)}, "
            f"M = {number_text(system.curvature)}, LS = {number_text(loss)}. Lip(N)/H by the "
            f"norms of the two weight matrices is {number_text(lipschitz)}, by the largest "
            f"difference quotient of {PAIRS:,} pairs of states {number_text(measured_lipschitz)}: "
            "the bound by norms (AttNS, Theorem 5.2) holds and is far from sharp, and it stands in "
            "an exponent. The corrector learnt from a far finer solution, so h = 0 and only the "
            "term with LS is left."),
        table(["T", "largest error, measured", "NeurVec's bound", "AttNS's bound",
               "NeurVec's bound, measured Lip(N)"], rows))
    add_order(page, evaluation)


PAIRS = 10000


def measured_slope(model: runs.Model, f: systems.RightHandSide, states: np.ndarray) -> float:
    """Largest |N(x) - N(y)| / |x - y| of random pairs of what the network sees."""
    random = np.random.default_rng(1)
    seen = model.network.inputs_at(f, states)
    first, second = (seen[random.integers(len(seen), size=PAIRS)] for _ in range(2))
    distance = np.linalg.norm(first - second, axis=1)
    apart = distance > 0
    change = np.linalg.norm(model.network(first) - model.network(second), axis=1)
    return float(np.max(change[apart] / distance[apart]))


def measured_order(points: runs.Points) -> float:
    """Slope of the error (root of the mean square) over the step, of the two shortest steps."""
    error, step = points.error[-2:], points.step[-2:]
    return float(np.diff(np.log(error))[0] / np.diff(np.log(step))[0] / 2)


def add_order(page: Page, evaluation: Evaluation) -> None:
    page.subsection("Table 1: orders of error and cost")
    if "euler" not in evaluation.work:
        page.add(paragraph("The run's ladder has no Euler scheme."))
        return
    points = evaluation.work["euler"]
    cost = float(np.log(points.cost[-1] / points.cost[0])
                 / np.log(points.step[0] / points.step[-1]))
    rows: List[Tuple[Any, ...]] = [
        ("error of Euler's scheme against its step", "1", measured_order(points)),
        ("cost against the number of steps", "1", cost),
        ("ε of the corrected step", "of the order of 0.3 to 0.8 on a GPU",
         evaluation.cost() / float(points.cost[0]) - 1),
    ]
    page.add(table(["exponent or factor", "published", "measured"], rows, "Simple pendulum."))


