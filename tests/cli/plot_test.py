# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""farstep-plot as users run it, on small files of the layout that farstep writes."""

import pathlib
import struct
import subprocess
import sys

import h5py
import matplotlib.image
import numpy as np
import pytest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "farstep-plot"
TIME = np.linspace(0, 10, 21)
NAMES = ["theta", "r", "theta_dot", "r_dot"]
UNITS = ["rad", "m", "rad/s", "m/s"]


def plot(*words):
    return subprocess.run([sys.executable, str(TOOL), *map(str, words)], capture_output=True,
                          text=True, timeout=120)


def create(path, kind, **attributes):
    file = h5py.File(path, "w")
    file.attrs.update({"farstep_kind": kind, "system": "elastic_pendulum",
                       "system_title": "Elastic pendulum", "time_unit": "s", "energy_unit": "J",
                       "scheme": "rk4", "step": 0.2, "precision": "double", **attributes})
    return file


def add_components(file, names=NAMES, units=UNITS, variable="component"):
    text = h5py.string_dtype()
    file.create_dataset(variable, data=np.array(names, dtype=object), dtype=text)
    file[variable].attrs["component_units"] = np.array(units, dtype=object)


def waves(count, dimension):
    """(time, trajectory, component)"""
    phases = np.arange(count * dimension).reshape(1, count, dimension)
    return np.cos(TIME[:, None, None] + phases)


def make_evaluation(path, others=()):
    """`others` are names of rollouts beside the plain and the corrected one."""
    with create(path, "evaluation", trajectories=8, verdict="The corrector pays.") as file:
        file["time"] = TIME
        names = ["plain", "corrected", *others]
        file.create_dataset("rollout", data=np.array(names, dtype=object),
                            dtype=h5py.string_dtype())
        size = np.array([[1e-3], [1e-9], *([10.0 ** -i] for i in range(len(others)))])
        for i, name in enumerate(("minimum", "median", "mean_square", "maximum")):
            file[name] = size * TIME**2 * 10.0**i
        file["running"] = np.full((len(names), TIME.size), 8)
        file["energy_mean"] = size * TIME
        file["energy_maximum"] = 2 * size * TIME
        for scheme, order in (("rk4", 4), ("dp8", 8), ("corrected", 8)):
            step = np.array([0.2] if scheme == "corrected" else [0.2, 0.1, 0.05])
            error = step ** (2 * order)
            if scheme == "rk4":
                error[0] = np.inf
            file[f"work_precision/{scheme}/step"] = step
            file[f"work_precision/{scheme}/error"] = error
            file[f"work_precision/{scheme}/cost"] = order * 10 / step


def make_forecast(path, dimension=4, failed=0):
    names = NAMES if dimension == 4 else [f"q_{i}" for i in range(dimension)]
    with create(path, "forecast", corrected=1, trajectories=100) as file:
        add_components(file, names, UNITS if dimension == 4 else ["m"] * dimension)
        file["time"] = TIME
        file["running"] = np.linspace(100, 100 - failed, TIME.size).astype(int)
        file["quantile"] = [0.05, 0.5, 0.95]
        states = waves(3, dimension)
        file["mean"], file["minimum"], file["maximum"] = (states[:, 0] + x for x in (0, -1, 1))
        file["quantiles"] = states[:, :1] + np.array([-0.9, 0, 0.9])[None, :, None]
        file["energy_mean"] = TIME
        file["energy_quantiles"] = TIME[:, None] + np.array([-1, 0, 1])
        file["trajectory"] = [0.0, 4, 9]
        file["state"] = states


def make_dataset(path):
    with create(path, "dataset", reference_scheme="rk4", reference_step=0.01,
                sampling_step=0.2) as file:
        add_components(file)
        file["time"] = TIME
        file["trajectory"] = np.zeros(6, dtype=">f4")
        file["state"] = waves(6, 4)


def make_model(path, iterations=30, with_components=False):
    with create(path, "model", corrector="neurvec", fit="adam: 30 epochs", validation_loss=1e-6,
                single_step_reduction=1e5, linear_reduction=20.0) as file:
        number = np.arange(iterations, dtype=float)
        file["history/iteration"] = number
        file["history/training_loss"] = np.exp(-number)
        file["history/validation_loss"] = 2 * np.exp(-number)
        file["history/learning_rate"] = 0.01 * (iterations - 1 - number)
        if with_components:
            add_components(file)
        for name, value in (("box_low", -2), ("box_high", 3), ("centre", 0.5), ("input_scale", 1)):
            file[name] = np.full(4, float(value))


def make_tuning(path):
    with create(path, "tuning", target_error=1e-6, until=10.0,
                verdict="The corrector pays.") as file:
        file["cost"] = [100.0, 200, 400, 10, 20, 40]
        file["error"] = [np.inf, 1e-5, 1e-7, 1e-3, 1e-4, 1e-8]
        file["corrected"] = np.array([0, 0, 0, 1, 1, 1], dtype=np.int8)


MAKERS = {
    "evaluation": (make_evaluation, ["error", "energy", "work-precision"]),
    "forecast": (make_forecast, ["fan", "energy", "trajectories", "phase"]),
    "dataset": (make_dataset, ["trajectories", "phase"]),
    "model": (make_model, ["loss"]),
    "tuning": (make_tuning, ["pareto"]),
}


def assert_picture(path):
    pixels = matplotlib.image.imread(path)
    assert min(pixels.shape[:2]) > 200, path
    assert pixels[..., :3].std() > 0.02, f"{path} is blank"


def assert_refused(result, code, *words):
    assert result.returncode == code, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert result.stderr.startswith("farstep-plot: ")
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("kind", MAKERS)
def test_each_kind_of_file_is_drawn_beside_it(tmp_path, kind):
    make, pictures = MAKERS[kind]
    make(tmp_path / f"{kind}.h5")
    result = plot(tmp_path / f"{kind}.h5")
    assert (result.returncode, result.stderr) == (0, "")
    expected = [str(tmp_path / f"{kind}-{picture}.png") for picture in pictures]
    assert result.stdout.split() == expected
    for picture in expected:
        assert_picture(picture)


def add_parameters(file, system, values, size=0):
    file.attrs.update({"system": system, "system_size": size, "parameters": list(values.values()),
                       "parameter_names": np.array(list(values), dtype=object)})


ELASTIC = {"k": 40.0, "m": 1.0, "g": 9.8, "l0": 10.0}


def make_states(path, system="elastic_pendulum"):
    """An evaluation that stores enough trajectories, lengths around 10."""
    make_evaluation(path)
    with h5py.File(path, "a") as file:
        add_components(file)
        add_parameters(file, system, ELASTIC)
        reference = waves(24, 4) / 5 + np.array([0, 10, 0, 0])
        reference[:, :, 3] = 0  # a component at rest
        file["reference_state"] = reference
        file["state"] = np.stack([reference + 0.1 * TIME[:, None, None],
                                  reference + 1e-4 * TIME[:, None, None]])


def drawn(path):
    result = plot(path)
    assert (result.returncode, result.stderr) == (0, "")
    for picture in result.stdout.split():
        assert_picture(picture)
    return [pathlib.Path(picture).stem.split("-", 1)[1] for picture in result.stdout.split()]


def test_stored_trajectories_are_drawn_as_histograms_and_by_their_bends(tmp_path):
    make_states(tmp_path / "states.h5")
    usual = ["error", "energy", "work-precision"]
    assert drawn(tmp_path / "states.h5") == [*usual, "histograms", "histograms-2", "steepest"]
    # Of a system whose right-hand side the tool does not know, no derivative is drawn.
    make_states(tmp_path / "unknown.h5", "lorenz63")
    assert drawn(tmp_path / "unknown.h5") == [*usual, "histograms", "histograms-2"]
    one = plot(tmp_path / "states.h5", "--component", "r", "-o", tmp_path / "one")
    assert "states-histograms.png" in one.stdout and "histograms-2" not in one.stdout
    assert_refused(plot(tmp_path / "states.h5", "--component", "rr"), 1, "rr", "'r'")


def test_a_dataset_of_a_known_system_shows_its_second_derivatives(tmp_path):
    make_dataset(tmp_path / "data.h5")
    with h5py.File(tmp_path / "data.h5", "a") as file:
        add_parameters(file, "elastic_pendulum", ELASTIC)
        file["state"][...] = waves(6, 4) / 5 + np.array([0, 10, 0, 0])
        file["state"][:, 2] = np.nan  # a trajectory that failed
    assert drawn(tmp_path / "data.h5") == ["trajectories", "phase", "second-derivatives"]
    with h5py.File(tmp_path / "data.h5", "a") as file:
        file["parameter_values"] = np.ones((6, 4))  # one set for each trajectory
    assert drawn(tmp_path / "data.h5") == ["trajectories", "phase"]


def make_pendulum_model(path, scheme="euler"):
    """Of a pendulum, with a small network."""
    make_model(path)
    with h5py.File(path, "a") as file:
        for name in ("box_low", "box_high", "centre", "input_scale"):
            del file[name]
        file.attrs.update({"scheme": scheme, "activation": "tanh", "input": "state"})
        add_parameters(file, "pendulum_chain", {"g": 9.8}, size=1)
        names = ["theta_1", "theta_dot_1"]
        add_components(file, names, ["rad", "rad/s"])
        for axis in ("input", "output"):
            file.create_dataset(axis, data=np.array(names, dtype=object),
                                dtype=h5py.string_dtype())
        file["box_low"], file["box_high"] = [-1.5, -4.0], [1.5, 4.0]
        file["centre"], file["bias"], file["coefficients"] = np.zeros(2), np.zeros(2), np.zeros(7)
        file["input_scale"] = np.ones(2)
        file["weights"], file["biases"] = [[1.0, 0.2], [0.3, -1]], [0.1, 0.2]
        file["outgoing"] = [[-0.05, 0.01], [0.02, -0.1]]


def test_a_model_on_eulers_scheme_shows_what_it_learnt_and_its_bound(tmp_path):
    make_pendulum_model(tmp_path / "model.h5")
    assert drawn(tmp_path / "model.h5") == ["loss", "box", "residuals", "bound"]
    with h5py.File(tmp_path / "model.h5", "a") as file:
        file.attrs["activation"] = "softplus"
    assert_refused(plot(tmp_path / "model.h5"), 3, "model.h5", "softplus")
    make_pendulum_model(tmp_path / "other.h5", "rk4")
    assert drawn(tmp_path / "other.h5") == ["loss", "box"]


def looks_of(axes):
    """What tells the lines of a picture apart without colour, by label."""
    return {line.get_label(): (line.get_linestyle(), line.get_marker())
            for line in axes.get_lines()}


def test_further_rollouts_are_told_apart_without_colours(tmp_path):
    sys.path.insert(0, str(TOOL.parent))
    from farstep_plot import evaluation, reading  # as the tool finds them
    names = ["quartic", "fine", "fine, float", "half", "euler", "longer"]
    make_evaluation(tmp_path / "e.h5", names)

    class Keep:
        def save(self, figure, what, page=1):
            setattr(self, what, figure.axes[0])

    kept = Keep()
    with reading.FarstepFile(tmp_path / "e.h5") as file:
        evaluation.draw_error(file, kept)
        evaluation.draw_energy(file, kept)
    for axes in (kept.error, kept.energy):
        looks = looks_of(axes)
        assert {f"{name}, mean" for name in names} < set(looks)
        means = [look for label, look in looks.items() if label.endswith("mean")]
        assert len(set(means)) == len(means) == len(names) + 2


def test_new_variables_of_an_evaluation_disturb_no_picture(tmp_path):
    make_evaluation(tmp_path / "e.h5", ["fine, float"])
    with h5py.File(tmp_path / "e.h5", "a") as file:
        add_components(file)
        file["trajectory"] = [0.0, 4, 7]
        file["state"] = np.zeros((3, TIME.size, 3, 4))
        file["reference_state"] = waves(3, 4)
        file["run"] = [0.0, 1]
        file["run_cost"] = np.ones((3, 2))
        file["running"][2, -1] = 5
    result = plot(tmp_path / "e.h5")
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.split()) == 3
    assert_picture(tmp_path / "e-error.png")


def test_formats_and_folder_are_as_asked(tmp_path):
    make_evaluation(tmp_path / "e.h5")
    folder = tmp_path / "new" / "pictures"
    result = plot(tmp_path / "e.h5", "-o", folder, "--format", "png,pdf", "--dpi", "60")
    assert result.returncode == 0, result.stderr
    assert len(list(folder.glob("e-*.png"))) == len(list(folder.glob("e-*.pdf"))) == 3
    assert (folder / "e-error.pdf").read_bytes().startswith(b"%PDF")


def test_failures_are_counted(tmp_path):
    make_forecast(tmp_path / "f.h5", failed=5)
    assert "f-running.png" in plot(tmp_path / "f.h5", "--dpi", "60").stdout


def test_an_error_on_its_way_to_infinity_keeps_nothing_from_being_drawn(tmp_path):
    make_evaluation(tmp_path / "e.h5")
    with h5py.File(tmp_path / "e.h5", "a") as file:
        for name in ("minimum", "median", "mean_square", "maximum"):
            file[name][0, -3:] = (1e120, 1e250, 6e284)
    done = plot(tmp_path / "e.h5")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "e-error.png").exists()


def test_many_components_are_limited_or_paged(tmp_path):
    make_forecast(tmp_path / "f.h5", dimension=20)
    assert "f-fan-2.png" not in plot(tmp_path / "f.h5", "--dpi", "40").stdout
    paged = plot(tmp_path / "f.h5", "--dpi", "40", "--component", "all").stdout
    assert "f-fan-3.png" in paged and "f-fan-4.png" not in paged


def test_a_closed_form_fit_and_a_training_box_are_drawn(tmp_path):
    make_model(tmp_path / "m.h5", iterations=1, with_components=True)
    result = plot(tmp_path / "m.h5")
    assert result.returncode == 0, result.stderr
    assert_picture(tmp_path / "m-loss.png")
    assert_picture(tmp_path / "m-box.png")


def test_missing_foreign_and_damaged_files_are_environment_errors(tmp_path):
    assert_refused(plot(tmp_path / "none.h5"), 3, "none.h5", "no such file")
    (tmp_path / "text.h5").write_text("no numbers here\n")
    assert_refused(plot(tmp_path / "text.h5"), 3, "not an HDF5 file")
    h5py.File(tmp_path / "foreign.h5", "w").close()
    assert_refused(plot(tmp_path / "foreign.h5"), 3, "farstep_kind")
    make_dataset(tmp_path / "whole.h5")
    whole = (tmp_path / "whole.h5").read_bytes()
    (tmp_path / "short.h5").write_bytes(whole[:len(whole) // 2])
    assert_refused(plot(tmp_path / "short.h5"), 3, "truncated")
    seal = struct.pack("<4Q", 0, len(whole), 12345, 0x314C414553545346)
    (tmp_path / "changed.h5").write_bytes(whole + seal)
    assert_refused(plot(tmp_path / "changed.h5"), 3, "damaged")


def test_a_file_that_lacks_a_variable_is_named_with_it(tmp_path):
    make_forecast(tmp_path / "f.h5")
    with h5py.File(tmp_path / "f.h5", "a") as file:
        del file["running"]
    result = plot(tmp_path / "f.h5", "--dpi", "40")
    assert_refused(result, 3, "f.h5", "'running'")


def test_one_bad_file_does_not_keep_the_others_from_being_drawn(tmp_path):
    make_model(tmp_path / "m.h5")
    assert_refused(plot(tmp_path / "none.h5", tmp_path / "m.h5"), 3, "none.h5")
    assert_picture(tmp_path / "m-loss.png")


def test_an_unwritable_folder_is_an_environment_error(tmp_path):
    make_model(tmp_path / "m.h5")
    (tmp_path / "taken").write_text("")
    assert_refused(plot(tmp_path / "m.h5", "-o", tmp_path / "taken"), 3, "taken")


def test_wrong_arguments_are_usage_errors(tmp_path):
    make_forecast(tmp_path / "f.h5")
    assert_refused(plot(), 1, "FILE")
    assert_refused(plot(tmp_path / "f.h5", "--format", "gif"), 1, "gif")
    assert_refused(plot(tmp_path / "f.h5", "--dpi", "0"), 1, "dpi")
    assert_refused(plot(tmp_path / "f.h5", "--component", "theta_dto"), 1, "'theta_dot'")
    assert_refused(plot(tmp_path / "f.h5", tmp_path / "f.h5"), 1, "one by one")
