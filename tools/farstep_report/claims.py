# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the papers claim, and whether it holds here. A claim whose runs are missing stays open."""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from . import (attns_sections, experiments, neurvec_sections, published, recipe_sections, savings,
               statistics)
from .html import Missing, Page, badge, number_text, paragraph, table
from .runs import Results

LABELS = recipe_sections.LABELS


class Claim(NamedTuple):
    """`holds` is None where it cannot be told."""

    source: str
    published: str
    measured: Any
    holds: Optional[bool]
    why: str = ""


Judge = Callable[[Results, str], Claim]


def several(values: Sequence[Tuple[str, float]]) -> str:
    return "; ".join(f"{label} {number_text(value)}" for label, value in values)


def open_claim(source: str, text: str, reason: str, why: str = "") -> Claim:
    return Claim(source, text, Missing(reason), None, why)


def blow_up(results: Results, size: str) -> Claim:
    source, text = "NeurVec Fig. 2", "plain Euler and improved Euler blow up on the spring chain"
    found = []
    for scheme in ("euler", "improved_euler"):
        evaluation = results.evaluation(experiments.spring_name(size, scheme))
        if evaluation is None:
            return open_claim(source, text, results.why_not(experiments.spring_name(size, scheme)))
        found.append((neurvec_sections.SCHEME_NAMES[scheme], evaluation.at("plain", 17)))
    return Claim(source, text, several(found) + " at t = 17",
                 all(not error < 1e3 for _, error in found),
                 "the largest frequency times 0.2 lies outside of both regions of stability")


def as_good_as_fine(results: Results, size: str) -> Claim:
    source = "NeurVec Fig. 2"
    text = "corrected, with a step of 0.2, as accurate as the scheme's steps of 0.001"
    stem = "neurvec/spring_chain_" + ("published_test" if size == experiments.SMALL else "test")
    found = []
    for scheme in experiments.SCHEMES:
        evaluation = results.evaluation(f"{stem}/{scheme}")
        if evaluation is None:
            return open_claim(source, text, results.why_not(f"{stem}/{scheme}"))
        if "fine" not in evaluation.rollouts:
            return open_claim(source, text, "the run has no curve of the fine scheme")
        found.append((neurvec_sections.SCHEME_NAMES[scheme],
                      evaluation.at("corrected", 17) / evaluation.at("fine", 17)))
    return Claim(source, text, several(found) + " times the fine scheme's error",
                 all(ratio < 10 for _, ratio in found),
                 "in double, where the residual is linear and the network has a linear term"
                 if size == experiments.SMALL else "")


def speed_ups(results: Results, size: str) -> Claim:
    source = "NeurVec Table 3"
    text = "faster than steps of 0.001: " + several(
        [(published.TABLE_3[key].label, value) for key, value in published.SPEED_UP.items()])
    found = []
    for key in published.SPEED_UP:
        costs = neurvec_sections.mean_costs(
            results.evaluation(neurvec_sections.run_of(size, key)))
        if "fine" in costs:
            found.append((key, costs["fine"] / costs["corrected"]))
    if not found:
        return open_claim(source, text, "not measured: no run has samples of cost")
    return Claim(source, text,
                 several([(published.TABLE_3[key].label, value) for key, value in found])
                 + ("" if len(found) == len(published.SPEED_UP) else "; others not measured"),
                 all(value >= published.SPEED_UP[key] for key, value in found),
                 "the ratio of steps is 100 to 500; what the network adds to a step is small on a "
                 "GPU whose matrix units would idle, and large on a CPU")


def extra_cost(results: Results, size: str) -> Claim:
    source, text = "NeurVec Table 3", "the corrector adds less than the cost of a far step (ε < 1)"
    found = []
    for key, row in published.TABLE_3.items():
        costs = neurvec_sections.mean_costs(
            results.evaluation(neurvec_sections.run_of(size, key)))
        if costs:
            found.append((row.label, costs["corrected"] / costs["plain"] - 1))
    if not found:
        return open_claim(source, text, "not measured: no run has samples of cost")
    return Claim(source, text, several(found), all(value < 1 for _, value in found),
                 "1,024 units in double on a CPU; smaller networks below")


def significant(results: Results, size: str) -> Claim:
    source, text = "NeurVec Table 4", "fine and corrected costs differ significantly"
    found = []
    for row in published.TABLE_4:
        if row.against == "corrected":
            test = neurvec_sections.measured_test(results, size, row)
            if len(test) == 2 and not isinstance(test[0], Missing):
                found.append((row.label, test[0].value))
    if not found:
        return open_claim(source, text, "not measured: no run has samples of cost")
    return Claim(source, text, "t: " + several(found), all(t > 3 for _, t in found),
                 "runs of one process on one machine are not independent; such tiny probabilities "
                 "say that the means differ and no more")


def probabilities(_results: Results, _size: str) -> Claim:
    first = published.TABLE_4[0]
    degrees = 2 * published.RUNS - 2
    found = [statistics.format_log_probability(statistics.log_p_two_sided(first.t, n))
             for n in (degrees, published.RUNS - 1)]
    off = max(abs(statistics.log_p_two_sided(row.t, degrees) - logarithm(row.pooled))
              for row in published.TABLE_4)
    return Claim("NeurVec Table 4", "probabilities of the published t",
                 f"{found[0]} (df {degrees}) and {found[1]} (df {published.RUNS - 1}) for "
                 f"t = {first.t}; the pooled ones of all rows to {100 * off:.1f} %", off < 0.01,
                 "but t itself is some 8 % above what Table 3 gives")


def logarithm(text: str) -> float:
    """ln of a number such as 1.01e-281, which may be smaller than any double."""
    mantissa, exponent = text.split("e")
    return float(np.log(float(mantissa)) + int(exponent) * np.log(10))


def long_time(results: Results, _size: str) -> Claim:
    source = "NeurVec Figs. 3 to 5"
    text = "over long times of the same order as the fine scheme (in float)"
    found = []
    for system, (label, intervals) in neurvec_sections.LONG.items():
        evaluation = results.evaluation(f"neurvec/{system}_long")
        if evaluation is None or "fine_float" not in evaluation.rollouts:
            continue
        late = evaluation.time >= intervals[-1][0]
        corrected, fine = (float(np.mean(evaluation.over_time(name)[late]))
                           for name in ("corrected", "fine_float"))
        found.append((label, corrected / fine))
    if not found:
        return open_claim(source, text, "not run: no long run with a fine curve")
    return Claim(source, text, several(found) + " times the fine scheme's error",
                 all(ratio < 10 for _, ratio in found),
                 "where orbits are chaotic, both errors end at the size of the domain; the double "
                 "pendulum's corrector is trained to t = 10 on a small part of the published data")


def contraction(results: Results, size: str) -> Claim:
    source = "NeurVec Fig. 6"
    text = "plain elastic pendulums: r and its rate contract after t = 25; corrected ones do not"
    name = experiments.trained_name(size, "elastic_pendulum")
    states, evaluation = results.states(name), results.evaluation(name)
    if states is None or evaluation is None:
        return open_claim(source, text, str(neurvec_sections.missing(results, name, "states")))
    plain, corrected = (neurvec_sections.spread_ratio(states, evaluation.time, "r", rollout, 25)
                        for rollout in ("plain", "corrected"))
    return Claim(source, text, several([("deviation of r over that of the reference: plain", plain),
                                        ("corrected", corrected)]),
                 plain < 0.95 and abs(corrected - 1) < 0.01,
                 "RK4 damps the fast oscillation of the spring")


def leading_error(results: Results, _size: str) -> Claim:
    source, text = "NeurVec Fig. 7", "N differs from Euler's leading error by at most about 1e−6"
    fields = neurvec_sections.simple_fields(results, "neurvec/pendulum_1_link", True)
    if fields is None:
        return open_claim(source, text, results.why_not("neurvec/pendulum_1_link"))
    largest, unavoidable = float(fields.difference.max()), float(fields.leading_to_true.max())
    return Claim(source, text, f"{number_text(largest)} on the initial box; an exact corrector has "
                 f"{number_text(unavoidable)}", largest < 3e-6,
                 "at H = 0.1 the next term of the expansion is larger; at H = 0.05 it is possible")


def equal_error(results: Results, size: str) -> Claim:
    source, text = "both papers", "a corrected step is the fast way to its accuracy"
    found = []
    for label, name in [(row.label, neurvec_sections.run_of(size, key))
                        for key, row in published.TABLE_3.items()] + [
                            (f"{LABELS[system]}, small network", f"small_networks/{system}")
                            for system in experiments.SYSTEMS]:
        evaluation = results.evaluation(name)
        factor = savings.savings(evaluation).time if evaluation is not None else None
        if factor is not None:
            found.append((label, factor))
    if not found:
        return open_claim(source, text, "not run")
    return Claim(source, text, "time saved against the best plain scheme: " + several(found),
                 all(value > 1 for _, value in found),
                 "the papers compare with one fine scheme of low order; schemes of high order "
                 "reach the same error with far fewer steps, and need no training")


def reachable(results: Results, _size: str) -> Claim:
    source = "AttNS Table 1"
    text = "AttNS: elastic pendulum 5.41e−7, double pendulum 4.26e−9"
    found, holds = [], True
    for system in ("elastic_pendulum", "pendulum_2_link"):
        for scaling in experiments.SCALINGS:
            outcome = recipe_sections.outcome(results, system, scaling, "attns")
            if outcome is None:
                return open_claim(source, text, str(recipe_sections.why_not(
                    results, system, scaling, "attns")))
            error = float(np.mean(outcome.errors))
            found.append((f"{LABELS[system]}, {scaling}", error))
            if scaling == "standardised":
                holds = holds and error < 2 * published.TABLE_1[system]["ours"].error
    return Claim(source, text, several(found), holds,
                 "with standardised inputs and targets, on a fraction of the data; not with the "
                 "raw recipe, which the paper seems to use")


def better(scaling: str) -> Judge:
    def judge(results: Results, _size: str) -> Claim:
        source = "AttNS Figs. 3 and 4"
        text = f"AttNS is more accurate than NeurVec ({scaling})"
        found = []
        for system in experiments.ATTNS_SYSTEMS:
            pair = [recipe_sections.outcome(results, system, scaling, method)
                    for method in experiments.METHODS]
            if pair[0] is None or pair[1] is None:
                return open_claim(source, text, str(recipe_sections.why_not(
                    results, system, scaling, "attns")))
            found.append((LABELS[system], float(np.mean(pair[0].errors) / np.mean(pair[1].errors))))
        return Claim(source, text, "error of NeurVec over that of AttNS: " + several(found),
                     all(ratio > 1 for _, ratio in found),
                     "mean of three seeds; the order depends on the scaling and the system")
    return judge


def attention_to_one(results: Results, _size: str) -> Claim:
    source, text = "AttNS Fig. 2", "AttNS-m: the mean of Q tends to 1"
    name = experiments.multiplicative_name("attns_m")
    model = results.model(name)
    if model is None or model.mean_factor is None:
        return open_claim(source, text, results.why_not(name))
    first, last = model.mean_factor[0], model.mean_factor[-1]
    return Claim(source, text,
                 several([(f"after {model.iterations[0]:g}", first),
                          (f"after {model.iterations[-1]:g}", last)]),
                 abs(last - 1) < 0.01, "a factor near 1 is what a small residual asks for")


def multiplicative_is_worse(results: Results, _size: str) -> Claim:
    source, text = "AttNS Fig. 2", "AttNS-m is stuck at a larger loss than AttNS"
    name = experiments.multiplicative_name("attns_m")
    both = [results.model(each) for each in (
        experiments.recipe_name("elastic_pendulum", "standardised", "attns", 1), name)]
    if both[0] is None or both[1] is None:
        return open_claim(source, text, results.why_not(name))
    additive, multiplicative = (model.single_step_reduction for model in both)
    return Claim(source, text, several([("single-step error reduced: AttNS", additive),
                                        ("AttNS-m", multiplicative)]),
                 multiplicative < additive, "the exact factor is singular where the slope is zero")


def noise(results: Results, _size: str) -> Claim:
    source = "AttNS Fig. 5"
    text = "with noise of 1e−5, NeurVec explodes at the start and AttNS is stable"
    found, exploded, stable = [], True, True
    for method in experiments.METHODS:
        for scaling in experiments.SCALINGS:
            name = experiments.noise_name(scaling, 100, method)
            evaluation = results.evaluation(name)
            if evaluation is None:
                return open_claim(source, text, results.why_not(name))
            error, plain = evaluation.at_end("corrected"), evaluation.at_end("plain")
            found.append((f"{recipe_sections.METHOD_NAMES[method]}, {scaling}", error))
            worse = not error < 100 * plain
            exploded = exploded and (worse or method != "neurvec")
            stable = stable and (not worse or method != "attns")
    return Claim(source, text, "error at the end: " + several(found), exploded and stable,
                 "a constant of 1e−5 shifts the states by far less than the data spread")


def coarse_error(results: Results, _size: str) -> Claim:
    source = "AttNS, steepest tenth"
    text = "plain RK4 on elastic pendulums has an error of 4.33 at T = 10"
    found = attns_sections.steepest_errors(results, "elastic_pendulum")
    if found is None:
        return open_claim(source, text, "not measured: no run has states")
    return Claim(source, text, number_text(found["rk4"]), 2 < found["rk4"] < 9,
                 "probably an exponent of −3 is missing")


def information(results: Results, _size: str) -> Claim:
    source = "asked of AttNS"
    text = "Hénon–Heiles: the slope is a worse input than the state by two orders or more"
    losses = []
    for method in experiments.METHODS:
        model = results.model(f"information/henon_heiles/{method}")
        if model is None:
            return open_claim(source, text, results.why_not(f"information/henon_heiles/{method}"))
        losses.append((recipe_sections.METHOD_NAMES[method], 1 / model.single_step_reduction))
    return Claim(source, text, "relative loss: " + several(losses),
                 losses[1][1] >= 100 * losses[0][1],
                 "the Jacobian of f is singular where |q| = ½, and f folds there")


def linear_chain(results: Results, _size: str) -> Claim:
    source = "asked of AttNS"
    text = "spring chain: with a linear map, state and slope alike near rounding"
    losses = []
    for scheme in ("euler", "rk4"):
        for method in experiments.METHODS:
            name = f"information/spring_chain/{scheme}/{method}"
            model = results.model(name)
            if model is None:
                return open_claim(source, text, results.why_not(name))
            losses.append((f"{scheme}, {recipe_sections.METHOD_NAMES[method]}",
                           1 / model.single_step_reduction))
    return Claim(source, text, "relative loss: " + several(losses),
                 all(loss < 1e-18 for _, loss in losses), "the residual is linear in either")


def increment(results: Results, _size: str) -> Claim:
    source = "AttNS Table 2"
    text = "the increment H Ŝ is a worse input than Ŝ (30 and 67 %; not on the double pendulum)"
    found = []
    for system in experiments.ATTNS_SYSTEMS:
        ours = results.evaluation(experiments.recipe_name(system, "standardised", "attns", 1))
        other = results.evaluation(experiments.variant_name(system, "increment"))
        if ours is None or other is None:
            return open_claim(source, text, results.why_not(
                experiments.variant_name(system, "increment")))
        found.append((LABELS[system],
                      100 * (ours.at_end("corrected") / other.at_end("corrected") - 1)))
    return Claim(source, text, several(found) + " %",
                 found[0][1] < -10 and found[2][1] < -10,
                 "standardised inputs make the two the same")


def skip(results: Results, _size: str) -> Claim:
    source, text = "AttNS Table 2", "a skip connection makes errors a hundred times larger"
    found = []
    for system in experiments.ATTNS_SYSTEMS:
        ours = results.evaluation(experiments.recipe_name(system, "standardised", "attns", 1))
        other = results.evaluation(experiments.variant_name(system, "linear"))
        if ours is None or other is None:
            return open_claim(source, text, results.why_not(
                experiments.variant_name(system, "linear")))
        found.append((LABELS[system], other.at_end("corrected") / ours.at_end("corrected")))
    return Claim(source, text, "error with a fitted linear term over that without: "
                 + several(found), all(ratio > 10 for _, ratio in found),
                 "a fixed identity is far larger than the residual and has to be unlearnt; a "
                 "fitted linear term only helps")


def rollouts(results: Results, size: str) -> Claim:
    source = "asked of AttNS (CSM, our re-reading)"
    text = "training through five steps of the solver beats training on single steps"
    if size == experiments.PAPER:
        return open_claim(source, text, "not run at the published sizes")
    errors = {}
    for key in experiments.ROLLOUTS:
        name = experiments.rollout_name(key)
        evaluation = results.evaluation(name)
        if evaluation is None:
            return open_claim(source, text, results.why_not(name))
        errors[key] = evaluation.at_end("corrected")
    return Claim(source, text, "error at t = 50: " + several([
        ("as many iterations, single steps", errors["steps_1"]), ("five steps", errors["steps_5"]),
        ("about as long, single steps", errors["steps_1_longer"])]),
                 errors["steps_5"] < min(errors["steps_1"], errors["steps_1_longer"]),
                 "an iteration on rollouts costs some twelve times as much, and this fit is not "
                 "at its end: single steps spend the time better")


JUDGES: List[Judge] = [
    blow_up, as_good_as_fine, speed_ups, extra_cost, equal_error, significant, probabilities,
    long_time, contraction, leading_error, reachable, better("raw"), better("standardised"),
    multiplicative_is_worse, attention_to_one, noise, skip, increment, coarse_error, information,
    linear_chain, rollouts]


def count(claims: Sequence[Claim]) -> Tuple[int, int, int]:
    """How many hold, do not, and are open."""
    judged = [bool(claim.holds) for claim in claims if claim.holds is not None]
    return sum(judged), len(judged) - sum(judged), len(claims) - len(judged)


def add(page: Page, results: Results, size: str) -> None:
    page.section("Claims")
    claims = [judge(results, size) for judge in JUDGES]
    hold, do_not, are_open = count(claims)
    page.add(
        paragraph(f"Of {len(claims)} claims {hold} hold here, {do_not} do not, and "
                  f"{are_open} are open. Every one is judged from the files of this run by the "
                  "rule that its measured column shows."),
        table(["claim", "source", "verdict", "measured", "why"],
              [[claim.published, claim.source, badge(claim.holds), claim.measured, claim.why]
               for claim in claims]))
