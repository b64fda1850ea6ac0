# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""Correctors of every kind, what their approximator sees, and how training may begin and be fed."""

import h5py
import numpy as np
import pytest

from conftest import farstep, settings, succeed, write_deck

DECK = """\
system: {system}
ensemble: {{size: {size}, seed: 1}}
step: {step}
scheme: {scheme}
reference: {{step: {fine}}}
generate: {{until: {until}}}
train:
  approximator: {{hidden: 24, activation: tanh}}
  rollout: {{until: 0}}
evaluate:
  ensemble: {{size: 64}}
  timing: {{trajectories: 256, seconds: 0.001, repeats: 1}}
  ladder: {{refinements: 0, schemes: [rk4]}}
output: out
"""
HENON_HEILES = DECK.format(system="henon_heiles", size=160, step=0.5, scheme="rk4", fine=0.05,
                           until=10)
SPRING_CHAIN = DECK.format(system="{name: spring_chain, masses: 5}", size=60, step=0.2,
                           scheme="rk4", fine=0.02, until=4)
ADAM = {"train.fit": "adam", "train.adam": "{iterations: 1500, batch: 128}"}


@pytest.fixture(scope="module")
def chaotic(tmp_path_factory):
    """A folder with samples of Hénon–Heiles."""
    folder = tmp_path_factory.mktemp("henon_heiles")
    succeed("generate", write_deck(folder, HENON_HEILES), cwd=folder)
    return folder


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spring_chain")
    succeed("generate", write_deck(folder, SPRING_CHAIN), cwd=folder)
    return folder


def attribute(path, name):
    with h5py.File(path) as file:
        return file.attrs[name]


def variable(path, name):
    with h5py.File(path) as file:
        return file[name][...]


def train(folder, options, to):
    """Trains on the folder's samples; returns the model's path."""
    own = {"output": to, "train.dataset": "out/dataset.h5", **options}
    succeed("train", folder / "deck.yaml", *settings(own), cwd=folder)
    return folder / to / "model.h5"


def reduction(folder, options, to):
    """How many times a corrector reduces the squared error of one step."""
    return float(attribute(train(folder, options, to), "single_step_reduction"))


def errors(folder, options, to):
    """MSE at the end, plain and corrected."""
    succeed("evaluate", folder / "deck.yaml", *settings({"output": to, **options}), cwd=folder)
    return variable(folder / to / "evaluation.h5", "mean_square")[:, -1]


@pytest.mark.parametrize("corrector, options, least", [
    ("neurvec", {}, 1e3), ("hypersolver", {}, 1e3), ("neurvec", {"train.input": "both"}, 1e3),
    # The slope of Hénon–Heiles tells less than its state.
    ("attns", {}, 20), ("attns", {"train.input": "increment"}, 20),
    ("neurvec", ADAM, 2), ("neurvec", {"train.input": "both", **ADAM}, 2),
    ("attns_residual", ADAM, 1)])
def test_a_corrector_improves_on_the_plain_step(chaotic, corrector, options, least):
    to = corrector + "_".join(options.values()).replace(" ", "")[:20]
    chosen = {"train.corrector": corrector, **options}
    assert reduction(chaotic, chosen, to) > least
    plain, corrected = errors(chaotic, chosen, to)
    assert corrected < plain


def test_the_slope_of_henon_heiles_tells_less_than_its_state(chaotic):
    # The slope is no function with an inverse where |q| = 1/2, inside the ensemble: states that
    # differ share a slope.
    state = reduction(chaotic, {}, "from_state")
    slope = reduction(chaotic, {"train.corrector": "attns"}, "from_slope")
    both = reduction(chaotic, {"train.input": "both"}, "from_both")
    assert state > 20 * slope
    assert both > 20 * slope


def test_a_linear_system_is_corrected_to_rounding_from_state_and_slope(linear):
    # Q = (e^(A step) - R(A step)) u is linear in u, and, as A has an inverse, in the slope.
    for corrector in ("neurvec", "attns"):
        options = {"train.corrector": corrector, "train.approximator": "{type: linear}"}
        assert reduction(linear, options, corrector) > 1e18
        plain, corrected = errors(linear, options, corrector)
        assert corrected < 1e-20 < plain


def test_a_factor_is_learnt_to_be_near_one(chaotic):
    path = train(chaotic, {"train.corrector": "attns_m", **ADAM}, "factor")
    factor = variable(path, "history/mean_factor")
    assert abs(factor[-1] - 1) < 0.02
    assert abs(factor[-1] - 1) <= abs(factor[0] - 1)


def test_a_hypersolver_serves_another_step(chaotic):
    options = {"train.corrector": "hypersolver"}
    train(chaotic, options, "hypersolver")
    plain, corrected = errors(chaotic, {**options, "step": 0.4, "evaluate.until": 8,
                                        "reference.step": 0.04}, "hypersolver")
    assert corrected < plain / 3
    train(chaotic, {}, "one_step")
    refused = farstep("evaluate", chaotic / "deck.yaml",
                      *settings({"output": "one_step", "step": 0.4, "evaluate.until": 8,
                                 "reference.step": 0.04}), cwd=chaotic)
    assert refused.code != 0
    assert "a corrector mends only the step it was trained for" in refused.err


def test_training_starts_from_a_model_on_other_data(chaotic):
    short = "{samples: 2000, starts: 1, start_iterations: 5, iterations: 10}"
    first = train(chaotic, {"train.levenberg_marquardt": short}, "first")
    again = {"train.levenberg_marquardt": short.replace("10}", "1}"), "train.seed": 5}
    warm = train(chaotic, {**again, "train.start": "first/model.h5"}, "warm")
    cold = train(chaotic, again, "cold")
    losses = [float(attribute(path, "single_step_reduction")) for path in (first, warm, cold)]
    assert losses[1] > 0.5 * losses[0]
    assert losses[1] > 2 * losses[2]


def test_a_start_that_does_not_fit_is_refused(chaotic):
    train(chaotic, {}, "start")
    for option, value, words in [
            ("train.approximator.hidden", 32, "hidden: 24, but the deck says 32"),
            ("train.approximator.activation", "sin", "activation: tanh, but the deck says sin"),
            ("train.corrector", "attns", "corrector: neurvec, but the deck says attns"),
            ("scheme", "euler", "scheme: rk4, but the deck says euler"),
            ("train.fit", "ridge", "cannot start from a model")]:
        refused = farstep("train", chaotic / "deck.yaml", *settings(
            {"output": "refused", "train.dataset": "out/dataset.h5",
             "train.start": "start/model.h5", option: value}), cwd=chaotic)
        assert refused.code != 0, option
        assert words in refused.err
        assert not (chaotic / "refused/model.h5").exists()


def test_a_fraction_trains_on_fewer_trajectories_and_validates_on_the_same(chaotic):
    short = {"train.fit": "ridge", "train.approximator.hidden": 8}
    counts = []
    for fraction in (1, 0.5, 0.1):
        own = {"output": f"fraction{fraction}", "train.dataset": "out/dataset.h5",
               "train.fraction": fraction, **short}
        text = succeed("train", chaotic / "deck.yaml", *settings(own), cwd=chaotic).out
        words = text.split("samples for training, ")
        counts.append((int(words[0].split()[-1]), int(words[1].split()[0])))
    assert [count[1] for count in counts] == [counts[0][1]] * 3
    assert counts[1][0] == counts[0][0] // 2
    assert abs(counts[2][0] - counts[0][0] // 10) <= 20


def test_noise_worsens_training_and_leaves_validation_alone(chaotic):
    clean = reduction(chaotic, {}, "clean")
    noisy = reduction(chaotic, {"train.noise": 1e-4}, "noisy")
    assert noisy < clean / 10


# Of each input, and of a scheme whose halves differ.
ROLLOUTS = [{}, {"train.corrector": "attns"}, {"train.input": "increment"},
            {"scheme": "stormer_verlet"}]


@pytest.mark.parametrize("options", ROLLOUTS)
def test_training_on_rollouts_goes_on_from_single_steps(chaotic, options):
    # A short ridge fit leaves much to learn; errors of the rollouts fall, and the program says so.
    to = "rollouts" + "_".join(options.values())
    fit = {"train.fit": "[ridge, adam]", "train.adam": "{iterations: 300, batch: 128, "
           "learning_rate: 1e-4, unroll: 4}", **options}
    text = succeed("train", chaotic / "deck.yaml",
                   *settings({"output": to, "train.dataset": "out/dataset.h5", **fit}),
                   cwd=chaotic).out
    assert "300 iterations of 128 rollouts of 4 steps" in text
    loss = variable(chaotic / to / "model.h5", "history/validation_loss")[1:]
    assert loss[-1] < 0.98 * loss[0]
    plain, corrected = errors(chaotic, fit, to)
    assert corrected < plain


def test_training_on_rollouts_is_the_same_on_any_number_of_ranks_and_after_stops(chaotic):
    options = {"train.dataset": "out/dataset.h5", "train.corrector": "attns", "train.fit": "adam",
               "train.adam": "{iterations: 70, batch: 100, unroll: 3}"}
    losses = {}
    for ranks in (1, 2, 4):
        to = f"rollouts_on_{ranks}"
        succeed("train", chaotic / "deck.yaml", *settings({"output": to, **options}), cwd=chaotic,
                ranks=ranks)
        path = chaotic / to / "model.h5"
        losses[ranks] = np.concatenate([variable(path, "history/training_loss"),
                                        variable(path, "history/validation_loss")])
    np.testing.assert_allclose(losses[2], losses[1], rtol=1e-9)
    np.testing.assert_allclose(losses[4], losses[1], rtol=1e-9)
    words = ["train", chaotic / "deck.yaml", *settings({"output": "stopped", **options})]
    for stops in range(100):
        if farstep(*words, *settings({"checkpoint.wall_limit": 1e-6}), cwd=chaotic).code == 0:
            break
    assert 2 <= stops < 99
    for name in ("weights", "outgoing", "history/training_loss", "history/validation_loss"):
        np.testing.assert_array_equal(variable(chaotic / "stopped" / "model.h5", name),
                                      variable(chaotic / "rollouts_on_1" / "model.h5", name))


@pytest.mark.parametrize("options, words", [
    ({"train.corrector": "attns_m", "train.fit": "ridge"}, "only adam fits"),
    ({"train.input": "both", "train.approximator.degree": 3}, "beside hidden units"),
    ({"scheme": "none", "train.corrector": "attns"}, "has no increment"),
    ({"train.corrector": "attn"}, "attns"),
    ({"train.input": "slop"}, "slope"),
    ({"train.fraction": 0}, "train.fraction"),
    ({"train.noise": -1}, "train.noise")])
def test_what_does_not_go_together_is_refused_at_its_line(chaotic, options, words):
    refused = farstep("check", chaotic / "deck.yaml", *settings(options), cwd=chaotic)
    assert refused.code != 0
    assert words in refused.err
    assert "deck.yaml" in refused.err or "--set" in refused.err
