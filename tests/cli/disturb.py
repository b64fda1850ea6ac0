# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Disturbances from outside: a run that can be waited for, stopped, changed under and killed, and
small or read-only disks."""

import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import pytest

from conftest import PATIENCE, Result, command_line, environment, program

PATIENCE_S = 60 * PATIENCE


def children(pid):
    """The processes below one, oldest first."""
    found = []
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in thread.read_text().split()]
    return sorted([*found, *(below for child in found for below in children(child))])


def state_of(stat):
    """The letter in a stat file of /proc: R, S, T …; Z where there is none any more."""
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def alive(pid):
    return state_of(pathlib.Path(f"/proc/{pid}/stat")) != "Z"


def still(pid):
    """Whether every thread of a process is stopped, or gone."""
    return all(state_of(stat) in "TtZX" for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"))


class Run:
    """The program at work in `folder`; ends with all its ranks when the context does."""

    def __init__(self, words, folder, ranks=1):
        # Elsewhere: a launcher may still write here while its ranks stand still and `folder` is compared.
        self.words = tempfile.TemporaryDirectory(prefix="farstep-words-")
        self.out, self.err = (pathlib.Path(self.words.name, name) for name in ("out", "err"))
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.process = subprocess.Popen(command_line(words, ranks), cwd=folder,
                                            env=environment(1), stdout=out, stderr=err,
                                            start_new_session=True)
        self.alone = ranks == 1
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for pid in self.seen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.words.cleanup()

    def said(self):
        return self.out.read_text() + self.err.read_text()

    def ranks(self):
        """Process numbers of all ranks."""
        if self.alone:
            return [self.process.pid]
        name = os.path.realpath(program())
        found = []
        for pid in children(self.process.pid):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/exe") == name:
                    found.append(pid)
        return found

    def wait_until(self, happened):
        end = time.monotonic() + PATIENCE_S
        while not happened():
            assert self.process.poll() is None, f"the run ended too early\n{self.said()}"
            assert time.monotonic() < end, f"in vain for {PATIENCE_S} s\n{self.said()}"
            time.sleep(0.002)

    def wait_for(self, words):
        self.wait_until(lambda: words in self.said())
        self.seen = self.ranks()

    def signal(self, number, ranks=None):
        for pid in self.ranks() if ranks is None else ranks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @contextlib.contextmanager
    def held(self):
        """Stands still while the folder is changed or compared."""
        self.signal(signal.SIGSTOP)
        self.wait_until(lambda: all(still(pid) for pid in self.ranks()))
        yield
        self.signal(signal.SIGCONT)

    def wait_until_alone(self):
        """Until no rank is left."""
        end = time.monotonic() + PATIENCE_S
        while any(alive(pid) for pid in self.seen):
            assert time.monotonic() < end, "ranks outlive their launcher"
            time.sleep(0.02)

    def finish(self):
        try:
            code = self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            pytest.fail(f"the run hangs\n{self.said()}")
        return Result(code, self.out.read_text(), self.err.read_text())


def mount(folder, options):
    """A disk of its own in `folder`; skips where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted: {done.stderr.strip()}")


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def unmount_below(folder):
    lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    for line in reversed(lines):
        where = line.split()[1].replace("\\040", " ")
        if pathlib.Path(where).is_relative_to(folder):
            subprocess.run(["umount", "-l", where], check=True)
