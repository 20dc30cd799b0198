"""The experiment's tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from tests.benchmarks.experiment.data import TASKS
from tests.benchmarks.experiment.methods import METHODS
from tests.benchmarks.experiment.progress import N_TRIALS, YARDSTICK, best_test, share, trials_within, yardsticks
from tests.benchmarks.experiment.records import Run, read

__all__ = ["interval", "shown"]

RIVAL = "hpo-default"
"""Beside which the others stand."""

_HEAD = [
    "method", "seeds", f"{N_TRIALS} trials", "beside our default", "equal seconds", "beside our default", "trials then",
    "trainings of 1 s: equal seconds", "framework, s for 100 trials", "its share of the time",
]  # fmt: skip


def shown(folder: Path) -> str:
    """All tables of a folder, as Markdown."""
    runs = read(folder)
    parts = [part for task in TASKS for part in _task([run for run in runs if run.task == task], task)]
    return "\n".join([*parts, *_installed(folder / "installed.jsonl")])


def _task(runs: list[Run], task: str) -> Iterator[str]:
    seconds = yardsticks(runs)
    if not seconds:
        return
    training = np.mean([row.training for run in runs if run.method == YARDSTICK for row in run.rows[:N_TRIALS]])
    times = 1.0 / float(training)
    longer = yardsticks(runs, times=times)
    yield f"\n{task}: a training took {training:.3f} s on average, {N_TRIALS} trials at random "
    yield f"{np.mean(list(seconds.values())):.1f} s; 1000 · (test loss − the truth's), mean and interval of 90 %\n"
    yield from _lines([_HEAD, ["---"] * len(_HEAD)])
    equal, at_time, at_longer = ({run.name: value for run, value in _measured(runs, kind, seconds, longer, times)}
                                 for kind in ("trials", "seconds", "longer"))  # fmt: skip
    for method in METHODS:
        ours = [run for run in runs if run.method == method and (task, run.seed) in seconds]
        if not ours:
            continue
        rows = [share(run) for run in ours]
        framework = [sum(row.framework for row in run.rows[:N_TRIALS]) for run in ours]
        n_trials = np.mean([trials_within(run, seconds[task, run.seed]) for run in ours])
        yield from _lines(
            [
                [
                    method, str(len(ours)),
                    interval([equal[run.name] for run in ours]), _beside(ours, equal),
                    interval([at_time[run.name] for run in ours]), _beside(ours, at_time), f"{n_trials:.0f}",
                    interval([at_longer[run.name] for run in ours]),
                    f"{np.mean(framework):.2f}", f"{100 * float(np.mean(rows)):.0f} %",
                ]
            ]
        )  # fmt: skip


def _measured(
    runs: list[Run],
    kind: str,
    seconds: dict[tuple[str, int], float],
    longer: dict[tuple[str, int], float],
    times: float,
) -> Iterator[tuple[Run, float]]:
    """What each run had found on the test set at one of the three points, above the truth, in thousandths."""
    for run in runs:
        key = run.task, run.seed
        if key not in seconds:
            continue
        n = N_TRIALS
        if kind == "seconds":
            n = trials_within(run, seconds[key])
        elif kind == "longer":
            n = trials_within(run, longer[key], times=times)
        yield run, 1000 * (best_test(run, n) - run.truth)


def _beside(runs: list[Run], found: dict[tuple[str, str, int], float]) -> str:
    """By how much a method's losses are larger than our default's of the same seeds; bold where ours loses."""
    pairs = [(found[run.name], found.get((run.task, RIVAL, run.seed))) for run in runs]
    differences = [theirs - ours for theirs, ours in pairs if ours is not None]
    if runs[0].method == RIVAL or len(differences) < 2:
        return ""
    text = interval(differences, sign="+")
    return f"**{text}**" if _ends(differences)[1] < 0 else text


def interval(values: Sequence[float], *, sign: str = "") -> str:
    """The mean and an interval of 90 %, by Student's t."""
    if len(values) < 2:
        return f"{values[0]:{sign}.1f}"
    low, high = _ends(values)
    return f"{np.mean(values):{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def _ends(values: Sequence[float]) -> tuple[float, float]:
    mean = float(np.mean(values))
    half = float(student.ppf(0.95, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean - half, mean + half


def _installed(path: Path) -> Iterator[str]:
    if not path.exists():
        return
    head = ["library", "pip install, s", "its first result, s", "both, s of the processor", "MB", "packages", "lines"]
    yield "\n"
    yield from _lines([head, ["---"] * len(head)])
    found = {one["library"]: one for one in map(json.loads, path.read_text().splitlines())}
    for one in found.values():
        times = [f"{one['install']:.0f}", f"{one['first']:.1f}", f"{one['processor']:.1f}"]
        sizes = [f"{one['bytes'] / 1e6:.0f}", str(one["packages"]), str(one["lines"])]
        yield from _lines([[one["library"], *times, *sizes]])


def _lines(rows: list[list[str]]) -> Iterator[str]:
    for row in rows:
        yield "| " + " | ".join(row) + " |"
