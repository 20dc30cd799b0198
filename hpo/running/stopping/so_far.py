"""What was known when a trial ended, and the best losses until then."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hpo.arrays import Array
from hpo.events import TrialState
from hpo.history import History

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["StoppableHistory", "feasible_losses", "stop_if"]


class StoppableHistory(Protocol):
    """A study, as far as these callbacks look at it."""

    @property
    def history(self) -> History:
        """Its trials."""
        ...

    def stop(self) -> None:
        """End the running `optimize` after the trials that are under way."""
        ...


def stop_if(is_over: Callable[[History], bool], study: StoppableHistory, trial: FrozenTrial) -> None:
    """Stop if a condition holds for what was known when the trial ended, whatever others have added since."""
    history = study.history
    rows = np.flatnonzero(history.number == trial.number)
    until = history.where(np.arange(len(history)) <= rows[-1]) if len(rows) else history
    if is_over(until):
        study.stop()


def feasible_losses(history: History, asker: object) -> Array:
    """Losses of the trials that completed or were pruned, shape (n,); infinite unless complete and feasible.

    Raises:
        ValueError: If there are several objectives.
    """
    if history.n_objectives > 1:
        raise ValueError(
            f"{type(asker).__name__} is for studies with one objective, and this one has {history.n_objectives}; end "
            "the run with n_trials= or timeout=."
        )
    seen = history.where(history.state <= TrialState.PRUNED)
    return np.where(seen.feasible, seen.losses[:, 0], math.inf)
