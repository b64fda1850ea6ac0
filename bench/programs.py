# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Running the program itself on decks, for benchmarks of whole stages, and the shape of their rows."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import h5py

HERE = pathlib.Path(__file__).resolve().parent


def parser(description):
    result = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--build", default=HERE.parent / "build" / "bench", type=pathlib.Path)
    result.add_argument("--folder", type=pathlib.Path,
                        help="on the disk to measure; the system's folder for temporary files")
    result.add_argument("--quick", action="store_true", help="a tenth of the work, fewer repeats")
    result.add_argument("--output", type=pathlib.Path, help="also write the rows as JSON")
    return result


def run_alone(measure, options):
    """Prints a module's rows, and writes them if that is wanted."""
    rows = measure(options)
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    print(text)
    if options.output:
        options.output.write_text(text + "\n")


def scratch(options):
    return tempfile.TemporaryDirectory(dir=getattr(options, "folder", None),
                                       prefix="farstep-bench-")


def row(section, case, who, samples, unit, better=max, **more):
    """The best of the samples, and what is said about it."""
    return {"section": section, "case": case, "who": who, "value": better(samples), "unit": unit,
            "median": statistics.median(samples), "samples": len(samples), **more}


class Program:
    """farstep, with so many threads on each of so many ranks; threads 0: as many as there are."""

    def __init__(self, options, folder, threads=0, ranks=1):
        self.path = options.build.resolve() / "farstep"
        self.folder = pathlib.Path(folder)
        # Open MPI: as root, and without a daemon for one rank alone.
        self.environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1",
                                OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                                OMPI_MCA_ess_singleton_isolated="1",
                                OMPI_MCA_btl_vader_single_copy_mechanism="none")
        if threads:
            self.environment["OMP_NUM_THREADS"] = str(threads)
        self.launcher = ["mpirun", "--bind-to", "none", "-n", str(ranks)] if ranks > 1 else []

    def run(self, *words):
        """Wall time [s]."""
        start = time.monotonic()
        done = subprocess.run([*self.launcher, self.path, *words], cwd=self.folder, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=self.environment)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, words))}: {done.stdout[-2000:]}")
        return time.monotonic() - start

    def start_up(self, repeats=5):
        """Wall time of a run that does nothing but start MPI and Kokkos and end them [s]."""
        return min(self.run("--version") for _ in range(repeats))

    def stage(self, stage, deck, **settings):
        """Wall time of a stage with settings such as forecast__until=1 for forecast.until [s]."""
        words = [word for key, value in settings.items()
                 for word in ("--set", f"{key.replace('__', '.')}={value}")]
        return self.run(stage, deck, "--quiet", *words)

    def deck(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def timings(self, file):
        """Wall times that a file of this folder keeps, by part [s]."""
        prefix = "wall_time_s_"
        with h5py.File(self.folder / file) as opened:
            return {name[len(prefix):]: float(value) for name, value in opened.attrs.items()
                    if name.startswith(prefix)}
