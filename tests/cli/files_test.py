# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The four kinds of files as scientists open them: xarray shows named dimensions, coordinates,
units and long names, without flags and without warnings."""

import warnings

import h5py
import numpy as np
import pytest
import xarray

from conftest import FILES, settings, succeed

GROUPS = {"dataset": [None], "model": [None, "history"], "forecast": [None],
          "evaluation": [None, "work_precision/rk4", "work_precision/rk4_float",
                         "work_precision/dp8", "work_precision/dop853",
                         "work_precision/corrected"]}

COORDINATES = {
    "dataset": {"time", "component"},
    "model": {"input", "output"},
    "forecast": {"time", "component", "quantile", "trajectory", "failed_trajectory"},
    "evaluation": {"time", "rollout", "trajectory", "component", "run"},
    "history": {"iteration"},
}

DIMENSIONS = {
    "dataset": {"state": ("time", "trajectory", "component"), "status": ("trajectory",),
                "failure_time": ("trajectory",)},
    "model": {"weights": ("hidden", "input"), "outgoing": ("hidden", "output"),
              "linear": ("output", "input"), "biases": ("hidden",), "bias": ("output",)},
    "forecast": {"state": ("time", "trajectory", "component"), "mean": ("time", "component"),
                 "quantiles": ("time", "quantile", "component"), "energy_mean": ("time",),
                 "running": ("time",), "steps_outside": ("trajectory",), "failed_status": ("failed_trajectory",),
                 "failed_time": ("failed_trajectory",)},
    "evaluation": {"mean_square": ("rollout", "time"), "median": ("rollout", "time"),
                   "energy_mean": ("rollout", "time"), "running": ("rollout", "time"),
                   "state": ("rollout", "time", "trajectory", "component"),
                   "reference_state": ("time", "trajectory", "component"),
                   "run_cost": ("rollout", "run")},
    "history": {"training_loss": ("iteration",), "validation_loss": ("iteration",)},
}

# Numbers of several units at once, or of names: the units stand elsewhere or nowhere.
MIXED = {"weights", "biases", "outgoing", "linear", "bias", "centre", "coefficients",
         "input_scale", "target_scale", "box_low", "box_high", "mean_square", "minimum", "maximum",
         "median", "error", "status", "failed_status", "rollout", "component", "input", "output",
         "state", "reference_state"}


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory):
    """Some trajectories of the forecast fail, so that there is a list of failures; the evaluation
    has all that it can have of each rollout."""
    folder = tmp_path_factory.mktemp("files")
    for name in FILES:
        (folder / f"{name}.h5").write_bytes((finished / f"out/{name}.h5").read_bytes())
    (folder / "deck.yaml").write_bytes((finished / "deck.yaml").read_bytes())
    keys = {"output": ".", "forecast.model": "model.h5", "limits": "{qx: [-0.5, 0.5]}"}
    succeed("forecast", "deck.yaml", *settings(keys), cwd=folder)
    keys = {"output": ".", "evaluate.model": "model.h5", "evaluate.trajectories": "[0, 63]",
            "evaluate.curves": "{half: {step: 0.25}}", "evaluate.timing.samples": 2}
    succeed("evaluate", "deck.yaml", *settings(keys), cwd=folder)
    return folder


def open_dataset(folder, name, group=None):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return xarray.open_dataset(folder / f"{name}.h5", engine="h5netcdf", group=group)


EVERYTHING = [pytest.param(name, group, id=f"{name}-{group or 'root'}")
              for name in FILES for group in GROUPS[name]]


@pytest.mark.parametrize("name, group", EVERYTHING)
def test_every_dimension_has_a_name(name, group, folder):
    with open_dataset(folder, name, group) as data:
        assert data.sizes
        assert not [dim for dim in data.sizes if dim.startswith("phony_dim")]
        for variable, dims in DIMENSIONS.get(group or name, {}).items():
            assert data[variable].dims == dims


@pytest.mark.parametrize("name, group", EVERYTHING)
def test_coordinates_are_there(name, group, folder):
    with open_dataset(folder, name, group) as data:
        wanted = COORDINATES.get(group or name, {"step"})
        assert wanted <= set(data.coords)
        assert all(data[name].size > 0 for name in wanted)


@pytest.mark.parametrize("name, group", EVERYTHING)
def test_every_variable_tells_its_units_and_what_it_is(name, group, folder):
    with open_dataset(folder, name, group) as data:
        for label, variable in data.variables.items():
            assert variable.attrs.get("long_name"), f"{label} has no long_name"
            units = variable.attrs.get("units")
            if "component_units" in variable.attrs:
                assert len(np.atleast_1d(variable.attrs["component_units"])) == 4
            elif label not in MIXED:
                assert units, f"{label} has no units"
            assert units != "", f"{label} has empty units"


@pytest.mark.parametrize("name, group", EVERYTHING)
def test_all_numbers_can_be_read(name, group, folder):
    with open_dataset(folder, name, group) as data:
        data.load()
        for label, variable in data.variables.items():
            # NaN: the time of a failure that did not happen, states after one that did.
            if variable.dtype.kind == "f" and label not in ("failure_time", "state"):
                assert np.all(np.isfinite(variable.values)), label


def test_selecting_by_name_works(folder):
    with open_dataset(folder, "forecast") as data:
        assert list(data["component"].values) == ["qx", "qy", "px", "py"]
        assert float(data["mean"].sel(component="px", time=2.5)) == float(data["mean"][5, 2])
        assert list(data["trajectory"].values) == [0, 1, 255]
        assert data["quantile"].values.tolist() == [0.05, 0.25, 0.5, 0.75, 0.95]
    with open_dataset(folder, "evaluation") as data:
        errors = data.mean_square.sel(time=5)
        assert float(errors.sel(rollout="corrected")) < float(errors.sel(rollout="plain"))


def test_the_file_itself_tells_system_parameters_and_deck(folder):
    for name in FILES:
        with open_dataset(folder, name) as data:
            assert data.attrs["farstep_kind"] == name
            assert data.attrs["system"] == "henon_heiles"
            assert "henon_heiles" in data.attrs["deck"]
            assert data.attrs["time_unit"] == "1"


@pytest.mark.parametrize("name", FILES)
def test_h5py_finds_dimension_scales(name, folder):
    with h5py.File(folder / f"{name}.h5") as file:
        for key, item in file.items():
            if isinstance(item, h5py.Dataset) and item.attrs.get("CLASS") != b"DIMENSION_SCALE":
                assert all(len(dim) == 1 for dim in item.dims), key
