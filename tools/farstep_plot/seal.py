# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The checksum behind a file's end, verified before HDF5 opens the file: HDF5 1.10 crashes on some
damage. Layout and arithmetic are those of src/io/seal.cpp; about 25 MB/s, large variables left
out."""

from __future__ import annotations

import functools
import pathlib
import struct
from typing import BinaryIO, Iterator

MARK = 0x314C414553545346
START = 0x6A09E667F3BCC908
FACTOR = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
FIXED_BYTES = 32


def is_broken(path: pathlib.Path) -> bool:
    """Whether the file has a seal that does not fit it; a file without one may be changed."""
    state = path.stat()
    return _is_broken(path.resolve(), state.st_size, state.st_mtime_ns)


@functools.lru_cache(maxsize=None)
def _is_broken(path: pathlib.Path, size: int, _modified: int) -> bool:
    """Once for every state of a file, which may be opened often."""
    with path.open("rb") as file:
        file.seek(max(0, size - FIXED_BYTES))
        tail = file.read()
        if len(tail) < FIXED_BYTES:
            return False
        ranges, end, expected, mark = struct.unpack("<4Q", tail)
        if mark != MARK:
            return False
        if end != size - FIXED_BYTES - 16 * ranges:
            return True
        total = START
        for word in _words(file, end, ranges):
            total = ((total ^ word) * FACTOR) & MASK
            total = ((total << 29) | (total >> 35)) & MASK
    return total != expected


def _words(file: BinaryIO, end: int, ranges: int) -> Iterator[int]:
    """What the checksum is of: uncovered ranges, the length, and all bytes outside the ranges."""
    file.seek(end)
    uncovered = list(struct.iter_unpack("<2Q", file.read(16 * ranges)))
    at = 0
    for begin, length in uncovered:
        yield from (begin, length)
        yield from _words_between(file, at, begin)
        at = begin + length
    yield end
    yield from _words_between(file, at, end)


def _words_between(file: BinaryIO, begin: int, end: int) -> Iterator[int]:
    file.seek(begin)
    while begin < end:
        block = file.read(min(1 << 16, end - begin))
        if not block:
            return
        begin += len(block)
        for (word,) in struct.iter_unpack("<Q", block + bytes(-len(block) % 8)):
            yield word
