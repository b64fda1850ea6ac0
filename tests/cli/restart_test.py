# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""A run that was stopped or killed goes on as if it had not been: the same command, the same files,
bit for bit; on another number of ranks but for the rounding of sums."""

import os
import random
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest

import disturb
from conftest import DECK, PATIENCE, contents, farstep, settings, succeed, write_deck

STOPPED = 5

# Attributes that tell about the run, not about its result.
OF_THE_RUN = ("date", "host", "ranks", "threads_per_rank", "wall_time_s", "restarts", "deck",
              "overridden")

# A time limit that is over at the first safe point: every run takes one slice, and stops.
AT_ONCE = {"checkpoint.wall_limit": 1e-6}

FILE_OF = {"generate": "dataset", "train": "model", "forecast": "forecast",
           "evaluate": "evaluation"}


def plain(value):
    """Texts as lists, since arrays of them hold addresses."""
    array = np.asarray(value)
    return array.tolist() if array.dtype.kind in "OSU" else array


def read(path):
    """Variables and attributes by name."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = plain(item[...])

    with h5py.File(path) as file:
        file.visititems(visit)
        for name, value in file.attrs.items():
            if not name.startswith(OF_THE_RUN):
                found["attribute " + name] = plain(value)
    return found


def assert_bitwise_equal(one, other):
    assert set(one) == set(other)
    for name, value in one.items():
        if isinstance(value, np.ndarray):
            assert value.tobytes() == other[name].tobytes(), name
        else:
            assert value == other[name], name


def run_until_done(*words, cwd, most=400, **how):
    """Runs a command again and again while it stops; returns how often it did."""
    for stops in range(most):
        result = farstep(*words, cwd=cwd, **how)
        if result.code != STOPPED:
            assert result.code == 0, result.err
            return stops
        assert "the same command goes on" in result.err, result.err
    pytest.fail(f"not done after {most} restarts")


def compare_with_straight_run(stage, finished, tmp_path, sets, **how):
    """One folder in one go, another with a stop at every safe point; returns the number of stops."""
    write_deck(tmp_path, DECK.replace("output: out", f"output: {finished}/out"))
    inputs = {}
    if stage == "train":
        inputs["train.dataset"] = f"{finished}/out/dataset.h5"
    if stage in ("forecast", "evaluate") and "forecast.corrected" not in sets:
        inputs[f"{stage}.model"] = f"{finished}/out/model.h5"
    words = [stage, "deck.yaml", *settings({**inputs, **sets})]
    succeed(*words, *settings({"output": "straight"}), cwd=tmp_path, **how)
    stops = run_until_done(*words, *settings({"output": "stopped", **AT_ONCE}), cwd=tmp_path, **how)
    name = FILE_OF[stage] + ".h5"
    assert sorted(os.listdir(tmp_path / "stopped")) == [name], "a checkpoint is left"
    straight, stopped = read(tmp_path / "straight" / name), read(tmp_path / "stopped" / name)
    with h5py.File(tmp_path / "stopped" / name) as file:
        # A reference run has a checkpoint of its own, whose restarts are not the stage's.
        assert 0 < file.attrs["restarts"] <= stops
    return straight, stopped, stops


@pytest.mark.parametrize("ranks", (1, 2))
def test_generate(ranks, finished, tmp_path):
    straight, stopped, stops = compare_with_straight_run("generate", finished, tmp_path,
                                                         {"generate.until": 2}, ranks=ranks)
    assert stops == 4
    assert_bitwise_equal(straight, stopped)


FORECASTS = {
    "corrected": {},
    "float": {"precision": "float"},
    "mixed": {"precision": "mixed"},
    "guarded": {"forecast.guard.action": "plain", "forecast.guard.margin": 0},
    "failing": {"limits": "{qx: [-0.6, 0.65]}"},
    "chunked": {"memory": "64 KiB", "forecast.ensemble.size": 3000, "forecast.until": 1},
    "chunked_without_statistics": {"memory": "64 KiB", "forecast.ensemble.size": 3000,
                                   "forecast.until": 1, "forecast.save.statistics": "[]",
                                   "limits": "{qx: [-0.6, 0.65]}"},  # so that ranks differ
    "in_slices": {"forecast.corrected": "false", "forecast.until": 100,
                  "forecast.save.every": 50},
}


ON_TWO_RANKS = ("corrected", "guarded", "chunked", "chunked_without_statistics", "in_slices")


@pytest.mark.parametrize("name, ranks", [*((name, 1) for name in FORECASTS),
                                         *((name, 2) for name in ON_TWO_RANKS)])
def test_forecast(name, ranks, finished, tmp_path):
    straight, stopped, stops = compare_with_straight_run(
        "forecast", finished, tmp_path, {"forecast.until": 2, **FORECASTS[name]}, ranks=ranks)
    assert stops >= 4
    assert_bitwise_equal(straight, stopped)
    assert ("failed_trajectory" in straight) == ("limits" in FORECASTS[name])


ADAPTIVE = """\
system: henon_heiles
step: 0.5
scheme: dop853
tolerance: 1e-8
forecast:
  corrected: false
  ensemble: {size: 300}
  until: 1.5
  save: {trajectories: all}
output: out
"""


@pytest.mark.parametrize("ranks", (1, 2))
def test_an_adaptive_forecast(ranks, tmp_path):
    write_deck(tmp_path, ADAPTIVE)
    words = ["forecast", "deck.yaml"]
    succeed(*words, *settings({"output": "straight"}), cwd=tmp_path, ranks=ranks)
    # Two ranks run a pilot ensemble first, for the bins of the quantiles.
    stops = run_until_done(*words, *settings(AT_ONCE), cwd=tmp_path, ranks=ranks)
    assert stops == 3 * ranks
    assert_bitwise_equal(read(tmp_path / "straight" / "forecast.h5"),
                         read(tmp_path / "out" / "forecast.h5"))


FITS = {
    "adam": {"train.fit": "adam", "train.adam.iterations": 200},
    "levenberg_marquardt": {"train.fit": "levenberg_marquardt",
                            "train.approximator.hidden": 8, "train.levenberg_marquardt.starts": 2,
                            "train.levenberg_marquardt.start_iterations": 1,
                            # Whether to go on is asked every 10 iterations.
                            "train.levenberg_marquardt.iterations": 11},
    "one_after_the_other": {"train.fit": "[ridge, adam]", "train.adam.iterations": 70},
}


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("ranks", (1, 2))
def test_train(name, ranks, finished, tmp_path):
    straight, stopped, stops = compare_with_straight_run("train", finished, tmp_path, FITS[name],
                                                         ranks=ranks)
    assert stops >= 3
    assert_bitwise_equal(straight, stopped)


def is_measured_by_the_clock(name):
    return "cost" in name or "verdict" in name


def test_evaluate(finished, tmp_path):
    sets = {"evaluate.ladder.refinements": 1, "evaluate.ladder.schemes": "[rk4, dop853]",
            "evaluate.ladder.precisions": "double", "evaluate.until": 2}
    straight, stopped, stops = compare_with_straight_run("evaluate", finished, tmp_path, sets)
    assert stops >= 10
    for found in (straight, stopped):
        for name in [name for name in found if is_measured_by_the_clock(name)]:
            del found[name]
    # Adaptive rows end at the corrector's error, which is no matter of time.
    assert_bitwise_equal(straight, stopped)


TUNING = """\
system: henon_heiles
ensemble: {size: 64, seed: 1}
step: 0.5
reference: {step: 0.02}
tune:
  error: 1e-6
  until: 5
  plain_schemes: [rk4]
  bases: [rk4]
  hidden: [8]
  degrees: [3]
  precisions: [double]
  steps: [0.5]
  timing: {trajectories: 256, seconds: 0.001, repeats: 1}
output: out
"""


def test_tune(tmp_path):
    write_deck(tmp_path, TUNING)
    stops = run_until_done("tune", "deck.yaml", *settings(AT_ONCE), cwd=tmp_path)
    assert stops >= 10
    assert (tmp_path / "out" / "tuned.yaml").exists()
    assert not list((tmp_path / "out").glob("*.checkpoint.h5"))
    with h5py.File(tmp_path / "out" / "tuning.h5") as file:
        assert 0 < file.attrs["restarts"] <= stops
        errors = file["error"][...]
    succeed("tune", "deck.yaml", *settings({"output": "straight"}), cwd=tmp_path)
    with h5py.File(tmp_path / "straight" / "tuning.h5") as file:
        # Which candidates are tried hangs on their cost; the plain search comes first.
        count = min(len(errors), 3)
        np.testing.assert_array_equal(file["error"][:count], errors[:count])


@pytest.mark.parametrize("sets", ({}, {"memory": "64 KiB"}))
def test_a_forecast_goes_on_on_other_numbers_of_ranks(sets, finished, tmp_path):
    write_deck(tmp_path, DECK.replace("output: out", f"output: {finished}/out"))
    words = ["forecast", "deck.yaml",
             *settings({"forecast.model": f"{finished}/out/model.h5",
                        "forecast.ensemble.size": 4000, "forecast.until": 3,
                        "forecast.save.trajectories": "all", **sets})]
    succeed(*words, *settings({"output": "straight"}), cwd=tmp_path)
    for ranks in (1, 2, 3, 1, 2):
        result = farstep(*words, *settings({"output": "stopped", **AT_ONCE}), cwd=tmp_path,
                         ranks=ranks)
        assert result.code == STOPPED, result.err
    succeed(*words, *settings({"output": "stopped"}), cwd=tmp_path, ranks=2)
    straight = read(tmp_path / "straight" / "forecast.h5")
    stopped = read(tmp_path / "stopped" / "forecast.h5")
    assert straight["state"].tobytes() == stopped["state"].tobytes()
    for name in ("mean", "variance", "minimum", "maximum", "quantiles", "running"):
        largest = np.max(np.abs(straight[name]))
        np.testing.assert_allclose(stopped[name], straight[name], rtol=0, atol=1e-12 * largest)


def test_training_goes_on_on_other_numbers_of_ranks(finished, tmp_path):
    write_deck(tmp_path, DECK.replace("output: out", f"output: {finished}/out"))
    words = ["train", "deck.yaml",
             *settings({"train.dataset": f"{finished}/out/dataset.h5", "train.fit": "adam",
                        "train.adam.iterations": 200})]
    succeed(*words, *settings({"output": "straight"}), cwd=tmp_path)
    for ranks in (1, 2, 3):
        result = farstep(*words, *settings({"output": "stopped", **AT_ONCE}), cwd=tmp_path,
                         ranks=ranks)
        assert result.code == STOPPED, result.err
    succeed(*words, *settings({"output": "stopped"}), cwd=tmp_path, ranks=2)
    straight = read(tmp_path / "straight" / "model.h5")
    stopped = read(tmp_path / "stopped" / "model.h5")
    np.testing.assert_allclose(stopped["history/validation_loss"],
                               straight["history/validation_loss"], rtol=1e-9)


# --- killed --------------------------------------------------------------------------------------

KILLS = 20

# With a state saved several times a second.
KILLED_DECK = """\
system: henon_heiles
ensemble: {size: 500, seed: 1}
step: 0.5
scheme: rk4
reference: {step: 0.05}
generate: {until: 5}
train: {approximator: {hidden: 128}, fit: adam, adam: {iterations: 1500}, rollout: {until: 0}}
forecast:
  corrected: false
  ensemble: {size: 40000}
  until: 100
  save: {every: 2.5, trajectories: [0, 1, 19999, 39999]}
checkpoint: {every: 0.05}
output: out
"""


LONG_ENOUGH_S = 1.5  # to be killed in


def larger(stage, factor):
    """Settings that make KILLED_DECK's stage last about `factor` times as long."""
    return settings({"train.adam.iterations": 1500 * factor} if stage == "train" else
                    {"forecast.until": 100 * factor, "forecast.save.every": 2.5 * factor})


def run_that_lasts(stage, folder):
    """Words of a run long enough on this machine, whose result is in `folder`/straight, and the
    seconds that it took."""
    for factor in (1, 2, 4, 8, 16, 32, 64):
        words = [stage, "deck.yaml", "--quiet", "--set", "train.dataset=out/dataset.h5",
                 *larger(stage, factor)]
        begin = time.monotonic()
        succeed(*words, "--set", "output=straight", cwd=folder, ranks=2, timeout=200)
        duration = time.monotonic() - begin
        if duration > LONG_ENOUGH_S:
            break
    return words, duration


def kill_somebody(work, chance):
    """One rank, or the launcher with all ranks."""
    work.seen = work.ranks()
    if work.seen and chance.random() < 0.5:
        work.signal(signal.SIGKILL, [chance.choice(work.seen)])
    else:
        os.killpg(work.process.pid, signal.SIGKILL)
        work.signal(signal.SIGKILL, work.seen)  # the launcher puts them into groups of their own
    work.process.wait(timeout=30 * PATIENCE)
    work.wait_until_alone()


def stamp(path):
    return path.stat().st_mtime_ns if path.exists() else 0


def is_done_before(work, chance, duration, checkpoint):
    """Waits for any moment of a run's life, or for one soon after it has saved its state."""
    seconds = chance.uniform(0, duration)
    if chance.random() < 0.5:
        before = stamp(checkpoint)
        while work.process.poll() is None and stamp(checkpoint) == before:
            time.sleep(0.002)
        seconds = chance.uniform(0, 0.1)
    try:
        assert work.process.wait(timeout=seconds) == 0, work.said()
    except subprocess.TimeoutExpired:
        return False
    return True


@pytest.mark.parametrize("stage", ("forecast", "train"))
def test_killed_at_random_moments(stage, tmp_path):
    """Every run but those that are killed succeeds, and so finds nothing damaged: checkpoints are
    checked against their checksums."""
    write_deck(tmp_path, KILLED_DECK)
    if stage == "train":
        succeed("generate", "deck.yaml", cwd=tmp_path)
    words, duration = run_that_lasts(stage, tmp_path)
    name = FILE_OF[stage] + ".h5"
    straight = read(tmp_path / "straight" / name)
    folder = tmp_path / "killed"
    chance = random.Random(stage)
    kills = gone_on = 0
    while kills < KILLS:
        with disturb.Run([*words, "--set", "output=killed"], tmp_path, ranks=2) as work:
            if not is_done_before(work, chance, duration, folder / f"{stage}.checkpoint.h5"):
                kill_somebody(work, chance)
                kills += 1
            gone_on += "goes on from" in work.said()
        for path in folder.glob("*.h5"):
            read(path)
        if (folder / name).exists():  # it was done before it could be killed: once more
            assert_bitwise_equal(straight, read(folder / name))
            (folder / name).unlink()
    succeed(*words, "--set", "output=killed", cwd=tmp_path, ranks=2, timeout=200)
    assert_bitwise_equal(straight, read(folder / name))
    assert gone_on >= KILLS // 4, "hardly any run found a checkpoint: the test shows nothing"
    assert sorted(os.listdir(folder)) == [name]


# --- asked to stop -------------------------------------------------------------------------------

# Seconds of steps; a stop file is looked for once a second.
LONG = {"forecast.corrected": "false", "forecast.ensemble.size": 20000, "forecast.until": 100000,
        "forecast.save.every": 500, "forecast.save.statistics": "[]", "checkpoint.every": 0.2}


def stop_by(disturbance, folder, ranks=1):
    """Lets a forecast save its state once, and then disturbs it; returns what it ends with."""
    write_deck(folder)
    with disturb.Run(["forecast", "deck.yaml", *settings(LONG)], folder, ranks) as work:
        work.wait_until((folder / "out" / "forecast.checkpoint.h5").exists)
        disturbance(work.process)
        result = work.finish()
    assert result.code == STOPPED, result.err
    return result


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1))
def test_signals_stop_a_run_in_good_order(number, tmp_path):
    result = stop_by(lambda process: process.send_signal(number), tmp_path)
    assert f"stopped by {number.name}" in result.err and "the same command goes on" in result.err
    assert "farstep: error" not in result.err
    assert farstep("info", "out/forecast.checkpoint.h5", cwd=tmp_path).code == 0


def test_sigterm_may_come_twice(tmp_path):
    def as_slurm_does_at_a_time_limit(process):
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)

    stop_by(as_slurm_does_at_a_time_limit, tmp_path)


def test_the_launcher_forwards_sigusr1_to_all_ranks(tmp_path):
    result = stop_by(lambda process: process.send_signal(signal.SIGUSR1), tmp_path, ranks=2)
    assert "stopped by SIGUSR1" in result.err


def test_a_stop_file_is_heeded_once(tmp_path):
    result = stop_by(lambda _: (tmp_path / "out" / "stop").touch(), tmp_path)
    assert "stopped by the file out/stop" in result.err
    assert not (tmp_path / "out" / "stop").exists()


# --- another deck --------------------------------------------------------------------------------

@pytest.fixture
def stopped_training(finished, tmp_path):
    """The words of a training that has stopped."""
    write_deck(tmp_path)
    words = ["train", "deck.yaml",
             *settings({"train.dataset": f"{finished}/out/dataset.h5", "train.fit": "adam",
                        "train.adam.iterations": 200})]
    assert farstep(*words, *settings(AT_ONCE), cwd=tmp_path).code == STOPPED
    return words


def test_a_changed_deck_is_refused_by_key(stopped_training, tmp_path):
    result = farstep(*stopped_training, *settings({"train.seed": 5, "train.adam.beta1": 0.8}),
                     cwd=tmp_path)
    assert result.code == 2
    for words in ("train.seed: 5 here, but 1", "train.adam.beta1: 0.8 here, but 0.9", "--fresh"):
        assert words in result.err, result.err
    assert (tmp_path / "out" / "train.checkpoint.h5").exists()


def test_some_keys_may_change(stopped_training, tmp_path):
    changed = settings({"train.adam.learning_rate": 0.001})
    result = farstep(*stopped_training, *changed, cwd=tmp_path)
    assert result.code == 2
    assert "--override train.adam.learning_rate" in result.err
    succeed(*stopped_training, *changed, "--override", "train.adam.learning_rate", cwd=tmp_path)
    with h5py.File(tmp_path / "out" / "model.h5") as file:
        assert "train.adam.learning_rate: 0.005 -> 0.001" in file.attrs["overridden"]


def test_other_keys_may_not(stopped_training, tmp_path):
    result = farstep(*stopped_training, "--override", "train.seed", cwd=tmp_path)
    assert result.code == 1
    assert "train.adam.learning_rate" in result.err


OTHER_LIMITS = ["--set", "limits={qx: [-9, 9]}", "--override", "limits"]


def test_a_run_keeps_dataset_and_model_when_a_forecast_goes_on_with_another_key(bench):
    words = ["deck.yaml", "--set", "forecast.until=4"]
    assert farstep("forecast", *words, *settings(AT_ONCE), cwd=bench).code == STOPPED
    before = contents(bench)
    result = succeed("run", *words, *OTHER_LIMITS, cwd=bench)
    assert result.out.count("is reused, although made with another value of limits") == 3
    assert "goes on from out/forecast.checkpoint.h5" in result.out
    after = contents(bench)
    for name in ("dataset", "model", "evaluation"):
        assert after[f"out/{name}.h5"] == before[f"out/{name}.h5"]
    with h5py.File(bench / "out" / "forecast.h5") as file:
        assert "limits" in file.attrs["overridden"] and file.attrs["restarts"] == 1


def test_a_key_may_not_change_in_a_stage_that_hangs_on_it(bench):
    assert farstep("evaluate", "deck.yaml", *settings(AT_ONCE), cwd=bench).code == STOPPED
    result = farstep("run", "deck.yaml", *OTHER_LIMITS, cwd=bench)
    assert result.code == 2 and "limits" in result.err and "--override" not in result.err


def test_a_run_does_not_reuse_what_another_key_made(bench):
    result = farstep("run", "deck.yaml", "--set", "step=0.25", "--override", "step", cwd=bench)
    assert result.code == 1 and "cannot change this key" in result.err


def test_fresh_begins_anew(stopped_training, tmp_path):
    succeed(*stopped_training, *settings({"train.seed": 5}), "--fresh", cwd=tmp_path)
    with h5py.File(tmp_path / "out" / "model.h5") as file:
        assert file.attrs["restarts"] == 0
