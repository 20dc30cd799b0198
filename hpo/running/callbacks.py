"""Callbacks for `optimize`: what a run asks of them besides being called, and what they may ask of a study."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hpo.events import TrialState
from hpo.running.budget import Budget

if TYPE_CHECKING:
    from hpo.history import History
    from hpo.reading.readable import Readable

__all__ = [
    "BudgetedCallback",
    "FinishingCallback",
    "StoppableStudy",
    "StoppingCallback",
    "budgets",
    "finish",
    "why_over",
]


@runtime_checkable
class BudgetedCallback(Protocol):
    """A callback with a budget: no trial begins that could exceed it."""

    @property
    def budget(self) -> Budget:
        """How many trials the study may have."""
        ...


@runtime_checkable
class FinishingCallback(Protocol):
    """A callback that is told when the run has ended, also after an error or Ctrl-C."""

    def end_of_run(self, study: Readable, /) -> None:
        """Take note that `optimize` ends; called once, after the last trial."""
        ...


@runtime_checkable
class StoppingCallback(Protocol):
    """A callback that ends a run by what is in the log, so that it need not begin if that is so already."""

    def is_over(self, history: History, /) -> bool:
        """Whether the run is over."""
        ...


def why_over(callbacks: Iterable[object], history: History) -> object | None:
    """The callback for which a run is over before it begins, as another one ended with it; None for none."""
    if not len(history):
        return None
    return next((one for one in callbacks if isinstance(one, StoppingCallback) and one.is_over(history)), None)


def budgets(callbacks: Iterable[object]) -> list[Budget]:
    """The budgets of those callbacks that have one; what else a program calls a budget is its own affair."""
    found = [callback.budget for callback in callbacks if isinstance(callback, BudgetedCallback)]
    return [budget for budget in found if isinstance(budget, Budget)]


def finish(callbacks: Iterable[object], study: Readable) -> None:
    """Tell those callbacks that want to know it that the run has ended."""
    for callback in callbacks:
        if isinstance(callback, FinishingCallback):
            callback.end_of_run(study)


class StoppableStudy(Protocol):
    """What a callback needs of a study in order to end the run."""

    def count_trials(self, states: Container[TrialState] | None = None) -> int:
        """How many trials are in some states; None for all."""
        ...

    def stop(self) -> None:
        """End the running `optimize` after the trials that are under way."""
        ...
