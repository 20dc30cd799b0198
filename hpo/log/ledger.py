"""The one state machine: it folds events, in the order of the log, into what is known of a study."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Any, final

import numpy as np

from hpo.arrays import JSON
from hpo.events import (
    AttributeSet,
    Event,
    PlanDeclared,
    SpaceDeclared,
    StudyCreated,
    StudyDirection,
    StudyRenamed,
    TrialDeleted,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
    fits,
)
from hpo.history import History
from hpo.history.columns import Columns
from hpo.history.dump import Dump
from hpo.history.finished import Finished, violation
from hpo.history.reports import Reports
from hpo.history.running import RunningTrial
from hpo.history.space_table import SpaceTable
from hpo.log.codec import Row, decode, encode
from hpo.log.runs import OpenRun, Runs
from hpo.space import Space

__all__ = ["Ledger"]

_UNFINISHED, _DELETED = -1, -2
_COMPLETE, _RUNNING, _WAITING = TrialState.COMPLETE, TrialState.RUNNING, TrialState.WAITING


@final
class Ledger:
    """Everything that follows from a prefix of a log.

    Attributes:
        position: Length of the prefix.
        header: Its first event.
        running, waiting: Unfinished trials by number, in the order in which they started or were queued.
        spaces: Declared spaces by digest.
        plans: Declared plans by digest.
        space: All parameters of finished trials, each with its latest distribution.
        user_attrs, system_attrs: Of the study.
    """

    header: StudyCreated

    def __init__(self) -> None:
        self.position = 0
        self.running: dict[int, RunningTrial] = {}
        self.waiting: dict[int, TrialQueued] = {}
        self.spaces: dict[str, Space] = {"": Space()}
        self.plans: dict[str, PlanDeclared] = {}
        self.space = Space()
        self.user_attrs: dict[str, JSON] = {}
        self.system_attrs: dict[str, JSON] = {}
        self._rows = array("q")  # by number: its row, or one of the constants above
        self._latest = self.space
        self._retried: set[int] = set()
        self._counts = dict.fromkeys(TrialState, 0)
        self._columns = Columns(np.ones(1))  # of no study yet
        self._dropped: set[int] = set()  # deleted trials that still have rows
        self._runs = Runs()
        self._best: tuple[float, int] | None = None
        self._best_feasible: tuple[float, int] | None = None

    @property
    def n_trials(self) -> int:
        """Trials of every state; also the number that the next one gets."""
        return len(self._rows)

    @property
    def directions(self) -> tuple[StudyDirection, ...]:
        return self.header.directions

    @property
    def columns(self) -> Columns:
        """The finished trials, without the deleted ones."""
        if self._dropped:
            self._drop()
        return self._columns

    @property
    def best(self) -> int | None:
        """Number of the trial with the smallest loss among the complete ones; of equal ones the lowest."""
        if self._dropped:
            self._drop()
        return None if self._best is None else self._best[1]

    @property
    def best_feasible(self) -> int | None:
        """Number of the best trial among those that violate no constraint."""
        if self._dropped:
            self._drop()
        return None if self._best_feasible is None else self._best_feasible[1]

    def count(self, state: TrialState) -> int:
        """How many trials are in a state."""
        if state is _RUNNING:
            return len(self.running)
        if state is _WAITING:
            return len(self.waiting)
        return self._counts[state]

    def state(self, number: int) -> TrialState:
        """The state of a trial that is known."""
        if number in self.running:
            return TrialState.RUNNING
        if number in self.waiting:
            return TrialState.WAITING
        return self._columns.state_at(self._rows[number])

    def has_row(self, number: int) -> bool:
        """Whether a trial has finished, or is paused."""
        return self._rows[number] >= 0

    def is_known(self, number: int) -> bool:
        """Whether there is a trial of that number, and it has not been deleted."""
        return 0 <= number < len(self._rows) and self._rows[number] != _DELETED

    @property
    def numbers(self) -> list[int]:
        """Of all trials that have not been deleted."""
        return [number for number, row in enumerate(self._rows) if row != _DELETED]

    def row(self, number: int) -> int:
        """Where a finished or paused trial stands in the `columns`."""
        if self._dropped:
            self._drop()
        return self._rows[number]

    def finished(self, number: int) -> Finished:
        """All that is known of a finished or paused trial."""
        return self._columns.finished(self._rows[number], self.position)

    def runs(self) -> tuple[OpenRun, ...]:
        """The runs that go on, by the log: those of which a trial is running."""
        return self._runs.going_on(self.running)

    def history(self) -> History:
        """The view that the sampler of a trial gets which starts now."""
        if self._dropped:
            self._drop()
        running = tuple(self.running.values())
        return History(self._columns, self._columns.size, self.space, running, position=self.position)

    def dump(self) -> Dump:
        """All that is known, for `load`; whatever is folded later does not change it."""
        table = SpaceTable()
        columns = self.columns.dump(table.index)
        values = {
            "position": self.position,
            "header": encode(self.header),
            "n_trials": len(self._rows),
            "running": [trial.dump(table.index) for trial in self.running.values()],
            "waiting": [[number, encode(queued)] for number, queued in self.waiting.items()],
            "declared": [[digest, table.index(space)] for digest, space in self.spaces.items()],
            "plans": [list(plan) for plan in self.plans.values()],
            "runs": self._runs.dump(),
            "space": table.index(self.space),
            "best": [self._best, self._best_feasible],
            "study attributes": [dict(self.user_attrs), dict(self.system_attrs)],
        }
        retried = np.array(sorted(self._retried), dtype=np.int64)
        return columns | Dump({"retried": retried}, {**values, "spaces": table.dump()})

    @classmethod
    def load(cls, dump: Dump) -> Ledger:
        """What had been known.

        Raises:
            Exception: Of any class, if it is not what `dump` returned; what is damaged is seldom seen here.
        """
        ledger, values = cls(), dump.values
        spaces = SpaceTable.load(values["spaces"])
        ledger.apply([decode(Row(*values["header"]))])
        ledger.position = values["position"]
        ledger._columns = Columns.load(ledger._columns.signs, dump, spaces)
        for trial in values["running"]:
            reports = {step: tuple(value) if type(value) is list else value for step, value in trial["reports"]}
            known = Reports(ledger._signs, reports) if reports else ledger._no_reports
            ledger.running[trial["number"]] = RunningTrial.load(trial, spaces, known)
        for number, row in values["waiting"]:
            queued = decode(Row(*row))
            assert isinstance(queued, TrialQueued)
            ledger.waiting[number] = queued
        ledger.spaces = {digest: spaces[i] for digest, i in values["declared"]}
        ledger.plans = {digest: PlanDeclared(digest, *parts) for digest, *parts in values["plans"]}
        ledger._runs = Runs.load(values["runs"])
        ledger.space = spaces[values["space"]]
        ledger._best, ledger._best_feasible = (None if one is None else (one[0], one[1]) for one in values["best"])
        ledger.user_attrs, ledger.system_attrs = values["study attributes"]
        ledger._retried = set(dump.arrays["retried"].tolist())
        ledger._find_rows(values["n_trials"])
        return ledger

    def _find_rows(self, n_trials: int) -> None:
        """Fill in what follows from the columns and from the unfinished trials."""
        number, state = self._columns.number(self._columns.size), self._columns.state(self._columns.size)
        unfinished = np.array([*self.running, *self.waiting], dtype=np.int64)
        if (number < 0).any() or (unfinished < 0).any():
            raise ValueError("Some trials have no number.")
        if n_trials > self.position:
            raise ValueError("There are more trials than events.")
        rows = np.full(n_trials, _DELETED, dtype=np.int64)
        rows[number] = np.arange(len(number))  # of several rows of one number the last one
        rows[unfinished] = _UNFINISHED
        states, counts = np.unique(state[rows[rows >= 0]], return_counts=True)
        self._counts.update(zip(map(TrialState, states.tolist()), counts.tolist(), strict=True))
        self._rows = array("q", rows.tobytes())

    def apply(self, events: Iterable[Event]) -> list[int | None]:
        """Take the next events of the log.

        Returns:
            For each the number of the trial that it concerned, or None where it concerned none or came too
            late: a claim of a trial that someone else had claimed, the second end of one trial.
        """
        outcomes = []
        for event in events:
            outcomes.append(_FOLD[type(event)](self, event))
            self.position += 1
        return outcomes

    def _created(self, event: StudyCreated) -> None:
        self.header = event
        signs = [-1.0 if d is StudyDirection.MAXIMIZE else 1.0 for d in event.directions]
        self._signs = tuple(signs)
        self._no_reports = Reports(signs)  # most trials make none
        self._columns = Columns(np.array(signs))

    def _declared(self, event: SpaceDeclared) -> None:
        self.spaces.setdefault(event.space.digest, event.space)

    def _planned(self, event: PlanDeclared) -> None:
        self.plans.setdefault(event.digest, event)

    def _queued(self, event: TrialQueued) -> int | None:
        if event.retries is not None:
            failed = self.is_known(event.retries) and self.state(event.retries) is TrialState.FAIL
            if not failed or event.retries in self._retried:
                return None
            self._retried.add(event.retries)
        number = len(self._rows)
        self._rows.append(_UNFINISHED)
        self.waiting[number] = event
        return number

    def _started(self, event: TrialStarted) -> int | None:
        if event.claims is None:
            number = len(self._rows)
            self._rows.append(_UNFINISHED)
            self.running[number] = RunningTrial(
                number, event.time, self.space, event.deferred, event.worker, reports=self._no_reports
            )
        elif (claimed := self._claimed(event, event.claims)) is None:
            return None
        else:
            number = claimed
        if event.run is not None:
            self._runs.begin(event, event.run, number, self.running)
        if event.worker in self._runs.workers and (event.claims is None or not self.running[number].resumed):
            self._runs.workers[event.worker] += 1
        return number

    def _claimed(self, event: TrialStarted, number: int) -> int | None:
        """Let a queued trial begin, or a paused one go on."""
        queued = self.waiting.pop(number, None)
        if queued is None:
            return self._resumed(event, number)
        reports = {step: value for step, value in queued.reports.items() if fits(value, len(self._signs))}
        self.running[number] = RunningTrial(
            number,
            event.time,
            self.space,
            event.deferred,
            event.worker,
            fixed=queued.parameters,
            reports=Reports(self._signs, reports),
            user_attrs=dict(queued.user_attrs),
            system_attrs=dict(queued.system_attrs),
        )
        return number

    def _resumed(self, event: TrialStarted, number: int) -> int | None:
        """Let a paused trial go on with all that it had."""
        if not self.is_known(number) or not self.has_row(number):
            return None
        row = self._rows[number]
        paused = self._columns.finished(row, self.position)
        if paused.state is not TrialState.PAUSED:
            return None
        self._columns.resume(row, self.position)
        self._rows[number] = _UNFINISHED
        self._counts[TrialState.PAUSED] -= 1
        self.running[number] = RunningTrial(
            number,
            paused.start,
            self.space,
            event.deferred,
            event.worker,
            resumed=True,
            fixed=paused.parameters,
            reports=Reports(self._signs, paused.reports),
            asked=len(paused.reports),
            inherited=len(paused.reports),
            user_attrs=dict(paused.user_attrs),
            system_attrs=dict(paused.system_attrs),
        )
        return number

    def _proposed(self, event: TrialProposed) -> int | None:
        trial = self.running.get(event.number)
        if trial is None or trial.proposal is not None or len(event.values) != len(trial.space.names):
            return None
        trial.proposal = event.values
        return event.number

    def _reported(self, event: TrialReported) -> int | None:
        trial = self.running.get(event.number)
        if trial is None or event.step in trial.reports or not fits(event.value, len(self._signs)):
            return None
        if event.pruned is not None:
            trial.asked = len(trial.reports)
        if trial.reports is self._no_reports:
            trial.reports = Reports(self._signs)
        trial.reports.add(event.step, event.value)
        return event.number

    def _finished(self, event: TrialFinished) -> int | None:
        trial = self.running.pop(event.number, None)
        if trial is None:
            return None
        if event.time < trial.time:  # a clock was put back, or two machines' clocks differ
            event = event._replace(time=trial.time)
        space = self.spaces.get(event.space, self.spaces[""])
        self._rows[event.number] = self._columns.append(trial, event, space)
        self._counts[event.state] += 1
        if space is not self._latest:  # the same space twice in a row adds nothing
            self.space = self.space.extended(space)
            self._latest = space
        if event.state is _COMPLETE and event.values is not None:
            self._compare(event.number, event.values, not event.constraints or violation(event.constraints) == 0.0)
        return event.number

    def _compare(self, number: int, values: tuple[float, ...], feasible: bool) -> None:
        """Let a complete trial be the best one if it is; with several objectives there is no best one."""
        if len(values) > 1:
            return
        candidate = (values[0] * self._signs[0], number)
        if self._best is None or candidate < self._best:
            self._best = candidate
        if feasible and (self._best_feasible is None or candidate < self._best_feasible):
            self._best_feasible = candidate

    def _deleted(self, event: TrialDeleted) -> int | None:
        number = event.number
        if not 0 <= number < len(self._rows) or self._rows[number] == _DELETED:
            return None
        row, self._rows[number] = self._rows[number], _DELETED
        running = self.running.pop(number, None)
        self.waiting.pop(number, None)
        if row != _UNFINISHED:
            self._counts[self._columns.state_at(row)] -= 1
        if row != _UNFINISHED or (running is not None and running.resumed):
            self._dropped.add(number)
        return number

    def _drop(self) -> None:
        """Take the deleted trials out of the columns, all at once when somebody looks; the others' rows move up."""
        self._columns = self._columns.without(self._dropped)
        self._dropped.clear()
        for number, row in self._columns.last_rows().items():
            self._rows[number] = row
        self._best = self._columns.best(feasible=False)
        self._best_feasible = self._columns.best(feasible=True)

    def _renamed(self, event: StudyRenamed) -> None:
        self.header = self.header._replace(name=event.name)

    def _attribute(self, event: AttributeSet) -> int | None:
        if event.number is None:
            (self.system_attrs if event.system else self.user_attrs)[event.key] = event.value
            return None
        if event.number in self.running:
            trial = self.running[event.number]
            (trial.system_attrs if event.system else trial.user_attrs)[event.key] = event.value
            return event.number
        if not 0 <= event.number < len(self._rows) or self._rows[event.number] < 0:
            return None
        row = self._rows[event.number]
        self._columns.set_attribute(row, event.key, event.value, self.position, system=event.system)
        return event.number


_FOLD: dict[type, Callable[[Ledger, Any], int | None]] = {
    StudyCreated: Ledger._created,
    SpaceDeclared: Ledger._declared,
    PlanDeclared: Ledger._planned,
    TrialQueued: Ledger._queued,
    TrialStarted: Ledger._started,
    TrialProposed: Ledger._proposed,
    TrialReported: Ledger._reported,
    TrialFinished: Ledger._finished,
    AttributeSet: Ledger._attribute,
    TrialDeleted: Ledger._deleted,
    StudyRenamed: Ledger._renamed,
}
