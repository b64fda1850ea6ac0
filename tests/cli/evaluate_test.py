# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What an evaluation tells of each rollout: further plain schemes, stored states, single timed runs."""

import re

import h5py
import numpy as np
import pytest

from conftest import DECK, settings, succeed, write_deck

# The names of curves, in the order of the file.
CURVES = {"euler": {"scheme": "euler"}, "fine, float": {"step": 0.05, "precision": "float"},
          "half": {"step": 0.25}}
ROLLOUTS = ["plain", "corrected", "cubic", *CURVES]
RUNS = 3
# A number of trajectories that no number of ranks here divides.
SIZE = 61
EVALUATE = {
    "evaluate.ensemble.size": SIZE,
    "evaluate.rivals": "{cubic: {type: polynomial, degree: 3}}",
    "evaluate.curves": '{half: {step: 0.25}, euler: {scheme: euler}, "fine, float": {step: 0.05, '
                       "precision: float}}",
    "evaluate.trajectories": "all",
    "evaluate.timing.samples": RUNS,
}


def read(path):
    """Variables by name, numbers and texts."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            text = h5py.check_string_dtype(item.dtype)
            found[name] = list(item.asstr()) if text else item[...]

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory):
    """With a deck that takes samples and model from `finished`."""
    folder = tmp_path_factory.mktemp("evaluate")
    write_deck(folder, DECK.replace("output: out", f"output: {finished}/out"))
    return folder


def evaluate(folder, name, sets, **how):
    """Into a folder of its own; what was printed, and what was written."""
    results = re.search("output: (.*)", (folder / "deck.yaml").read_text())[1]
    keys = {"train.dataset": f"{results}/dataset.h5", "evaluate.model": f"{results}/model.h5",
            "output": name, **sets}
    result = succeed("evaluate", "deck.yaml", "--quiet", *settings(keys), cwd=folder, **how)
    return result.out, read(folder / name / "evaluation.h5")


@pytest.fixture(scope="module")
def evaluated(folder):
    return evaluate(folder, "one", EVALUATE)


def test_without_being_asked_an_evaluation_has_none_of_this(finished):
    found = read(finished / "out/evaluation.h5")
    assert found["rollout"] == ["plain", "corrected"]
    assert not {"state", "reference_state", "trajectory", "component", "run", "run_cost"} & set(found)


def test_curves_follow_the_rivals(evaluated):
    found = evaluated[1]
    assert found["rollout"] == ROLLOUTS
    assert found["mean_square"].shape == (len(ROLLOUTS), 11)
    error = dict(zip(ROLLOUTS, found["mean_square"][:, -1]))
    # Fourth order: half the step, about a sixteenth of the error, whose square is this.
    assert 50 < error["plain"] / error["half"] < 1000
    assert error["euler"] > error["plain"]
    assert 1e-16 < error["fine, float"] < 1e-8  # rounding in 32 bits


def test_stored_states_have_the_errors_that_the_file_tells(evaluated):
    found = evaluated[1]
    assert found["state"].shape == (len(ROLLOUTS), 11, SIZE, 4)
    assert found["reference_state"].shape == (11, SIZE, 4)
    assert found["component"] == ["qx", "qy", "px", "py"]
    np.testing.assert_array_equal(found["trajectory"], np.arange(SIZE))
    square = np.mean((found["state"] - found["reference_state"])**2, axis=-1)
    np.testing.assert_allclose(found["mean_square"], square.mean(axis=-1), rtol=1e-12)
    np.testing.assert_allclose(found["minimum"], square.min(axis=-1), rtol=1e-14)
    np.testing.assert_allclose(found["maximum"], square.max(axis=-1), rtol=1e-14)
    assert (found["mean_square"][:, 1:] > 0).all()


def plain_forecast(folder, name, seed, **sets):
    """States [time][trajectory][component] by a stage that knows nothing of evaluations."""
    keys = {"output": name, "forecast.corrected": "false", "forecast.ensemble":
            f"{{size: {SIZE}, seed: {seed}}}", "forecast.save": "{every: 0.5, trajectories: all}",
            **sets}
    succeed("forecast", "deck.yaml", *settings(keys), cwd=folder)
    return read(folder / name / "forecast.h5")["state"]


@pytest.mark.parametrize("rollout, sets", [
    ("half", {"step": 0.25, "reference.step": 0.05}),
    ("euler", {"scheme": "euler"}),
    ("fine, float", {"step": 0.05, "precision": "float"}),
    ("plain", {}),
    ("reference", {"step": 0.05, "scheme": "dp8"}),
])
def test_rollouts_are_the_plain_forecasts_of_their_schemes(rollout, sets, folder, evaluated):
    found = evaluated[1]
    with h5py.File(folder / "one/evaluation.h5") as file:
        seed = file.attrs["seed"]
    states = plain_forecast(folder, f"forecast_{rollout.replace(', ', '_')}", seed,
                            **{"generate.every": 0.5, "evaluate.every": 0.5, **sets})
    stored = (found["reference_state"] if rollout == "reference"
              else found["state"][ROLLOUTS.index(rollout)])
    np.testing.assert_array_equal(stored, states)


def test_the_error_of_a_curve_is_that_of_the_ladder(evaluated):
    """Which rolls out to the last time in one go, and knows nothing of curves."""
    found = evaluated[1]
    ladder = dict(zip(found["work_precision/rk4/step"], found["work_precision/rk4/error"]))
    for name, step in (("plain", 0.5), ("half", 0.25)):
        np.testing.assert_allclose(found["mean_square"][ROLLOUTS.index(name), -1], ladder[step],
                                   rtol=1e-12)


def test_single_runs_are_timed_and_told(evaluated):
    out, found = evaluated
    assert found["run_cost"].shape == (len(ROLLOUTS), RUNS)
    assert (found["run_cost"] > 0).all() and np.isfinite(found["run_cost"]).all()
    assert f"cost of {RUNS} timed runs" in out
    table = out.split("timed runs")[1]
    for name, costs in zip(ROLLOUTS, found["run_cost"]):
        mean, deviation, ratio = map(float, re.search(
            rf"^  {name} +(\S+) +(\S+) +(\S+)$", table, re.M).groups())
        np.testing.assert_allclose(mean, costs.mean(), rtol=1e-4)
        np.testing.assert_allclose(deviation, costs.std(ddof=1), rtol=0.06)
        np.testing.assert_allclose(ratio, costs.mean() / found["run_cost"][0].mean(), rtol=1e-3)


def test_the_errors_of_curves_are_told(evaluated):
    out, found = evaluated
    for name in CURVES:
        row = re.search(rf"^  {name} .* (\S+) +0$", out.split("further plain schemes")[1], re.M)
        error = found["mean_square"][ROLLOUTS.index(name), -1]
        np.testing.assert_allclose(float(row[1]), error, rtol=0.01)


def compare(one, other):
    """All but what is measured, and what hangs on the rival that each run fitted."""
    assert set(one) == set(other)
    assert one["rollout"] == other["rollout"]
    kept = [i for i, name in enumerate(ROLLOUTS) if name != "cubic"]
    for name in ("reference_state", "trajectory"):
        np.testing.assert_array_equal(other[name], one[name])
    np.testing.assert_array_equal(other["state"][kept], one["state"][kept])
    np.testing.assert_allclose(other["state"], one["state"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(other["mean_square"][kept], one["mean_square"][kept], rtol=1e-12)
    assert other["run_cost"].shape == one["run_cost"].shape
    assert (other["run_cost"] > 0).all()


@pytest.mark.parametrize("ranks", (2, 4))
def test_an_evaluation_does_not_depend_on_ranks(ranks, folder, evaluated):
    compare(evaluated[1], evaluate(folder, f"ranks{ranks}", EVALUATE, ranks=ranks)[1])


# On four ranks, two of them hold none of these.
CHOSEN = [60, 3, 0]


@pytest.mark.parametrize("ranks", (1, 2, 4))
def test_chosen_trajectories_stand_in_their_order(ranks, folder, evaluated):
    sets = {**EVALUATE, "evaluate.rivals": "{}", "evaluate.timing.samples": 0,
            "evaluate.trajectories": CHOSEN}
    found = evaluate(folder, f"chosen{ranks}", sets, ranks=ranks)[1]
    np.testing.assert_array_equal(found["trajectory"], sorted(CHOSEN))
    everything = evaluated[1]
    np.testing.assert_array_equal(found["reference_state"],
                                  everything["reference_state"][:, sorted(CHOSEN)])
    for name, states in zip(found["rollout"], found["state"]):
        expected = everything["state"][ROLLOUTS.index(name)][:, sorted(CHOSEN)]
        np.testing.assert_array_equal(states, expected)


def test_states_after_a_failure_are_not_numbers(folder):
    sets = {**EVALUATE, "evaluate.rivals": "{}", "evaluate.timing.samples": 0,
            "limits": "{qx: [-0.4, 0.4]}"}
    found = evaluate(folder, "limited", sets)[1]
    running = np.isfinite(found["state"]).all(axis=-1).sum(axis=-1)
    np.testing.assert_array_equal(running, found["running"])
    assert (running[:, -1] < SIZE).all() and (running[:, -1] > 0).all()


@pytest.mark.parametrize("ranks", (1, 2))
def test_parameters_of_stored_trajectories_stand_beside_them(ranks, folder):
    sets = {"system.parameters": "{lambda: {grid: [0.9, 1.1, 61]}}", "train.conditions": "[lambda]",
            "ensemble.size": SIZE, "forecast.ensemble.size": SIZE, "evaluate.ensemble.size": SIZE,
            "forecast.save.trajectories": "[0]", "evaluate.trajectories": "[0, 60]",
            "evaluate.ladder.refinements": 0, "output": f"varied{ranks}"}
    succeed("run", "deck.yaml", "--quiet", *settings(sets), cwd=folder, ranks=ranks)
    found = read(folder / f"varied{ranks}/evaluation.h5")
    assert found["state"].shape == (2, 11, 2, 4)
    np.testing.assert_allclose(found["parameter_values"][:, 0], [0.9, 1.1], rtol=1e-12)


def test_check_counts_stored_states(folder):
    def file_of_evaluation(**sets):
        out = succeed("check", "deck.yaml", *settings(sets), cwd=folder).out
        number, unit = re.search(r"evaluate .*file +(\S+) (B|KiB|MiB)", out).groups()
        return float(number) * {"B": 1, "KiB": 2**10, "MiB": 2**20}[unit]

    none = file_of_evaluation()
    stored = file_of_evaluation(**{"evaluate.trajectories": "all"})
    more = file_of_evaluation(**{"evaluate.trajectories": "all",
                                 "evaluate.curves": "{half: {step: 0.25}}"})
    of_one = 11 * 64 * 4 * 8
    np.testing.assert_allclose(stored - none, 3 * of_one, rtol=0.02)
    np.testing.assert_allclose(more - stored, of_one, rtol=0.05)
