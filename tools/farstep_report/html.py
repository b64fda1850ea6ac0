# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""One self-contained page: text, tables and pictures without any file beside it."""

from __future__ import annotations

import base64
import html
import io
import math
import re
from typing import Any, List, NamedTuple, Optional, Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

STYLE = """
:root { --ink: #1c2733; --soft: #5b6875; --line: #dde3e8; --shade: #f5f7f9; --link: #0b5cad; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff;
  font: 16px/1.55 system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; }
.page { max-width: 1240px; margin: 0 auto; padding: 0 28px 80px; display: grid;
  grid-template-columns: 230px minmax(0, 1fr); gap: 44px; }
header { grid-column: 1 / -1; border-bottom: 1px solid var(--line); padding: 34px 0 16px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; }
h2 { font-size: 23px; margin: 52px 0 10px; padding-top: 14px; border-top: 2px solid var(--ink); }
h3 { font-size: 17px; margin: 34px 0 6px; }
p { margin: 8px 0; max-width: 74ch; }
.soft, figcaption, caption { color: var(--soft); }
nav { position: sticky; top: 16px; align-self: start; max-height: calc(100vh - 32px);
  overflow-y: auto; font-size: 14px; padding-top: 22px; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav li { margin: 3px 0; } nav li.minor { padding-left: 14px; }
nav a { color: var(--soft); text-decoration: none; } nav a:hover { color: var(--link); }
a { color: var(--link); }
.scroll { overflow-x: auto; margin: 14px 0; }
table { border-collapse: collapse; font-size: 14px; line-height: 1.35; }
caption { text-align: left; padding: 0 0 6px; font-size: 14px; }
th, td { padding: 5px 11px; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
thead th { background: var(--shade); border-bottom: 2px solid #b9c3cc; vertical-align: bottom; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.number { text-align: right; }
td.missing { color: var(--soft); font-size: 13px; max-width: 34ch; overflow-wrap: anywhere; }
td code { display: inline-block; min-width: 34ch; overflow-wrap: anywhere; padding: 0;
  background: none; }
.gallery { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr));
  gap: 4px 20px; }
figure { margin: 16px 0; } figure img { max-width: 100%; height: auto; display: block; }
figcaption { font-size: 14px; max-width: 84ch; margin-top: 4px; }
.badge { display: inline-block; padding: 0 8px; border-radius: 10px; font-size: 13px;
  white-space: nowrap; border: 1px solid; }
.yes { color: #0a6b3d; background: #e8f6ee; border-color: #a9d9bf; }
.no { color: #a32a10; background: #fdeeea; border-color: #efb9ab; }
.open { color: #5b6875; background: #f1f3f5; border-color: #cfd6dc; }
details { margin: 6px 0; } summary { cursor: pointer; }
pre { background: var(--shade); border: 1px solid var(--line); padding: 10px 12px; font-size: 13px;
  overflow-x: auto; line-height: 1.4; }
code { font-size: 0.92em; background: var(--shade); padding: 0 3px; }
@media (max-width: 900px) { .page { display: block; } nav { position: static; max-height: none; } }
@media print { nav { display: none; } .page { display: block; } }
"""


PROBABILITY = re.compile(r"\d\.\d+e-\d+")  # as statistics.format_log_probability writes them


class Raw(str):
    """Text that is HTML already."""


class Missing(str):
    """The reason why a cell holds no number."""


class Number(NamedTuple):
    """A number with the digits that it is to show."""

    value: float
    digits: int = 3


def escape(text: Any) -> str:
    return text if isinstance(text, Raw) else html.escape(str(text))


def number_text(value: float, digits: int = 3) -> str:
    """Few digits; powers of ten where the number is very small or large."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = abs(value)
    if 1e-2 <= size < 1e4:
        places = max(0, digits - 1 - math.floor(math.log10(size)))
        return f"{value:.{places}f}".replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def cell(value: Any) -> str:
    if value is None:
        return '<td class="missing">not published</td>'
    if isinstance(value, Missing):
        return f'<td class="missing">{escape(value)}</td>'
    if isinstance(value, Number):
        return f'<td class="number">{number_text(value.value, value.digits)}</td>'
    if isinstance(value, int):
        return f'<td class="number">{value}</td>'
    if isinstance(value, float):
        return f'<td class="number">{number_text(float(value))}</td>'
    if PROBABILITY.fullmatch(str(value)):
        return f'<td class="number">{str(value).replace("-", "−")}</td>'
    return f"<td>{escape(value)}</td>"


def badge(holds: Optional[bool]) -> Raw:
    kind, text = {True: ("yes", "holds"), False: ("no", "does not hold"),
                  None: ("open", "open")}[holds]
    return Raw(f'<span class="badge {kind}">{text}</span>')


def table(header: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> Raw:
    numeric = [any(isinstance(row[i], (int, float, Number)) or PROBABILITY.fullmatch(str(row[i]))
                   for row in rows) for i in range(len(header))]
    head = "".join(f'<th{" class=number" if right else ""}>{escape(name)}</th>'
                   for name, right in zip(header, numeric))
    body = "".join("<tr>" + "".join(cell(value) for value in row) + "</tr>\n" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return Raw(f'<div class="scroll"><table>{title}<thead><tr>{head}</tr></thead>\n'
               f"<tbody>{body}</tbody></table></div>")


def paragraph(text: str) -> Raw:
    """Words between ` ` become code."""
    return Raw("<p>" + re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)) + "</p>")


def details(summary: str, text: str) -> Raw:
    return Raw(f"<details><summary>{escape(summary)}</summary><pre>{html.escape(text)}</pre>"
               "</details>")


def picture(figure: Figure, caption: str = "", dpi: int = 130) -> Raw:
    """Embeds a figure and closes it."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi, bbox_inches="tight", pad_inches=0.06)
    width = round(figure.get_figwidth() * 96)
    plt.close(figure)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return Raw(f'<figure><img width="{width}" alt="{html.escape(caption, quote=True)}" '
               f'src="data:image/png;base64,{data}"><figcaption>{escape(caption)}</figcaption>'
               "</figure>")


def gallery(pictures: Sequence[Raw]) -> Raw:
    """Pictures side by side where the page is wide enough."""
    return Raw(f'<div class="gallery">{"".join(pictures)}</div>')


class Page:
    """Sections and their entries in the table of contents, in the order in which they come."""

    def __init__(self, title: str, subtitle: str) -> None:
        self._title, self._subtitle = title, subtitle
        self._contents: List[str] = []
        self._body: List[str] = []

    def section(self, title: str) -> None:
        self._heading(title, "h2", "")

    def subsection(self, title: str) -> None:
        self._heading(title, "h3", ' class="minor"')

    def add(self, *parts: Raw) -> None:
        self._body.extend(parts)

    def _heading(self, title: str, tag: str, kind: str) -> None:
        place = f"s{len(self._contents) + 1}"
        self._contents.append(f'<li{kind}><a href="#{place}">{escape(title)}</a></li>')
        self._body.append(f'<{tag} id="{place}">{escape(title)}</{tag}>')

    def text(self) -> str:
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self._title)}</title>\n<style>{STYLE}</style></head>\n"
            f'<body><div class="page"><header><h1>{escape(self._title)}</h1>'
            f'<p class="soft">{escape(self._subtitle)}</p></header>\n'
            f"<nav><ol>{''.join(self._contents)}</ol></nav>\n"
            "<main>" + "\n".join(self._body) + "</main></div></body></html>\n")
