# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Runs that must fail in a certain way: a deck or a folder spoilt, and what is expected of it."""

import dataclasses
import os
import typing

import h5py
import numpy as np
import pytest

from conftest import DECK, contents, farstep, settings, write_deck

USAGE, DECK_ERROR, ENVIRONMENT, TRAJECTORIES = 1, 2, 3, 4
TIME_LIMIT_S = 60

# Nothing of this may reach a user.
CRASH = ("terminate called", "Traceback", "backtrace", "stack trace", "internal error", "std::",
         "HDF5-DIAG", "Segmentation", "core dumped", "MPI_ABORT", "MPI_Abort", "Kokkos::",
         "*** Process received signal")


@dataclasses.dataclass
class Case:
    name: str
    command: str
    """What the message must contain."""
    says: typing.Tuple[str, ...]
    """Lines of the deck to replace, old: new; `old` may be part of a line."""
    deck: typing.Dict[str, str] = dataclasses.field(default_factory=dict)
    """A whole other deck."""
    text: typing.Optional[str] = None
    sets: typing.Dict[str, object] = dataclasses.field(default_factory=dict)
    """Spoils the folder."""
    spoil: typing.Callable = lambda folder: None
    ranks: typing.Tuple[int, ...] = (1,)
    """Words for the program in place of `command DECK`."""
    words: typing.Optional[typing.Sequence[str]] = None
    limits: typing.Optional[typing.Callable] = None


def runs_of(cases):
    return [pytest.param(case, ranks, id=f"{case.name}-{ranks}")
            for case in cases for ranks in case.ranks]


def run_case(case, folder, ranks):
    text = case.text
    if text is None:
        text = DECK
        for old, new in case.deck.items():
            assert text.count(old) >= 1, f"the deck has no '{old}'"
            text = text.replace(old, new, 1)
    deck = write_deck(folder, text)
    case.spoil(folder)
    words = case.words
    if words is None:
        words = [case.command, deck, *settings(case.sets)]
    before = contents(folder)
    result = farstep(*words, cwd=folder, ranks=ranks, timeout=TIME_LIMIT_S, limits=case.limits)
    return result, before, contents(folder)


def check_message(result, code, says):
    everything = f"exit {result.code}\n--- stdout\n{result.out}\n--- stderr\n{result.err}"
    assert result.code == code, everything
    assert len(result.errors) == 1, everything
    for word in CRASH:
        assert word not in result.out + result.err, everything
    message = result.err[result.err.index("farstep: error:"):]
    for word in says:
        assert word in message, f"'{word}' is not in the message\n{everything}"
    assert "farstep: error:" not in result.out, everything
    return message


def check_refused(case, folder, ranks, code):
    result, before, after = run_case(case, folder, ranks)
    message = check_message(result, code, case.says)
    assert after == before, "files were left behind or harmed"
    return message


# --- What spoils a folder ---------------------------------------------------------------------------


def remove(name):
    return lambda folder: (folder / name).unlink()


def truncate(name):
    def spoil(folder):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:len(data) // 2])
    return spoil


def flip_a_byte(name, dataset):
    """In the middle of a dataset's numbers, where HDF5 itself notices nothing."""
    def spoil(folder):
        with h5py.File(folder / name) as file:
            variable = file[dataset]
            at = variable.id.get_offset() + variable.id.get_storage_size() // 2
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 0x10
        (folder / name).write_bytes(bytes(data))
    return spoil


def overwrite_header(name):
    def spoil(folder):
        data = bytearray((folder / name).read_bytes())
        data[64:2048] = b"\xa5" * (2048 - 64)
        (folder / name).write_bytes(bytes(data))
    return spoil


def replace_by_text(name, text="not HDF5\n"):
    return lambda folder: (folder / name).write_text(text)


def replace_by_folder(name):
    def spoil(folder):
        (folder / name).unlink()
        (folder / name).mkdir()
    return spoil


def replace_by_foreign_hdf5(name):
    def spoil(folder):
        with h5py.File(folder / name, "w") as file:
            file["state"] = np.zeros((3, 2, 4))
    return spoil


def edit(name, change):
    """A change with h5py, in place."""
    def spoil(folder):
        with h5py.File(folder / name, "r+") as file:
            change(file)
    return spoil


def copy_with(name, change):
    """A change in a copy that another program wrote: HDF5 objects alone, no checksum of ours."""
    def spoil(folder):
        with h5py.File(folder / name) as old, h5py.File(folder / "copy.h5", "w") as new:
            for key in old:
                old.copy(key, new)
            new.attrs.update(old.attrs)
            change(new)
        os.replace(folder / "copy.h5", folder / name)
    return spoil


def set_nan(variable):
    def change(file):
        values = file[variable][...]
        values.flat[values.size // 2] = np.nan
        file[variable][...] = values
    return change


def shorten(variable):
    def change(file):
        values = file[variable][...]
        del file[variable]
        file[variable] = values[..., :-1]
    return change


def drop(variable):
    def change(file):
        del file[variable]
    return change


def states(**values):
    """A file of initial states under the names and values given."""
    def spoil(folder):
        with h5py.File(folder / "states.h5", "w") as file:
            for name, value in values.items():
                file[name] = value
    return spoil


def rows(**values):
    """A file of parameters under the names and values given."""
    def spoil(folder):
        with h5py.File(folder / "rows.h5", "w") as file:
            for name, value in values.items():
                file[name] = value
    return spoil


def both(*spoils):
    return lambda folder: [spoil(folder) for spoil in spoils]
