"""The end when the best values are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.checks import check_least, check_whole
from hpo.history import History
from hpo.running.stopping.so_far import StoppableHistory, feasible_losses, stop_if

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["DeltaY"]


@final
@dataclass(frozen=True)
class DeltaY:
    """Ends `optimize` when the best few values differ by no more than delta.

    Args:
        delta: ≥ 0.
        n_best: How many of the complete and feasible trials, ≥ 2.

    Raises:
        TypeError: If `delta` is no number, or `n_best` no whole one.
        ValueError: For values that make no sense, and when called for a study with several objectives.

    Example:
        >>> study.optimize(objective, n_trials=500, callbacks=[DeltaY(1e-4, n_best=5)])
    """

    delta: float
    n_best: int = 5

    def __post_init__(self) -> None:
        check_least("delta", self.delta, 0)
        check_whole("n_best", self.n_best, 2)

    def __call__(self, study: StoppableHistory, trial: FrozenTrial) -> None:
        """End the run if so."""
        stop_if(self.is_over, study, trial)

    def is_over(self, history: History) -> bool:
        """Whether the best values are alike."""
        losses = feasible_losses(history, self)
        losses = losses[np.isfinite(losses)]
        if len(losses) < self.n_best:
            return False
        best = np.partition(losses, self.n_best - 1)[: self.n_best]
        return bool(best.max() - best.min() <= self.delta)
