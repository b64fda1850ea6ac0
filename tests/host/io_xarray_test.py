# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The files as scientists see them: xarray, h5netcdf and h5py open them without flags or warnings.

FARSTEP_IO_EXAMPLE names the program that writes the example file.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest
import warnings

import h5py
import numpy as np
import xarray


class ExampleFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name) / "example.h5"
        subprocess.run([os.environ["FARSTEP_IO_EXAMPLE"], str(cls.path)], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def open(self, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return xarray.open_dataset(self.path, engine="h5netcdf", **options)

    def test_dimensions_have_names_and_lengths(self):
        with self.open() as data:
            self.assertEqual(dict(data.sizes), {"time": 5, "component": 2, "trajectory": 3})
            self.assertEqual(data.state.dims, ("time", "trajectory", "component"))
            self.assertEqual(data.steps.dims, ())

    def test_coordinates_are_numbers_and_texts(self):
        with self.open() as data:
            self.assertEqual(set(data.coords), {"time", "component"})
            np.testing.assert_array_equal(data.time, [0, 0.2, 0.4, 0.6, 0.8])
            self.assertEqual(list(data.component.values), ["θ", "r"])
            self.assertEqual(float(data.state.sel(time=0.4, component="r")[1]), 211)

    def test_units_and_names_are_attributes(self):
        with self.open() as data:
            self.assertEqual(data.time.attrs, {"units": "s", "long_name": "time"})
            self.assertEqual(data.state.attrs["units"], "1")
            self.assertEqual(data.state.attrs["scheme"], "rk4")

    def test_numbers_keep_their_types(self):
        with self.open() as data:
            self.assertEqual(data.time.dtype, np.float64)
            self.assertEqual(data.parameters.dtype, np.float32)
            self.assertEqual(data.status.dtype, np.int8)
            self.assertEqual(int(data.steps), 10_000_000_000)
            np.testing.assert_array_equal(data.parameters, [[1, 2, 3], [4, 5, 6]])

    def test_groups_use_the_dimensions_of_their_parents(self):
        with self.open(group="plain") as data:
            self.assertEqual(data["mean"].dims, ("time", "component"))
            self.assertEqual(data.histogram.dims, ("bin",))
            self.assertEqual(data.attrs["scheme"], "rk4")

    def test_provenance_is_readable_text(self):
        with self.open() as data:
            self.assertEqual(data.attrs["farstep_kind"], "forecast")
            self.assertEqual(data.attrs["deck"], "system: elastic_pendulum\n# Δt in seconds\n")
            self.assertEqual(int(data.attrs["seed"]), 17)
            self.assertEqual(float(data.attrs["wall_time_s_train"]), 2.5)
            np.testing.assert_array_equal(data.attrs["levels"], [0.05, 0.5, 0.95])

    def test_h5py_sees_scales_and_texts(self):
        with h5py.File(self.path) as file:
            self.assertEqual(file["state"].dims[0][0].name, "/time")
            self.assertEqual(file.attrs["git_commit"], "abc123+")

    def test_xarray_can_write_it_again(self):
        with self.open() as data:
            copy = self.path.with_suffix(".copy.h5")
            data.to_netcdf(copy, engine="h5netcdf")
        with xarray.open_dataset(copy, engine="h5netcdf") as again:
            np.testing.assert_array_equal(again.state[4, 2], [420, 421])


if __name__ == "__main__":
    unittest.main()
