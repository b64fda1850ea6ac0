# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Where results come from (machine, versions, decks), and a page of single runs."""

from __future__ import annotations

import pathlib
import shlex
from typing import Any, Dict, List, Sequence

import farstep_plot.evaluation
from farstep_plot.reading import FarstepFile, FileError

from .drawings import Album
from .experiments import Experiment
from .html import Missing, Page, Raw, details, escape, paragraph, table
from .runs import Results

# Files of a run, and the stages that make them.
KINDS = {"dataset": "generate", "model": "train", "forecast": "forecast", "evaluation": "evaluate"}
PROVENANCE = {"host": "host", "backend": "backend", "ranks": "ranks",
              "threads_per_rank": "threads a rank", "farstep_version": "Farstep",
              "git_commit": "commit"}


def provenance(path: pathlib.Path) -> Dict[str, str]:
    with FarstepFile(path) as file:
        return {label: file.text(key, "unknown") for key, label in PROVENANCE.items()}


def wall_time(folder: pathlib.Path) -> float:
    """Of all stages of a run [s]."""
    total = 0.0
    for kind in KINDS:
        path = folder / f"{kind}.h5"
        if not path.is_file():
            continue
        with FarstepFile(path) as file:
            total += file.number(f"wall_time_s_{KINDS[kind]}", 0.0)
    return total


def files_of(folder: pathlib.Path) -> List[pathlib.Path]:
    return [folder / f"{kind}.h5" for kind in KINDS if (folder / f"{kind}.h5").is_file()]


def add_machine(page: Page, folders: Sequence[pathlib.Path]) -> None:
    """Every machine and version that results come from, with the number of runs."""
    counts: Dict[tuple, int] = {}
    for folder in folders:
        files = files_of(folder)
        if files:
            key = tuple(provenance(files[-1]).values())
            counts[key] = counts.get(key, 0) + 1
    page.add(table([*PROVENANCE.values(), "runs"], [[*key, str(n)] for key, n in counts.items()]))


def deck_of(path: pathlib.Path) -> str:
    with FarstepFile(path) as file:
        return file.text("deck", "")


def add_runs(page: Page, results: Results, experiments: Sequence[Experiment]) -> None:
    """Every run with its command and what came of it; then the decks."""
    page.section("All runs")
    for experiment in experiments:
        if not experiment.runs:
            continue
        rows: List[List[Any]] = []
        for run in experiment.runs:
            folder = results.folder / run.name
            files = files_of(folder)
            evaluation = results.evaluation(run.name)
            command = Raw(f"<code>{escape(_short(run.deck, run.settings))}</code>")
            name = Raw(escape(run.name).replace("/", "/<wbr>"))
            if not files:
                rows.append([name, command, "", Missing(results.why_not(run.name))])
            else:
                rows.append([name, command, wall_time(folder),
                             evaluation.verdict if evaluation else "no evaluation"])
        page.add(Raw(f"<details><summary>{experiment.title} ({len(rows)} runs; "
                     f"{experiment.items})</summary>"),
                 table(["run", "deck and overrides", "time [s]", "verdict"], rows),
                 Raw("</details>"))
    page.section("Decks")
    page.add(paragraph("As they stood when results were made, without overrides. To repeat a run: "
                       "`farstep run inputs/DECK --set KEY=VALUE` with the overrides above."))
    seen: Dict[str, str] = {}
    for experiment in experiments:
        for run in experiment.runs:
            files = files_of(results.folder / run.name)
            if files and run.deck not in seen:
                seen[run.deck] = deck_of(files[-1])
    page.add(*(details(name, text) for name, text in sorted(seen.items())))


def _short(deck: str, settings: Dict[str, str]) -> str:
    words = [f"{key}={value}" for key, value in settings.items()]
    return " ".join(shlex.quote(word) if " " in word else word for word in (deck, *words))


def runs_page(folders: Sequence[pathlib.Path]) -> Page:
    """Of the evaluations in these folders."""
    page = Page("Farstep: evaluations", f"{len(folders)} runs")
    page.section("Machine and versions")
    add_machine(page, folders)
    for folder in folders:
        path = folder / "evaluation.h5"
        if not path.is_file():
            raise FileError(f"{folder}: has no evaluation.h5; run the deck's evaluate stage first")
        page.section(folder.name)
        with FarstepFile(path) as file:
            album = Album()
            farstep_plot.evaluation.draw(file, album, [])
            page.add(paragraph(file.text("verdict")), *album.pictures,
                     details("Deck", file.text("deck", "")))
    return page
