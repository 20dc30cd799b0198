"""The end when the best value has stood for some trials."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.checks import check_least, check_whole
from hpo.history import History
from hpo.running.stopping.so_far import StoppableHistory, feasible_losses, stop_if

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["NoImprovement"]


@final
@dataclass(frozen=True)
class NoImprovement:
    """Ends `optimize` when some trials together have hardly improved the best value.

    Trials that completed or were pruned count, failed ones do not. The same log ends at the same trial, however often
    the run was interrupted.

    Args:
        n_trials: How many, ≥ 1.
        threshold: The largest improvement that counts as none, ≥ 0.

    Raises:
        TypeError: If `n_trials` is no whole number, or `threshold` none.
        ValueError: For values that make no sense, and when called for a study with several objectives.

    Example:
        >>> study.optimize(objective, n_trials=500, callbacks=[NoImprovement(50, threshold=1e-3)])
    """

    n_trials: int
    threshold: float = 0.0

    def __post_init__(self) -> None:
        check_whole("n_trials", self.n_trials, 1)
        check_least("threshold", self.threshold, 0)

    def __call__(self, study: StoppableHistory, trial: FrozenTrial) -> None:
        """End the run if so."""
        stop_if(self.is_over, study, trial)

    def is_over(self, history: History) -> bool:
        """Whether the last trials have brought nothing."""
        losses = feasible_losses(history, self)
        if len(losses) <= self.n_trials:
            return False
        best = np.minimum.accumulate(losses)
        before, now = float(best[-self.n_trials - 1]), float(best[-1])
        return not math.isinf(before) and before - now <= self.threshold
