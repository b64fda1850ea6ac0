# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""farstep-report: its analyses against published and exact values, and the page as users get it."""

import math
import pathlib
import re
import subprocess
import sys

import h5py
import numpy as np
import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

from farstep_plot.reading import FarstepFile  # noqa: E402
from farstep_plot import (bounds, histograms, residual_fields,  # noqa: E402
                          second_derivatives, systems, top_decile)
from farstep_plot.network import Network  # noqa: E402
from farstep_report import experiments, published, statistics  # noqa: E402
from farstep_report.claims import Claim, count  # noqa: E402


def digits(text):
    """Mantissa times 100 and exponent of a text such as 5.58e-222."""
    mantissa, exponent = text.split("e")
    return round(100 * float(mantissa)), int(exponent)


@pytest.mark.parametrize("row", published.TABLE_4, ids=lambda row: f"{row.label}, {row.against}")
def test_the_pooled_probabilities_of_table_4_follow_from_its_t(row):
    found = statistics.format_log_probability(statistics.log_p_two_sided(row.t, 138))
    mantissa, exponent = digits(found)
    wanted, wanted_exponent = digits(row.pooled)
    assert exponent == wanted_exponent
    assert abs(mantissa - wanted) <= 1, found  # t itself is rounded to two decimals


def test_probabilities_far_below_the_smallest_number():
    assert statistics.format_log_probability(
        statistics.log_p_two_sided(461.97, 138)) == "5.58e-222"
    assert statistics.format_log_probability(
        statistics.log_p_two_sided(461.97, 69)) == "3.62e-122"
    # For large t, I_x(a, 1/2) is x^a / (a B(a, 1/2)).
    a, x = 69, 138 / (138 + 1e12)
    log_beta = math.lgamma(a) + math.lgamma(0.5) - math.lgamma(a + 0.5)
    assert statistics.log_p_two_sided(1e6, 138) == pytest.approx(
        a * math.log(x) - math.log(a) - log_beta, rel=1e-12)


@pytest.mark.parametrize("t, degrees, wanted", [
    (0.0, 10, 1.0), (1.0, 1, 0.5), (12.706204736, 1, 0.05), (0.1, 10, 0.9223207185644083)])
def test_ordinary_probabilities(t, degrees, wanted):
    assert math.exp(statistics.log_p_two_sided(t, degrees)) == pytest.approx(wanted, rel=1e-9)


def test_two_samples():
    first, second = np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 6, 8, 10])
    pooled, welch = statistics.pooled_test(first, second), statistics.welch_test(first, second)
    assert (pooled.t, pooled.degrees) == (pytest.approx(-3.5 / math.sqrt(
        (5 + 40) / 7 * (1 / 4 + 1 / 5))), 7)
    assert welch.t == pytest.approx(-3.5 / math.sqrt(5 / 3 / 4 + 10 / 5))
    assert welch.degrees == pytest.approx((5 / 12 + 2) ** 2 / ((5 / 12) ** 2 / 3 + 2**2 / 4))
    equal = statistics.welch_test(first, first)
    assert equal.t == 0 and math.exp(equal.log_p) == pytest.approx(1)


def test_welch_degrees_of_one_noisy_sample_are_those_of_it_alone():
    assert statistics.welch_degrees((0.002, 0.361), (70, 70)) == pytest.approx(69, abs=0.01)


def test_a_histogram_counts_each_curve_once_where_it_passes():
    time = np.array([0.0, 1, 2])
    curves = np.array([[0.5, 3.5], [0.5, 3.5], [3.5, 3.5]])  # one rises in the second half
    counts = histograms.time_series_histogram(time, curves, (0, 4), bins=(2, 4))
    assert counts.tolist() == [[1, 0, 0, 1], [1, 1, 1, 2]]


def test_a_histogram_sees_peaks_between_its_edges_and_clips_what_lies_outside():
    time = np.linspace(0, 1, 5)
    curves = np.array([[0.5], [9.0], [0.5], [-9.0], [0.5]])
    counts = histograms.time_series_histogram(time, curves, (0, 2), bins=(1, 2))
    assert counts.tolist() == [[1, 1]]
    curves[-1] = np.nan
    counts = histograms.time_series_histogram(time, curves, (0, 2), bins=(2, 2))
    assert counts.tolist() == [[1, 1], [0, 0]]


def test_the_bound_holds_for_decay_and_is_close_to_its_terms():
    # u' = -u, u(0) = 1: L = M = 1. Euler's fine steps h, far steps H, an exact corrector.
    time, fine, far = 1.0, 1e-3, 0.1

    def decay(u):
        return -u

    system = bounds.constants(decay, np.linspace(0, 1, 50)[:, None])
    assert system == pytest.approx((1, 1), rel=1e-6)
    states = np.exp(-far * np.arange(10))[:, None]
    residuals = states * np.exp(-far) - states - far * decay(states)
    exact = bounds.single_step_loss(residuals, residuals, far)
    assert exact == 0
    error = abs((1 - fine) ** 1000 - math.exp(-1))
    bound = bounds.neurvec_bound(system, 0.0, time, fine, exact)
    assert bound == pytest.approx(math.e**2 / 2 * fine, rel=1e-6)
    assert error < bound
    plain = bounds.single_step_loss(residuals, np.zeros_like(residuals), far)
    error = abs((1 - far) ** 10 - math.exp(-1))
    for theorem in (bounds.neurvec_bound, bounds.attns_bound):
        assert error < theorem(system, 0.0, time, fine, plain)


def test_published_systems():
    chain = systems.pendulum_chain(2)
    state = np.array([math.pi / 8, math.pi / 8, 0, 0])
    state = systems.flow(chain, state, 10.0, 2000)
    assert state == pytest.approx([0.06644247, 0.07423245, 0.44781749, 1.58563131], abs=1e-7)
    elastic = systems.flow(systems.elastic_pendulum(), np.array([math.pi / 8, 10, 0, 0]), 50.0,
                           20000)
    assert elastic == pytest.approx([-0.144464, 10.496655, 0.337821, 0.265052], abs=1e-6)
    springs = systems.spring_chain([2.0], [3.0, 5.0])
    assert springs(np.array([1.0, 4.0])) == pytest.approx([2, -8])
    heiles = systems.jacobian(systems.henon_heiles(), np.array([0.3, 0.4, 0, 0]))
    assert np.linalg.det(heiles) == pytest.approx(1 - 4 * 0.25, abs=1e-8)


def test_residuals_of_the_pendulum():
    f = systems.pendulum_chain(1)
    point = np.array([1.0, 0.3])
    assert residual_fields.leading_error(f, point, 0.1) == pytest.approx(
        [-0.0412321, -0.0079424], abs=1e-7)
    assert residual_fields.true_residual(f, point, 0.1) == pytest.approx(
        [-0.0413142, -0.0006404], abs=1e-7)
    theta, theta_dot = np.linspace(0, math.pi / 2, 80), np.linspace(0, 0.5, 40)

    def exact(u):
        return residual_fields.true_residual(f, u, 0.1)

    fields = residual_fields.fields(exact, f, 0.1, theta, theta_dot)
    assert fields.true_difference.max() == 0
    assert fields.difference.max() == pytest.approx(6.65e-5, rel=0.01)
    assert fields.difference == pytest.approx(fields.leading_to_true)


def test_three_readings_of_the_share_below_a_threshold():
    second = np.array([[1.0, 0], [2, -5], [-3, 0], [4, 9]])
    found = second_derivatives.readings(second, [3])
    assert found.largest_component == [50]
    assert found.maximum == [25]
    assert found.pooled == [50]


def test_the_steepest_trajectories_and_their_error():
    second = np.zeros((3, 20, 2))
    second[1, 7, 0], second[2, 3, 1] = -8, 5
    assert top_decile.steepest(second).tolist() == [3, 7]
    states = np.array([[1.0, 1], [np.nan, 0], [0, 2]])
    assert top_decile.mean_square_error(states, np.zeros((3, 2))) == pytest.approx(1.5)


def test_the_percentages_of_attns_table_1():
    wrong = {("spring_chain", "d1=512"): -93.14, ("pendulum_2_link", "d1=512"): -83.36,
             ("pendulum_2_link", "h=3"): -2.96}
    for system, variants in published.TABLE_1.items():
        for name, variant in variants.items():
            if variant.change is None:
                continue
            right = wrong.get((system, name), variant.change)
            assert published.change(system, variant) == pytest.approx(right, abs=0.011), name


def make_model(path, corrector, linear, bias):
    """A corrector of harmonic oscillators' Euler steps without hidden units."""
    with h5py.File(path, "w") as file:
        file.attrs.update({"farstep_kind": "model", "corrector": corrector, "scheme": "euler",
                           "step": 0.5, "activation": "rational"})
        for name in ("input", "output"):
            file.create_dataset(name, data=np.array(["q", "p"], dtype=object),
                                dtype=h5py.string_dtype())
        file["coefficients"] = np.zeros(7)
        file["centre"], file["bias"], file["linear"] = np.zeros(2), bias, linear


@pytest.mark.parametrize("corrector, expected", [
    ("neurvec", [7.0, 1]), ("attns", [1.0, 7]),      # A u + b, A f + b with f = (2, -3)
    ("attns_m", [1.0, -10.5]),                         # H f (A f + b): files hold the factor less 1
    ("attns_residual", [1.0, -10.5])])
def test_correctors_from_their_files(tmp_path, corrector, expected):
    linear, bias = np.array([[2.0, 0], [0, -2]]), np.array([1.0, 5])
    if corrector.startswith("attns"):
        linear, bias = np.array([[0.0, 0], [0, -2]]), np.array([1.0, 1])
    make_model(tmp_path / "model.h5", corrector, linear, bias)
    with FarstepFile(tmp_path / "model.h5") as file:
        network = Network(file)
    state = np.array([[3.0, 2.0]])
    found = network.correction(lambda u: np.stack([u[:, 1], -u[:, 0]], axis=1), state)
    assert found[0] == pytest.approx(expected)
    assert network.lipschitz(state) == pytest.approx(2)


def test_every_claim_is_counted_once():
    verdicts = [True, np.bool_(True), False, np.bool_(False), np.bool_(False), None]
    assert count([Claim("", "", "", holds) for holds in verdicts]) == (2, 3, 1)


# The page, as users get it.

TOOL = TOOLS / "farstep-report"
ROOT = TOOLS.parent


def run_report(*words):
    return subprocess.run([sys.executable, str(TOOL), *map(str, words)], capture_output=True,
                          text=True, timeout=300)


def make_run(folder, **attributes):
    """An evaluation as farstep writes it, of three plain steps and a corrected one."""
    folder.mkdir(parents=True)
    with h5py.File(folder / "evaluation.h5", "w") as file:
        file.attrs.update({"farstep_kind": "evaluation", "system": "spring_chain",
                           "system_title": "Chain <of> masses", "time_unit": "s", "scheme": "rk4",
                           "step": 0.2, "precision": "double", "trajectories": 8,
                           "verdict": "The corrector pays & stays.", "deck": "a: <b>\n",
                           **attributes})
        time = np.linspace(0, 17, 86)
        file["time"] = time
        file.create_dataset("rollout", data=np.array(["plain", "corrected", "fine"], dtype=object),
                            dtype=h5py.string_dtype())
        size = np.array([[1e-1], [1e-9], [1e-12]])
        for i, name in enumerate(("minimum", "median", "mean_square", "maximum")):
            file[name] = size * (1 + time) * 10.0**i
        file["energy_mean"] = file["energy_maximum"] = size * time
        file["running"] = np.full((3, time.size), 8)
        file["run_cost"] = np.array([[1.0, 1.1, 0.9], [3, 3.1, 2.9], [300, 310, 290]])
        for scheme, step, error, cost in (("rk4", [0.2, 0.02, 0.002], [1e-1, 1e-9, 1e-17],
                                           [1, 10, 100]),
                                          ("corrected", [0.2], [1e-9], [3])):
            group = f"work_precision/{scheme}"
            file[f"{group}/step"], file[f"{group}/error"] = step, error
            file[f"{group}/cost"] = np.array(cost, dtype=float)


def assert_self_contained(page):
    assert page.startswith("<!DOCTYPE html>")
    assert "http" not in page and "<script" not in page and "<link" not in page
    assert all(source.startswith("data:image/png;base64,")
               for source in re.findall(r'src="([^"]*)', page))


def test_a_page_of_single_runs(tmp_path):
    make_run(tmp_path / "one")
    result = run_report(tmp_path / "one")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.split() == [str(tmp_path / "one" / "report.html")]
    page = (tmp_path / "one" / "report.html").read_text()
    assert_self_contained(page)
    assert page.count("<img") == 3
    assert "pays &amp; stays" in page and "a: &lt;b&gt;" in page


def test_the_page_of_both_papers_says_what_is_missing_and_why(tmp_path):
    make_run(tmp_path / "neurvec" / "spring_chain" / "rk4")
    failed = tmp_path / "neurvec" / "henon_heiles"
    failed.mkdir()
    (failed / "log.txt").write_text("generate\nfarstep: error: deck.yaml:3: no <such> key\n")
    target = tmp_path / "page.html"
    result = run_report(tmp_path, "-o", target)
    assert (result.returncode, result.stderr) == (0, "")
    page = target.read_text()
    assert_self_contained(page)
    assert re.search(r"1 of \d+ runs have results", page)
    assert "not run: deck.yaml:3: no &lt;such&gt; key" in page
    # Table 3: fine over corrected 300 / 3, and what the corrector adds, 3 / 1 - 1.
    assert re.search(r"spring chain, RK4</td><td class=\"number\">158</td>"
                     r"<td class=\"number\">100</td><td class=\"number\">0.290</td>"
                     r"<td class=\"number\">2.00</td>", page)
    # Ten times the steps at equal error, 10 / 3 times the cost.
    assert re.search(r"spring chain, RK4, 1,024 units</td><td class=\"number\">1.00e−9</td>"
                     r"<td class=\"number\">0.200</td><td class=\"number\">10.0</td>"
                     r"<td>RK4</td><td class=\"number\">3.33</td>", page)


@pytest.mark.parametrize("words, code, expected", [
    ([], 1, "name a folder"), (["none"], 3, "no such folder"), (["--list", "large"], 1, "large")])
def test_wrong_arguments(words, code, expected):
    result = run_report(*words)
    assert result.returncode == code
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stderr.startswith("farstep-report: ") and expected in result.stderr


def test_an_empty_folder_is_refused(tmp_path):
    result = run_report(tmp_path)
    assert result.returncode == 3 and "evaluation.h5" in result.stderr


@pytest.mark.parametrize("size", experiments.SIZES)
def test_runs_have_decks_and_come_after_what_they_read(size):
    names = []
    for run in experiments.all_runs(size):
        text = (ROOT / "inputs" / run.deck).read_text()
        deck = "\n".join(line.split("#")[0] for line in text.splitlines())
        for section, key in (("train", "dataset"), ("evaluate", "model"), ("train", "start")):
            found = re.search(rf"^{section}:\n(?:  .*\n)*?  {key}: (\S+)", deck + "\n", re.M)
            path = run.settings.get(f"{section}.{key}", found and found[1])
            if path:
                source = str(pathlib.PurePosixPath(path).parent.relative_to(
                    experiments.ROOT / size))
                assert source in names, f"{run.name} reads {path}"
        assert run.name not in names
        names.append(run.name)


def test_every_deck_of_the_papers_is_run():
    used = {run.deck for size in experiments.SIZES for run in experiments.all_runs(size)}
    there = {str(path.relative_to(ROOT / "inputs")) for paper in ("neurvec", "attns")
             for path in (ROOT / "inputs" / paper).rglob("*.yaml")}
    assert there == used
