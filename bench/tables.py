# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Rows as tables: for the terminal and for docs/performance.md."""


def number(value, unit=""):
    """Three figures; powers of ten where they save room."""
    if value is None:
        return ""
    prefixes = ((1e12, "T"), (1e9, "G"), (1e6, "M"))
    if unit in ("FLOP/s", "B/s"):
        for size, prefix in prefixes:
            if value >= size:
                return f"{value / size:.3g} {prefix}{unit}"
    text = f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return f"{text} {unit}".strip()


def share(row):
    """The ratio, as a share where it is one of a limit."""
    if row.get("ratio") is None:
        return ""
    if row.get("against", "").endswith("peak"):
        return f"{100 * row['ratio']:.0f} % of peak"
    return f"{row['ratio']:.2f}" if row["ratio"] < 10 else f"{row['ratio']:.0f}"


def is_met(row):
    """True or False; None if the row has no bar, or no ratio to hold against it."""
    if row.get("ratio") is None:
        return None
    if "wanted" in row:
        return row["ratio"] >= row["wanted"]
    if "at_most" in row:
        return row["ratio"] <= row["at_most"]
    return None


def bar(row):
    """"≥ 1.3: met"."""
    met = is_met(row)
    if met is None:
        return ""
    sign, value = ("≥", row["wanted"]) if "wanted" in row else ("≤", row["at_most"])
    text = f"{100 * value:.0f} %" if "%" in share(row) else f"{value:g}"
    return f"{sign} {text}: {'met' if met else 'not met'}"


def details(row):
    """What tells a row from others of its case."""
    words = [row.get("method"), row.get("note")]
    for key in ("ratio_rk4", "ratio_adaptive"):
        if row.get(key):
            words.append(f"{key.split('_')[1].replace('rk4', 'RK4')} alone {row[key]:.2g}")
    return ", ".join(word for word in words if word)


COLUMNS = (
    ("who", lambda row: row["who"]),
    ("how", details),
    ("best", lambda row: number(row["value"], row["unit"])),
    ("median", lambda row: number(row.get("median"))),
    ("error", lambda row: number(row.get("error"))),
    ("ratio", share),
    ("bar", bar),
)


def cells(rows):
    """Headings, and lines of text, without columns that are empty everywhere."""
    lines = [[show(row) for _, show in COLUMNS] for row in rows]
    used = [i for i in range(len(COLUMNS)) if any(line[i] for line in lines)]
    return [COLUMNS[i][0] for i in used], [[line[i] for i in used] for line in lines]


def unbeaten(rows):
    """Without Farstep's runs that another run of the same case beats in both time and error."""
    def beats(other, row):
        return (other["who"] == "Farstep" and other["case"] == row["case"] and
                other["error"] <= row["error"] and other["value"] < row["value"])

    return [row for row in rows if row["who"] != "Farstep" or "error" not in row
            or not any(beats(other, row) for other in rows)]


def by_case(rows):
    """{case: rows}, in the order of the rows."""
    cases = {}
    for row in rows:
        cases.setdefault(row["case"], []).append(row)
    return cases


def with_cases(rows):
    """Headings and lines, the case in the first line of its rows."""
    headings, _ = cells(rows)
    ordered = [row for entries in by_case(rows).values() for row in entries]
    _, lines = cells(ordered)
    seen = set()
    for row, line in zip(ordered, lines):
        line.insert(0, "" if row["case"] in seen else row["case"])
        seen.add(row["case"])
    return ["case", *headings], lines


def text(rows):
    headings, lines = with_cases(rows)
    widths = [max(map(len, column)) for column in zip(headings, *lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in [headings, *lines])


def markdown(rows):
    rows = unbeaten(rows)
    headings, lines = with_cases(rows)
    return "\n".join("| " + " | ".join(line) + " |"
                     for line in [headings, ["---"] * len(headings), *lines])
