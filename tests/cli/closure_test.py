# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""A closure from a richer reference: projection, spin-up, rivals, skill and climate."""

import re
import subprocess
import sys

import h5py
import numpy as np
import pytest

from conftest import SOURCE, farstep, settings, succeed, systems_of_this_build, write_deck

CLOSURE = """\
system: {name: lorenz96, variables: 8}
step: 0.1
scheme: rk4
reference: {system: lorenz96_two_scale, scheme: rk4, step: 0.005, spin_up: 2}
ensemble: {size: 24}
generate: {until: 5}
train:
  approximator: {hidden: 8, activation: inverse_quadratic, degree: 4, neighbours: 3}
  levenberg_marquardt: {start_iterations: 5, iterations: 20, penalty: 1e-8}
evaluate:
  ensemble: {size: 64}
  until: 1
  skill: {leads: [0.5, 1], members: 4}
  climate: {until: 10, from: 5, every: 0.5, pooled: true}
  rivals:
    quartic: {type: polynomial, degree: 4, neighbours: 0, step: 0.05}
  curves: {fine: {step: 0.02}}
  trajectories: [0, 63]
  timing: {trajectories: 256, seconds: 0.001, repeats: 1, samples: 2}
  ladder: {schemes: rk4, precisions: double, steps: [0.01, 0.005]}
output: out
"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    if not {"lorenz96", "lorenz96_two_scale"} <= set(systems_of_this_build()):
        pytest.skip("this build has no Lorenz 96")
    folder = tmp_path_factory.mktemp("closed")
    return folder, succeed("run", write_deck(folder, CLOSURE), cwd=folder)


def evaluation(folder):
    return h5py.File(folder / "out/evaluation.h5")


def test_the_dataset_holds_the_slow_variables_of_the_attractor(closed):
    with h5py.File(closed[0] / "out/dataset.h5") as file:
        assert file["state"].shape == (51, 24, 8)
        assert file.attrs["reference_system"] == "lorenz96_two_scale"
        # Drawn from a box, which the attractor reaches out of on either side.
        assert not ((file["state"][0] >= -5) & (file["state"][0] <= 15)).all()


def test_the_corrector_is_better_than_no_closure_and_than_a_quartic_one(closed):
    with evaluation(closed[0]) as file:
        names = list(file["rollout"].asstr())
        assert names == ["plain", "corrected", "quartic", "fine"]
        error = dict(zip(names, file["normalised_rmse"][:, 5]))
        assert error["corrected"] < 0.3 < error["plain"]
        assert error["corrected"] < error["quartic"] < error["plain"]
        correlation = file["anomaly_correlation"][:]
        np.testing.assert_allclose(correlation[:, 0], 1, atol=1e-12)
        assert (correlation <= 1 + 1e-12).all()


def test_ranks_and_climate_are_in_the_file(closed):
    with evaluation(closed[0]) as file:
        assert file["ensembles/count"].shape == (2, 5)
        np.testing.assert_array_equal(file["ensembles/count"][:].sum(axis=1), 64 * 8)
        np.testing.assert_allclose(file["climate/truth"][:].sum(axis=1), 1)
        distance = dict(zip(file["rollout"].asstr(), file["climate/kolmogorov_smirnov"]))
        assert distance["corrected"] < distance["plain"]
        assert 0 < file["climate"].attrs["kolmogorov_smirnov_floor"] < 0.1


def test_a_finer_step_is_no_closure(closed):
    with evaluation(closed[0]) as file:
        plain, fine = file["normalised_rmse"][0, 1:], file["normalised_rmse"][3, 1:]
        np.testing.assert_allclose(fine, plain, rtol=0.2)
        assert file["climate/frequency"].shape[0] == file["run_cost"].shape[0] == 4


def test_stored_states_are_those_of_the_slow_variables(closed):
    with evaluation(closed[0]) as file:
        assert file["state"].shape == (4, 11, 2, 8)
        assert file["reference_state"].shape == (11, 2, 8)
        for states in file["state"]:
            np.testing.assert_array_equal(states[0], file["reference_state"][0])


def test_the_table_names_every_rollout(closed):
    out = closed[1].out
    for name in ("plain", "corrected", "quartic", "fine"):
        assert re.search(rf"^  {name} .*\d$", out, re.M), out
    assert "rk4 of lorenz96_two_scale" in out
    assert "two runs of the truth" in out


def test_skill_ranks_and_climate_are_drawn(closed, tmp_path):
    words = [sys.executable, SOURCE / "tools/farstep-plot", closed[0] / "out/evaluation.h5",
             closed[0] / "out/model.h5", "-o", tmp_path]
    drawn = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert drawn.returncode == 0, drawn.stderr
    for name in ("evaluation-skill", "evaluation-ranks", "evaluation-climate", "model-box"):
        assert (tmp_path / f"{name}.png").stat().st_size > 1000


def test_a_finished_closure_is_not_made_again(closed):
    folder, _ = closed
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.h5")}
    succeed("run", "deck.yaml", cwd=folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.h5")} == times


def test_two_ranks_find_the_same(closed, tmp_path):
    """But for the last digits of sums over samples, which the fit magnifies."""
    succeed("run", write_deck(tmp_path, CLOSURE), cwd=tmp_path, ranks=2)
    with evaluation(closed[0]) as one, evaluation(tmp_path) as two:
        np.testing.assert_allclose(two["normalised_rmse"][:, 5], one["normalised_rmse"][:, 5],
                                   rtol=1e-6)
        np.testing.assert_array_equal(two["climate/truth"], one["climate/truth"])


@pytest.mark.parametrize("old, new, says", [
    ("system: lorenz96_two_scale,", "system: lorenz63,",
     ["reference.system", "lorenz63 has no component 'x_1'", "reference.projection"]),
    ("system: lorenz96_two_scale,",
     "system: lorenz96_two_scale, projection: [x_1, x_2],",
     ["reference.projection", "names 2 components, but lorenz96 has 8"]),
    ("system: lorenz96_two_scale,",
     "system: lorenz96_two_scale, projection: [x_1, x_2, x_3, x_4, x_5, x_6, x_7, z],",
     ["reference.projection", "has no component 'z'"]),
    ("neighbours: 3}", "neighbours: 4}",
     ["train.approximator.neighbours", "a ring of 8 has at most 3 neighbours"]),
    ("penalty: 1e-8}", "penalty: 1e-8}\n  fit: adam",
     ["train.fit", "adam fits no weights that a ring shares"]),
    ("system: {name: lorenz96, variables: 8}", "system: lorenz96_two_scale",
     ["system", "264 components, too many for a corrector"]),
    ("{schemes: rk4,", "{schemes: [rk4, taylor],",
     ["evaluate.ladder.schemes[1]", "taylor needs", "lorenz96_two_scale (264 components)"]),
    ("leads: [0.5, 1]", "leads: [0.5, 3]", ["evaluate.skill.leads[1]", "beyond evaluate.until"]),
    ("step: 0.05}", "step: 0.03}", ["evaluate.every", "evaluate.rivals.quartic.step"]),
])
def test_what_does_not_fit_is_refused(tmp_path, old, new, says):
    assert CLOSURE.count(old) == 1
    result = farstep("check", write_deck(tmp_path, CLOSURE.replace(old, new)), cwd=tmp_path)
    assert result.code == 2, result.out + result.err
    for words in says:
        assert words in result.err, result.err


def test_schemes_that_cannot_step_the_reference_do_not_compete_by_default(tmp_path):
    deck = CLOSURE.replace("{schemes: rk4, ", "{")
    shown = succeed("check", write_deck(tmp_path, deck), cwd=tmp_path).out
    assert "schemes: [rk4, dp8, dop853]" in shown


def test_a_local_approximator_needs_a_ring(tmp_path):
    keys = {"train.approximator.neighbours": 1}
    deck = "system: henon_heiles\nstep: 0.5\nensemble: {size: 8}\ngenerate: {until: 5}\ntrain: {}\n"
    result = farstep("check", write_deck(tmp_path, deck), *settings(keys), cwd=tmp_path)
    assert result.code == 2
    assert "henon_heiles are no ring" in result.err
