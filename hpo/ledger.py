"""The one state machine: it folds events, in the order of the log, into what is known of a study."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Any, final

import numpy as np

from hpo.arrays import JSON
from hpo.columns import Columns, Finished, RunningTrial, violation
from hpo.events import (
    AttributeSet,
    Event,
    SpaceDeclared,
    StudyCreated,
    StudyDirection,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.history import History
from hpo.space import Space

__all__ = ["Ledger"]

_UNFINISHED = -1


@final
class Ledger:
    """Everything that follows from a prefix of a log.

    Attributes:
        position: Length of the prefix.
        header: Its first event.
        running, waiting: Unfinished trials by number, in the order in which they started or were queued.
        spaces: Declared spaces by digest.
        space: All parameters of finished trials, each with its latest distribution.
        user_attrs, system_attrs: Of the study.
    """

    header: StudyCreated
    columns: Columns

    def __init__(self) -> None:
        self.position = 0
        self.running: dict[int, RunningTrial] = {}
        self.waiting: dict[int, TrialQueued] = {}
        self.spaces: dict[str, Space] = {"": Space()}
        self.space = Space()
        self.user_attrs: dict[str, JSON] = {}
        self.system_attrs: dict[str, JSON] = {}
        self._rows = array("q")  # by number: its row, or -1 while unfinished
        self._latest = self.space
        self._counts = dict.fromkeys(TrialState, 0)
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
    def best(self) -> int | None:
        """Number of the trial with the smallest loss among the complete ones; of equal ones the lowest."""
        return None if self._best is None else self._best[1]

    @property
    def best_feasible(self) -> int | None:
        """The same among those that violate no constraint."""
        return None if self._best_feasible is None else self._best_feasible[1]

    def count(self, state: TrialState) -> int:
        """How many trials are in a state."""
        if state is TrialState.RUNNING:
            return len(self.running)
        if state is TrialState.WAITING:
            return len(self.waiting)
        return self._counts[state]

    def state(self, number: int) -> TrialState:
        """The state of a trial that exists."""
        if number in self.running:
            return TrialState.RUNNING
        if number in self.waiting:
            return TrialState.WAITING
        return self.finished(number).state

    def is_finished(self, number: int) -> bool:
        return self._rows[number] != _UNFINISHED

    def row(self, number: int) -> int:
        """Where a finished trial stands in the columns."""
        return self._rows[number]

    def finished(self, number: int) -> Finished:
        """All that is known of a finished trial."""
        return self.columns.finished(self._rows[number])

    def history(self) -> History:
        """The view that the sampler of a trial gets which starts now."""
        return History(self.columns, self.columns.size, self.space, tuple(self.running.values()))

    def apply(self, events: Iterable[Event]) -> list[int | None]:
        """Take the next events of the log.

        Returns:
            For each the number of the trial that it concerned, or None where it concerned none or came too
            late: a claim of a trial that someone else had claimed, the second end of one trial.
        """
        outcomes = []
        for event in events:
            self.position += 1
            outcomes.append(_FOLD[type(event)](self, event))
        return outcomes

    def _created(self, event: StudyCreated) -> None:
        self.header = event
        signs = [-1.0 if d is StudyDirection.MAXIMIZE else 1.0 for d in event.directions]
        self.columns = Columns(np.array(signs))

    def _declared(self, event: SpaceDeclared) -> None:
        self.spaces.setdefault(event.space.digest, event.space)

    def _queued(self, event: TrialQueued) -> int:
        number = len(self._rows)
        self._rows.append(_UNFINISHED)
        self.waiting[number] = event
        return number

    def _started(self, event: TrialStarted) -> int | None:
        if event.claims is None:
            number = len(self._rows)
            self._rows.append(_UNFINISHED)
            self.running[number] = RunningTrial(number, event.time, self.space, event.deferred)
            return number
        queued = self.waiting.pop(event.claims, None)
        if queued is None:
            return None
        self.running[event.claims] = RunningTrial(
            event.claims,
            event.time,
            self.space,
            event.deferred,
            fixed=queued.parameters,
            user_attrs=dict(queued.user_attrs),
            system_attrs=dict(queued.system_attrs),
        )
        return event.claims

    def _proposed(self, event: TrialProposed) -> int | None:
        trial = self.running.get(event.number)
        if trial is None or trial.proposal is not None or len(event.values) != len(trial.space):
            return None
        trial.proposal = event.values
        return event.number

    def _reported(self, event: TrialReported) -> int | None:
        trial = self.running.get(event.number)
        if trial is None or event.step in trial.steps:
            return None
        trial.steps.append(event.step)
        trial.values.append(event.value)
        return event.number

    def _finished(self, event: TrialFinished) -> int | None:
        trial = self.running.pop(event.number, None)
        if trial is None:
            return None
        space = self.spaces.get(event.space, self.spaces[""])
        self._rows[event.number] = self.columns.append(trial, event, space)
        self._counts[event.state] += 1
        if space is not self._latest:  # the same space twice in a row adds nothing
            self.space = self.space.extended(space)
            self._latest = space
        if event.state is TrialState.COMPLETE and event.values is not None and len(self.directions) == 1:
            loss = event.values[0] * float(self.columns.signs[0])
            candidate = (loss, event.number)
            if self._best is None or candidate < self._best:
                self._best = candidate
            if violation(event.constraints) == 0.0 and (self._best_feasible is None or candidate < self._best_feasible):
                self._best_feasible = candidate
        return event.number

    def _attribute(self, event: AttributeSet) -> int | None:
        if event.number is None:
            (self.system_attrs if event.system else self.user_attrs)[event.key] = event.value
            return None
        if event.number in self.running:
            trial = self.running[event.number]
            (trial.system_attrs if event.system else trial.user_attrs)[event.key] = event.value
            return event.number
        if not 0 <= event.number < len(self._rows) or event.number in self.waiting:
            return None
        self.columns.set_attribute(self._rows[event.number], event.key, event.value, system=event.system)
        return event.number


_FOLD: dict[type, Callable[[Ledger, Any], int | None]] = {
    StudyCreated: Ledger._created,
    SpaceDeclared: Ledger._declared,
    TrialQueued: Ledger._queued,
    TrialStarted: Ledger._started,
    TrialProposed: Ledger._proposed,
    TrialReported: Ledger._reported,
    TrialFinished: Ledger._finished,
    AttributeSet: Ledger._attribute,
}
