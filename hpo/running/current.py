"""The runs that a thread is within."""

from __future__ import annotations

import threading
from typing import Protocol

from hpo.running.participant import Participant

__all__ = ["CurrentRun", "current_runs", "enter", "leave"]

_here = threading.local()


class CurrentRun(Protocol):
    """A run, or what stands for one where its objective is called."""

    @property
    def participant(self) -> Participant:
        """What its trials belong to, in this process."""
        ...

    def stop(self) -> None:
        """Begin no more trials."""
        ...


def current_runs() -> tuple[CurrentRun, ...]:
    """The runs whose objectives or callbacks this thread is in, from the outermost on; runs of other studies nest."""
    runs: tuple[CurrentRun, ...] = getattr(_here, "runs", ())
    return runs


def enter(run: CurrentRun) -> tuple[CurrentRun, ...]:
    """Be within a run, and return those that the thread was within before, for `leave`."""
    outer: tuple[CurrentRun, ...] = getattr(_here, "runs", ())
    _here.runs = (*outer, run)
    return outer


def leave(outer: tuple[CurrentRun, ...]) -> None:
    """Be within the runs that `enter` returned."""
    _here.runs = outer
