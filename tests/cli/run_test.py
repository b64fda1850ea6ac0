# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The program as a newcomer uses it: decks that ship, stages and their reuse, and what it tells."""

import re
import subprocess
import sys

import h5py
import numpy as np
import pytest

from conftest import (DECK, FILES, SANITIZED, SOURCE, command_line, contents, environment, farstep,
                      settings, succeed, systems_of_this_build, write_deck)

DECKS = sorted((SOURCE / "inputs").rglob("*.yaml"))

SMALL = {"ensemble.size": 64, "generate.until": 10, "forecast.ensemble.size": 500,
         "forecast.until": 10, "evaluate.ensemble.size": 64, "evaluate.until": 5,
         "evaluate.timing": "{trajectories: 256, seconds: 0.001, repeats: 1}"}


def attributes(path):
    with h5py.File(path) as file:
        return dict(file.attrs)


def times_of(folder):
    return {name: (folder / f"out/{name}.h5").stat().st_mtime_ns for name in FILES}


def skip_unless_built(deck):
    """Builds may leave systems out."""
    text = deck.read_text()
    name, size = re.search(r"^system: (?:\{name: )?(\w+)(?:, \w+: (\d+))?", text, re.M).groups()
    sizes = systems_of_this_build().get(name)
    if sizes is None or (size and int(size) not in sizes):
        pytest.skip(f"this build has no {name} {size or ''}")


# --- The quickstart ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory):
    deck = SOURCE / "inputs/quickstart.yaml"
    skip_unless_built(deck)
    folder = tmp_path_factory.mktemp("quickstart")
    result = succeed("run", deck, *settings({**SMALL, "output": "out"}), cwd=folder)
    return folder, result


def test_a_small_quickstart_makes_every_file(quickstart):
    folder, _ = quickstart
    assert set(contents(folder)) == {f"out/{name}.h5" for name in FILES}


def test_the_quickstart_corrects_by_orders_of_magnitude(quickstart):
    folder, _ = quickstart
    with h5py.File(folder / "out/evaluation.h5") as file:
        plain, corrected = file["mean_square"][:, -1]
        assert list(file["rollout"].asstr()) == ["plain", "corrected"]
    assert 0 < corrected < 1e-3 * plain


def test_the_quickstart_ends_in_tables_and_a_verdict(quickstart):
    folder, result = quickstart
    for heading in ("\ngenerate\n", "\ntrain\n", "\nforecast\n", "\nevaluate\n"):
        assert heading in result.out
    assert "work and precision at t = 5" in result.out
    verdict = attributes(folder / "out/evaluation.h5")["verdict"]
    assert verdict in result.out
    assert re.search(r"pays\.|does not pay|No plain scheme", verdict)


@pytest.mark.parametrize("name", FILES)
def test_files_tell_where_they_come_from(name, quickstart):
    folder, _ = quickstart
    stored = attributes(folder / f"out/{name}.h5")
    stage = {"dataset": "generate", "model": "train", "evaluation": "evaluate"}.get(name, name)
    assert stored["farstep_kind"] == name
    assert stored["system"] == "elastic_pendulum"
    assert (SOURCE / "inputs/quickstart.yaml").read_text() in stored["deck"]
    assert "# --set ensemble.size=64\n" in stored["deck"]
    assert stored["farstep_version"] in succeed("--version", cwd=folder).out
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stored["date"])
    assert stored["ranks"] == 1 and stored["threads_per_rank"] == 1
    assert stored[f"wall_time_s_{stage}"] > 0
    assert stored["seed"] == {"dataset": 1, "model": 1, "forecast": 2, "evaluation": 3}[name]
    assert stored["git_commit"] and stored["host"] and stored["backend"]


# --- The guard -----------------------------------------------------------------------------------


@pytest.mark.parametrize("action, fails", [("warn", False), ("plain", False), ("stop", True)])
def test_a_guard_tells_what_left_the_training_box(action, fails, bench):
    guard = {"forecast.guard": f"{{action: {action}, margin: 0}}"}
    result = succeed("forecast", "deck.yaml", *settings(guard), cwd=bench)
    assert "left the training box" in result.out
    stored = attributes(bench / "out/forecast.h5")
    assert stored["guard"] == action
    assert 0 < stored["trajectories_outside"] <= stored["steps_outside"]
    assert (stored["failed_trajectories"] > 0) == fails
    if fails:
        assert stored["failed_trajectories"] == stored["trajectories_outside"]


def test_without_a_guard_nothing_is_counted(bench):
    result = succeed("forecast", "deck.yaml", *settings({"forecast.guard": "off"}), cwd=bench)
    assert "training box" not in result.out
    assert "guard" not in attributes(bench / "out/forecast.h5")


# --- The long rollout at the end of training -----------------------------------------------------


def test_training_tells_how_a_long_rollout_went(finished):
    stored = attributes(finished / "out/model.h5")
    assert stored["rollout_until"] == stored["rollout_survived"] == 50
    assert stored["rollout_trajectories"] == 6 and stored["rollout_lost"] == 0
    assert 0 <= stored["rollout_left_box"] <= 6 and 0 < stored["rollout_energy_drift"] < 0.1
    assert stored["rollout"].startswith("to t = 50: 6 of 6 survive")
    assert stored["rollout"] in succeed("info", "out/model.h5", cwd=finished).out


@pytest.mark.parametrize("ranks", (1, 2, 4))
def test_a_long_rollout_may_lose_trajectories_and_forecasts_say_so(ranks, bench):
    # Limits that the reference keeps for as long as the dataset, not for ten times as long.
    limits = settings({"limits": "{qx: [-0.5, 0.5]}"})
    result = succeed("train", "deck.yaml", *limits, cwd=bench, ranks=ranks)
    stored = attributes(bench / "out/model.h5")
    assert stored["rollout_lost"] == 1 and stored["rollout_survived"] == 19
    assert stored["rollout"].startswith("to t = 50: 5 of 6 survive, all to t = 19")
    assert f"long rollout {stored['rollout']}" in result.out
    result = succeed("forecast", "deck.yaml", cwd=bench)
    assert f"warning: the corrector lost trajectories when it was trained: {stored['rollout']}" \
        in result.out


def test_a_forecast_longer_than_the_rollout_warns(bench):
    assert "warning" not in succeed("forecast", "deck.yaml", cwd=bench).out
    longer = settings({"forecast.until": 100})
    result = succeed("forecast", "deck.yaml", *longer, cwd=bench)
    assert "warning: a forecast to t = 100" in result.out and "t = 50 only" in result.out


def test_the_long_rollout_can_be_left_out(bench):
    off = settings({"train.rollout.until": 0})
    assert "long rollout" not in succeed("train", "deck.yaml", *off, cwd=bench).out
    assert not any(name.startswith("rollout") for name in attributes(bench / "out/model.h5"))
    assert "warning" not in succeed("forecast", "deck.yaml", cwd=bench).out


# --- Reuse ---------------------------------------------------------------------------------------


def reused(result):
    return {name for name in FILES if f"out/{name}.h5 is up to date" in result.out}


def test_a_second_run_reuses_every_stage(bench):
    before = times_of(bench)
    result = succeed("run", "deck.yaml", cwd=bench)
    assert reused(result) == set(FILES)
    assert times_of(bench) == before


@pytest.mark.parametrize("key, value, kept", [
    ("ensemble.seed", 8, set()),
    ("generate.until", 4, set()),
    ("train.seed", 2, {"dataset"}),
    ("forecast.until", 4, {"dataset", "model", "evaluation"}),
    ("evaluate.until", 4, {"dataset", "model", "forecast"}),
    ("memory", "1 MiB", set(FILES)),
    ("failure_fraction", 0.5, set(FILES)),
])
def test_a_change_runs_again_what_depends_on_it(key, value, kept, bench):
    before = times_of(bench)
    result = succeed("run", "deck.yaml", *settings({key: value}), cwd=bench)
    assert reused(result) == kept
    after = times_of(bench)
    assert {name for name in FILES if before[name] == after[name]} == kept


def test_a_plain_forecast_does_not_depend_on_training(bench):
    plain = {"forecast.corrected": "false"}
    succeed("run", "deck.yaml", *settings(plain), cwd=bench)
    result = succeed("run", "deck.yaml", *settings({**plain, "train.seed": 2}), cwd=bench)
    assert reused(result) == {"dataset", "forecast"}


def test_a_stage_of_its_own_always_runs(bench):
    before = times_of(bench)
    succeed("forecast", "deck.yaml", cwd=bench)
    after = times_of(bench)
    assert {name for name in FILES if before[name] != after[name]} == {"forecast"}


def test_two_ranks_reuse_what_one_rank_made(bench):
    assert reused(succeed("run", "deck.yaml", cwd=bench, ranks=2)) == set(FILES)


# --- check ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: str(deck.relative_to(SOURCE / "inputs")))
def test_decks_that_ship_are_valid(deck, tmp_path):
    skip_unless_built(deck)
    result = succeed("check", deck, cwd=tmp_path)
    assert "# estimates on 1 rank" in result.out
    assert not contents(tmp_path)


def test_check_accepts_the_deck_that_it_prints(tmp_path):
    write_deck(tmp_path)
    first = succeed("check", "deck.yaml", cwd=tmp_path).out
    write_deck(tmp_path, first, "resolved.yaml")
    second = succeed("check", "resolved.yaml", cwd=tmp_path).out
    assert first.split("# estimates")[0] == second.split("# estimates")[0]


def test_set_overrides_the_deck(tmp_path):
    write_deck(tmp_path)
    out = succeed("check", "deck.yaml", "--set", "train.fit=[ridge, adam]", "--set",
                  "train.adam.batch=32", "--set", "forecast.save={every: 1, trajectories: all}",
                  cwd=tmp_path).out
    assert re.search(r"^  fit: \[ridge, adam\]", out, re.M)
    assert re.search(r"^    batch: 32 ", out, re.M)
    assert re.search(r"^    trajectories: all ", out, re.M)


# --- What the program tells ----------------------------------------------------------------------


def test_version_names_what_it_was_built_with(tmp_path):
    out = succeed("--version", cwd=tmp_path).out
    assert re.search(r"^farstep \d+\.\d+\.\d+ \(commit \w+", out)
    assert "Kokkos" in out


def test_help_documents_the_exit_codes(tmp_path):
    out = succeed("--help", cwd=tmp_path).out
    for word in ("run", "generate", "train", "forecast", "evaluate", "check", "Exit codes"):
        assert word in out
    for code in "01234":
        assert re.search(rf"{code} \w+", out.split("Exit codes")[1])
    assert "--set" in succeed("run", "--help", cwd=tmp_path).out


def test_information_is_given_once_under_mpi(tmp_path):
    assert succeed("--version", cwd=tmp_path, ranks=2).out.count("Kokkos ") == 1
    assert succeed("list", cwd=tmp_path, ranks=2).out.count("henon_heiles") == 1


def test_list_names_what_a_deck_may_say(tmp_path):
    out = succeed("list", cwd=tmp_path).out
    for word in ("henon_heiles", "rk4", "dp8", "neurvec", "rational"):
        assert word in out


@pytest.mark.parametrize("name", systems_of_this_build())
def test_list_tells_about_every_system(name, tmp_path):
    out = succeed("list", name, cwd=tmp_path).out
    for word in (name, "source", "components", "parameters"):
        assert word in out


def test_explain_tells_about_a_key(tmp_path):
    out = succeed("explain", "train.adam.batch", cwd=tmp_path).out
    assert "integer from 1 to" in out and "256" in out
    assert "evaluate" in succeed("explain", cwd=tmp_path).out
    assert "|" in succeed("explain", "markdown", cwd=tmp_path).out


@pytest.mark.parametrize("name", FILES)
def test_info_tells_what_is_in_a_file(name, finished):
    out = succeed("info", f"out/{name}.h5", cwd=finished).out
    assert name in out.splitlines()[0]
    assert "system = henon_heiles" in out
    assert re.search(r"^  time +\(time\)|^  weights", out, re.M)


def test_info_reads_files_of_others(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = np.arange(3)
    assert "did not write" in succeed("info", "other.h5", cwd=tmp_path).out


def test_quiet_shows_no_progress(bench):
    assert "trajectory steps" in succeed("forecast", "deck.yaml", cwd=bench).err
    assert succeed("forecast", "deck.yaml", "--quiet", cwd=bench).err == ""


# --- Trajectories --------------------------------------------------------------------------------


def test_the_verdict_on_henon_heiles_is_that_the_corrector_does_not_pay(finished):
    assert "does not pay" in attributes(finished / "out/evaluation.h5")["verdict"]


def test_a_trajectory_that_leaves_the_limits_is_recorded_and_the_others_go_on(bench):
    free = bench / "free"
    plain = {"forecast.save.trajectories": "all", "forecast.corrected": "false"}
    succeed("forecast", "deck.yaml", *settings({**plain, "output": "free"}), cwd=bench)
    succeed("forecast", "deck.yaml", *settings({**plain, "limits": "{qx: [-0.4, 0.4]}"}), cwd=bench)
    with h5py.File(free / "forecast.h5") as file:
        states = file["state"][...]
        assert file.attrs["failed_trajectories"] == 0
    outside = np.abs(states[:, :, 0]) > 0.4
    assert outside[0].any() and not outside[0].all()
    failed = np.flatnonzero(outside.any(axis=0))
    with h5py.File(bench / "out/forecast.h5") as file:
        assert 0 < failed.size < states.shape[1]
        np.testing.assert_array_equal(file["failed_trajectory"], failed)
        assert set(file["failed_status"][...]) == {2}
        first = np.argmax(outside, axis=0)[failed]
        np.testing.assert_allclose(file["failed_time"], 0.5 * first)
        np.testing.assert_array_equal(file["running"][-1], states.shape[1] - failed.size)
        assert file["running"][0] == np.sum(~outside[0])
        others = np.setdiff1d(np.arange(states.shape[1]), failed)
        np.testing.assert_array_equal(file["state"][:, others], states[:, others])
        np.testing.assert_allclose(file["mean"][-1], states[-1, others].mean(axis=0), atol=1e-12)


def test_a_trajectory_that_explodes_is_recorded_as_not_finite(bench):
    with h5py.File(bench / "states.h5", "w") as file:
        file["initial"] = np.array([[0, 0, 0.1, 0.1], [30, -40, 0, 0], [0.1, 0, 0, 0.1]])
    keys = {"forecast.ensemble": "{size: 3, initial: {file: states.h5}}", "forecast.until": 20,
            "forecast.corrected": "false", "forecast.save.trajectories": "[0, 1, 2]"}
    succeed("forecast", "deck.yaml", *settings(keys), cwd=bench)
    with h5py.File(bench / "out/forecast.h5") as file:
        assert list(file["failed_trajectory"]) == [1]
        assert list(file["failed_status"]) == [1]
        assert 0 < file["failed_time"][0] <= 20
        assert file["running"][-1] == 2
        assert np.all(np.isfinite(file["state"][:, [0, 2]]))
        assert np.all(np.isfinite(file["mean"]))


@pytest.mark.parametrize("ranks", (1, 2))
def test_initial_states_may_come_from_a_file(ranks, bench):
    states = np.random.default_rng(1).uniform(-0.2, 0.2, (257, 4))
    with h5py.File(bench / "states.h5", "w") as file:
        file["mine"] = states
    keys = {"forecast.ensemble": "{size: 257, initial: {file: states.h5, dataset: mine}}",
            "forecast.save.trajectories": "all"}
    succeed("forecast", "deck.yaml", *settings(keys), cwd=bench, ranks=ranks)
    with h5py.File(bench / "out/forecast.h5") as file:
        np.testing.assert_array_equal(file["state"][0], states)
        np.testing.assert_allclose(file["mean"][0], states.mean(axis=0), atol=1e-14)


@pytest.mark.parametrize("precision, tolerance", (("float", 1e-4), ("mixed", 1e-4)))
def test_other_precisions_stay_close_to_double(precision, tolerance, bench):
    succeed("forecast", "deck.yaml", *settings({"output": "double", "forecast.model":
                                                "out/model.h5"}), cwd=bench)
    succeed("forecast", "deck.yaml", *settings({"precision": precision}), cwd=bench)
    with h5py.File(bench / "out/forecast.h5") as file, \
            h5py.File(bench / "double/forecast.h5") as double:
        assert file.attrs["precision"] == precision
        difference = np.max(np.abs(file["state"][...] - double["state"][...]))
        assert 0 < difference < tolerance
    succeed("evaluate", "deck.yaml", *settings({"precision": precision}), cwd=bench)


def test_statistics_are_those_of_the_trajectories(bench):
    keys = {"forecast.save.trajectories": "all", "forecast.ensemble.size": 1000}
    succeed("forecast", "deck.yaml", *settings(keys), cwd=bench)
    with h5py.File(bench / "out/forecast.h5") as file:
        states = file["state"][...]
        np.testing.assert_allclose(file["mean"], states.mean(axis=1), atol=1e-13)
        np.testing.assert_allclose(file["variance"], states.var(axis=1, ddof=1), rtol=2e-3)
        np.testing.assert_array_equal(file["minimum"], states.min(axis=1))
        np.testing.assert_array_equal(file["maximum"], states.max(axis=1))
        quantiles = np.quantile(states, file["quantile"], axis=1).transpose(1, 0, 2)
        np.testing.assert_allclose(file["quantiles"], quantiles, atol=0.02)


def test_a_deck_without_training_forecasts_by_a_plain_scheme(tmp_path):
    write_deck(tmp_path, "system: harmonic_oscillator\nstep: 0.1\nforecast:\n  corrected: false\n"
                         "  ensemble: {size: 10}\n  until: 1\noutput: out\n")
    if "harmonic_oscillator" not in systems_of_this_build():
        pytest.skip("this build has no harmonic_oscillator")
    assert farstep("run", "deck.yaml", cwd=tmp_path).code == 0
    assert set(contents(tmp_path)) == {"deck.yaml", "out/forecast.h5"}


FULL = """\
system: henon_heiles
step: 0.5
scheme: euler
ensemble: {size: 25000}
reference: {scheme: rk4, step: 0.5}
generate: {until: 50}
forecast: {corrected: false, until: 50, save: {every: 0.5, statistics: [], trajectories: all}}
output: out
"""


def test_what_full_trajectories_will_cost_is_said_before_it_is_paid(tmp_path):
    deck = write_deck(tmp_path, FULL)
    text = succeed("check", deck, cwd=tmp_path).out
    assert not (tmp_path / "out").exists()
    for file in ("out/dataset.h5", "out/forecast.h5"):
        assert re.search(rf"trajectories in full: 77.1 MiB in {file}, about [\d.]+ s at [\d.]+ "
                         r"[MG]iB/s", text), text
    for stage in ("generate", "forecast"):
        text = succeed(stage, deck, cwd=tmp_path).out
        assert text.index("trajectories in full take 77.1 MiB") < text.index("failed")
    assert set(contents(tmp_path)) == {"deck.yaml", "out/dataset.h5", "out/forecast.h5"}


def test_trajectories_of_a_few_bytes_are_not_worth_a_word(tmp_path):
    deck = write_deck(tmp_path, FULL)
    text = succeed("forecast", deck, *settings({"forecast.save.trajectories": "[0]"}),
                   cwd=tmp_path).out
    assert "in full" not in text


TRAINING = """\
system: henon_heiles
ensemble: {size: 30000, seed: 1}
step: 0.5
reference: {step: 0.25}
generate: {until: 25}
train: {approximator: {hidden: 8}, fit: adam, adam: {iterations: 50}, rollout: {until: 0}}
output: out
"""


# Linux lets a process begin with the memory of the one that starts it: a small one.
STARTER = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def peak_mib(*words, cwd):
    """Memory that the program took at most."""
    starter = [sys.executable, "-c", STARTER, *command_line(words, 1)]
    return float(subprocess.run(starter, cwd=cwd, env=environment(1), check=True, text=True,
                                stdout=subprocess.PIPE).stdout)


@pytest.mark.skipif(SANITIZED, reason="the address sanitizer keeps memory that was freed")
@pytest.mark.parametrize("sets", ({}, {"train.conditions": "[step]", "train.steps": "[0.5, 1]"}))
def test_check_foresees_the_memory_of_training(sets, tmp_path):
    """To a fifth, beside the program itself."""
    words = [write_deck(tmp_path, TRAINING), *settings(sets)]
    text = succeed("check", *words, cwd=tmp_path).out
    foreseen = float(re.search(r"#   train .* memory per rank ([\d.]+) MiB", text)[1])
    program_alone = peak_mib("generate", *words, "--set", "ensemble.size=64", cwd=tmp_path)
    succeed("generate", *words, cwd=tmp_path)
    taken = peak_mib("train", *words, cwd=tmp_path) - program_alone
    assert taken == pytest.approx(foreseen, rel=0.2)


ADAPTIVE = """\
system: henon_heiles
step: 0.5
scheme: dop853
tolerance: 1e-8
forecast: {corrected: false, ensemble: {size: 300}, until: 5, save: {trajectories: [0, 299]}}
output: out
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_an_adaptive_forecast_counts_its_steps(ranks, tmp_path):
    result = succeed("run", write_deck(tmp_path, ADAPTIVE), cwd=tmp_path, ranks=ranks, threads=2)
    root = attributes(tmp_path / "out/forecast.h5")
    assert root["tolerance"] == 1e-8
    assert 10 <= root["steps_minimum"] < root["steps_mean"] < root["steps_maximum"] < 1000
    assert f"{root['steps_minimum']} to {root['steps_maximum']} steps" in result.out
    with h5py.File(tmp_path / "out/forecast.h5") as file:
        taken, states = file["steps_taken"][:], file["state"][-1]
    assert np.all((root["steps_minimum"] <= taken) & (taken <= root["steps_maximum"]))
    succeed("run", "deck.yaml", *settings({"tolerance": 1e-12}), cwd=tmp_path)
    with h5py.File(tmp_path / "out/forecast.h5") as file:
        assert np.all(file["steps_taken"][:] > taken)
        assert 0 < np.abs(file["state"][-1] - states).max() < 1e-6


def test_a_deck_in_another_folder_writes_where_the_user_is(tmp_path):
    folder = tmp_path / "decks"
    folder.mkdir()
    write_deck(folder, DECK)
    succeed("generate", "decks/deck.yaml", cwd=tmp_path)
    assert (tmp_path / "out/dataset.h5").exists()
