"""Studies on stored learning curves, with workers of a simulated clock."""

from __future__ import annotations

import heapq
import importlib
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hpo.exceptions import SearchSpaceExhausted
from tests.benchmarks.curves import N_STEPS, Table
from tests.benchmarks.syne_tune_study import SyneTuneStudy

__all__ = ["METHODS", "Run", "replay"]

η = 3


@dataclass(frozen=True)
class Run:
    """What came of a study.

    Args:
        to_target: When a completed trial had first reached the target, in trainings per worker; inf if never.
        best_of_first: The best completed one among the first trials.
        n_trials: How many were begun.
    """

    to_target: float
    best_of_first: float
    n_trials: int


def replay(method: str, table: Table, *, n_workers: int, n_first: int, target: float, horizon: float, seed: int) -> Run:
    """Run a study until it has reached the target and the first trials have ended, or the horizon.

    Args:
        method: One of `METHODS`.
        n_first: How many trials to wait for.
        target, horizon: A loss, and a time in trainings per worker.
    """
    library, make, reports = METHODS[method]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = make(importlib.import_module(library), table, seed)
        return _Clock(study, table, reports, n_first, target, horizon).run(n_workers)


class _Clock:
    """Lets each worker begin a trial, make its reports when their time has come, and end it."""

    def __init__(self, study: Any, table: Table, reports: bool, n_first: int, target: float, horizon: float) -> None:
        self.study, self.table, self.reports, self.n_first = study, table, reports, n_first
        self.target, self.horizon = target, horizon
        self.queue: list[tuple[float, int, Any, int, int]] = []
        self.n_trials = 0
        self.first_left = set(range(n_first))
        self.best_of_first = self.to_target = math.inf

    def run(self, n_workers: int) -> Run:
        for _ in range(n_workers):
            self.begin(0.0)
        while self.queue:
            time, _, trial, row, step = heapq.heappop(self.queue)
            if time > self.horizon or (self.to_target < math.inf and not self.first_left):
                break
            self.step(time, trial, row, step)
        return Run(self.to_target, self.best_of_first, self.n_trials)

    def begin(self, time: float) -> None:
        try:
            trial = self.study.ask()
        except SearchSpaceExhausted:
            return  # every configuration of the table has been tried: the worker rests
        self.n_trials = max(self.n_trials, trial.number + 1)
        indices = {name: trial.suggest_int(name, 0, size - 1) for name, size in self.table.sizes.items()}
        self.go_on(time, trial, self.table.row(indices), getattr(trial, "resume_step", 0) or 1)

    def go_on(self, time: float, trial: Any, row: int, step: int) -> None:
        n_steps = 1 if self.reports else N_STEPS + 1 - step
        end = time + n_steps * self.table.costs[row] / N_STEPS
        heapq.heappush(self.queue, (end, trial.number, trial, row, step + n_steps - 1))

    def step(self, time: float, trial: Any, row: int, step: int) -> None:
        loss = float(self.table.losses[row, step - 1])
        state = _states(self.study)
        if step == N_STEPS:
            self.study.tell(trial, loss)
            self.first_left.discard(trial.number)
            if trial.number < self.n_first:
                self.best_of_first = min(self.best_of_first, loss)
            if loss <= self.target:
                self.to_target = min(self.to_target, time)
        else:
            trial.report(loss, step)
            if getattr(self.study.pruner, "pauses", False):
                if not trial.should_pause():
                    self.go_on(time, trial, row, step + 1)
                    return
                self.study.tell(trial, state=state.PAUSED)
            elif trial.should_prune():
                self.study.tell(trial, state=state.PRUNED)
            else:
                self.go_on(time, trial, row, step + 1)
                return
            self.first_left.discard(trial.number)
        self.begin(time)


def _study(
    pruner: str, pruning: Mapping[str, Any] | None = None, sampler: str = "RandomSampler", **options: Any
) -> Callable[[Any, Table, int], Any]:
    def make(library: Any, table: Table, seed: int) -> Any:
        library.logging.set_verbosity(library.logging.ERROR)
        return library.create_study(
            sampler=getattr(library.samplers, sampler)(seed=seed, **options),
            pruner=getattr(library.pruners, pruner)(**(pruning or {})),
            study_name=f"study {seed}",
        )

    return make


def _syne_tune(kind: str, **options: Any) -> Callable[[Any, Table, int], Any]:
    return lambda library, table, seed: SyneTuneStudy(kind, table.sizes, N_STEPS, seed, **options)


def _states(study: Any) -> Any:
    """The library's own states of trials."""
    library = importlib.import_module(
        "hpo" if isinstance(study, SyneTuneStudy) else type(study).__module__.split(".")[0]
    )
    return library.trial.TrialState


_HALVING = {"min_resource": 3, "reduction_factor": η}
_BANDS = {**_HALVING, "min_resource": 1, "max_resource": N_STEPS}
_PROMOTING = {**_HALVING, "mode": "promote"}

METHODS: dict[str, tuple[str, Callable[[Any, Table, int], Any], bool]] = {
    "random": ("hpo", _study("NopPruner"), False),
    "median": ("hpo", _study("MedianPruner"), True),
    "median, Optuna": ("optuna", _study("MedianPruner"), True),
    "ASHA, stop": ("hpo", _study("SuccessiveHalvingPruner", _HALVING), True),
    "ASHA, Optuna": ("optuna", _study("SuccessiveHalvingPruner", _HALVING), True),
    "ASHA, Syne Tune": ("syne_tune", _syne_tune("ASHA", grace_period=3, reduction_factor=η), True),
    "ASHA, promote": ("hpo", _study("SuccessiveHalvingPruner", _PROMOTING), True),
    "PASHA": ("hpo", _study("SuccessiveHalvingPruner", {**_PROMOTING, "progressive": True}), True),
    "Hyperband": ("hpo", _study("HyperbandPruner", _BANDS), True),
    "Hyperband, Optuna": ("optuna", _study("HyperbandPruner", _BANDS), True),
    "learning curve": ("hpo", _study("LearningCurvePruner", {"max_resource": N_STEPS + 1}), True),
    "TPE": ("hpo", _study("NopPruner", None, "TPESampler"), False),
    "TPE, Optuna": ("optuna", _study("NopPruner", None, "TPESampler"), False),
    "TPE + learning curve": ("hpo", _study("LearningCurvePruner", {"max_resource": N_STEPS + 1}, "TPESampler"), True),
    "TPE + ASHA": ("hpo", _study("SuccessiveHalvingPruner", _HALVING, "TPESampler"), True),
    "TPE + Hyperband": ("hpo", _study("HyperbandPruner", _BANDS, "TPESampler"), True),
    "TPE + ASHA, Optuna": ("optuna", _study("SuccessiveHalvingPruner", _HALVING, "TPESampler"), True),
    "BOHB": ("hpo", _study("HyperbandPruner", _BANDS, "TPESampler", multi_fidelity=True), True),
    "BOHB, Syne Tune": ("syne_tune", _syne_tune("BOHB", grace_period=3, reduction_factor=η), True),
    "BOHB, ASHA": ("hpo", _study("SuccessiveHalvingPruner", _HALVING, "TPESampler", multi_fidelity=True), True),
    "BOHB, promote": ("hpo", _study("SuccessiveHalvingPruner", _PROMOTING, "TPESampler", multi_fidelity=True), True),
    "TPE + Hyperband, Optuna": ("optuna", _study("HyperbandPruner", _BANDS, "TPESampler"), True),
}
"""By name: the library, how a study is made, and whether its trials report."""
