# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The documentation says what the code does: generated pages, quoted code, links."""

import pathlib
import re

import pytest

from conftest import succeed

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")])


def test_the_deck_reference_is_what_the_code_explains(tmp_path):
    printed = succeed("explain", "markdown", cwd=tmp_path).out
    assert (ROOT / "docs" / "deck-reference.md").read_text().strip() == printed.strip()


def test_the_worked_example_stands_in_the_guide_as_it_is():
    guide = (ROOT / "docs" / "adding-a-system.md").read_text()
    quoted = re.search(r"```cpp\n(.*?)```", guide, re.DOTALL).group(1)
    assert quoted.strip() in (ROOT / "docs" / "examples" / "duffing.hpp").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page}: {target}"
