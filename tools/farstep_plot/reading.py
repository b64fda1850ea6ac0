# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Checked access to Farstep's HDF5 files: whatever is wrong with one becomes a FileError."""

from __future__ import annotations

import difflib
import pathlib
from types import TracebackType
from typing import Any, List, NamedTuple, Optional, Sequence, Type

import h5py
import numpy as np

from . import seal, style

# What h5py raises for files that lack something or are damaged.
DAMAGE = (OSError, KeyError, RuntimeError, ValueError, TypeError, AttributeError, MemoryError)


class FileError(Exception):
    """A file or folder cannot be read or written; one sentence."""


class UsageError(Exception):
    """The arguments do not fit; one sentence."""


class Component(NamedTuple):
    """A component of the state."""

    index: int
    name: str
    unit: str
    long_name: str

    @property
    def label(self) -> str:
        return style.axis_label(style.symbol(self.name), self.unit)


class FarstepFile:
    """An open file. Lengths of variables are checked as they are read."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._file = _open(path)
        self.kind = self.text("farstep_kind", "")
        if not self.kind:
            self._file.close()
            raise FileError(f"{path}: not a file of Farstep's: no attribute 'farstep_kind'")

    def __enter__(self) -> FarstepFile:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self._file.close()

    def attribute(self, name: str, default: Any = None, of: str = "/") -> Any:
        try:
            if name in self._file[of].attrs:
                return self._file[of].attrs[name]
        except DAMAGE as error:
            raise FileError(f"{self.path}: cannot read attribute '{name}' of '{of}'") from error
        if default is None:
            raise FileError(f"{self.path}: attribute '{name}' of '{of}' is missing")
        return default

    def text(self, name: str, default: Optional[str] = None) -> str:
        value = self.attribute(name, default)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

    def number(self, name: str, default: Optional[float] = None) -> float:
        try:
            return float(self.attribute(name, default))
        except (TypeError, ValueError) as error:
            raise FileError(f"{self.path}: attribute '{name}' is not a number") from error

    def has(self, path: str) -> bool:
        return path in self._file

    def children(self, path: str) -> List[str]:
        try:
            return list(self._file[path].keys())
        except DAMAGE as error:
            raise FileError(f"{self.path}: group '{path}' is missing") from error

    def values(self, path: str, *shape: int, first: Optional[int] = None) -> np.ndarray:
        """A variable of this shape (-1: any length); of its second axis only the first ones."""
        try:
            data = self._file[path]
            fits = len(data.shape) == len(shape) and all(
                want in (-1, have) for want, have in zip(shape, data.shape))
            part = data[()] if first is None else data[:, :first]
            numbers = np.asarray(part, dtype=float)
        except DAMAGE as error:
            raise FileError(f"{self.path}: variable '{path}' is missing or damaged") from error
        if not fits:
            raise FileError(f"{self.path}: variable '{path}' has an unexpected shape")
        return numbers

    def time(self) -> np.ndarray:
        return self.values("time", -1)

    def time_label(self) -> str:
        return style.axis_label("$t$", self.text("time_unit", "1"))

    def names(self, path: str) -> List[str]:
        """Of a coordinate of texts."""
        try:
            return [str(name) for name in self._file[path].asstr()[()]]
        except DAMAGE as error:
            raise FileError(f"{self.path}: variable '{path}' is missing or damaged") from error

    def components(self) -> List[Component]:
        """Of the state."""
        path = "component"
        names = self.names(path)
        blank = [""] * len(names)
        units = self.attribute("component_units", blank, path)
        long_names = self.attribute("component_long_names", blank, path)
        return [Component(index, name, str(unit), str(long_name)) for index, (name, unit, long_name)
                in enumerate(zip(names, units, long_names))]

    def chosen_components(self, names: Sequence[str]) -> List[Component]:
        """Those of these names; the first few if there are no names, all for the name 'all'."""
        components = self.components()
        if not names:
            return components[:style.PANELS_PER_PAGE]
        if "all" in names:
            return components
        known = {component.name: component for component in components}
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean '{near[0]}'?" if near else "it has " + ", ".join(known)
                raise UsageError(f"{self.path}: no component '{name}'; {hint}")
        return [known[name] for name in dict.fromkeys(names)]

    def omitted(self, chosen: Sequence[Component]) -> str:
        """A sentence if not all components are drawn."""
        total = len(self.components())
        if len(chosen) == total:
            return ""
        return f"{len(chosen)} of {total} components; --component chooses others."

    def title(self, rest: str) -> str:
        return f"{self.text('system_title', self.text('system', 'Ensemble'))}: {rest}"

    def step(self, name: str = "step") -> str:
        """A step with its unit."""
        return style.quantity(self.number(name), self.text("time_unit", "1"))

    def scheme(self, name: str = "scheme") -> str:
        return style.scheme_name(self.text(name))


def _open(path: pathlib.Path) -> h5py.File:
    if not path.exists():
        raise FileError(f"{path}: no such file")
    if path.is_dir():
        raise FileError(f"{path}: a folder; name the files in it")
    try:
        if not h5py.is_hdf5(path):
            raise FileError(f"{path}: not an HDF5 file")
        if seal.is_broken(path):
            raise FileError(f"{path}: damaged or truncated; write it anew")
        return h5py.File(path, "r")
    except DAMAGE as error:
        raise FileError(f"{path}: cannot be opened; it is damaged, truncated or "
                        "not readable") from error
