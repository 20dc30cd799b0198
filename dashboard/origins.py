"""Who ran each trial, and by which plan: the two things that a log says and its columns do not keep."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from hpo.dashboard.desk import OpenStudy
from hpo.events import Event, PlanDeclared, TrialFinished, TrialQueued, TrialStarted, TrialState
from hpo.log.worker import Worker

__all__ = ["Origin", "Origins"]

_PAGE = 5000  # events that are read at a time


@final
@dataclass(frozen=True)
class Origin:
    """Where a trial comes from.

    Args:
        sampler, pruner: What the log calls them; empty where it names none.
        worker: The process, such as "host, process 123"; empty where the log does not tell.
        is_claimed: Whether it waited before, or had paused.
    """

    sampler: str = ""
    pruner: str = ""
    worker: str = ""
    is_claimed: bool = False


@final
class Origins:
    """The origins of a study's trials, from its log, which is read once and followed from then on."""

    def __init__(self) -> None:
        self._position = 0
        self._plan, self._worker = array("i"), array("i")  # by number: indices below, -1 for none
        self._claimed: set[int] = set()
        self._open: set[int] = set()  # trials that may be taken up
        self._plans: dict[str, tuple[int, PlanDeclared]] = {}
        self._workers: dict[str, int] = {}
        self._lock = threading.Lock()

    def of(self, study: OpenStudy, number: int) -> Origin:
        """Where a trial of the study comes from."""
        with self._lock:
            while events := study.events(self._position, limit=_PAGE):
                self._fold(events)
                self._position += len(events)
            if not 0 <= number < len(self._plan):
                return Origin()
            plan = next((one for index, one in self._plans.values() if index == self._plan[number]), None)
            worker = next((text for text, index in self._workers.items() if index == self._worker[number]), "")
            is_claimed = number in self._claimed
        known = Worker.parse(worker)
        shown = worker if known is None else f"{known.host}, process {known.pid}"
        return Origin("" if plan is None else plan.sampler, "" if plan is None else plan.pruner, shown, is_claimed)

    def _fold(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, PlanDeclared):
                self._plans[event.digest] = (len(self._plans), event)
            elif isinstance(event, TrialQueued):
                self._open.add(len(self._plan))
                self._born()
            elif isinstance(event, TrialStarted):
                self._started(event)
            elif isinstance(event, TrialFinished) and event.state is TrialState.PAUSED:
                self._open.add(event.number)

    def _started(self, event: TrialStarted) -> None:
        number = event.claims
        if number is None:
            number = len(self._plan)
            self._born()
        elif number not in self._open:
            return  # somebody else was faster
        else:
            self._open.discard(number)
            self._claimed.add(number)
        if event.plan in self._plans:
            self._plan[number] = self._plans[event.plan][0]
        if event.worker is not None:
            self._worker[number] = self._workers.setdefault(event.worker, len(self._workers))

    def _born(self) -> None:
        self._plan.append(-1)
        self._worker.append(-1)
