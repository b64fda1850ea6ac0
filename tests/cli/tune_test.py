# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""farstep tune: it finds a corrected step where one pays, a plain one where none does, and what it
writes down keeps its promise."""

import h5py
import numpy as np
import pytest

from conftest import farstep, settings, succeed, systems_of_this_build, write_deck

# Wide elastic pendulums, where learned flow maps pay several times over, and few candidates.
PAYS = """\
system: elastic_pendulum
ensemble:
  size: 400
  initial:
    theta: {uniform: [-0.4, 0.4]}
    r: {uniform: [9.5, 12]}
    theta_dot: {uniform: [-0.3, 0.3]}
    r_dot: {uniform: [-2, 2]}
step: 1
tune:
  error: 3e-4
  until: 10
  ensemble: {size: 128}
  steps: 1
  bases: none
  hidden: [8, 16, 24]
  degrees: []
  precisions: double
  timing: {trajectories: 2048, seconds: 0.01, repeats: 2}
output: out
"""

# Hénon–Heiles, where a plain step costs next to nothing, against costly candidates.
DOES_NOT_PAY = """\
system: henon_heiles
ensemble: {size: 64}
step: 0.5
tune: {error: 1e-6, until: 10, ensemble: {size: 64}, hidden: 128, degrees: 6, precisions: double}
output: out
"""


def skip_unless_built(name):
    if name not in systems_of_this_build():
        pytest.skip(f"this build has no {name}")


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    skip_unless_built("elastic_pendulum")
    folder = tmp_path_factory.mktemp("tuned")
    result = succeed("tune", write_deck(folder, PAYS), cwd=folder)
    return folder, result


def test_a_corrected_step_that_pays_is_found(tuned):
    folder, result = tuned
    with h5py.File(folder / "out/tuning.h5") as file:
        assert file.attrs["farstep_kind"] == "tuning"
        assert "The corrector pays." in file.attrs["verdict"]
        assert file.attrs["verdict"] in result.out
        assert file.attrs["found_factor"] > 1.1
        assert file.attrs["found_error"] < 3 * 3e-4
        corrected = file["corrected"][:] > 0
        met = file["error"][:] <= 3e-4
        assert np.any(corrected & met) and np.any(~corrected & met)
        assert len(file["candidate"]) == len(file["cost"]) == len(corrected)


def test_the_deck_it_writes_reproduces_the_winner(tuned):
    folder, _ = tuned
    promised = h5py.File(folder / "out/tuning.h5").attrs["promised_error"]
    succeed("run", "out/tuned.yaml", "--set", "evaluate.timing.seconds=0.001", cwd=folder)
    with h5py.File(folder / "out/tuned/evaluation.h5") as file:
        assert file["mean_square"][1, -1] < 3 * promised
    assert (folder / "out/tuned/forecast.h5").exists()


def test_a_second_search_reuses_the_models(tuned):
    folder, _ = tuned
    models = sorted(folder.glob("out/tune/*/model.h5"))
    before = [model.stat().st_mtime_ns for model in models]
    succeed("tune", "deck.yaml", cwd=folder)
    assert models and [model.stat().st_mtime_ns for model in models] == before


def test_ranks_fit_the_same_models(tuned, tmp_path):
    # Which ones are tried depends on clocks; the first is far cheaper than any plain scheme.
    folder, _ = tuned
    succeed("tune", write_deck(tmp_path, PAYS), cwd=tmp_path, ranks=2)
    models = {path.parent.name for path in tmp_path.glob("out/tune/*/model.h5")}
    common = models & {path.parent.name for path in folder.glob("out/tune/*/model.h5")}
    assert common
    for name in common:
        one, two = (h5py.File(root / f"out/tune/{name}/model.h5") for root in (folder, tmp_path))
        for variable in ("weights", "biases", "outgoing", "linear", "bias"):
            np.testing.assert_allclose(two[variable][:], one[variable][:], rtol=1e-6, atol=1e-9)


def test_a_plain_scheme_may_win(tmp_path):
    skip_unless_built("henon_heiles")
    result = succeed("tune", write_deck(tmp_path, DOES_NOT_PAY), cwd=tmp_path)
    assert "No corrected step of the deck pays." in result.out
    deck = (tmp_path / "out/tuned.yaml").read_text()
    assert "corrected: false" in deck
    succeed("run", "out/tuned.yaml", cwd=tmp_path)
    assert (tmp_path / "out/tuned/forecast.h5").exists()


def test_an_error_that_nothing_meets_is_a_mistake_in_the_deck(tmp_path):
    skip_unless_built("henon_heiles")
    result = farstep("tune", write_deck(tmp_path, DOES_NOT_PAY),
                     *settings({"tune.error": 1e-20, "tune.plain_schemes": "rk4",
                                "tune.precisions": "float", "tune.hidden": 8}), cwd=tmp_path)
    assert result.code == 2 and len(result.errors) == 1
    assert "tune.error" in result.err and "tune.budget" in result.err
    assert not (tmp_path / "out/tuned.yaml").exists()


@pytest.mark.parametrize("words", [("--set", "tune.budget=0.001"), ("--budget", "0.001")])
def test_the_budget_ends_the_search(words, tmp_path):
    skip_unless_built("elastic_pendulum")
    result = succeed("tune", write_deck(tmp_path, PAYS), *words, cwd=tmp_path)
    assert "within the budget" in result.out
