# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The picture of docs/performance.md: every ratio beside its bar, and time against error."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import tables

# Colours of Okabe and Ito (2008), told apart by marker as well.
STYLES = {"Farstep, RK4": ("#0072B2", "o"), "Farstep, adaptive or DP8": ("#56B4E9", "^"),
          "diffrax": ("#D55E00", "s"), "heyoka": ("#009E73", "D")}
BLUE, VERMILION = "#0072B2", "#D55E00"


def family(row):
    if row["who"] != "Farstep":
        return row["who"].split()[0]
    return "Farstep, RK4" if row["method"].startswith("RK4") else "Farstep, adaptive or DP8"


def short(row):
    """A bar's name: its case, and the peer if it is one."""
    return row["case"] if row["who"] == "Farstep" else f"{row['case']}, {row['who'].split(',')[0]}"


def draw_bars(axes, rows):
    """Ratios divided by what was wanted: right of the line is met."""
    held = [row for row in rows if tables.is_met(row) is not None
            and row["section"] != "equal_error"]
    shares = [row["ratio"] / row["wanted"] if "wanted" in row else row["at_most"] / row["ratio"]
              for row in held]
    for place, (row, share) in enumerate(zip(held, shares)):
        colour, marker = (BLUE, "o") if tables.is_met(row) else (VERMILION, "X")
        axes.plot([1, share], [place, place], color=colour, linewidth=2)
        axes.plot(share, place, marker, color=colour)
    axes.set_yticks(range(len(held)), [short(row) for row in held], fontsize=7)
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
             if 0.7 * min(shares, default=1) <= tick <= 1.5 * max(shares, default=1)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=7)
    axes.minorticks_off()
    axes.set_title("ratio over its bar (circle: met, cross: not met)", fontsize=8)
    axes.grid(axis="x", color="0.9")


def draw_errors(axes, rows, case):
    for name, (colour, marker) in STYLES.items():
        points = [(row["error"], row["value"]) for row in rows if family(row) == name]
        if points:
            axes.loglog(*zip(*points), marker, color=colour, label=name, markersize=4)
    axes.set_title(case, fontsize=8)
    axes.set_xlabel("error at the end", fontsize=7)
    axes.set_ylabel("µs/trajectory", fontsize=7)
    axes.tick_params(labelsize=6)
    axes.grid(color="0.9")


def draw(rows, path):
    cases = tables.by_case([row for row in rows if row["section"] in ("lorenz", "equal_error")])
    figure = plt.figure(figsize=(12, 9), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1))
    draw_bars(left.subplots(), rows)
    if cases:
        panels = right.subplots((len(cases) + 1) // 2, 2, squeeze=False).flat
        for axes, (case, entries) in zip(panels, cases.items()):
            name = {"lorenz": "Lorenz, "}.get(entries[0]["section"], "")
            draw_errors(axes, entries, name + case)
        for axes in list(panels):
            axes.remove()
        right.legend(*right.axes[-1].get_legend_handles_labels(), loc="outside upper center",
                     ncols=4, fontsize=7)
    figure.savefig(path, dpi=130)
    plt.close(figure)
