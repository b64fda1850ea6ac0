#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""docs/performance.md and its picture from a results file of bench/run.py.

    bench/report.py bench/results/FILE.json
"""

import argparse
import json
import os
import pathlib

import sections
import tables

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"

HEAD = """<!--
SPDX-FileCopyrightText: 2026 The Farstep Authors
SPDX-License-Identifier: BSD-3-Clause
Farstep's speed beside the machine's limits and its peers. Made by bench/report.py: do not edit.
-->
# Performance

```sh
bench/run.sh --output FILE.json --report   # installs the peers, builds, measures, writes this page
bench/report.py {source}   # this page from results already measured
bench/compare.py BUILD_A BUILD_B           # two builds, in turn, on one machine
```

Measured with {version}, {dates}, on {processor}, {cores} ({system}), under a load
of {loads}. Peers in Python: {versions}. The results:
[{name}]({link}).

One core unless said, the same for all: every program is pinned to it and has one thread. C++ programs
count the time of their thread, peers in Python that of their process, so that what other programs take
of the core is not counted (what they take of the caches is). *Best* is the best of the samples, from which the ratios are made, since virtual
machines lend cores and only the best is the core alone; where it is far from the *median*, the machine
was busy. *Ratio* is Farstep's speed over the peer's, unless it is a share of the peak. Ratios carry
over between machines; absolute figures do not.
"""


def bars(rows):
    """Every bar, with what was found; of runs at equal error, which are many, the least ratio."""
    groups = {}
    for row in rows:
        if "wanted" in row or "at_most" in row:
            many = row["section"] == "equal_error"
            key = (row["section"], row["case"], row["who"].split()[0] if many else row["who"])
            groups.setdefault(key, []).append(row)
    lines = ["| what | whose | ratio | bar |", "|---|---|---|---|"]
    for (_, case, _), entries in groups.items():
        lines.append(f"| {case} | " + " | ".join(verdict(entries)) + " |")
    return "\n".join(lines)


def verdict(entries):
    """Whose, ratio and bar of the row that is farthest from its bar, and how many have no ratio."""
    compared = [row for row in entries if row.get("ratio") is not None]
    whose = entries[0]["who"] + (f", least of {len(entries)} runs" if len(entries) > 1 else "")
    if not compared:
        return whose, "", "not met: no run of Farstep reaches the error"
    worst = min(compared, key=lambda row: row["ratio"] if "wanted" in row else -row["ratio"])
    missing = len(entries) - len(compared)
    rest = (f"; not met in {missing} of the runs, whose error none of Farstep's reaches"
            if missing else "")
    return whose, tables.share(worst), tables.bar(worst) + rest


def head(results, path):
    version, _, details = results["farstep"].partition("\n")
    records = results["sections"].values()
    dates = sorted({record["date"] for record in records})
    loads = sorted(record["load"] for record in records)
    relative = os.path.relpath(path.resolve(), DOCS.parent)
    return HEAD.format(
        source=relative, name=path.name, link=os.path.relpath(path.resolve(), DOCS),
        version=f"{version}, {details.splitlines()[0].partition(', flags')[0]}" if details
        else version,
        loads=f"{loads[0]:.1f} to {loads[-1]:.1f}", cores=f"{results['cores']} cores", processor=results["processor"],
        system=results["system"], dates=" to ".join(dict.fromkeys([dates[0], dates[-1]])),
        versions=", ".join(f"{name} {text}" for name, text in results["versions"].items()))


def page(results, path):
    """The whole page. Rows of sections that are listed no more are left out."""
    parts = [head(results, path), "## Bars\n",
             "What was set out to reach, met or not, in this run.\n", bars(results["rows"]),
             "\n![Ratios beside their bars, and error against time](images/performance.png)\n"]
    for name in sections.NAMES:
        rows = [row for row in results["rows"] if row["section"] == name]
        if rows:
            parts += [f"## {sections.title(name)}\n", sections.text(name) + "\n",
                      tables.markdown(rows) + "\n"]
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    path = parser.parse_args().results
    results = json.loads(path.read_text())
    results["rows"] = [row for name in sections.NAMES for row in results["rows"]
                       if row["section"] == name]
    (DOCS / "performance.md").write_text(page(results, path))
    import picture  # last: where there is no matplotlib, the page is there all the same
    picture.draw(results["rows"], DOCS / "images" / "performance.png")


if __name__ == "__main__":
    main()
