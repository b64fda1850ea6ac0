#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The machine's limits, Farstep's kernels and its peers, side by side in one run.

    bench/run.py                                 all sections
    bench/run.py --section plain,lorenz          some
    bench/run.py --quick                         no peers in Python
    bench/run.py --output FILE.json --report     also writes docs/performance.md and its picture

bench/run.sh installs the peers and builds before it calls this.
"""

import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import common
import sections
import tables


def parse():
    parser = common.parser(__doc__)
    parser.add_argument("--section", default=",".join(sections.NAMES),
                        help="names with commas between: " + ", ".join(sections.NAMES))
    parser.add_argument("--output", type=pathlib.Path,
                        help="JSON; what it holds of other sections is kept")
    parser.add_argument("--report", action="store_true",
                        help="docs/performance.md from the JSON (needs --output)")
    options = parser.parse_args()
    options.section = options.section.split(",")
    for name in options.section:
        if name not in sections.NAMES:
            parser.error(f"--section: there is no section '{name}', only "
                         + ", ".join(sections.NAMES))
    if options.report and not options.output:
        parser.error("--report needs --output: the page is made from the JSON")
    return options


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def versions():
    found = {"Python": platform.python_version()}
    for package in ("torch", "jax", "diffrax", "heyoka", "numpy"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def conditions(options):
    """What the figures depend on, for whoever compares them."""
    done = subprocess.run([options.build / "farstep", "--version"], check=False, text=True,
                          stdout=subprocess.PIPE)
    return {"processor": processor(), "cores": len(os.sched_getaffinity(0)),
            "system": platform.platform(), "farstep": done.stdout, "versions": versions()}


def measure(name, options):
    """Rows of a section and the record of its run; none, and a line, if a module is missing."""
    start = time.monotonic()
    try:
        rows = sections.load(name).measure(options)
    except ModuleNotFoundError as error:
        common.skip(f"section {name}", f"{sys.executable} has no module '{error.name}': run "
                    "bench/setup.sh, then bench/run.py with the Python of its environment")
        return [], None
    return rows, {"date": datetime.date.today().isoformat(),
                  "load": round(os.getloadavg()[0], 2),
                  "seconds": round(time.monotonic() - start)}


def read(path):
    return json.loads(path.read_text()) if path and path.exists() else {}


def write(path, results):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def main():
    options = parse()
    before = read(options.output)
    results = {**conditions(options), "sections": before.get("sections", {}), "rows": [
        row for row in before.get("rows", []) if row["section"] not in options.section]}
    for name in options.section:
        rows, record = measure(name, options)
        if record is None:
            continue
        results["sections"][name] = record
        results["rows"] += rows
        print(f"\n{sections.title(name)} ({record['seconds']} s)\n")
        print(tables.text(rows))
        if options.output:
            write(options.output, results)
    if options.report:
        subprocess.run([sys.executable, common.HERE / "report.py", options.output], check=True)


if __name__ == "__main__":
    main()
