"""What a search had found after some trials, or after some time."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.experiment.data import Array
from tests.benchmarks.experiment.records import Run

__all__ = ["N_TRIALS", "YARDSTICK", "best_test", "ends", "share", "trials_within", "yardsticks"]

N_TRIALS = 100
YARDSTICK = "hpo-random"
"""The search whose time for `N_TRIALS` is the time that all have."""


def best_test(run: Run, n: int) -> float:
    """The test loss of the trial that was the best of the first `n`; NaN before one is complete."""
    found = [row.test for row in run.rows[:n] if row.test is not None]
    return found[-1] if found else float("nan")


def ends(run: Run, *, times: float = 1.0) -> Array:
    """Seconds from the start until each trial had ended, shape (n,), if trainings took so many times as long."""
    return np.cumsum([row.framework + times * row.training for row in run.rows])


def trials_within(run: Run, seconds: float, *, times: float = 1.0) -> int:
    """How many trials had ended by then, if trainings took so many times as long."""
    return int(np.searchsorted(ends(run, times=times), seconds, side="right"))


def share(run: Run) -> float:
    """The part of the time of the first trials that the framework took."""
    rows = run.rows[:N_TRIALS]
    framework = sum(row.framework for row in rows)
    return framework / (framework + sum(row.training for row in rows))


def yardsticks(runs: list[Run], *, times: float = 1.0) -> dict[tuple[str, int], float]:
    """The seconds that all have, by task and seed, if trainings took so many times as long."""
    return {
        (run.task, run.seed): float(ends(run, times=times)[N_TRIALS - 1]) for run in runs if run.method == YARDSTICK
    }
