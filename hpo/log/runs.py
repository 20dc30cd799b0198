"""Runs that may be going on: what each of them meant to do when it began, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from hpo.events import RunLimits, TrialStarted
from hpo.history.running import RunningTrial

__all__ = ["OpenRun", "Runs"]

_MOST = 256  # workers that are remembered, before those are forgotten that run nothing


@final
@dataclass(frozen=True)
class OpenRun:
    """A run, or several of one worker that overlap.

    Args:
        worker: Which process it is of, as `TrialStarted` names it.
        began: When its first trial began, in seconds since 1970.
        limits: How far it means to go.
        n_begun: New trials that it has begun.
        n_running: Trials of it that run now.
    """

    worker: str | None
    began: float
    limits: RunLimits
    n_begun: int = 0
    n_running: int = 0


@final
class Runs:
    """The latest run of each worker. The log does not say when a run ends: it goes on while a trial of it runs.

    Attributes:
        workers: Those of whose runs it knows, each with the number of new trials that it has begun, which the ledger
            counts.
    """

    def __init__(self) -> None:
        self.workers: dict[str | None, int] = {}  # apart from the rest, because it changes with each trial
        self._latest: dict[str | None, OpenRun] = {}

    def going_on(self, running: Mapping[int, RunningTrial]) -> tuple[OpenRun, ...]:
        """The runs with a trial among those that run now."""
        if not self._latest:
            return ()
        counts: dict[str | None, int] = {}
        for trial in running.values():
            if not trial.is_by_hand:
                counts[trial.worker] = counts.get(trial.worker, 0) + 1
        return tuple(
            replace(run, n_begun=self.workers[worker], n_running=counts[worker])
            for worker, run in self._latest.items()
            if worker in counts
        )

    def begin(self, event: TrialStarted, limits: RunLimits, number: int, running: Mapping[int, RunningTrial]) -> None:
        """Take the first start of a run, that of one of the trials which run now."""
        busy = {trial.worker for trial in running.values() if trial.number != number and not trial.is_by_hand}
        before = self._latest.get(event.worker)
        if before is not None and event.worker in busy:  # it has not ended, so there are two in one process
            self._latest[event.worker] = replace(before, limits=_together(before.limits, limits))
            return
        if len(self._latest) >= _MOST:
            self._latest = {worker: run for worker, run in self._latest.items() if worker in busy}
            self.workers = {worker: self.workers[worker] for worker in self._latest}
        self._latest[event.worker] = OpenRun(event.worker, event.time, limits)
        self.workers[event.worker] = 0

    def dump(self) -> list[list[Any]]:
        """All of it as JSON, for `load`."""
        return [[worker, run.began, *run.limits, self.workers[worker]] for worker, run in self._latest.items()]

    @classmethod
    def load(cls, dump: Sequence[Sequence[Any]]) -> Runs:
        """What was dumped."""
        runs = cls()
        for worker, began, n_trials, until, budgets, n_begun in dump:
            runs._latest[worker] = OpenRun(worker, began, RunLimits.of(n_trials, until, budgets))
            runs.workers[worker] = n_begun
        return runs


def _together(a: RunLimits, b: RunLimits) -> RunLimits:
    """How far two runs go that share their trials; without a limit if one of them has none."""
    n_trials = None if a.n_trials is None or b.n_trials is None else a.n_trials + b.n_trials
    until = None if a.until is None or b.until is None else max(a.until, b.until)
    return RunLimits(n_trials, until, a.budgets if a.budgets == b.budgets else ())
