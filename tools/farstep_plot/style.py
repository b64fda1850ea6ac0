# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""How pictures look: lines that colour-blind readers and black-and-white printers tell apart, and
names of quantities as they are typeset."""

from __future__ import annotations

import re
from typing import Any, Dict, List

import matplotlib

matplotlib.use("Agg")

PANELS_PER_PAGE = 8

# Colours of Okabe and Ito (2008), each with a line style and a marker of its own.
BLUE, VERMILION, GREEN, ORANGE, PURPLE, BLACK = (
    "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#000000")
_STYLES = [
    (BLUE, "-", "o"), (VERMILION, "--", "s"), (GREEN, "-.", "^"),
    (PURPLE, ":", "D"), (ORANGE, (0, (5, 1, 1, 1, 1, 1)), "v"), (BLACK, (0, (1, 2)), "x"),
]

GREEK = ("alpha beta gamma delta epsilon theta kappa lambda mu nu xi rho sigma tau phi chi psi "
         "omega").split()


def apply() -> None:
    matplotlib.rcParams.update({
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.labelsize": 9,
        "legend.fontsize": 8,
        "legend.frameon": True,
        "legend.framealpha": 0.9,
        "legend.edgecolor": "0.8",
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "0.9",
        "grid.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "lines.linewidth": 1.3,
        "lines.markersize": 4,
        "hatch.linewidth": 0.5,
        "pdf.fonttype": 42,
        "mathtext.fontset": "dejavusans",
    })


def line(number: int, points: int = 0, marks: int = 8) -> Dict[str, Any]:
    """Keywords of the number-th curve; with `points`, about `marks` of them carry its marker."""
    colour, dashes, marker = _STYLES[number % len(_STYLES)]
    keywords: Dict[str, Any] = {"color": colour, "linestyle": dashes}
    if points > 0:
        # Curves are marked at different places, so that markers do not hide each other.
        every = max(1, points // marks)
        keywords.update(marker=marker, markevery=((number * every // 3) % every, every))
    return keywords


def scheme_name(name: str) -> str:
    """rk4 becomes RK4, improved_euler Improved Euler, dp8_float DP8 in float."""
    if name.endswith("_float"):
        return scheme_name(name[:-len("_float")]) + " in float"
    return name.upper() if re.fullmatch(r"[a-z]+\d+", name) else name.replace("_", " ").title()


def unit_text(unit: str) -> str:
    """Exponents raised: m/s2 becomes m/s²."""
    powers = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return re.sub(r"(?<=[A-Za-z)])-?\d+", lambda match: match.group().translate(powers), unit)


def axis_label(name: str, unit: str) -> str:
    return name if unit in ("", "1") else f"{name} [{unit_text(unit)}]"


def quantity(value: float, unit: str) -> str:
    return f"{value:g}" if unit in ("", "1") else f"{value:g} {unit_text(unit)}"


def count(number: float) -> str:
    """Thousands set apart."""
    return f"{number:,.0f}".replace(",", "\N{THIN SPACE}")


def symbol(name: str) -> str:
    """A component's name as mathematics: theta_dot_1, qx; what is not understood stays text."""
    match = re.fullmatch(r"([A-Za-z]|" + "|".join(GREEK) + r")(_dot)?_?([0-9]+|[xyz])?", name)
    if match is None:
        return name.replace("$", r"\$")
    letter, dot, index = match.groups()
    if letter in GREEK:
        letter = "\\" + letter
    body = rf"\dot{{{letter}}}" if dot else letter
    return f"${body}_{{{index}}}$" if index else f"${body}$"


def pages(items: List[Any]) -> List[List[Any]]:
    return [items[i:i + PANELS_PER_PAGE] for i in range(0, len(items), PANELS_PER_PAGE)]
