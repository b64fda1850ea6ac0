# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The command line of farstep-report: arguments, exit codes."""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import NoReturn, Optional, Sequence

from farstep_plot import style
from farstep_plot.reading import FileError, UsageError

from . import experiments, report, run_pages

USAGE_ERROR = 1
FILE_ERROR = 3


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def make_parser() -> Parser:
    parser = Parser(
        prog="farstep-report",
        description="Writes one self-contained HTML page. Of a folder that jobs/papers.sh filled "
                    "(results/papers/small): all experiments of the NeurVec and AttNS papers, "
                    "published beside measured. Of folders of single runs: their evaluations.",
        epilog="Exit codes: 0 written, 1 wrong arguments, 3 a file is missing, damaged or not "
               "Farstep's, or the page cannot be written.")
    parser.add_argument("folders", metavar="FOLDER", nargs="*", type=pathlib.Path)
    parser.add_argument("-o", "--output", metavar="FILE", type=pathlib.Path,
                        help="the page (default: report.html in the first folder)")
    parser.add_argument("--list", metavar="SIZE", choices=experiments.SIZES, dest="listed",
                        help="instead: print name and arguments of every run of a size, between "
                             "tabs, one run a line: " + " or ".join(experiments.SIZES))
    return parser


def print_runs(size: str) -> None:
    for run in experiments.all_runs(size):
        print(run.name, run.folder, *run.words(), sep="\t")


def write_page(arguments: argparse.Namespace) -> None:
    folders = arguments.folders
    if not folders:
        raise UsageError("name a folder of results; see farstep-report --help")
    for folder in folders:
        if not folder.is_dir():
            raise FileError(f"{folder}: no such folder")
    if len(folders) == 1 and report.is_of_papers(folders[0]):
        page = report.papers_page(folders[0])
    else:
        page = run_pages.runs_page(folders)
    target = arguments.output or folders[0] / "report.html"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page.text(), encoding="utf-8")
    except OSError as error:
        raise FileError(f"{target}: cannot be written: {error.strerror or error}") from error
    print(target)


def complain(error: Exception) -> None:
    print(f"farstep-report: {error}", file=sys.stderr)


def main(words: Optional[Sequence[str]] = None) -> int:
    style.apply()
    try:
        arguments = make_parser().parse_args(words)
        if arguments.listed:
            print_runs(arguments.listed)
        else:
            write_page(arguments)
    except UsageError as error:
        complain(error)
        return USAGE_ERROR
    except FileError as error:
        complain(error)
        return FILE_ERROR
    return 0
