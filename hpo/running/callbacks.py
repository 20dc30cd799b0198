"""Callbacks for `optimize`, and what the run knows of some of them."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Protocol, final, runtime_checkable

from hpo.events import TrialState
from hpo.running.budget import Budget
from hpo.trial.frozen import FrozenTrial

__all__ = ["BudgetedCallback", "FinishingCallback", "MaxTrialsCallback"]


@runtime_checkable
class BudgetedCallback(Protocol):
    """A callback that ends the run at a number of trials, which the run can keep to before it begins one too many."""

    @property
    def budget(self) -> Budget:
        """How many trials the study may have."""
        ...


@runtime_checkable
class FinishingCallback(Protocol):
    """A callback that has something to do when the run has ended."""

    def finish(self, study: Any) -> None:
        """Called once, after the last trial, however the run ended."""
        ...


class _Study(Protocol):
    def count_trials(self, states: Container[TrialState] | None = None) -> int: ...

    def stop(self) -> None: ...


@final
class MaxTrialsCallback:
    """Ends `optimize` when the study holds a number of trials, whoever ran them.

    `optimize` starts no trial that could exceed the number, so that workers together never do.

    Args:
        n_trials: That number.
        states: Which trials count; None for all.

    Example:
        >>> study.optimize(objective, callbacks=[MaxTrialsCallback(100)])
    """

    def __init__(self, n_trials: int, states: Container[TrialState] | None = (TrialState.COMPLETE,)) -> None:
        self.budget = Budget(n_trials, states)

    def __call__(self, study: _Study, trial: FrozenTrial) -> None:
        del trial
        if study.count_trials(self.budget.states) >= self.budget.n_trials:
            study.stop()
