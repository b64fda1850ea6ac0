# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""What is run for the report: every experiment of both papers, as decks of inputs/ with overrides.

A run is known by its name; its files go to results/papers/SIZE/NAME. Runs stand behind those whose
files they read."""

from __future__ import annotations

import itertools
import pathlib
from typing import Dict, Iterator, List, NamedTuple

SMALL, PAPER = "small", "paper"
SIZES = (SMALL, PAPER)
ROOT = pathlib.PurePosixPath("results/papers")

SCHEMES = ("euler", "improved_euler", "kutta3", "rk4")
METHODS = ("neurvec", "attns")
MULTIPLICATIVE = ("attns_m", "attns_residual")
SEEDS = (1, 2, 3)
SYSTEMS = ("henon_heiles", "elastic_pendulum", "spring_chain", "pendulum_2_link")
ATTNS_SYSTEMS = ("spring_chain", "pendulum_2_link", "elastic_pendulum")
SCALINGS: Dict[str, Dict[str, str]] = {
    "raw": {"train.inputs": "raw", "train.targets": "raw"}, "standardised": {}}

# By size of the experiments.
WIDTHS = {SMALL: (64, 128, 256), PAPER: (512, 1024, 2048)}
MASSES = {SMALL: (5, 10), PAPER: (5, 10, 20, 40)}
FRACTIONS = (0.5, 0.25, 0.1)
NOISE = 1e-5


class Run(NamedTuple):
    """One call of the program."""

    name: str
    deck: str  # below inputs/
    settings: Dict[str, str]
    size: str

    @property
    def folder(self) -> pathlib.PurePosixPath:
        """Of its files, from where the program is run."""
        return folder(self.size, self.name)

    def words(self) -> List[str]:
        """Arguments of the program."""
        settings = {"output": str(self.folder), **self.settings}
        overrides = [word for key, value in settings.items()
                     for word in ("--set", f"{key}={value}")]
        return ["run", f"inputs/{self.deck}", *overrides]


class Experiment(NamedTuple):
    """Runs that answer a question together."""

    title: str
    items: str  # of the papers
    runs: List[Run]


def folder(size: str, name: str) -> pathlib.PurePosixPath:
    return ROOT / size / name


def _model(size: str, name: str) -> Dict[str, str]:
    return {"evaluate.model": str(folder(size, name) / "model.h5")}


def _dataset(size: str, name: str) -> Dict[str, str]:
    return {"train.dataset": str(folder(size, name) / "dataset.h5")}


def experiments(size: str) -> List[Experiment]:
    """All of a size, in the order in which they are run."""
    return [
        Experiment("Spring chain by four schemes", "NeurVec Figs. 2 and 3, Tables 3 and 4",
                   list(_spring_chain(size))),
        Experiment("Hénon–Heiles, elastic and double pendulum",
                   "NeurVec Figs. 4, 5, 6, 9 and 10, Tables 3 and 4", list(_nonlinear(size))),
        Experiment("What Euler's corrector learns", "NeurVec Fig. 7, Table 1, Theorem 1",
                   list(_simple_pendulum(size))),
        Experiment("Steps and time saved by a small network", "asked of both papers",
                   list(_small_networks(size))),
        Experiment("Data of the AttNS experiments", "AttNS Table 3", list(_attns_data(size))),
        Experiment("Raw recipe and standardised, NeurVec and AttNS",
                   "both papers; AttNS Fig. 4 and Table 1", list(_recipes(size))),
        Experiment("Multiplicative attention", "AttNS Fig. 2", list(_multiplicative(size))),
        Experiment("Spring chains by scheme, length and data", "AttNS Fig. 3",
                   list(_spring_grid(size))),
        Experiment("Fewer data", "AttNS Figs. 3 and 4", list(_fractions(size))),
        Experiment("Noise on the training states", "AttNS Fig. 5", list(_noise(size))),
        Experiment("Width, input and linear term", "AttNS Tables 1 and 2", list(_variants(size))),
        Experiment("Training on rollouts", "AttNS Fig. 3, CSM (our re-reading)",
                   list(_rollouts(size))),
        Experiment("Information in the slope", "asked of AttNS", list(_information(size))),
        Experiment("Named as future work", "NeurVec, Discussion", list(_future(size))),
    ]


def all_runs(size: str) -> List[Run]:
    return [run for experiment in experiments(size) for run in experiment.runs]


def recipe_name(system: str, scaling: str, method: str, seed: int) -> str:
    return f"recipes/{system}/{scaling}/{method}/seed_{seed}"


def grid_name(scheme: str, masses: int, percent: int, method: str) -> str:
    return f"spring_grid/{scheme}/masses_{masses}/percent_{percent}/{method}"


def fraction_name(system: str, percent: int, method: str) -> str:
    """Of a standardised fit; the whole data are those of the recipes' first seed."""
    if percent == 100:
        return recipe_name(system, "standardised", method, 1)
    return f"fractions/{system}/percent_{percent}/{method}"


def multiplicative_name(method: str) -> str:
    return f"multiplicative/elastic_pendulum/{method}"


def noise_name(scaling: str, percent: int, method: str) -> str:
    return f"noise/{scaling}/percent_{percent}/{method}"


def variant_name(system: str, variant: str) -> str:
    return f"variants/{system}/{variant}"


def trained_name(size: str, system: str) -> str:
    """Of the run whose evaluation stands for NeurVec's own experiments with a system: published
    sizes are judged by a deck of their own."""
    return f"neurvec/{system}" if size == SMALL else f"neurvec/{system}_test"


def spring_name(size: str, scheme: str) -> str:
    return f"neurvec/spring_chain/{scheme}" if size == SMALL else (
        f"neurvec/spring_chain_test/{scheme}")


def _spring_chain(size: str) -> Iterator[Run]:
    """The paper's data are made by the corrected scheme itself, in fine steps. The small runs learn
    from the exact solution as well."""
    for scheme in SCHEMES:
        rivals = dict.fromkeys((scheme, "rk4", "dp8", "dop853"))
        ladder = {"evaluate.ladder.schemes": f"[{', '.join(rivals)}]"}
        if size == SMALL:
            yield Run(f"neurvec/spring_chain/{scheme}", "neurvec/small/spring_chain.yaml",
                      {"scheme": scheme, **ladder}, size)
        published = {"scheme": scheme, "reference.scheme": scheme, "reference.step": "0.001"}
        if size == PAPER and scheme == "euler":
            published["train.adam.batch"] = "8096"
        name = "neurvec/spring_chain" + ("_published" if size == SMALL else "")
        if size == SMALL:
            published["evaluate.timing.samples"] = "0"
            published["evaluate.ladder.schemes"] = "[]"
        yield Run(f"{name}/{scheme}", f"neurvec/{size}/spring_chain.yaml", published, size)
        test = {"scheme": scheme, **_model(size, f"{name}/{scheme}")}
        yield Run(f"{name}_test/{scheme}", f"neurvec/{size}/spring_chain_test.yaml",
                  {**test, **(ladder if size == PAPER else {})}, size)
    yield Run("neurvec/spring_chain_long", f"neurvec/{size}/spring_chain_long.yaml", {}, size)


def _nonlinear(size: str) -> Iterator[Run]:
    for system in ("henon_heiles", "elastic_pendulum", "pendulum_2_link"):
        yield Run(f"neurvec/{system}", f"neurvec/{size}/{system}.yaml", {}, size)
        if size == PAPER:
            yield Run(f"neurvec/{system}_test", f"neurvec/{size}/{system}_test.yaml", {}, size)
        if system != "elastic_pendulum":
            yield Run(f"neurvec/{system}_long", f"neurvec/{size}/{system}_long.yaml", {}, size)


def _simple_pendulum(size: str) -> Iterator[Run]:
    deck = f"neurvec/{size}/pendulum_1_link.yaml"
    yield Run("neurvec/pendulum_1_link", deck, {}, size)
    yield Run("neurvec/pendulum_1_link_half", deck, {"step": "0.05"}, size)


def _small_networks(size: str) -> Iterator[Run]:
    """As many hidden units as pay, fitted by the default; on the small data alone."""
    if size == PAPER:
        return
    units = {"train.fit": "levenberg_marquardt", "train.approximator.hidden": "24",
             "train.approximator.activation": "inverse_quadratic"}
    for system in ("henon_heiles", "elastic_pendulum", "pendulum_2_link"):
        yield Run(f"small_networks/{system}", f"neurvec/small/{system}.yaml",
                  {**units, "evaluate.trajectories": "none"}, size)
    yield Run("small_networks/spring_chain", "neurvec/small/spring_chain_linear.yaml", {}, size)


def _attns_data(size: str) -> Iterator[Run]:
    """Small experiments share the data of NeurVec's decks, but for the chains."""
    if size == PAPER:
        for system in ("elastic_pendulum", "pendulum_2_link"):
            yield Run(f"attns/data/{system}", f"attns/paper/{system}_data.yaml", {}, size)
    for masses, scheme in itertools.product(MASSES[size], SCHEMES if size == PAPER else [""]):
        settings = {"system.masses": str(masses)}
        if scheme:
            settings["reference.scheme"] = scheme
        yield Run(chain_data_name(masses, scheme), f"attns/{size}/spring_chain_data.yaml",
                  settings, size)


def chain_data_name(masses: int, scheme: str) -> str:
    return f"attns/data/spring_chain_{masses}" + (f"_{scheme}" if scheme else "")


def _recipes(size: str) -> Iterator[Run]:
    """The states of the first standardised runs are kept, for the steepest trajectories."""
    for system, scaling, method, seed in itertools.product(SYSTEMS, SCALINGS, METHODS, SEEDS):
        settings = {"train.corrector": method, "train.seed": str(seed), **SCALINGS[scaling]}
        if scaling == "standardised" and seed == 1:
            settings["evaluate.trajectories"] = "all"
        yield Run(recipe_name(system, scaling, method, seed), f"attns/{size}/{system}.yaml",
                  settings, size)


def _multiplicative(size: str) -> Iterator[Run]:
    for method in MULTIPLICATIVE:
        yield Run(multiplicative_name(method), f"attns/{size}/elastic_pendulum.yaml",
                  {"train.corrector": method}, size)


def _spring_grid(size: str) -> Iterator[Run]:
    for scheme, masses, percent, method in itertools.product(
            SCHEMES, MASSES[size], (100, 50), ("neurvec", "attns", "attns_m")):
        data = chain_data_name(masses, scheme if size == PAPER else "")
        settings = {"scheme": scheme, "system.masses": str(masses), "train.corrector": method,
                    **_dataset(size, data)}
        if percent < 100:
            settings["train.fraction"] = str(percent / 100)
        if size == SMALL:
            settings["train.adam.iterations"] = "5000"
        yield Run(grid_name(scheme, masses, percent, method), f"attns/{size}/spring_chain.yaml",
                  settings, size)


def _fractions(size: str) -> Iterator[Run]:
    for system, fraction, method in itertools.product(
            ("elastic_pendulum", "pendulum_2_link"), FRACTIONS, METHODS):
        yield Run(fraction_name(system, round(100 * fraction), method),
                  f"attns/{size}/{system}.yaml",
                  {"train.corrector": method, "train.fraction": str(fraction)}, size)
    for system in ("elastic_pendulum", "pendulum_2_link"):
        yield Run(fraction_name(system, 50, "attns_m"), f"attns/{size}/{system}.yaml",
                  {"train.corrector": "attns_m", "train.fraction": "0.5"}, size)


def _noise(size: str) -> Iterator[Run]:
    for scaling, percent, method in itertools.product(SCALINGS, (100, 50, 25), METHODS):
        settings = {"train.corrector": method, "train.noise": f"{NOISE:g}", **SCALINGS[scaling]}
        if percent < 100:
            settings["train.fraction"] = str(percent / 100)
        yield Run(noise_name(scaling, percent, method), f"attns/{size}/elastic_pendulum.yaml",
                  settings, size)


def _variants(size: str) -> Iterator[Run]:
    narrow, usual, wide = WIDTHS[size]
    changes: Dict[str, Dict[str, str]] = {
        f"width_{narrow}": {"train.approximator.hidden": str(narrow)},
        f"width_{wide}": {"train.approximator.hidden": str(wide)},
        "linear": {"train.approximator.linear": "true"},
        "increment": {"train.input": "increment"},
        "both": {"train.input": "both"},
        "hypersolver": {"train.corrector": "hypersolver"},
    }
    for system, (name, settings) in itertools.product(ATTNS_SYSTEMS, changes.items()):
        yield Run(variant_name(system, name), f"attns/{size}/{system}.yaml", settings, size)


# What training on rollouts is compared by: steps that the loss follows, iterations.
ROLLOUTS = {"steps_1": (1, 3000), "steps_5": (5, 3000), "steps_1_longer": (1, 36000)}


def rollout_name(key: str) -> str:
    return f"rollouts/elastic_pendulum/{key}"


def _rollouts(size: str) -> Iterator[Run]:
    """All go on from the same fit of single steps: to as many iterations, and, for single steps, to
    about as much time as rollouts take."""
    if size == PAPER:
        return
    for key, (steps, iterations) in ROLLOUTS.items():
        yield Run(rollout_name(key), "attns/small/elastic_pendulum_rollouts.yaml",
                  {"train.adam.unroll": str(steps), "train.adam.iterations": str(iterations)},
                  size)


def _information(size: str) -> Iterator[Run]:
    """Fits that are good enough to tell what the input can carry: the default one on Hénon–Heiles,
    a linear map on the chain."""
    if size == PAPER:
        return
    for method in METHODS:
        yield Run(f"information/henon_heiles/{method}", "attns/small/henon_heiles_fit.yaml",
                  {"train.corrector": method}, size)
        for scheme in ("euler", "rk4"):
            yield Run(f"information/spring_chain/{scheme}/{method}",
                      "attns/small/spring_chain_linear.yaml",
                      {"train.corrector": method, "scheme": scheme}, size)


def _future(size: str) -> Iterator[Run]:
    if size == PAPER:
        return
    yield Run("neurvec/implicit_midpoint", "neurvec/small/implicit_midpoint.yaml", {}, size)
    deck = "neurvec/small/fine_tuning.yaml"
    yield Run("neurvec/fine_tuning/from_random_weights", deck, {}, size)
    warm = folder(size, recipe_name("elastic_pendulum", "standardised", "neurvec", 1)) / "model.h5"
    yield Run("neurvec/fine_tuning/from_published_angles", deck, {"train.start": str(warm)}, size)
