# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark's own arithmetic: bars, ratios at equal error, the page, and compare.py's verdict.
Nothing is timed here."""

import json
import pathlib
import subprocess
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

import common  # noqa: E402
import corrected  # noqa: E402
import plain  # noqa: E402
import report  # noqa: E402
import sections  # noqa: E402
import small_correctors  # noqa: E402
import tables  # noqa: E402

integrations = pytest.importorskip("integrations")  # NumPy


def entry(who, method, error, value, precision="double"):
    return {"section": "equal_error", "case": "a case", "who": who, "method": method,
            "error": error, "value": value, "unit": "s", "precision": precision}


@pytest.mark.parametrize("ratio, bar, met", [
    (1.3, {"wanted": 1.3}, True), (1.29, {"wanted": 1.3}, False),
    (1.3, {"at_most": 1.3}, True), (1.31, {"at_most": 1.3}, False),
    (None, {"wanted": 1.3}, None), (1.3, {}, None)])
def test_a_bar_is_met_at_its_value_and_beyond(ratio, bar, met):
    assert tables.is_met({"ratio": ratio, **bar}) is met


def test_shares_of_a_peak_are_percentages_and_other_ratios_are_not():
    row = {"ratio": 0.634, "wanted": 0.88, "against": "multiply-add peak"}
    assert (tables.share(row), tables.bar(row)) == ("63 % of peak", "≥ 88 %: not met")
    row = {"ratio": 1.17, "at_most": 1.3, "against": "plain step"}
    assert (tables.share(row), tables.bar(row)) == ("1.17", "≤ 1.3: met")


def test_a_row_keeps_the_best_and_the_median():
    assert common.row("s", "c", "w", [1, 5, 2], "steps/s")["value"] == 5
    row = common.row("s", "c", "w", [3, 5, 1], "s", better=min)
    assert (row["value"], row["median"], row["samples"]) == (1, 3, 3)


def test_equal_error_compares_with_the_fastest_run_that_is_as_good():
    rows = [entry("Farstep", "RK4, step 0.1", 1e-3, 1.0),
            entry("Farstep", "RK4, step 0.01", 1e-6, 10.0),
            entry("Farstep", "DOP853, tolerance 1e-06", 1e-7, 4.0),
            entry("peer", "Taylor series", 1e-5, 20.0), entry("peer", "Taylor series", 1e-9, 30.0)]
    integrations.set_advantages(rows)
    assert rows[3]["ratio"] == 5 and rows[3]["ratio_rk4"] == 2 and rows[3]["ratio_adaptive"] == 5
    assert "ratio" not in rows[4], "no run of Farstep reaches that error"


def test_doubles_may_answer_floats_but_not_the_other_way_round():
    rows = [entry("Farstep", "RK4, step 0.1", 1e-9, 4.0),
            entry("Farstep", "RK4, step 0.1", 1e-6, 1.0, "float"),
            entry("peer", "Taylor series", 1e-7, 8.0, "float"),
            entry("peer", "Taylor series", 1e-5, 8.0)]
    integrations.set_advantages(rows)
    assert (rows[2]["ratio"], rows[3]["ratio"]) == (2, 2)


def test_runs_that_another_beats_in_time_and_error_are_left_out_of_the_page():
    rows = [entry("Farstep", "a", 1e-6, 1.0), entry("Farstep", "b", 1e-5, 2.0),
            entry("Farstep", "c", 1e-7, 2.0), entry("peer", "d", 1.0, 9.0)]
    assert [row["method"] for row in tables.unbeaten(rows)] == ["a", "c", "d"]


def kernel(hidden, rate, **more):
    return {"system": "elastic_pendulum", "dimension": 4, "precision": "double", "hidden": hidden,
            "coefficients": "published", "parameters": "shared", "steps_per_second": rate,
            "median": rate, "operations_per_second": 0, "peak": 1e9, "of_peak": 0, **more}


def test_a_small_corrector_costs_its_plain_step_and_its_operations():
    # 10 units at d = 4 are 210 operations, 210 ns at 1e9/s; the plain step takes 90 ns.
    row = small_correctors.cost_row(kernel(10, 1 / 390e-9), kernel(0, 1 / 90e-9))
    assert row["ratio"] == pytest.approx(1.3) and row["value"] == pytest.approx(390)


def test_the_bar_belongs_to_the_faster_of_eager_and_compiled():
    ours = kernel(1024, 100.0, system="henon_heiles")
    peers = [{"peer": name, "version": "1", "system": "henon_heiles", "dimension": 4,
              "precision": "double", "batch": 64, "samples": [rate]}
             for name, rate in (("PyTorch eager", 2.0), ("PyTorch compiled", 20.0))]
    rows = corrected.torch_rows([ours], peers)
    assert [(row["ratio"], row.get("wanted")) for row in rows] == [(50, None), (5, 10)]


def test_only_the_fastest_variant_of_a_peer_counts_but_all_of_arkode_are_shown():
    def peer(name, variant, rate):
        return {"peer": name, "variant": variant, "system": "henon_heiles", "precision": "double",
                "trajectories": 512, "samples": [rate]}

    best = plain.best_variants([peer("Boost odeint", "a", 1), peer("Boost odeint", "b", 3),
                                peer("SUNDIALS ARKODE", "a", 1), peer("SUNDIALS ARKODE", "b", 3)])
    assert [(row["peer"], row["variant"]) for row in best] == [
        ("Boost odeint", "b"), ("SUNDIALS ARKODE", "a"), ("SUNDIALS ARKODE", "b")]


def test_every_section_has_a_title_and_a_text():
    for name in sections.NAMES:
        assert sections.title(name) and sections.text(name)
        assert callable(sections.load(name).measure)


def test_the_page_lists_every_bar_with_its_verdict():
    rows = [{"section": "plain", "case": "a case", "who": "a peer", "value": 1.0, "unit": "steps/s",
             "ratio": 2.0, "wanted": 1.3, "against": "Farstep over it"},
            dict(entry("heyoka 7", "Taylor series", 1e-9, 1.0), wanted=1.0),
            dict(entry("diffrax 1", "Tsit5", 1e-9, 1.0), wanted=1.0),
            dict(entry("diffrax 1", "Tsit5", 1e-6, 1.0), wanted=1.0, ratio=3.0),
            dict(entry("diffrax 1", "Tsit5", 1e-5, 1.0), wanted=1.0, ratio=2.0)]
    text = report.bars(rows)
    assert "| a case | a peer | 2.00 | ≥ 1.3: met |" in text
    assert "| a case | heyoka 7 |  | not met: no run of Farstep reaches the error |" in text
    assert ("| a case | diffrax 1, least of 3 runs | 2.00 | ≥ 1: met; not met in 1 of the runs, "
            "whose error none of Farstep's reaches |") in text


def fake_build(folder, rate):
    """A program farstep_bench that prints one kernel of the given speed."""
    program = folder / "bench" / "farstep_bench"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps([kernel(0, rate)])}\nEND\n")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize("below, status", [(None, 0), (0.85, 0), (0.95, 1)])
def test_compare_fails_only_below_the_given_ratio(below, status, tmp_path):
    builds = [fake_build(tmp_path / "a", 100.0), fake_build(tmp_path / "b", 90.0)]
    words = ["--rounds", "2", *(["--fail-below", str(below)] if below else [])]
    done = subprocess.run([sys.executable, BENCH / "compare.py", *builds, *words], check=False,
                          capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert "0.900" in done.stdout
