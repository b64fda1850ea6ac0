# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the program share: running it, alone or under MPI, and a small deck.

FARSTEP names the program; MPIEXEC may name the launcher with its flags and the one that takes the
number of ranks, separated by blanks.
"""

import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import pytest

# Builds with sanitizers are slower; what takes a second may take so many.
PATIENCE = float(os.environ.get("FARSTEP_TEST_PATIENCE", 1))
SANITIZED = "FARSTEP_TEST_SANITIZED" in os.environ

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# Every stage of a Hénon–Heiles ensemble in a tenth of a second.
DECK = """\
system: henon_heiles
ensemble: {size: 64, seed: 1}
step: 0.5
scheme: rk4
reference: {step: 0.05}
generate: {until: 5}
train: {approximator: {hidden: 64}, fit: ridge}
forecast:
  ensemble: {size: 256}
  until: 5
  save: {trajectories: [0, 1, 255]}
evaluate:
  ensemble: {size: 64}
  until: 5
  timing: {trajectories: 256, seconds: 0.001, repeats: 1}
  ladder: {refinements: 5}
output: out
"""

FILES = ("dataset", "model", "forecast", "evaluation")


@dataclasses.dataclass
class Result:
    """What a run returned. Fixes nothing: `out` and `err` are as a user sees them."""

    code: int
    out: str
    err: str

    @property
    def errors(self):
        return [line for line in self.err.splitlines() if line.startswith("farstep: error:")]


def program():
    path = os.environ.get("FARSTEP")
    if not path or not os.access(path, os.X_OK):
        pytest.exit("set FARSTEP to the path of the program to be tested", returncode=2)
    return path


def launcher():
    """mpirun with flags that let it run as root and on more ranks than cores."""
    if os.environ.get("MPIEXEC"):
        return os.environ["MPIEXEC"].split()
    mpirun = shutil.which("mpirun") or pytest.skip("there is no mpirun")
    version = subprocess.run([mpirun, "--version"], capture_output=True, text=True).stdout
    flags = ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]
    return [mpirun, *(flags if "Open MPI" in version else []), "-n"]


def command_line(words, ranks):
    """The program, alone or under the launcher."""
    command = [program(), *map(str, words)]
    return [*launcher(), str(ranks), *command] if ranks > 1 else command


# Open MPI: programs that start alone share a folder below this one, and remove it as they end, under
# the feet of those of a test beside this one.
SESSIONS = tempfile.TemporaryDirectory(prefix="farstep-")


def environment(threads):
    return {**os.environ, "OMP_NUM_THREADS": str(threads), "OMP_PROC_BIND": "false",
            "OMP_WAIT_POLICY": "passive", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
            # Open MPI: no daemon for one rank alone, and no second of grace for ranks that failed.
            "OMPI_MCA_ess_singleton_isolated": "1", "OMPI_MCA_orte_tmpdir_base": SESSIONS.name,
            "OMPI_MCA_odls_base_sigkill_timeout": "0"}


def farstep(*words, cwd, ranks=1, threads=1, timeout=60, limits=None):
    """Runs the program; one that hangs is ended with all its ranks, and fails the test.

    `limits` is called in the new process, to set resource limits."""
    command = command_line(words, ranks)
    process = subprocess.Popen(command, cwd=cwd, env=environment(threads), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True, preexec_fn=limits)
    timeout *= PATIENCE
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        pytest.fail(f"{' '.join(command)} did not end within {timeout} s\n{out}\n{err}")
    return Result(process.returncode, out, err)


def succeed(*words, **options):
    result = farstep(*words, **options)
    assert result.code == 0, f"exit {result.code}\n{result.out}\n{result.err}"
    return result


def write_deck(folder, text=DECK, name="deck.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return name


def settings(values):
    """{"a.b": 1} as --set a.b=1"""
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]


def contents(folder):
    """Every file below a folder, with a digest of what is in it."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def systems_of_this_build():
    """Names, and the sizes of each that were compiled."""
    text = succeed("list", cwd=".").out.split("schemes")[0]
    systems = {}
    for line in text.splitlines()[1:]:
        if not line.strip():
            continue
        sizes = re.search(r"; \w+: ([\d, ]+)$", line)
        systems[line.split()[0]] = [int(n) for n in sizes[1].split(",")] if sizes else []
    return systems


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A folder with the deck and the four files that it makes. To be copied, not changed."""
    folder = tmp_path_factory.mktemp("finished")
    succeed("run", write_deck(folder), cwd=folder)
    return folder


@pytest.fixture
def bench(finished, tmp_path):
    """A copy of `finished` of one's own."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return tmp_path
