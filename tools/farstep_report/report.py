# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The page on both papers, section by section."""

from __future__ import annotations

import pathlib

from farstep_plot.reading import FileError

from . import (attns_sections, claims, experiments, neurvec_sections, recipe_sections, run_pages)
from .html import Missing, Page, paragraph, table
from .runs import Results

# What is odd in the publications, and what is done about it.
DISCREPANCIES = [
    ("Activation: the paper's a2 = 0.5957, the authors' code has 1.5957",
     "the code: with the printed one the rational function is no approximation of ReLU"),
    ("Elastic pendulum: both papers lack the factor 2 of −2 θ̇ ṙ / r",
     "with it, as in the authors' code: without it the energy is not kept"),
    ("Elastic pendulum: g is 9.8 in the papers, 9.81 in the code", "9.8, a parameter"),
    ("AttNS: slopes with and without the step inside", "the network sees the slope, without it"),
    ("AttNS, Algorithm 1: the network's input is the dataset's state, eq. 10's is the rollout's",
     "single steps from states of the dataset, as NeurVec's code trains"),
    ("AttNS: optimiser, epochs, batch and seeds are not given", "those of NeurVec"),
    ("Recorded trajectories: the authors' end one sample before T", "T is included"),
    ("Training data by the corrected scheme itself (spring chain)",
     "done so, beside fits to the exact solution"),
    ("Tests against RK4 in steps of 1e−4 (NeurVec) and 1e−5 (AttNS)",
     "Dormand–Prince 8 at a twentieth or tenth of the far step for the small size, whose own error "
     "each evaluation tells; RK4 at 1e−4 for the published sizes"),
    ("Figures are curves without numbers", "drawn in the same quantities, with tables beside them"),
]


def is_of_papers(folder: pathlib.Path) -> bool:
    """Whether a folder holds runs of the papers' experiments rather than one run's files."""
    return any((folder / name).is_dir() for name in ("neurvec", "recipes", "attns"))


def size_of(results: Results) -> str:
    """The size whose name the folder bears; else the small one."""
    name = results.folder.resolve().name
    return name if name in experiments.SIZES else experiments.SMALL


def papers_page(folder: pathlib.Path) -> Page:
    """Throws FileError where no run of the experiments is in the folder."""
    results = Results(folder)
    size = size_of(results)
    planned = experiments.experiments(size)
    names = [run.name for experiment in planned for run in experiment.runs]
    done = [name for name in names if run_pages.files_of(folder / name)]
    if not done:
        raise FileError(f"{folder}: holds no result of the experiments; jobs/papers.sh makes them")
    page = Page("NeurVec and AttNS: published and measured",
                f"Experiments of Huang et al. 2023 and 2024, {size} size; {len(done)} of "
                f"{len(names)} runs have results.")
    claims.add(page, results, size)
    page.section("Machine and versions")
    run_pages.add_machine(page, [folder / name for name in names])
    minutes = sum(run_pages.wall_time(folder / name) for name in done) / 60
    page.add(paragraph(f"Stages took {minutes:.1f} minutes in all. Times are of this machine "
                       "alone; compare ratios."))
    neurvec_sections.add(page, results, size)
    recipe_sections.add(page, results, size)
    attns_sections.add(page, results, size)
    add_future(page, results)
    page.section("Discrepancies in the publications")
    page.add(table(["what", "done here"], DISCREPANCIES))
    run_pages.add_runs(page, results, planned)
    return page


FUTURE = [("implicit midpoint rule with a corrector", "neurvec/implicit_midpoint"),
          ("larger angles, from random weights", "neurvec/fine_tuning/from_random_weights"),
          ("larger angles, from a corrector of the published ones",
           "neurvec/fine_tuning/from_published_angles")]


def add_future(page: Page, results: Results) -> None:
    page.section("Named as future work")
    rows = []
    for label, name in FUTURE:
        evaluation, model = results.evaluation(name), results.model(name)
        if evaluation is None or model is None:
            rows.append([label, Missing(results.why_not(name)), "", ""])
        else:
            rows.append([label, model.single_step_reduction, evaluation.at_end("plain"),
                         evaluation.at_end("corrected")])
    page.add(
        paragraph("Elastic pendulum. Steps and physical parameters as inputs of the network, also "
                  "named there, are in `inputs/conditioned`."),
        table(["experiment", "single-step error reduced", "error at the end, plain", "corrected"],
              rows))
