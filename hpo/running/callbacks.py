"""Callbacks for `optimize`."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, final

from hpo.events import TrialState
from hpo.running.budget import Budget

if TYPE_CHECKING:
    from hpo.study import Study
    from hpo.trial.frozen import FrozenTrial

__all__ = ["MaxTrialsCallback"]


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

    def __call__(self, study: Study, trial: FrozenTrial) -> None:
        del trial
        if study.count_trials(self.budget.states) >= self.budget.n_trials:
            study.stop()
