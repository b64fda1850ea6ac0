# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The decks that ship are valid, at the sizes of this build."""

import pathlib
import re

import pytest

from conftest import succeed, systems_of_this_build

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECKS = sorted((ROOT / "inputs").rglob("*.yaml"))


@pytest.fixture(scope="session")
def systems():
    return systems_of_this_build()


@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: str(deck.relative_to(ROOT / "inputs")))
def test_a_deck_passes_its_check(deck, systems, tmp_path):
    found = re.search(r"^system: (?:\{name: )?(\w+)(?:, \w+: (\d+))?", deck.read_text(), re.M)
    name, size = found[1], found[2]
    if name not in systems or (size and int(size) not in systems[name]):
        pytest.skip(f"this build has no {name} of size {size}")
    succeed("check", deck, cwd=tmp_path)
