# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The command line of farstep-plot: arguments, one file after the other, exit codes."""

from __future__ import annotations

import argparse
import collections
import pathlib
import sys
from typing import Callable, Dict, List, NoReturn, Optional, Sequence

from . import dataset, evaluation, forecast, model, style, tuning
from .pictures import Pictures
from .reading import FarstepFile, FileError, UsageError

USAGE_ERROR = 1
FILE_ERROR = 3

Artist = Callable[[FarstepFile, Pictures, Sequence[str]], None]
ARTISTS: Dict[str, Artist] = {
    "dataset": dataset.draw,
    "model": model.draw,
    "forecast": forecast.draw,
    "evaluation": evaluation.draw,
    "tuning": tuning.draw,
}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def parse_formats(text: str) -> List[str]:
    formats = list(dict.fromkeys(part.strip().lower() for part in text.split(",")))
    if any(part not in ("png", "pdf") for part in formats):
        raise argparse.ArgumentTypeError(f"'{text}' is not png, pdf, or both with a comma")
    return formats


def parse_dpi(text: str) -> int:
    if not text.isdecimal() or not 30 <= int(text) <= 1200:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 30 to 1200")
    return int(text)


def make_parser() -> Parser:
    parser = Parser(
        prog="farstep-plot",
        description="Draws what a dataset, model, forecast, evaluation or tuning written by Farstep "
                    "holds, and prints the names of the pictures.",
        epilog="Exit codes: 0 all files drawn, 1 wrong arguments, 3 a file is missing, damaged or "
               "not Farstep's, or a picture cannot be written.")
    parser.add_argument("files", metavar="FILE", nargs="+", type=pathlib.Path)
    parser.add_argument("-o", "--output", metavar="DIR", type=pathlib.Path,
                        help="folder for the pictures (default: beside each file)")
    parser.add_argument("--format", metavar="FORMATS", type=parse_formats, default=["png"],
                        help="png, pdf, or png,pdf (default: png)")
    parser.add_argument("--component", metavar="NAME", nargs="+", action="extend", default=[],
                        help="components to draw of datasets, forecasts, training boxes and "
                             "histograms, or "
                             f"'all' (default: the first {style.PANELS_PER_PAGE}); put it behind "
                             "the files")
    parser.add_argument("--dpi", type=parse_dpi, default=200,
                        help="resolution of PNGs (default: %(default)s)")
    return parser


def require_distinct_names(arguments: argparse.Namespace) -> None:
    places = collections.Counter(
        (arguments.output or path.parent) / path.stem for path in arguments.files)
    place, count = places.most_common(1)[0]
    if count > 1:
        raise UsageError(f"{count} files would all be drawn as {place}-*; draw them one by one")


def draw_file(path: pathlib.Path, arguments: argparse.Namespace) -> None:
    with FarstepFile(path) as file:
        if file.kind not in ARTISTS:
            raise FileError(f"{path}: a kind of Farstep file that cannot be drawn: '{file.kind}'")
        folder = arguments.output or path.parent
        pictures = Pictures(folder, path.stem, arguments.format, arguments.dpi)
        ARTISTS[file.kind](file, pictures, arguments.component)


def complain(error: Exception) -> None:
    print(f"farstep-plot: {error}", file=sys.stderr)


def main(words: Optional[Sequence[str]] = None) -> int:
    style.apply()
    status = 0
    try:
        arguments = make_parser().parse_args(words)
        require_distinct_names(arguments)
        for path in arguments.files:
            try:
                draw_file(path, arguments)
            except FileError as error:
                complain(error)
                status = FILE_ERROR
    except UsageError as error:
        complain(error)
        return USAGE_ERROR
    return status
