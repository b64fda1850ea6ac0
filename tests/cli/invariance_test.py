# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The number of ranks, threads and chunks changes no result: states bit for bit, statistics but for
their last digits, losses but for the order of sums."""

import h5py
import numpy as np
import pytest

from conftest import DECK, settings, succeed, write_deck

# Attributes that tell about the run, not about its result.
OF_THE_RUN = ("date", "ranks", "threads_per_rank", "wall_time_s", "recipe", "deck")

# The first output shows the initial states; the limits make some trajectories fail.
FORECAST = {"forecast.ensemble.size": 100000, "forecast.until": 10, "forecast.save.every": 2.5,
            "forecast.save.trajectories": "all", "limits": "{qx: [-0.6, 0.65]}"}


def read(path):
    """Variables and attributes by name."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[...]

    with h5py.File(path) as file:
        file.visititems(visit)
        for name, value in file.attrs.items():
            if not name.startswith(OF_THE_RUN):
                found["attribute " + name] = np.asarray(value)
    return found


def is_statistic(name):
    return name.removeprefix("energy_") in ("mean", "variance", "minimum", "maximum", "quantiles")


def compare_forecasts(one, other):
    assert set(one) == set(other)
    for name, values in one.items():
        if is_statistic(name):
            largest = np.max(np.abs(values))
            np.testing.assert_allclose(other[name], values, rtol=0, atol=1e-12 * largest,
                                       err_msg=name)
        else:
            np.testing.assert_array_equal(other[name], values, err_msg=name)


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory):
    """With a deck and a trained model."""
    folder = tmp_path_factory.mktemp("invariance")
    write_deck(folder, DECK.replace("output: out", f"output: {finished}/out"))
    return folder


def run(stage, folder, name, sets=None, **how):
    """Runs one stage into a folder of its own and returns what it wrote."""
    model = {"forecast.model": "MODEL"} if stage == "forecast" else {}
    deck = (folder / "deck.yaml").read_text()
    results = deck.split("output: ")[1].strip()
    keys = {**model, **(sets or {}), "output": name}
    keys = {key: f"{results}/model.h5" if value == "MODEL" else value
            for key, value in keys.items()}
    succeed(stage, "deck.yaml", "--quiet", *settings(keys), cwd=folder, **how)
    file = {"generate": "dataset", "train": "model", "forecast": "forecast"}[stage]
    return read(folder / name / f"{file}.h5")


@pytest.fixture(scope="module")
def forecast_on_one_rank(folder):
    return run("forecast", folder, "one", FORECAST)


def test_the_forecast_compared_here_has_what_matters(forecast_on_one_rank):
    result = forecast_on_one_rank
    assert result["state"].shape == (5, 100000, 4)
    assert 0 < result["attribute failed_trajectories"] < 50000
    assert len(np.unique(result["failed_time"])) > 5
    assert {"mean", "variance", "quantiles", "energy_mean", "energy_quantiles"} <= set(result)


@pytest.mark.parametrize("ranks, threads", ((1, 2), (2, 1), (2, 2), (4, 1)))
def test_a_forecast_does_not_depend_on_ranks_and_threads(ranks, threads, folder,
                                                         forecast_on_one_rank):
    other = run("forecast", folder, f"{ranks}x{threads}", FORECAST, ranks=ranks, threads=threads)
    compare_forecasts(forecast_on_one_rank, other)


@pytest.mark.parametrize("ranks", (1, 2))
def test_a_forecast_does_not_depend_on_chunks(ranks, folder, forecast_on_one_rank):
    chunked = {**FORECAST, "memory": "1 MiB"}
    other = run("forecast", folder, f"chunked{ranks}", chunked, ranks=ranks)
    compare_forecasts(forecast_on_one_rank, other)


@pytest.mark.parametrize("precision", ("float", "mixed"))
def test_other_precisions_are_as_invariant(precision, folder):
    sets = {**FORECAST, "precision": precision, "forecast.ensemble.size": 2000}
    one = run("forecast", folder, f"{precision}1", sets)
    other = run("forecast", folder, f"{precision}2", {**sets, "memory": "64 KiB"}, ranks=2)
    compare_forecasts(one, other)


# A number of trajectories that no number of ranks here divides.
DATASET = {"ensemble.size": 257, "limits": "{qx: [-0.6, 0.65]}"}


@pytest.fixture(scope="module")
def dataset_on_one_rank(folder):
    return run("generate", folder, "data1", DATASET)


@pytest.mark.parametrize("ranks, threads", ((1, 2), (2, 1), (4, 1)))
def test_a_dataset_is_the_same_bit_for_bit(ranks, threads, folder, dataset_on_one_rank):
    one = dataset_on_one_rank
    assert 0 < np.count_nonzero(one["status"]) < 200
    other = run("generate", folder, f"data{ranks}{threads}", DATASET, ranks=ranks, threads=threads)
    assert set(one) == set(other)
    for name, values in one.items():
        np.testing.assert_array_equal(other[name], values, err_msg=name)


def losses(folder, fit, ranks, threads=1):
    name = f"{fit.strip('{[]}').replace(', ', '_')}{ranks}{threads}"
    sets = {"train.dataset": "data1/dataset.h5", "train.fit": fit,
            "train.approximator.hidden": 32}
    if fit == "[ridge, adam]":
        # Well-conditioned, lest the normal equations magnify the last digits of their sums.
        sets["train.ridge"] = "{scales: [1], penalties: [1e-4]}"
    if "adam" in fit:
        sets["train.adam"] = "{epochs: 20, learning_rate: 5e-3}"
    return run("train", folder, name, sets, ranks=ranks, threads=threads)


@pytest.mark.parametrize("fit", ("adam", "[ridge, adam]"))
def test_twenty_epochs_of_adam_do_not_depend_on_ranks(fit, folder, dataset_on_one_rank):
    one = losses(folder, fit, 1)
    for ranks, threads in ((1, 2), (2, 1), (4, 1)):
        other = losses(folder, fit, ranks, threads)
        np.testing.assert_array_equal(other["history/iteration"], one["history/iteration"])
        assert one["history/iteration"].size > 20
        for name in ("history/training_loss", "history/validation_loss"):
            np.testing.assert_allclose(other[name], one[name], rtol=1e-9, err_msg=name)


def test_ridge_hardly_depends_on_ranks(folder, dataset_on_one_rank):
    one = losses(folder, "ridge", 1)
    for ranks in (2, 4):
        other = losses(folder, "ridge", ranks)
        assert other["attribute fit"] == one["attribute fit"]
        for name in ("validation_loss", "single_step_reduction", "linear_reduction"):
            np.testing.assert_allclose(other["attribute " + name], one["attribute " + name],
                                       rtol=1e-5, err_msg=name)
        np.testing.assert_array_equal(other["box_low"], one["box_low"])
        np.testing.assert_allclose(other["input_scale"], one["input_scale"], rtol=1e-12)


def test_more_ranks_than_validation_trajectories_can_train(folder):
    """Six trajectories, one of them for validation, on four ranks."""
    sets = {"ensemble.size": 6}
    run("generate", folder, "few", sets)
    of_few = {"train.dataset": "few/dataset.h5", "train.approximator.hidden": 4}
    one = run("train", folder, "few1", of_few)
    other = run("train", folder, "few4", of_few, ranks=4)
    np.testing.assert_allclose(other["attribute validation_loss"],
                               one["attribute validation_loss"], rtol=1e-5)
