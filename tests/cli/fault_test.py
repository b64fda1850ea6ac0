# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every row of the table of faults, but for those that bad_input_test.py runs; and one bad trajectory
among a million."""

import pathlib

import h5py
import numpy as np
import pytest

import faults
from cases import CRASH, Case
from conftest import SANITIZED, settings, succeed
from disturb import unmount_below

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "faults.md"


@pytest.fixture
def folder(bench):
    yield bench
    unmount_below(bench)


def runs():
    return [pytest.param(fault, case, ranks, id=f"{case.name}-{ranks}")
            for section in faults.SECTIONS for fault in section.faults
            for case in fault.cases if isinstance(case, Case) for ranks in case.ranks]


@pytest.mark.parametrize("fault, case, ranks", runs())
def test_a_fault_ends_as_the_table_says(fault, case, ranks, folder):
    if SANITIZED and case.name == "address_space":
        pytest.skip("the address sanitizer itself takes terabytes of address space")
    result, before, after = fault.run(case, folder, ranks)
    everything = f"exit {result.code}\n--- stdout\n{result.out}\n--- stderr\n{result.err}"
    assert result.code == fault.code, everything
    wanted = faults.sees_in(fault, case)
    assert faults.sees(wanted, result.out + result.err), f"{wanted}\n{everything}"
    assert len(result.errors) == (1 if 0 < fault.code < 5 else 0), everything
    for word in CRASH:
        assert word not in result.out + result.err, everything
    fault.disk.check(before, after)


def test_the_table_has_forty_rows():
    assert sum(len(section.faults) for section in faults.SECTIONS) >= 40


def test_the_page_is_the_table():
    assert PAGE.read_text() == faults.page(), "run  python3 tests/cli/faults.py > docs/faults.md"


# --- One bad trajectory --------------------------------------------------------------------------

MILLION = 10**6
BITWISE = ("running", "minimum", "maximum", "quantiles", "energy_minimum", "energy_maximum",
           "energy_quantiles")
SUMS = ("mean", "variance", "energy_mean", "energy_variance")


def forecast_of(rows, folder, name, ranks):
    with h5py.File(folder / "states.h5", "w") as file:
        file["initial"] = rows
    keys = {"forecast.ensemble": f"{{size: {len(rows)}, initial: {{file: states.h5}}}}",
            "forecast.save.trajectories": "none", "forecast.model": "out/model.h5", "output": name,
            "forecast.until": 1}
    succeed("forecast", "deck.yaml", *settings(keys), cwd=folder, ranks=ranks, timeout=200)
    with h5py.File(folder / name / "forecast.h5") as file:
        return {key: file[key][...] for key in file if key != "component"}


@pytest.mark.parametrize("ranks", (1, 2))
@pytest.mark.parametrize("bad", (MILLION // 2, MILLION - 1))
def test_one_bad_trajectory_in_a_million_changes_nothing_else(bad, ranks, bench):
    """Against a run without it. Means and variances are sums, whose order differs after a gap: the
    last trajectory leaves none on one rank."""
    rows = np.random.default_rng(1).uniform(-0.2, 0.2, (MILLION, 4))
    without = forecast_of(np.delete(rows, bad, axis=0), bench, "without", ranks)
    rows[bad] = np.nan
    with_it = forecast_of(rows, bench, "with", ranks)
    assert list(with_it["failed_trajectory"]) == [bad]
    assert list(with_it["failed_status"]) == [1] and list(with_it["failed_time"]) == [0]
    assert set(with_it["running"]) == {MILLION - 1}
    tolerance = 0 if bad == MILLION - 1 and ranks == 1 else 1e-12
    for name in BITWISE:
        np.testing.assert_array_equal(with_it[name], without[name], err_msg=name)
    for name in SUMS:
        np.testing.assert_allclose(with_it[name], without[name], rtol=tolerance, atol=tolerance * 0.2,
                                   err_msg=name)
