# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The Slurm jobs of jobs/, on a Slurm of their own:

    FARSTEP=build/test/farstep tests/slurm/one_node_slurm.sh pytest tests/slurm/slurm_test.py
"""

import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
JOBS = SOURCE / "jobs"

# Training and forecast take about as long as each other, and that in proportion to `scale`.
DECK = """\
system: henon_heiles
ensemble: {{size: 1000, seed: 1}}
step: 0.5
scheme: rk4
reference: {{step: 0.05}}
generate: {{until: 20}}
train:
  approximator: {{hidden: 32}}
  adam: {{epochs: {epochs}}}
  fit: adam
forecast:
  ensemble: {{size: {size}}}
  until: 2000
  save: {{every: 100, trajectories: [0, 1]}}
output: out
"""

# Attributes that tell about the run, not about its result; and HDF5's own references.
OF_THE_RUN = ("date", "host", "restarts", "wall_time_s", "DIMENSION_LIST", "REFERENCE_LIST")


def write_deck(folder, scale):
    folder.mkdir()
    text = DECK.format(epochs=round(4 * scale), size=round(2000 * scale))
    (folder / "deck.yaml").write_text(text, encoding="utf-8")


def command(*words, cwd=None, check=True):
    """Standard output of a command of Slurm."""
    done = subprocess.run([str(word) for word in words], cwd=cwd, text=True, capture_output=True,
                          check=False, timeout=300)
    assert done.returncode == 0 or not check, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def submit(folder, *words):
    """Submits a job of jobs/ with flags for this machine; returns its number."""
    flags = ["--parsable", f"--export=ALL,FARSTEP_SOURCE_DIR={SOURCE}", "--cpus-per-task=1"]
    return command("sbatch", *flags, *words, cwd=folder)


def details(job):
    """What Slurm says of a job, by field."""
    return dict(re.findall(r"(\w+)=(\S*)", command("scontrol", "show", "job", job)))


def wait_for(what, job, folder, timeout=480):
    """Waits until `what(details)` holds; fails with the job's output where it does not."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if what(details(job)):
            return details(job)
        time.sleep(0.2)
    output = "\n".join(path.read_text() for path in folder.glob("slurm-*.out"))
    pytest.fail(f"job {job} after {timeout} s: {details(job)}\n{output}")


def is_running(job):
    return job["JobState"] == "RUNNING"


def has_ended(job):
    return job["JobState"] in ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")


def run(folder, *words):
    """Submits a job, waits for its end and returns its output."""
    job = submit(folder, *words)
    ended = wait_for(has_ended, job, folder)
    output = (folder / f"slurm-{job}.out").read_text()
    assert ended["JobState"] == "COMPLETED", f"{ended}\n{output}"
    return output


def wait_for_phase(seconds):
    """Waits until `seconds` have passed since slurmctld looked at time limits, as it does each 30 s."""
    boot = re.search(r"BOOT_TIME\s*= (\S+)", command("scontrol", "show", "config"))[1]
    since = datetime.datetime.now() - datetime.datetime.fromisoformat(boot)
    time.sleep((seconds - since.total_seconds()) % 30)


def read(path):
    """Variables and attributes of a file by name, as bytes with their type and shape."""
    found = {}

    def visit(name, item):
        values = {f"{name}@{key}": value for key, value in item.attrs.items()}
        if isinstance(item, h5py.Dataset):
            values[name] = item[()]
        for key, value in values.items():
            if not key.split("@")[-1].startswith(OF_THE_RUN):
                value = np.asarray(value)
                data = value.tolist() if value.dtype == object else value.tobytes()
                found[key] = (value.dtype, value.shape, data)

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    return found


def wall_time(results):
    """Of training and forecast [s]."""
    seconds = 0
    for stage, name in (("train", "model"), ("forecast", "forecast")):
        with h5py.File(results / f"{name}.h5") as file:
            seconds += file.attrs[f"wall_time_s_{stage}"]
    return seconds


def run_long_enough(folder):
    """Runs larger and larger decks, until one takes 36 s on this machine; returns its folder."""
    scale = 8
    while True:
        one = folder / f"scale_{scale:.0f}"
        write_deck(one, scale)
        run(one, JOBS / "slurm-cpu.sh", "deck.yaml")
        seconds = wall_time(one / "out")
        if seconds >= 36:
            return one
        scale *= 46 / seconds


def test_a_run_longer_than_its_time_limit_comes_back_until_it_is_done(tmp_path):
    """Requeued by hand, and twice at its time limit, with the results of a run that never was."""
    straight, interrupted = run_long_enough(tmp_path), tmp_path / "interrupted"
    interrupted.mkdir()
    shutil.copy(straight / "deck.yaml", interrupted)

    # A minute is Slurm's shortest limit: the signal comes when it first looks at limits. Begun now,
    # the run has 3 s until it is requeued by hand, then some 8 and 13 s until the signals.
    wait_for_phase(0)
    job = submit(interrupted, "--time=1", "--signal=B:USR1@50", JOBS / "slurm-cpu.sh", "deck.yaml")
    wait_for(is_running, job, interrupted)
    time.sleep(3)
    command("scontrol", "requeue", job)
    ended = wait_for(has_ended, job, interrupted)
    output = (interrupted / f"slurm-{job}.out").read_text()
    assert (ended["JobState"], ended["ExitCode"]) == ("COMPLETED", "0:0"), output
    assert int(ended["Restarts"]) >= 3, output
    assert output.count("back into the queue") == int(ended["Restarts"]) - 1, output

    names = sorted(path.name for path in (straight / "out").iterdir())
    assert names == ["dataset.h5", "forecast.h5", "model.h5"]
    assert sorted(path.name for path in (interrupted / "out").iterdir()) == names
    for name in names:
        one, other = read(straight / "out" / name), read(interrupted / "out" / name)
        assert set(one) == set(other)
        assert [key for key in one if one[key] != other[key]] == [], name


def test_a_cancelled_job_keeps_its_checkpoint_and_does_not_come_back(tmp_path):
    folder = tmp_path / "run"
    write_deck(folder, 500)
    job = submit(folder, JOBS / "slurm-cpu.sh", "deck.yaml")
    wait_for(lambda _: (folder / "out" / "dataset.h5").exists(), job, folder)
    time.sleep(1)
    command("scancel", job)
    ended = wait_for(has_ended, job, folder)
    assert ended["JobState"] == "CANCELLED"
    assert ended["Restarts"] == "0"
    assert (folder / "out" / "train.checkpoint.h5").exists()


def test_a_run_that_fails_ends_its_job_with_the_same_exit_code(tmp_path):
    job = submit(tmp_path, JOBS / "slurm-cpu.sh", "no_such_deck.yaml")
    ended = wait_for(has_ended, job, tmp_path)
    assert (ended["JobState"], ended["ExitCode"], ended["Restarts"]) == ("FAILED", "2:0", "0")


def test_an_array_runs_a_line_of_the_sweep_a_task(tmp_path):
    folder = tmp_path / "run"
    write_deck(folder, 1)
    (folder / "sweep.txt").write_text("--set step=0.5 --set output=sweep/0.5\n"
                                      "--set step=0.25 --set output=sweep/0.25\n"
                                      "--set step=0.125\n", encoding="utf-8")
    job = submit(folder, "--array=1-3", JOBS / "slurm-array.sh", "sweep.txt", "deck.yaml")
    wait_for(lambda _: not command("squeue", "--noheader", "--jobs", job, check=False), job, folder)
    for step in (0.5, 0.25):
        with h5py.File(folder / "sweep" / str(step) / "forecast.h5") as file:
            assert file.attrs["step"] == step
    assert "sweep.txt, line 3: expected" in (folder / f"slurm-{job}_3.out").read_text()


def test_ranks_get_the_cores_and_the_gpu_that_their_job_asks_for(tmp_path):
    """A script in place of the program tells what a rank has."""
    program = tmp_path / "program"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os\n"
        "rank, threads = os.environ['SLURM_PROCID'], os.environ['OMP_NUM_THREADS']\n"
        "gpu = os.environ.get('CUDA_VISIBLE_DEVICES', 'none')\n"
        "cores = len(os.sched_getaffinity(0))\n"
        "print(f'rank {rank}: {cores} cores, {threads} threads, GPU {gpu}')\n", encoding="utf-8")
    program.chmod(0o755)
    flags = [f"--export=ALL,FARSTEP_SOURCE_DIR={SOURCE},FARSTEP={program}"]
    on_cpus = run(tmp_path, *flags, "--ntasks-per-node=1", "--cpus-per-task=2",
                     JOBS / "slurm-cpu.sh", "deck.yaml")
    assert on_cpus == "rank 0: 2 cores, 2 threads, GPU none\n"
    on_gpus = run(tmp_path, *flags, "--ntasks-per-node=2", "--cpus-per-task=1",
                     JOBS / "slurm-gpu.sh", "deck.yaml")
    ranks = [line.split() for line in sorted(on_gpus.splitlines())]
    assert [(words[1], words[-1]) for words in ranks] == [("0:", "0"), ("1:", "1")]
