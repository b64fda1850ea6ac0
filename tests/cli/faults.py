# SPDX-FileCopyrightText: 2026 The Farstep Authors
# SPDX-License-Identifier: BSD-3-Clause
"""The table of faults: what goes wrong, what the user then sees, the exit code, what is on disk.

fault_test.py and bad_input_test.py run every row, and `python3 faults.py` prints docs/faults.md.
"""

import contextlib
import dataclasses
import fcntl
import os
import resource
import shutil
import signal
import typing

import h5py
import numpy as np

import disturb
from cases import (Case, both, copy_with, overwrite_header, replace_by_folder,
                   replace_by_foreign_hdf5, replace_by_text, run_case, states, truncate)
from conftest import contents, farstep, settings, succeed


@dataclasses.dataclass(frozen=True)
class Disk:
    """What is on disk afterwards: in words, and the new or changed files that are allowed."""

    text: str
    new: typing.Callable = lambda name: False

    def check(self, before, after):
        changed = {name for name in after if after[name] != before.get(name)}
        assert not before.keys() - after.keys(), "files are gone"
        odd = {name for name in changed if not self.new(name)}
        assert not odd, f"left behind or harmed: {odd}"


@dataclasses.dataclass(frozen=True)
class Made(Disk):
    """The result is made, whole, and nothing else is."""

    def check(self, before, after):
        super().check(before, after)
        assert any(self.new(name) and after[name] != before.get(name) for name in after)


@dataclasses.dataclass
class Fault:
    """One row. In `sees`, … stands for what differs from case to case."""

    what: str
    sees: str
    code: int
    disk: Disk
    """Cases that bring it about, or the names of such cases in bad_input_test.py."""
    cases: typing.Sequence[typing.Union[Case, str]]
    """Runs a case in a folder on ranks: returns the result, and the contents before and after."""
    run: typing.Callable = run_case


def sees(pattern, text):
    """Whether the parts between … stand in the text, in their order."""
    at = 0
    for part in pattern.split("…"):
        found = text.find(part.strip(), at)
        if found < 0:
            return False
        at = found + len(part.strip())
    return True


UNCHANGED = Disk("as before")


def left_by_kill(stage, *parts):
    """A lock that locks nobody out, and what was in the making."""
    names = [f"{stage}.lock", *(f"{part}.part" for part in parts)]
    return Disk("as before, and " + ", ".join(f"`{name}`" for name in names) +
                ", which the next run replaces", lambda path: path in {f"out/{n}" for n in names})


def made(name, folder="out"):
    return Made(f"`{name}`, whole; the rest as before", lambda path: path == f"{folder}/{name}")


def resumable(stage, *others):
    return Disk(f"as before, and `{stage}.checkpoint.h5`" + "".join(f", `{o}`" for o in others) +
                ", from which the same command goes on",
                lambda path: path in {f"out/{stage}.checkpoint.h5", *(f"out/{o}" for o in others)})


def flip_the_middle(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(bytes(data))


# --- Stages that last ----------------------------------------------------------------------------

LONG = {
    "generate": {"ensemble.size": 4000, "generate.until": 50000, "generate.every": 500},
    "train": {"train.fit": "adam", "train.adam.iterations": 10000000},
    "forecast": {"forecast.until": 1000000, "forecast.save.every": 10000,
                 "forecast.ensemble.size": 4000, "forecast.save.statistics": "[]"},
    "evaluate": {"evaluate.until": 50000, "evaluate.every": 5000, "evaluate.ensemble.size": 4000},
    "tune": {"tune.error": 1e-6, "tune.until": 5, "tune.steps": "[0.5]",
             "tune.timing": "{seconds: 20}"},
}
AT_WORK = {"generate": "0 of 100", "train": "0 of 1e+07", "forecast": "trajectory steps",
           "evaluate": "0 of 10 output", "tune": "tune: plain schemes"}


def long_case(stage, name, **more):
    return Case(name, stage, (), sets={**LONG[stage], **more}, ranks=(2,))


def words_of(case):
    return [case.command, "deck.yaml", *settings(case.sets)]


def shell_code(code):
    """A signal as a shell reports it."""
    return 128 - code if code < 0 else code


def disturbed(disturbance, when=None):
    """Runs a case until it says `when`, or is at work, and then disturbs it."""
    def run(case, folder, ranks):
        case.spoil(folder)
        before = contents(folder)
        with disturb.Run(words_of(case), folder, ranks) as work:
            work.wait_for(when or AT_WORK[case.command])
            disturbance(work, folder)
            result = work.finish()
            result.code = shell_code(result.code)
            work.wait_until_alone()
        return result, before, contents(folder)
    return run


def kill_last_rank(work, _):
    work.signal(signal.SIGKILL, work.ranks()[-1:])


def kill_launcher(work, _):
    os.kill(work.process.pid, signal.SIGKILL)


def send(number):
    """To the program, or to the launcher, which passes some signals on."""
    return lambda work, _: os.kill(work.process.pid, number)


def stop(work, _):
    work.signal(signal.SIGTERM)


def stop_file(_, folder):
    (folder / "out/stop").touch()


def then(spoil):
    """After a forecast that was stopped, the folder is spoilt and the command runs again."""
    def run(case, folder, ranks):
        disturbed(stop)(case, folder, ranks)
        spoil(folder)
        before = contents(folder)
        result = farstep(*words_of(case), cwd=folder, ranks=ranks)
        return result, before, contents(folder)
    return run


KILLED = "… noticed that process rank 1 … exited on signal 9 (Killed)"

PROCESSES = [
    Fault("a rank is killed while trajectories are generated", KILLED, 137,
          left_by_kill("generate", "dataset.h5"), [long_case("generate", "kill_generate")],
          disturbed(kill_last_rank)),
    Fault("… while Adam trains", KILLED, 137, left_by_kill("train"),
          [long_case("train", "kill_train")], disturbed(kill_last_rank)),
    Fault("… in a forecast", KILLED, 137, left_by_kill("forecast", "forecast.h5"),
          [long_case("forecast", "kill_forecast")], disturbed(kill_last_rank)),
    Fault("… in an evaluation", KILLED, 137, left_by_kill("evaluate"),
          [long_case("evaluate", "kill_evaluate")], disturbed(kill_last_rank)),
    Fault("… in a search for the best step", KILLED, 137, left_by_kill("tune"),
          [long_case("tune", "kill_tune")], disturbed(kill_last_rank)),
    Fault("the launcher of a forecast is killed; its ranks end by themselves", "", 137,
          left_by_kill("forecast", "forecast.h5"), [long_case("forecast", "kill_launcher")],
          disturbed(kill_launcher)),
    Fault("more ranks than trajectories",
          "…: error: ….size: 1 trajectories cannot be shared by 2 ranks; use fewer ranks or a larger "
          "ensemble", 2, UNCHANGED,
          ["more_ranks_than_trajectories_to_generate", "more_ranks_than_trajectories_to_forecast",
           "more_ranks_than_trajectories_to_evaluate"]),
]

# --- Stops and checkpoints -----------------------------------------------------------------------

CHECKPOINT = "out/forecast.checkpoint.h5"
STOPPED = resumable("forecast", "forecast.h5.part")


def forecast_case(name, ranks=(1,), **more):
    case = long_case("forecast", name, **more)
    case.ranks = ranks
    return case


def kill_while_saving(work, folder):
    """Kills a rank while a second checkpoint is written; the first must serve."""
    work.wait_until((folder / CHECKPOINT).exists)
    work.wait_until((folder / f"{CHECKPOINT}.part").exists)
    kill_last_rank(work, folder)


def go_on(case, folder, ranks):
    """After a kill: the same command finds the checkpoint that was left."""
    result, before, after = disturbed(kill_while_saving)(case, folder, ranks)
    with disturb.Run(words_of(case), folder, ranks) as work:
        work.wait_for("goes on from out/forecast.checkpoint.h5")
    return result, before, after


def fill(folder):
    """Takes all space of a disk."""
    with contextlib.suppress(OSError), open(folder / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def fill_then_stop(work, folder):
    """No space is left for the second checkpoint."""
    work.wait_until((folder / "small/forecast.checkpoint.h5").exists)
    with work.held():
        fill(folder / "small")
    work.wait_for("no checkpoint now, the one before stays")
    work.signal(signal.SIGTERM)


def go_on_from_small(case, folder, ranks):
    """The checkpoint that is left serves once there is space again."""
    result, before, after = disturbed(fill_then_stop)(case, folder, ranks)
    (folder / "small/ballast").unlink()
    with disturb.Run(words_of(case), folder, ranks) as work:
        work.wait_for("goes on from small/forecast.checkpoint.h5")
    return result, before, after


def on_small(options):
    return lambda folder: disturb.mount(folder / "small", options)


def begins_anew(case, folder, ranks):
    disturbed(stop)(case, folder, ranks)
    (folder / "out/forecast.h5.part").unlink()
    before = contents(folder)
    with disturb.Run(words_of(case), folder, ranks) as work:
        work.wait_for("beginning anew")
        stop(work, folder)
        result = work.finish()
    return result, before, contents(folder)


def changed(more):
    def run(case, folder, ranks):
        disturbed(stop)(case, folder, ranks)
        before = contents(folder)
        words = [*words_of(case), *more]
        return farstep(*words, cwd=folder, ranks=ranks), before, contents(folder)
    return run


def stopped_by(name, number, ranks=(1,)):
    return Fault(f"{name}: the scheduler or the user ends a forecast",
                 f"farstep: stopped by {name}; {CHECKPOINT} holds the state, and the same command "
                 "goes on", 5, STOPPED, [forecast_case(name.lower(), ranks)], disturbed(send(number)))


CHECKPOINTS = [
    stopped_by("SIGTERM", signal.SIGTERM),
    stopped_by("SIGINT", signal.SIGINT),
    stopped_by("SIGUSR1", signal.SIGUSR1, ranks=(1, 2)),
    Fault("a file `stop` appears in the output folder",
          f"farstep: stopped by the file out/stop; {CHECKPOINT} holds the state", 5, STOPPED,
          [forecast_case("stop_file", (1, 2))], disturbed(stop_file)),
    Fault("`checkpoint.wall_limit` is over",
          f"farstep: stopped at checkpoint.wall_limit, 0.5 s; {CHECKPOINT} holds the state", 5, STOPPED,
          [forecast_case("wall_limit", (1, 2), **{"checkpoint.wall_limit": 0.5})],
          disturbed(lambda *_: None)),
    Fault("training is stopped",
          "farstep: stopped by SIGTERM; out/train.checkpoint.h5 holds the state", 5,
          resumable("train"), [dataclasses.replace(long_case("train", "stop_train"), ranks=(1,))],
          disturbed(send(signal.SIGTERM))),
    Fault("a rank is killed while it saves a checkpoint; the one before serves", KILLED, 137,
          Disk(f"as before, and `{CHECKPOINT[4:]}`, its `.part`, `forecast.h5.part`, `forecast.lock`; "
               "the same command goes on",
               lambda path: path in {CHECKPOINT, CHECKPOINT + ".part", "out/forecast.h5.part",
                                     "out/forecast.lock"}),
          [forecast_case("kill_while_saving", (2,), **{"checkpoint.every": 0.001})], go_on),
    Fault("the disk is full when a checkpoint is due, and still when the run is stopped",
          "warning: no checkpoint now, the one before stays: … farstep: error: "
          "small/forecast.checkpoint.h5…", 3,
          Disk("the checkpoint before, from which the same command goes on when there is space",
               lambda path: path.startswith("small/")),
          [dataclasses.replace(
              forecast_case("checkpoint_on_full_disk", **{"checkpoint.every": 0.2, "output": "small",
                                                          "forecast.model": "out/model.h5"}),
              spoil=on_small("size=4m"))], go_on_from_small),
    Fault("a checkpoint is truncated",
          f"{CHECKPOINT}: is truncated, damaged or no HDF5 file (…); …; --fresh begins anew without it",
          3, UNCHANGED, [forecast_case("truncated_checkpoint", (1, 2))], then(truncate(CHECKPOINT))),
    Fault("a bit of a checkpoint flips",
          f"{CHECKPOINT}: is damaged: its content does not match its checksum; …; --fresh begins anew "
          "without it", 3, UNCHANGED, [forecast_case("flipped_checkpoint")],
          then(lambda folder: flip_the_middle(folder / CHECKPOINT))),
    Fault("another program's HDF5 file has the name of the checkpoint",
          f"{CHECKPOINT}: is not a file of Farstep's …; --fresh begins anew without it", 3, UNCHANGED,
          [forecast_case("foreign_checkpoint")], then(replace_by_foreign_hdf5(CHECKPOINT))),
    Fault("another kind of file has the name of the checkpoint",
          f"{CHECKPOINT}: is a model file where a checkpoint file is needed; …; --fresh begins anew "
          "without it", 3, UNCHANGED, [forecast_case("model_for_checkpoint")],
          then(lambda folder: shutil.copy(folder / "out/model.h5", folder / CHECKPOINT))),
    Fault("the unfinished file that a checkpoint belongs to is gone",
          "warning: out/forecast.h5.part is gone, so out/forecast.checkpoint.h5 is of no use; beginning "
          "anew … stopped by SIGTERM", 5, STOPPED, [forecast_case("part_is_gone")], begins_anew),
    Fault("the deck has changed since the checkpoint",
          f"error: forecast.ensemble.seed: 9 here, but 2 when {CHECKPOINT} was saved … go on with the "
          "deck as it was, or begin anew with --fresh", 2, UNCHANGED,
          [forecast_case("changed_deck", (1, 2))], changed(["--set", "forecast.ensemble.seed=9"])),
    Fault("`--override` of a key that must not change",
          "error: --override step: a run that goes on cannot change this key; those that may change: …",
          1, UNCHANGED, [forecast_case("override_of_step")], changed(["--override", "step"])),
]

# --- Disks ---------------------------------------------------------------------------------------

IN_SMALL = {"output": "small", "train.dataset": "out/dataset.h5", "forecast.model": "out/model.h5",
            "evaluate.model": "out/model.h5"}
FULL = ("error: small/….h5 needs … of disk: …; free some space, save less, or choose another folder "
        "with 'output' in the deck")
QUICK_TUNE = {"tune.error": 1e-6, "tune.until": 5, "tune.steps": "[0.5]", "tune.bases": "[rk4]",
              "tune.hidden": "[8]", "tune.degrees": "[3]", "tune.precisions": "[double]",
              "tune.timing": "{trajectories: 64, seconds: 1e-4, repeats: 1}"}
STAGES = ("generate", "train", "forecast", "evaluate")


def small_cases(kind, options, stages=STAGES, ranks=(1, 2), **sets):
    return [Case(f"{kind}_{stage}", stage, (), sets={**IN_SMALL, **sets}, spoil=on_small(options),
                 ranks=ranks) for stage in stages]


def with_ballast(folder):
    disturb.mount(folder / "small", "size=8k")
    fill(folder / "small")


def take_the_space(work, folder):
    with work.held():
        fill(folder / "small")


def take_the_name(work, folder):
    with work.held():
        (folder / "fresh/forecast.h5").mkdir()


def lose_the_folder(work, folder):
    with work.held():
        shutil.rmtree(folder / "fresh")


def second_run(case, folder, ranks):
    """While one run is at a stage, another wants to do the same."""
    with disturb.Run(words_of(case), folder, ranks) as first:
        first.wait_for(AT_WORK[case.command])
        with first.held():
            before = contents(folder)
            result = farstep(*words_of(case), cwd=folder, ranks=ranks)
            after = contents(folder)
    return result, before, after


def with_locked_part(case, folder, ranks):
    """As HDF5 locks a file that it has open."""
    with open(folder / "out/forecast.h5.part", "w") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        return run_case(case, folder, ranks)


def lasting(name, until=1000, ranks=(1, 2), **sets):
    """A forecast of half a second."""
    return Case(name, "forecast", (), ranks=ranks,
                sets={"forecast.until": until, "forecast.save.every": until / 20,
                      "forecast.ensemble.size": 2000, "forecast.save.trajectories": "none", **sets})


FRESH = {"output": "fresh", "forecast.model": "out/model.h5"}
LASTING = "trajectory steps\n"

DISKS = [
    Fault("no space for the numbers of a file", FULL, 3, UNCHANGED, small_cases("tiny_disk", "size=8k")),
    Fault("space for the numbers, but not for their description", FULL, 3, UNCHANGED,
          small_cases("small_disk", "size=64k")),
    Fault("no space for `tuned.yaml`",
          "error: cannot write small/tuned.yaml: check the disk's free space", 3, UNCHANGED,
          [Case("tune_on_full_disk", "tune", (), sets={**IN_SMALL, **QUICK_TUNE}, spoil=with_ballast)]),
    Fault("no inode is left",
          "error: small/forecast.h5.part: cannot create 'the file': No space left on device; check …", 3,
          UNCHANGED, small_cases("no_inode", "size=10m,nr_inodes=1", ["forecast"])),
    Fault("the limit on the size of files (`ulimit -f`) is too low",
          "error: out/forecast.h5 needs … of disk: no file may exceed 16.0 MiB here (ulimit -f); …", 3,
          UNCHANGED, ["full_disk"]),
    Fault("another program fills the disk while a forecast runs: its space was claimed at the start",
          "small/forecast.h5", 0, Disk("`forecast.h5`, whole", lambda path: path.startswith("small/")),
          [dataclasses.replace(lasting("disk_fills", **IN_SMALL), spoil=on_small("size=1m"))],
          disturbed(take_the_space, LASTING)),
    Fault("the disk is mounted read-only",
          "error: cannot write into the folder small: Read-only file system; choose another with "
          "'output' in the deck", 3, UNCHANGED, small_cases("read_only", "ro")),
    Fault("the output folder cannot be made", "error: cannot create the folder /proc/farstep: …", 3,
          UNCHANGED, ["output_cannot_be_made"]),
    Fault("a file has the name of the output folder",
          "error: cannot create the folder taken: …; choose another with 'output' in the deck", 3,
          UNCHANGED, ["output_is_a_file"]),
    Fault("a folder has the name of the result",
          "error: out/forecast.h5 is a folder where a file is to be written; move it away, …", 3,
          UNCHANGED, ["a_folder_has_the_name_of_the_result"]),
    Fault("a folder takes the name of the result while a forecast runs",
          "error: cannot rename fresh/forecast.h5.part to fresh/forecast.h5: …; check the folder", 3,
          UNCHANGED, [lasting("name_is_taken", **FRESH)], disturbed(take_the_name, LASTING)),
    Fault("the output folder vanishes while a forecast runs",
          "error: …fresh/forecast.h5.part…", 3, UNCHANGED,
          [lasting("folder_vanishes", **FRESH)],
          disturbed(lose_the_folder, LASTING)),
    Fault("another run does the same stage into the same folder",
          "error: out/….lock is held by another run (process … on …); wait for it, or choose another "
          "folder with 'output' in the deck", 3, UNCHANGED,
          [dataclasses.replace(long_case(stage, f"second_{stage}"), ranks=(1, 2))
           for stage in ("generate", "train", "forecast", "evaluate", "tune")], second_run),
    Fault("another program has the unfinished file open",
          "error: out/forecast.h5.part is being written by another run; wait for it, or choose another "
          "folder with 'output' in the deck", 3, UNCHANGED, [Case("locked_part", "forecast", ())],
          with_locked_part),
]


# --- Files that are read -------------------------------------------------------------------------

# Where a file is read: the command, its file, and what makes it read that file.
START = {"train.fit": "adam", "train.adam.iterations": 50, "train.start": "start.h5"}
READERS = {
    "dataset": ("train", "out/dataset.h5", {}),
    "model": ("forecast", "out/model.h5", {}),
    "model_to_evaluate": ("evaluate", "out/model.h5", {}),
    "start": ("train", "start.h5", START),
    "states": ("forecast", "states.h5", {"forecast.ensemble.initial": "{file: states.h5}"}),
    "parameters": ("forecast", "rows.h5", {"system.parameters": "{file: rows.h5}",
                                           "forecast.corrected": "false"}),
    "info": ("info", "out/forecast.h5", {}),
}
OURS = ("dataset", "model", "model_to_evaluate", "start")


def prepare(folder):
    """The files that are not there after a run."""
    shutil.copy(folder / "out/model.h5", folder / "start.h5")
    rng = np.random.default_rng(1)
    for name, variable, width in (("states", "initial", 4), ("rows", "parameters", 1)):
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file[variable] = rng.uniform(0.1, 0.2, (256, width))


def read_cases(kind, spoil, readers=READERS):
    """`spoil` makes a spoiler of a file's name."""
    cases = []
    for reader in readers:
        command, name, sets = READERS[reader]
        cases.append(Case(f"{kind}_{reader}", command, (), sets=sets,
                          spoil=both(prepare, spoil(name)),
                          words=["info", name] if command == "info" else None,
                          ranks=(1, 2) if reader in ("dataset", "model") else (1,)))
    return cases


def cut_to(count):
    def of_name(name):
        def spoil(folder):
            (folder / name).write_bytes((folder / name).read_bytes()[:count])
        return spoil
    return of_name


def flip(name):
    return lambda folder: flip_the_middle(folder / name)


def later_hdf5(name):
    """A superblock of a version to come."""
    def spoil(folder):
        data = bytearray((folder / name).read_bytes())
        data[8] = 99
        (folder / name).write_bytes(bytes(data))
    return spoil


def later_farstep(name):
    def change(file):
        file.attrs["farstep_version"] = "99.0.0"
        file.attrs["unheard_of"] = 1
        file["unheard_of"] = np.zeros(3)
    return copy_with(name, change)


def other_kind(name):
    return lambda folder: shutil.copy(folder / "out/forecast.h5", folder / name)


def claim(name):
    """Shapes of terabytes in a file of a few KiB."""
    def spoil(folder):
        with h5py.File(folder / name, "w") as file:
            for variable in ("initial", "parameters"):
                file.create_dataset(variable, (10**12, 4 if variable == "initial" else 1),
                                    chunks=(1024, 1))
    return spoil


UNREADABLE = "FILE: is truncated, damaged or no HDF5 file (…)"


def runs_anew(case, folder, ranks):
    result, before, after = run_case(case, folder, ranks)
    succeed("info", "out/model.h5", cwd=folder)
    return result, before, after


FILES = [
    Fault("a file is truncated", UNREADABLE, 3, UNCHANGED, read_cases("truncated", truncate)),
    Fault("a file is empty", UNREADABLE, 3, UNCHANGED, read_cases("empty", cut_to(0))),
    Fault("a file ends within its first block", UNREADABLE, 3, UNCHANGED,
          read_cases("stub", cut_to(64))),
    Fault("a file is text", UNREADABLE, 3, UNCHANGED, read_cases("text", replace_by_text)),
    Fault("the first KiB of a file are overwritten", "FILE: …; …", 3, UNCHANGED,
          read_cases("header", overwrite_header, [*OURS, "info"])),
    Fault("a file has a format of HDF5 that is still to come", "FILE: …; …", 3, UNCHANGED,
          read_cases("later_hdf5", later_hdf5)),
    Fault("a bit of a file of Farstep's flips",
          "FILE: is damaged: its content does not match its checksum; …", 3, UNCHANGED,
          read_cases("flipped", flip, OURS)),
    Fault("another program wrote the file",
          "FILE: is not a file of Farstep's (it has no attribute 'farstep_kind'); 'farstep … DECK' "
          "writes such a … file", 3, UNCHANGED,
          read_cases("foreign", replace_by_foreign_hdf5, OURS)),
    Fault("it is another kind of file of Farstep's",
          "FILE: is a forecast file where a … file is needed; 'farstep … DECK' writes one", 3,
          UNCHANGED, read_cases("other_kind", other_kind, OURS)),
    Fault("a file is a folder", "FILE: is not a file; …", 3, UNCHANGED,
          read_cases("folder", replace_by_folder)),
    Fault("a file is missing", "FILE: does not exist; …", 3, UNCHANGED,
          read_cases("missing", lambda name: lambda folder: (folder / name).unlink())),
    Fault("a file of some KiB claims to hold terabytes",
          "FILE: 'initial' claims to be larger than its file; the file is damaged or was never filled",
          3, UNCHANGED, read_cases("claim", claim, ["states"])),
    Fault("a later version of Farstep wrote the file, with more in it: what is known is read",
          "forecast … out/forecast.h5", 0, made("forecast.h5"),
          read_cases("later_farstep", later_farstep, ["model"])),
    Fault("a result that `run` finds is damaged: it is made anew", "out/dataset.h5 is up to date … train",
          0, Made("`model.h5` and what depends on it, whole",
                  lambda path: path in {"out/model.h5", "out/forecast.h5", "out/evaluation.h5"}),
          [Case("reuse", "run", (), spoil=truncate("out/model.h5"), ranks=(1, 2))], runs_anew),
    Fault("a file was made for another system",
          "error: …: made for henon_heiles, but the deck is about elastic_pendulum; choose another file "
          "or make this one anew", 3, UNCHANGED,
          ["dataset_of_another_system", "model_of_another_system",
           "model_of_another_system_to_evaluate"]),
]

# --- Memory --------------------------------------------------------------------------------------

HUGE = 10**12


def address_space(gibibytes):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (gibibytes << 30,) * 2)


def memory_case(name, command, **sets):
    return Case(name, command, (), sets={"memory": "100 TiB", **sets}, ranks=(1, 2))


NO_MEMORY = ("out of memory: use more ranks or nodes, a smaller ensemble, or a lower memory limit in the "
             "deck")

MEMORY = [
    Fault("an ensemble larger than all memory is generated", "error: …disk…", 3, UNCHANGED,
          [memory_case("huge_dataset", "generate", **{"ensemble.size": HUGE})]),
    Fault("… is forecast at once, as the deck's `memory` says", NO_MEMORY, 3, UNCHANGED,
          [memory_case("huge_forecast", "forecast", **{"forecast.ensemble.size": HUGE})]),
    Fault("… is evaluated", NO_MEMORY, 3, UNCHANGED,
          [memory_case("huge_evaluation", "evaluate", **{"evaluate.ensemble.size": HUGE})]),
    Fault("the limit on memory (`ulimit -v`) is below what a forecast takes", NO_MEMORY, 3, UNCHANGED,
          [dataclasses.replace(
              memory_case("address_space", "forecast",
                          **{"forecast.ensemble.size": 400000000, "forecast.save.trajectories": "none"}),
              limits=address_space(3))]),
]

# --- Numbers -------------------------------------------------------------------------------------


def bad_states(value):
    rows = np.full((256, 4), 0.1)
    rows[200, 2] = value
    return states(initial=rows)


FROM_STATES = {"forecast.ensemble.initial": "{file: states.h5}"}
DIVERGING = "{iterations: 200, learning_rate: 3e153, warm_up: 0.9}"


def with_status(status, file="out/forecast.h5"):
    """The file says which trajectory failed, why, and when."""
    def run(case, folder, ranks):
        result, before, after = run_case(case, folder, ranks)
        with h5py.File(folder / file) as stored:
            assert set(stored["failed_status"][...]) == {status}
            assert np.all(np.isfinite(stored["failed_time"]))
            assert len(stored["failed_trajectory"]) == stored.attrs["failed_trajectories"]
        return result, before, after
    return run


def with_divergence(case, folder, ranks):
    """The model is there, and says that it is not what was asked for."""
    result, before, after = run_case(case, folder, ranks)
    with h5py.File(folder / "out/model.h5") as model:
        assert model.attrs["diverged_after"] > 0
        assert np.all(np.isfinite(model["weights"]))
        assert np.all(np.isfinite(model["history/validation_loss"]))
    succeed("forecast", "deck.yaml", cwd=folder)
    return result, before, contents(folder) | {"out/forecast.h5": before["out/forecast.h5"]}


NUMBERS = [
    Fault("one initial state of a file is NaN: its trajectory fails at t = 0 with status 1",
          "256 trajectories … 1 failed", 0, made("forecast.h5"),
          [Case("nan_state", "forecast", (), sets=FROM_STATES, spoil=bad_states(np.nan), ranks=(1, 2))],
          with_status(1)),
    Fault("… is infinite", "256 trajectories … 1 failed", 0, made("forecast.h5"),
          [Case("infinite_state", "forecast", (), sets=FROM_STATES, spoil=bad_states(np.inf))],
          with_status(1)),
    Fault("a trajectory explodes: status 1", "256 trajectories … 1 failed", 0, made("forecast.h5"),
          [Case("explosion", "forecast", (), sets={**FROM_STATES, "forecast.corrected": "false"},
                spoil=bad_states(1e100), ranks=(1, 2))], with_status(1)),
    Fault("a trajectory needs endless steps of an adaptive scheme: status 3",
          "256 trajectories … 1 failed", 0, made("forecast.h5"),
          [Case("endless_steps", "forecast", (), ranks=(1, 2), spoil=bad_states(50),
                text="system: henon_heiles\nstep: 0.5\nscheme: dop853\noutput: out\n"
                     "forecast: {corrected: false, until: 20, ensemble: {size: 256, initial: "
                     "{file: states.h5}}}\n")], with_status(3)),
    Fault("every trajectory fails, and `failure_fraction` allows it (the default)",
          "256 trajectories … 256 failed", 0, made("forecast.h5"),
          [Case("all_fail", "forecast", (), sets={"limits": "{qx: [5, 6]}"}, ranks=(1, 2))],
          with_status(2)),
    Fault("… and it allows less",
          "error: 256 of 256 trajectories failed, more than the deck's failure_fraction 0.1 allows; the "
          "files tell which", 4, made("forecast.h5"),
          [Case("all_fail_too_many", "forecast", (), ranks=(1, 2),
                sets={"limits": "{qx: [5, 6]}", "failure_fraction": 0.1})], with_status(2)),
    Fault("every reference trajectory has failed when training begins", "error: …", 3, UNCHANGED,
          [Case("nothing_to_learn", "train", (), ranks=(1, 2),
                spoil=copy_with("out/dataset.h5",
                                lambda file: file["status"].write_direct(np.ones(64, np.int8))))]),
    Fault("a system's parameters in a file are not finite", "error: rows.h5: 'parameters' holds "
          "parameters that are not finite", 3, UNCHANGED, ["parameters_not_finite"]),
    Fault("weights of a model are NaN",
          "error: out/model.h5: the model holds weights that are not finite; train it anew", 3, UNCHANGED,
          ["model_with_nan_weights", "model_with_nan_weights_to_evaluate"]),
    Fault("states of a dataset are NaN although its trajectories are complete",
          "error: …out/dataset.h5: holds numbers that are not finite in trajectories whose status is "
          "complete; make it anew", 3, UNCHANGED, ["dataset_with_nan_states"]),
    Fault("the loss is not finite from the start",
          "error: the loss is not finite after … iterations; lower train.adam.learning_rate (now 1e+200)",
          3, UNCHANGED, ["diverging_fit"]),
    Fault("the loss diverges while Adam trains: the best network until then is kept, with the attribute "
          "`diverged_after`",
          "warning: the loss was no longer finite after … iterations of adam; the best network until then "
          "is kept. Lower train.adam.learning_rate (now 3e+153)", 0, made("model.h5"),
          [Case("late_divergence", "train", (), ranks=(1, 2),
                sets={"train.fit": "adam", "train.adam": DIVERGING,
                      "train.approximator.activation": "tanh"})], with_divergence),
    Fault("Adam diverges at once after ridge regression: that network is kept",
          "warning: the loss was no longer finite after … iterations of adam", 0, made("model.h5"),
          [Case("divergence_after_ridge", "train", (), ranks=(1, 2),
                sets={"train.fit": "[ridge, adam]",
                      "train.adam": "{iterations: 200, learning_rate: 1e200}"})], with_divergence),
    Fault("the corrector that was found is worse than none",
          "warning: a step is no better with this corrector than without it", 0, made("model.h5"),
          [Case("useless", "train", (), sets={"train.fit": "adam", "train.adam":
                                              "{iterations: 200, learning_rate: 1000}"})]),
    Fault("no initial state has the energy that the deck asks for",
          "error: ….initial: no state with an energy in the given range was found in a million draws from "
          "the box; widen the range or change the box", 2, UNCHANGED,
          ["impossible_energy_shell", "impossible_energy_shell_of_a_forecast"]),
    Fault("a forecast has more steps than can ever be taken", "error: …until…", 2, UNCHANGED,
          ["endless_forecast"]),
]

# --- Decks and command lines ---------------------------------------------------------------------


def garbage(folder):
    (folder / "garbage.yaml").write_bytes(np.random.default_rng(1).bytes(4096))


DECKS = [
    Fault("the deck is missing", "error: …dek.yaml…deck.yaml", 2, UNCHANGED, ["no_such_deck"]),
    Fault("the deck is a folder", "error: …out…folder", 2, UNCHANGED, ["deck_is_a_folder"]),
    Fault("the deck is one of the results", "error: …HDF5", 2, UNCHANGED, ["deck_is_a_result"]),
    Fault("the deck is random bytes", "error: …garbage.yaml…", 2, UNCHANGED,
          [Case("garbage", "", (), words=["run", "garbage.yaml"], spoil=garbage, ranks=(1, 2))]),
    Fault("the deck is empty", "error: …empty", 2, UNCHANGED, ["empty_deck", "deck_of_comments"]),
    Fault("the deck is no YAML", "error: deck.yaml:…YAML", 2, UNCHANGED, ["deck_is_not_yaml"]),
    Fault("a key or a name is misspelt", "error: …deck.yaml:…^…", 2, UNCHANGED,
          ["unknown_key", "misspelt_system"]),
    Fault("there are several mistakes: all are told at once", "deck.yaml:1:…deck.yaml:3:…deck.yaml:4:", 2,
          UNCHANGED, ["all_mistakes_at_once"]),
    Fault("there is no such command", "error: …forcast…forecast", 1, UNCHANGED, ["unknown_subcommand"]),
    Fault("there is no such option", "error: …--fast", 1, UNCHANGED, ["unknown_flag"]),
]


@dataclasses.dataclass
class Section:
    title: str
    faults: typing.Sequence[Fault]


SECTIONS = [
    Section("Processes", PROCESSES),
    Section("Stops and checkpoints", CHECKPOINTS),
    Section("Disks and folders", DISKS),
    Section("Files that are read", FILES),
    Section("Memory", MEMORY),
    Section("Numbers and trajectories", NUMBERS),
    Section("Decks and command lines", DECKS),
]

HEAD = """\
<!--
SPDX-FileCopyrightText: 2026 The Farstep Authors
SPDX-License-Identifier: BSD-3-Clause
Generated by tests/cli/faults.py; do not edit.
-->
# Faults

What goes wrong, what the user then sees, what the program returns to the shell, and what is on disk.
A test brings about every row, most of them on one rank and on two. … stands for what differs; FILE for
the name of the file. Files take their final names when they are whole, so that a file with a final name
is good whatever happened. Under `mpirun`, 137 is what Open MPI returns for a rank that was killed.
"""


def sees_in(fault, case):
    """What a case is to show: with the name of the file that it reads."""
    reader = next((r for r in READERS if case.name.endswith("_" + r)), None)
    return fault.sees.replace("FILE", READERS[reader][1]) if reader else fault.sees


def fault_of(name):
    """The row that a case of bad_input_test.py belongs to, or none."""
    return next((fault for section in SECTIONS for fault in section.faults if name in fault.cases), None)


def page():
    lines = [HEAD]
    for section in SECTIONS:
        lines += [f"## {section.title}\n", "| fault | what the user sees | exit code | on disk |",
                  "|---|---|---|---|"]
        for fault in section.faults:
            message = f"`{fault.sees.strip()}`" if fault.sees else ""
            lines.append(f"| {fault.what} | {message} | {fault.code} | {fault.disk.text} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")
