# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Parameters that vary by trajectory, and correctors that serve ranges of them and of the step."""

import h5py
import numpy as np
import pytest

from conftest import SOURCE, farstep, settings, succeed, write_deck

DECK = """\
system: {name: henon_heiles, parameters: {lambda: {uniform: [0.5, 1]}}}
ensemble: {size: 96, seed: 1}
step: 0.5
reference: {step: 0.05}
generate: {until: 5}
train:
  conditions: lambda
  approximator: {hidden: 24, activation: tanh}
  levenberg_marquardt: {samples: 4000, starts: 1, start_iterations: 10, iterations: 60}
forecast: {ensemble: {size: 300}, until: 5, save: {trajectories: all}}
evaluate:
  ensemble: {size: 64}
  until: 5
  timing: {trajectories: 256, seconds: 0.001, repeats: 1}
  ladder: {refinements: 1}
output: out
"""

STEPS = {"generate.every": 0.25, "train.conditions": "[lambda, step]",
         "train.steps": "[0.25, 0.5, 0.75]"}


def variable(path, name):
    with h5py.File(path) as file:
        return file[name][...]


def final_errors(folder):
    """MSE at the end, plain and corrected."""
    return variable(folder / "out/evaluation.h5", "mean_square")[:, -1]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One corrector for ranges of lambda and of the step, and its deck."""
    folder = tmp_path_factory.mktemp("trained")
    succeed("run", write_deck(folder, DECK), *settings(STEPS), cwd=folder)
    return folder


def test_adam_fits_conditions_too(trained):
    settled = {**STEPS, "output": "adam", "train.dataset": "out/dataset.h5", "train.fit": "adam",
               "train.adam": "{iterations: 3000, batch: 128}"}
    deck = (trained / "deck.yaml").read_text().replace(
        "  levenberg_marquardt: {samples: 4000, starts: 1, start_iterations: 10, iterations: 60}\n",
        "")
    succeed("train", write_deck(trained, deck, "adam.yaml"), *settings(settled), cwd=trained)
    with h5py.File(trained / "adam/model.h5") as file:
        assert file.attrs["single_step_reduction"] > 3
        assert list(file["condition"].asstr()) == ["lambda", "step"]


# --- Parameters by trajectory --------------------------------------------------------------------


def values(folder, parameters, size=60, **how):
    """Parameters [trajectory][parameter] of elastic pendulums."""
    deck = (f"system: {{name: elastic_pendulum, parameters: {parameters}}}\nstep: 0.1\n"
            f"forecast: {{corrected: false, ensemble: {{size: {size}}}, until: 0.2, "
            "save: {trajectories: all}}\noutput: out\n")
    succeed("forecast", write_deck(folder, deck), cwd=folder, **how)
    return variable(folder / "out/forecast.h5", "parameter_values")


def test_numbers_are_drawn_from_ranges_and_normal_distributions(tmp_path):
    found = values(tmp_path, "{k: {uniform: [30, 50]}, m: {normal: [2, 0.1]}}", 4000)
    k, m = found[:, 0], found[:, 1]
    assert 30 <= k.min() < 30.1 and 49.9 < k.max() <= 50 and abs(k.mean() - 40) < 0.5
    assert abs(m.mean() - 2) < 0.01 and abs(m.std() - 0.1) < 0.01
    assert (found[:, 2:] == [9.8, 10]).all()
    assert abs(np.corrcoef(k, m)[0, 1]) < 0.05


def test_a_latin_hypercube_has_one_trajectory_in_every_slice(tmp_path):
    found = values(tmp_path, "{k: {uniform: [30, 50]}, l0: {uniform: [9, 11]}, "
                             "sampling: latin_hypercube}", 500)
    for low, high, column in ((30, 50, found[:, 0]), (9, 11, found[:, 3])):
        slices = np.floor((column - low) / (high - low) * 500).astype(int)
        assert sorted(slices) == list(range(500))
    assert abs(np.corrcoef(found[:, 0], found[:, 3])[0, 1]) < 0.15


def test_a_grid_is_taken_point_by_point(tmp_path):
    found = values(tmp_path, "{k: {grid: [30, 50, 3]}, l0: {grid: [9, 11, 5]}}")
    expected = [(k, l0) for k in (30, 40, 50) for l0 in (9, 9.5, 10, 10.5, 11)] * 4
    np.testing.assert_allclose(found[:, [0, 3]], expected, rtol=1e-15)


def test_a_file_gives_the_parameters_that_it_names(tmp_path):
    rows = np.random.default_rng(1).uniform(0.9, 1.1, (60, 2)) * [10, 40]
    with h5py.File(tmp_path / "rows.h5", "w") as file:
        file["drawn"] = rows
    found = values(tmp_path, "{m: 2, file: rows.h5, dataset: drawn, columns: [l0, k]}")
    assert (found == np.column_stack([rows[:, 1], np.full(60, 2), np.full(60, 9.8),
                                      rows[:, 0]])).all()


def test_trajectories_go_where_they_would_with_these_parameters_for_all(tmp_path):
    succeed("forecast", write_deck(tmp_path, DECK), *settings({"forecast.corrected": "false"}),
            cwd=tmp_path)
    path = tmp_path / "out/forecast.h5"
    own, states = variable(path, "parameter_values"), variable(path, "state")
    for i in (0, 100, 299):
        succeed("forecast", "deck.yaml", cwd=tmp_path,
                *settings({"forecast.corrected": "false", "system.parameters.lambda": own[i, 0]}))
        assert (variable(path, "state")[:, i] == states[:, i]).all()


def test_parameters_can_be_read_by_name(tmp_path):
    values(tmp_path, "{k: {uniform: [30, 50]}}")
    xarray = pytest.importorskip("xarray")
    with xarray.open_dataset(tmp_path / "out/forecast.h5", engine="h5netcdf") as forecast:
        assert forecast.parameter_values.sel(parameter="k").dims == ("trajectory",)
        assert list(forecast.parameter_distributions)[0] == "uniform [30, 50]"


@pytest.mark.parametrize("sets", [{}, {"forecast.corrected": "false", "scheme": "dopri5"},
                                  {"forecast.corrected": "false",
                                   "system.parameters.sampling": "latin_hypercube"}])
def test_ranks_and_chunks_change_nothing(sets, trained, tmp_path):
    deck = "\n".join(line for line in DECK.splitlines()
                     if line.startswith(("system", "ensemble", "step", "forecast")))
    sets = {"forecast.ensemble.size": 5000, "output": "out", **sets}
    if sets.get("forecast.corrected") != "false":
        sets["forecast.model"] = trained / "out/model.h5"
    found = []
    for how, more in (({}, {}), ({"ranks": 2}, {}), ({}, {"memory": "200 kB"})):
        succeed("forecast", write_deck(tmp_path, deck), *settings({**sets, **more}), cwd=tmp_path,
                **how)
        path = tmp_path / "out/forecast.h5"
        found.append((variable(path, "parameter_values"), variable(path, "state")))
    for other in found[1:]:
        assert (other[0] == found[0][0]).all() and (other[1] == found[0][1]).all()


# --- Conditions ----------------------------------------------------------------------------------


def test_a_corrector_serves_the_ranges_it_was_trained_for(trained):
    for coupling in (0.5, 0.75, 1):
        for step in (0.25, 0.5, 0.625):
            succeed("evaluate", "deck.yaml", cwd=trained,
                    *settings({**STEPS, "system.parameters.lambda": coupling, "step": step,
                               "reference.step": step / 10}))
            plain, corrected = final_errors(trained)
            assert corrected < plain / 10, (coupling, step)


def test_a_network_with_a_condition_for_each_trajectory_is_the_one_with_the_same_for_all(trained):
    sets = {**STEPS, "forecast.save.every": 0.5}
    succeed("forecast", "deck.yaml", *settings(sets), cwd=trained)
    path = trained / "out/forecast.h5"
    own, states = variable(path, "parameter_values"), variable(path, "state")
    for i in (0, 100, 299):
        succeed("forecast", "deck.yaml",
                *settings({**sets, "system.parameters.lambda": own[i, 0]}), cwd=trained)
        np.testing.assert_allclose(variable(path, "state")[:, i], states[:, i], rtol=0, atol=1e-11)


def test_a_model_tells_its_conditions(trained):
    with h5py.File(trained / "out/model.h5") as model:
        assert list(model["input"].asstr()) == ["qx", "qy", "px", "py", "lambda", "step"]
        assert list(model["condition"].asstr()) == ["lambda", "step"]
        assert list(model["condition_low"]) == [0.5, 0.25]
        assert list(model["condition_high"]) == [1, 0.75]


@pytest.mark.parametrize("sets, says", [
    ({"system.parameters.lambda": 1.5}, ("lambda", "0.5 to 1", "1.5")),
    ({"system.parameters.lambda": "{uniform: [0.5, 1.1]}"}, ("lambda", "0.5 to 1", "1.1")),
    ({"system.parameters.lambda": "{normal: [0.75, 0.3]}"}, ("lambda", "0.5 to 1")),
    ({"step": 1, "reference.step": 0.05, "forecast.save.every": 1}, ("step", "0.25 to 0.75", "1")),
    ({"step": 0.125, "reference.step": 0.0125}, ("step", "0.25 to 0.75", "0.125"))])
def test_outside_its_ranges_a_corrector_is_refused(sets, says, trained):
    result = farstep("forecast", "deck.yaml", *settings({**STEPS, **sets}), cwd=trained)
    assert result.code == 3 and len(result.errors) == 1, result.err
    for word in says:
        assert word in result.errors[0]


def test_a_corrector_without_a_condition_is_refused_for_other_parameters(tmp_path):
    deck = write_deck(tmp_path, DECK.replace("  conditions: lambda\n", ""))
    succeed("run", deck, cwd=tmp_path)
    result = farstep("forecast", deck, "--set", "system.parameters.lambda=0.75", cwd=tmp_path)
    assert result.code == 3 and len(result.errors) == 1
    assert "system.parameters.lambda" in result.errors[0] and "train.conditions" in result.errors[0]


def test_a_polynomial_sees_a_condition_only_if_all_trajectories_share_it(tmp_path):
    lines = [line for line in DECK.splitlines() if "levenberg" not in line]
    deck = write_deck(tmp_path, "\n".join(lines).replace("{hidden: 24, activation: tanh}",
                                                         "{type: polynomial, degree: 5}"))
    succeed("generate", deck, cwd=tmp_path)
    succeed("train", deck, cwd=tmp_path)
    for coupling in (0.5, 0.75, 1):
        succeed("evaluate", deck, *settings({"system.parameters.lambda": coupling}), cwd=tmp_path)
        plain, corrected = final_errors(tmp_path)
        assert corrected < plain / 2, coupling
    result = farstep("forecast", deck, cwd=tmp_path)
    assert result.code == 3 and len(result.errors) == 1
    assert "degree 5" in result.errors[0] and "lambda" in result.errors[0]


def test_the_deck_that_ships_mends_every_corner_at_a_small_size(tmp_path):
    deck = SOURCE / "inputs/conditioned/elastic_pendulum.yaml"
    small = {"output": "out", "ensemble": "{size: 100}", "train.levenberg_marquardt":
             "{samples: 6000, starts: 1, start_iterations: 10, iterations: 40}",
             "train.approximator.hidden": 24}
    succeed("generate", deck, *settings(small), cwd=tmp_path)
    succeed("train", deck, *settings(small), cwd=tmp_path)
    for k in (30, 50):
        for step in (0.1, 0.4):
            succeed("evaluate", deck, cwd=tmp_path, timeout=120,
                    *settings({**small, "system.parameters.k": k, "step": step,
                               "evaluate.ensemble.size": 32, "evaluate.ladder.refinements": 0,
                               "evaluate.timing":
                               "{trajectories: 64, seconds: 0.001, repeats: 1}"}))
            plain, corrected = final_errors(tmp_path)
            assert corrected < plain / 10, (k, step)
