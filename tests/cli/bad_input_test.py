# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What goes wrong must end soon, with one message that says what to do, the documented exit code,
and every file as it was before.

Each case starts from a folder with a good deck and good results, and spoils one thing.
"""

import os
import resource

import numpy as np
import pytest

from cases import (DECK_ERROR, ENVIRONMENT, TRAJECTORIES, USAGE, Case, check_message, check_refused,
                   copy_with, drop, edit, flip_a_byte, overwrite_header, remove, replace_by_folder,
                   replace_by_foreign_hdf5, replace_by_text, rows, run_case, runs_of, set_nan,
                   shorten, states, truncate)
from conftest import DECK, contents, farstep, succeed, write_deck
from faults import fault_of, sees



def check_row(case, folder, ranks, code):
    """What the case expects, and the row of the table of faults that it belongs to, if any."""
    message = check_refused(case, folder, ranks, code)
    row = fault_of(case.name)
    assert row is None or (row.code == code and sees(row.sees, message)), f"{row.sees}\n{message}"


# --- 1: the command line -------------------------------------------------------------------------

WRONG_COMMAND_LINES = [
    Case("no_subcommand", "", ("subcommand",), words=[], ranks=(1, 2)),
    Case("unknown_subcommand", "", ("forcast", "forecast"), words=["forcast", "deck.yaml"]),
    Case("unknown_flag", "", ("--fast",), words=["run", "deck.yaml", "--fast"], ranks=(1, 2)),
    Case("no_deck", "", ("DECK",), words=["run"]),
    Case("two_decks", "", ("deck.yaml",), words=["run", "deck.yaml", "deck.yaml"]),
    Case("no_threads", "", ("--threads",), words=["run", "deck.yaml", "--threads", "0"]),
    Case("threads_in_words", "", ("--threads",), words=["run", "deck.yaml", "--threads", "two"]),
    Case("list_of_an_unknown_system", "", ("henon",), words=["list", "henon"], ranks=(1, 2)),
    Case("explain_an_unknown_key", "", ("train.adam.batch",),
         words=["explain", "train.adam.bach"]),
    Case("budget_in_words", "", ("--budget",),
         words=["tune", "deck.yaml", "--budget", "an hour"]),
    Case("budget_of_a_forecast", "", ("--budget",),
         words=["forecast", "deck.yaml", "--budget", "60"]),
    Case("info_without_file", "", ("FILE",), words=["info"]),
]


@pytest.mark.parametrize("case, ranks", runs_of(WRONG_COMMAND_LINES))
def test_a_wrong_command_line_exits_with_1(case, ranks, bench):
    check_row(case, bench, ranks, USAGE)


# --- 2: the deck ---------------------------------------------------------------------------------

IMPOSSIBLE_SHELL = ("{size: 100000, initial: {energy_shell: {range: [50, 51], box: {qx: [-1, 1], "
                    "qy: [-1, 1], px: [-1, 1], py: [-1, 1]}}}}")

DECK_MISTAKES = [
    Case("unknown_key", "run", ("deck.yaml:4:1", "^", "scheme"), {"scheme:": "schema:"},
         ranks=(1, 2)),
    Case("misspelt_system", "run", ("deck.yaml:1:9", "^", "henon_heiles"),
         {"henon_heiles": "henon_heils"}, ranks=(1, 2)),
    Case("misspelt_system_key", "check", ("deck.yaml:1:1", "did you mean `system`?"),
         {"system:": "systm:"}, ranks=(1, 2)),
    Case("wrong_type", "run", ("deck.yaml:3:7", "^", "number"), {"step: 0.5": "step: far"}),
    Case("endless_size", "check", ("ensemble.size", "from 1 to 1000000000000"),
         sets={"ensemble.size": 10**18}),
    Case("endless_grid", "check", ("ensemble.size", "points of the grid"),
         sets={"system.parameters.lambda": "{grid: [0, 1, 1e9]}"}),
    Case("negative_step", "run", ("deck.yaml:3:7", "^", "-0.5"), {"step: 0.5": "step: -0.5"}),
    Case("zero_step", "run", ("deck.yaml:3:7",), {"step: 0.5": "step: 0"}),
    Case("step_that_does_not_divide_the_horizon", "run", ("deck.yaml:6:19", "whole multiple"),
         {"generate: {until: 5}": "generate: {until: 5.2}"}, ranks=(1, 2)),
    Case("reference_that_does_not_divide_the_step", "run", ("deck.yaml:5:19", "divide"),
         {"0.05": "0.07"}),
    Case("horizon_shorter_than_a_step", "run", ("deck.yaml", "until"), {"until: 5}": "until: 0.1}"}),
    Case("width_zero", "run", ("deck.yaml:7:32", "from 1"), {"hidden: 64": "hidden: 0"}),
    Case("width_beyond_integers", "train", ("deck.yaml:7:32",), {"hidden: 64": "hidden: 5000000000"}),
    Case("no_such_deck", "run", ("dek.yaml", "deck.yaml"), words=["run", "dek.yaml"], ranks=(1, 2)),
    Case("deck_is_a_folder", "run", ("out", "folder"), words=["run", "out"], ranks=(1, 2)),
    Case("deck_is_a_result", "run", ("HDF5",), words=["run", "out/model.h5"]),
    Case("empty_deck", "run", ("empty",), text=""),
    Case("deck_of_comments", "check", ("empty",), text="# nothing\n"),
    Case("deck_is_not_yaml", "run", ("deck.yaml:", "YAML"), text="system: [[[\n"),
    Case("deck_is_a_list", "run", ("key: value",), text="- system\n- step\n"),
    Case("tab_for_indentation", "run", ("deck.yaml:2:",), text="system:\n\tname: henon_heiles\n"),
    Case("all_mistakes_at_once", "run", ("deck.yaml:1:", "deck.yaml:3:", "deck.yaml:4:"),
         {"henon_heiles": "henon", "step: 0.5": "step: x", "rk4": "rk5"}),
    Case("unknown_scheme", "run", ("deck.yaml:4:9", "rk4"), {"rk4": "rk44"}),
    Case("unknown_precision", "run", ("deck.yaml:4:", "double", "mixed"),
         {"scheme: rk4": "precision: quadruple"}),
    Case("unknown_fit", "run", ("ridge", "adam"), {"fit: ridge": "fit: sgd"}),
    Case("unknown_corrector", "run", ("neurvec",), {"fit: ridge": "corrector: neuralvec"}),
    Case("unknown_parameter", "run", ("deck.yaml:1:", "lambda"),
         {"henon_heiles": "{name: henon_heiles, parameters: {lamda: 1}}"}),
    Case("column_of_an_unknown_parameter", "run", ("deck.yaml:1:", "'mu'", "lambda"),
         {"henon_heiles": "{name: henon_heiles, parameters: {file: rows.h5, columns: [mu]}}"},
         ranks=(1, 2)),
    Case("parameter_beside_its_column", "run", ("deck.yaml:1:", "lambda", "column"),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: 2, file: rows.h5}}"}),
    Case("latin_hypercube_of_nothing", "run", ("deck.yaml:1:", "sampling", "uniform"),
         {"henon_heiles": "{name: henon_heiles, parameters: {sampling: latin_hypercube}}"}),
    Case("grid_that_does_not_fit_the_ensemble", "run",
         ("deck.yaml:2:18", "ensemble.size: 64", "7 points", "63 or 70"),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: {grid: [0.5, 1, 7]}}}",
          "size: 256": "size: 259", "255]": "258]", "evaluate:\n  ensemble: {size: 64}":
          "evaluate:\n  ensemble: {size: 70}"}, ranks=(1, 2)),
    Case("grid_that_does_not_fit_the_forecast", "run",
         ("deck.yaml:9:", "forecast.ensemble.size: 256", "252 or 259"),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: {grid: [0.5, 1, 7]}}}",
          "size: 64": "size: 70", "evaluate:\n  ensemble: {size: 64}":
          "evaluate:\n  ensemble: {size: 70}"}),
    Case("condition_on_no_parameter", "run", ("deck.yaml:7:", "'mu'", "lambda, step"),
         {"fit: ridge": "fit: ridge, conditions: [mu]"}),
    Case("condition_on_what_does_not_vary", "train", ("deck.yaml:7:", "lambda", "the same"),
         {"fit: ridge": "fit: ridge, conditions: [lambda]"}, ranks=(1, 2)),
    Case("size_of_a_system_without_one", "run", ("deck.yaml:1:", "no size"),
         {"henon_heiles": "{name: henon_heiles, masses: 3}"}),
    Case("spring_chain_without_masses", "run", ("masses", "10"), {"henon_heiles": "spring_chain"}),
    Case("spring_chain_of_an_unknown_size", "run", ("deck.yaml:1:", "10"),
         {"henon_heiles": "{name: spring_chain, masses: 7}"}, ranks=(1, 2)),
    # An option that the chosen path does not implement is refused, never ignored.
    Case("adam_settings_for_ridge", "run", ("train.adam", "fit"),
         {"fit: ridge": "fit: ridge, adam: {batch: 8}"}, ranks=(1, 2)),
    Case("hidden_units_of_a_linear_map", "run", ("hidden",),
         {"{hidden: 64}": "{type: linear, hidden: 64}"}),
    Case("polynomial_by_adam", "run", ("deck.yaml:7:", "adam", "polynomial"),
         {"{hidden: 64}, fit: ridge": "{type: polynomial, degree: 3}, fit: adam"}),
    Case("rollouts_of_an_implicit_scheme", "run",
         ("deck.yaml:7:", "train.adam.unroll", "implicit_midpoint", "rk4"),
         {"rk4": "implicit_midpoint", "fit: ridge": "fit: adam, adam: {unroll: 2}"}, ranks=(1, 2)),
    Case("rollouts_of_a_factor", "run", ("deck.yaml:7:", "train.adam.unroll", "attns_m"),
         {"fit: ridge": "corrector: attns_m, fit: adam, adam: {unroll: 2}"}),
    Case("rollouts_of_a_hypersolver", "run", ("deck.yaml:7:", "train.adam.unroll", "hypersolver"),
         {"fit: ridge": "corrector: hypersolver, fit: adam, adam: {unroll: 2}"}),
    Case("rollouts_with_conditions", "run", ("deck.yaml:7:", "train.adam.unroll", "conditions"),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: {uniform: [0.5, 1]}}}",
          "fit: ridge": "fit: adam, conditions: [lambda], adam: {unroll: 2}"}),
    Case("rollouts_of_varying_parameters", "run",
         ("deck.yaml:7:", "train.adam.unroll", "system.parameters"),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: {uniform: [0.5, 1]}}}",
          "fit: ridge": "fit: adam, adam: {unroll: 2}"}),
    Case("rollouts_without_end", "run", ("deck.yaml:7:", "train.adam.unroll", "1 to 100"),
         {"fit: ridge": "fit: adam, adam: {unroll: 101}"}),
    Case("levenberg_marquardt_without_hidden_units", "run", ("deck.yaml:7:", "hidden units"),
         {"{hidden: 64}, fit: ridge": "linear, fit: levenberg_marquardt"}),
    Case("levenberg_marquardt_of_a_huge_layer", "run", ("deck.yaml:7:", "4000", "adam"),
         {"{hidden: 64}, fit: ridge": "{hidden: 1024}, fit: levenberg_marquardt"}),
    Case("plain_forecast_without_a_scheme", "run", ("corrected", "stands still"),
         {"forecast:\n": "forecast:\n  corrected: false\n"}, sets={"scheme": "none"}),
    Case("corrector_of_an_adaptive_scheme", "train", ("deck.yaml:4:", "dopri5", "fixed steps"),
         {"scheme: rk4": "scheme: dopri5"}, ranks=(1, 2)),
    Case("corrected_forecast_of_an_adaptive_scheme", "forecast", ("fixed steps", "corrected: false"),
         text="system: henon_heiles\nstep: 0.5\nscheme: dop853\n"
              "forecast: {ensemble: {size: 4}, until: 1}\n"),
    Case("tolerance_of_a_fixed_scheme", "run", ("tolerance", "adaptive"),
         {"step: 0.5": "step: 0.5\ntolerance: 1e-6"}),
    Case("reference_with_an_adaptive_scheme", "run", ("deck.yaml:5:", "dopri5"),
         {"{step: 0.05}": "{scheme: dopri5, step: 0.05}"}),
    Case("guard_of_a_plain_forecast", "run", ("forecast.guard", "corrected"),
         {"forecast:\n": "forecast:\n  corrected: false\n  guard: plain\n"}),
    Case("substeps_of_a_guard_that_warns", "run", ("substeps", "plain"),
         {"forecast:\n": "forecast:\n  guard: {action: warn, substeps: 4}\n"}),
    Case("model_of_a_plain_forecast", "run", ("forecast.model", "corrected"),
         {"forecast:\n": "forecast:\n  corrected: false\n  model: out/model.h5\n"}),
    Case("scheme_for_separable_systems", "check", ("deck.yaml:3:", "stormer_verlet needs", "rk4"),
         text="system: elastic_pendulum\nstep: 0.5\nscheme: stormer_verlet\n"
              "forecast: {corrected: false, until: 5, ensemble: {size: 64}}\n"),
    Case("schemes_for_separable_systems", "check",
         ("deck.yaml:4:", "tune.plain_schemes[1]", "tune.bases[0]", "stormer_verlet needs"),
         text="system: elastic_pendulum\nstep: 0.5\nensemble: {size: 64}\n"
              "tune: {error: 1e-6, until: 5, plain_schemes: [rk4, stormer_verlet], "
              "bases: stormer_verlet}\n"),
    Case("adaptive_curve", "evaluate", ("deck.yaml:16:", "evaluate.curves.fine.scheme", "dop853"),
         {"ladder:": "curves: {fine: {scheme: dop853}}\n  ladder:"}, ranks=(1, 2)),
    Case("curve_that_does_not_meet_the_outputs", "evaluate",
         ("deck.yaml:16:", "evaluate.curves.fine.step", "evaluate.every", "0.1666666667"),
         {"ladder:": "curves: {fine: {step: 0.2}}\n  ladder:"}),
    Case("curve_that_stands_still", "check", ("deck.yaml:16:", "evaluate.curves.fine.scheme"),
         {"scheme: rk4": "scheme: none",
          "ladder:": "curves: {fine: {step: 0.25}}\n  ladder:"}),
    Case("curve_of_a_scheme_for_separable_systems", "check",
         ("deck.yaml:6:", "evaluate.curves.fine.scheme", "stormer_verlet needs", "rk4"),
         text="system: elastic_pendulum\nstep: 0.5\nensemble: {size: 64}\ngenerate: {until: 5}\n"
              "train: {}\nevaluate: {curves: {fine: {scheme: stormer_verlet}}}\n"),
    Case("scheme_for_small_systems", "check",
         ("deck.yaml:3:", "implicit_euler needs", "8 components", "spring_chain (40 components)",
          "rk4"),
         text="system: {name: spring_chain, masses: 20}\nstep: 0.5\nscheme: implicit_euler\n"
              "forecast: {corrected: false, until: 5, ensemble: {size: 64}}\n"),
    Case("quantiles_that_are_not_computed", "run", ("quantiles", "statistics"),
         {"save: {": "save: {statistics: [mean], quantiles: [0.5], "}),
    Case("trajectory_beyond_the_ensemble", "run", ("deck.yaml:11:", "256"), {"255]": "256]"}),
    Case("unknown_component_in_limits", "run", ("qz", "qx"),
         {"output: out": "limits: {qz: [0, 1]}\noutput: out"}),
    Case("component_without_distribution", "run", ("deck.yaml:2:", "py"),
         {"seed: 1": "initial: {qx: 0, qy: 0, px: 0}"}),
    Case("section_missing_for_the_command", "train", ("train", "section"),
         text="system: henon_heiles\nstep: 0.5\n", ranks=(1, 2)),
    Case("tuning_below_double", "tune", ("deck.yaml:4:", "tune.error", "reference"),
         text="system: henon_heiles\nstep: 0.5\nensemble: {size: 64}\n"
              "tune: {error: 1e-40, until: 5}\noutput: out\n", ranks=(1, 2)),
    Case("tuning_step_beside_the_horizon", "tune", ("deck.yaml:4:", "tune.steps[1]"),
         text="system: henon_heiles\nstep: 0.5\nensemble: {size: 64}\n"
              "tune: {error: 1e-4, until: 5, steps: [0.5, 0.3]}\noutput: out\n"),
    Case("tuning_of_an_adaptive_base", "tune", ("deck.yaml:4:", "tune.bases", "dopri5"),
         text="system: henon_heiles\nstep: 0.5\nensemble: {size: 64}\n"
              "tune: {error: 1e-6, until: 5, bases: dopri5}\n"),
    Case("tuning_without_an_error", "tune", ("deck.yaml:4:", "error"),
         text="system: henon_heiles\nstep: 0.5\nensemble: {size: 64}\ntune: {until: 5}\n"),
    Case("nothing_to_run", "run", ("no stage",), text="system: henon_heiles\nstep: 0.5\n"),
    Case("set_of_an_unknown_key", "run", ("forecast.untill", "forecast.until"),
         sets={"forecast.untill": 5}),
    Case("set_of_a_wrong_value", "run", ("--set", "number"), sets={"step": "far"}),
    Case("set_without_a_value", "run", ("--set",), words=["run", "deck.yaml", "--set", "step"]),
    Case("more_ranks_than_trajectories_to_generate", "generate", ("2 ranks", "ensemble.size"),
         {"size: 64": "size: 1"}, ranks=(2,)),
    Case("more_ranks_than_trajectories_to_forecast", "forecast", ("2 ranks", "forecast.ensemble"),
         {"size: 256}": "size: 1}", "[0, 1, 255]": "[0]"}, ranks=(2,)),
    Case("more_ranks_than_trajectories_to_evaluate", "evaluate", ("2 ranks", "evaluate.ensemble"),
         {"evaluate:\n  ensemble: {size: 64}": "evaluate:\n  ensemble: {size: 1}"}, ranks=(2,)),
    Case("impossible_energy_shell", "generate", ("deck.yaml:2:", "ensemble.initial", "energy"),
         {"{size: 64, seed: 1}": IMPOSSIBLE_SHELL}, ranks=(1, 2)),
    Case("impossible_energy_shell_of_a_forecast", "forecast",
         ("deck.yaml:9:", "forecast.ensemble.initial", "energy"),
         {"{size: 256}": IMPOSSIBLE_SHELL}, ranks=(1, 2)),
    Case("endless_forecast", "forecast", ("deck.yaml:10:", "until"), {"  until: 5\n": "  until: 1e15\n"}),
]


@pytest.mark.parametrize("case, ranks", runs_of(DECK_MISTAKES))
def test_a_mistake_in_the_deck_exits_with_2(case, ranks, bench):
    check_row(case, bench, ranks, DECK_ERROR)


# --- 3: files, disk, memory ----------------------------------------------------------------------


FROM_ROWS = {"henon_heiles": "{name: henon_heiles, parameters: {file: rows.h5}}",
             "forecast:\n": "forecast:\n  corrected: false\n"}
FROM_STATES = {"{size: 256}": "{size: 256, initial: {file: states.h5}}"}
ELASTIC = {"henon_heiles": "elastic_pendulum"}


UNUSABLE_FILES = [
    Case("train_before_generate", "train", ("out/dataset.h5", "generate"),
         spoil=remove("out/dataset.h5")),
    Case("forecast_before_train", "forecast", ("out/model.h5", "train"),
         spoil=remove("out/model.h5")),
    Case("evaluate_before_train", "evaluate", ("out/model.h5", "train"),
         spoil=remove("out/model.h5")),
    Case("degree_too_high_for_the_samples", "train", ("degree", "samples", "210"),
         {"{hidden: 64}": "{type: polynomial, degree: 6}"},
         sets={"train.validation": 0.96}),
    Case("missing_dataset", "train", ("elsewhere.h5",), sets={"train.dataset": "elsewhere.h5"}),
    Case("missing_model", "forecast", ("elsewhere.h5",), sets={"forecast.model": "elsewhere.h5"}),
    Case("dataset_of_another_system", "train", ("henon_heiles", "elastic_pendulum"), ELASTIC),
    Case("model_of_another_system", "forecast", ("henon_heiles", "elastic_pendulum"), ELASTIC),
    Case("model_of_another_system_to_evaluate", "evaluate", ("henon_heiles", "elastic_pendulum"),
         ELASTIC),
    Case("dataset_of_other_parameters", "train", ("parameters",),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: 0.9}}"}),
    Case("model_of_other_parameters", "forecast", ("parameters",),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: 0.9}}"}),
    Case("dataset_sampled_at_another_step", "train", ("0.5", "0.25"), {"step: 0.5": "step: 0.25"}),
    Case("model_of_another_step", "forecast", ("0.5", "0.25"), {"step: 0.5": "step: 0.25"}),
    Case("model_of_another_scheme", "evaluate", ("rk4", "kutta3"), {"rk4": "kutta3"}),
    Case("dataset_with_a_flipped_bit", "train", ("out/dataset.h5", "damaged"),
         spoil=flip_a_byte("out/dataset.h5", "state")),
    Case("model_with_a_flipped_bit", "evaluate", ("out/model.h5", "damaged"),
         spoil=flip_a_byte("out/model.h5", "weights")),
    Case("model_for_dataset", "train", ("model", "dataset"), sets={"train.dataset": "out/model.h5"}),
    Case("dataset_for_model", "forecast", ("model", "dataset"),
         sets={"forecast.model": "out/dataset.h5"}),
    Case("model_edited_in_place", "forecast", ("out/model.h5",),
         spoil=edit("out/model.h5", set_nan("weights"))),
    Case("model_with_nan_weights", "forecast", ("out/model.h5", "not finite"),
         spoil=copy_with("out/model.h5", set_nan("outgoing"))),
    Case("model_with_nan_weights_to_evaluate", "evaluate", ("out/model.h5", "not finite"),
         spoil=copy_with("out/model.h5", set_nan("coefficients"))),
    Case("model_without_weights", "forecast", ("out/model.h5", "biases"),
         spoil=copy_with("out/model.h5", drop("biases"))),
    Case("model_of_another_shape", "forecast", ("out/model.h5", "outgoing"),
         spoil=copy_with("out/model.h5", shorten("outgoing"))),
    Case("dataset_with_nan_states", "train", ("out/dataset.h5", "not finite"),
         spoil=copy_with("out/dataset.h5", set_nan("state"))),
    Case("dataset_of_another_shape", "train", ("out/dataset.h5", "state"),
         spoil=copy_with("out/dataset.h5", shorten("state"))),
    Case("dataset_without_status", "train", ("out/dataset.h5", "status"),
         spoil=copy_with("out/dataset.h5", drop("status"))),
    Case("parameters_missing", "forecast", ("rows.h5",), FROM_ROWS),
    Case("parameters_under_another_name", "forecast", ("rows.h5", "parameters"), FROM_ROWS,
         spoil=rows(other=np.ones((256, 1))), ranks=(1, 2)),
    Case("parameters_of_another_shape", "forecast", ("rows.h5", "256 × 3"), FROM_ROWS,
         spoil=rows(parameters=np.ones((256, 3))), ranks=(1, 2)),
    Case("too_few_parameters", "forecast", ("rows.h5", "100", "256"), FROM_ROWS,
         spoil=rows(parameters=np.ones((100, 1)))),
    Case("parameters_not_finite", "forecast", ("rows.h5", "not finite"), FROM_ROWS,
         spoil=rows(parameters=np.where(np.arange(256).reshape(256, 1) == 200, np.nan, 1))),
    Case("model_of_other_parameters", "forecast",
         ("out/model.h5", "system.parameters.lambda", "train.conditions"),
         {"henon_heiles": "{name: henon_heiles, parameters: {lambda: {uniform: [0.5, 1]}}}"},
         ranks=(1, 2)),
    Case("initial_states_missing", "forecast", ("states.h5",), FROM_STATES),
    Case("initial_states_under_another_name", "forecast", ("states.h5", "initial"), FROM_STATES,
         spoil=states(other=np.zeros((256, 4)))),
    Case("initial_states_of_another_dimension", "forecast", ("states.h5", "256 × 3"), FROM_STATES,
         spoil=states(initial=np.zeros((256, 3)))),
    Case("too_few_initial_states", "forecast", ("states.h5", "100", "256"), FROM_STATES,
         spoil=states(initial=np.zeros((100, 4)))),
    Case("output_is_a_file", "forecast", ("taken",), {"output: out": "output: taken"},
         sets={"forecast.model": "out/model.h5"}, spoil=replace_by_text("taken")),
    Case("output_cannot_be_made", "generate", ("/proc/farstep",),
         {"output: out": "output: /proc/farstep"}),
    Case("a_folder_has_the_name_of_the_result", "forecast", ("out/forecast.h5",),
         spoil=replace_by_folder("out/forecast.h5")),
    Case("rollouts_longer_than_trajectories", "train",
         ("out/dataset.h5", "train.adam.unroll: 99"),
         {"fit: ridge": "fit: adam, adam: {unroll: 99}"}),
    Case("diverging_fit", "train", ("learning_rate",),
         {"fit: ridge": "fit: adam, adam: {iterations: 200, learning_rate: 1e200}"}),
]
for case in UNUSABLE_FILES:
    case.ranks = (1, 2)

UNUSABLE_FILES += [
    Case("info_of_a_deck", "", ("deck.yaml",), words=["info", "deck.yaml"]),
    # A limit on the size of files stands for a full disk; MPI itself needs some megabytes.
    Case("full_disk", "forecast", ("out/forecast.h5", "disk"),
         {"size: 256}": "size: 100000}", "[0, 1, 255]": "all"},
         limits=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 20, 16 << 20))),
]


@pytest.mark.parametrize("case, ranks", runs_of(UNUSABLE_FILES))
def test_an_unusable_file_exits_with_3(case, ranks, bench):
    check_row(case, bench, ranks, ENVIRONMENT)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("ranks", (1, 2))
def test_an_unwritable_folder_exits_with_3(ranks, bench):
    case = Case("unwritable_folder", "forecast", ("out", "write"))
    (bench / "out").chmod(0o555)
    try:
        check_refused(case, bench, ranks, ENVIRONMENT)
    finally:
        (bench / "out").chmod(0o755)


# --- 4: trajectories -----------------------------------------------------------------------------

TIGHT = "failure_fraction: 0.1\nlimits: {qx: [-0.3, 0.3]}\noutput: out"


@pytest.mark.parametrize("ranks", (1, 2))
@pytest.mark.parametrize("stage, file", (("generate", "dataset"), ("forecast", "forecast"),
                                         ("evaluate", "evaluation")))
def test_too_many_failed_trajectories_exit_with_4_and_are_recorded(stage, file, ranks, bench):
    (bench / f"out/{file}.h5").unlink()
    case = Case(stage, stage, ("failure_fraction", "0.1"), {"output: out": TIGHT})
    result, before, after = run_case(case, bench, ranks)
    check_message(result, TRAJECTORIES, case.says)
    assert set(after) == {*before, f"out/{file}.h5"}
    succeed("info", f"out/{file}.h5", cwd=bench)


def test_run_exits_with_4_again_when_its_results_are_reused(bench):
    write_deck(bench, DECK.replace("output: out", TIGHT))
    assert farstep("run", "deck.yaml", cwd=bench).code == TRAJECTORIES
    assert farstep("run", "deck.yaml", cwd=bench).code == TRAJECTORIES


# --- A result that is there stays good -----------------------------------------------------------


def test_leftovers_of_a_killed_run_are_replaced(bench):
    for file in ("dataset", "model", "forecast", "evaluation"):
        (bench / f"out/{file}.h5").rename(bench / f"out/{file}.h5.part")
    succeed("run", "deck.yaml", cwd=bench)
    assert not list(bench.rglob("*.part"))


@pytest.mark.parametrize("file", ("dataset", "model", "forecast", "evaluation"))
def test_run_makes_a_damaged_result_anew(file, bench):
    before = contents(bench)
    truncate(f"out/{file}.h5")(bench)
    result = succeed("run", "deck.yaml", cwd=bench)
    others = {name for name in before if name != f"out/{file}.h5"}
    assert result.out.count("is up to date") == 3
    after = contents(bench)
    assert all(after[name] == before[name] for name in others)
