"""The end when the last two trials were alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.checks import check_share
from hpo.distributions import CategoricalDistribution
from hpo.events import TrialState
from hpo.history import History
from hpo.running.stopping.so_far import StoppableHistory, stop_if

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["DeltaX"]


@final
@dataclass(frozen=True)
class DeltaX:
    """Ends `optimize` when the last two complete trials differ by no more than delta in any parameter.

    Numbers differ by a share of their range, on their own scale: by half from 0.1 to 1 in [0.01, 1] with `log=True`.
    Choices must be the same, and so must be which parameters there are.

    Args:
        delta: In [0, 1].

    Raises:
        TypeError: If it is no number.
        ValueError: For another delta.

    Example:
        >>> study.optimize(objective, n_trials=500, callbacks=[DeltaX(0.001)])
    """

    delta: float

    def __post_init__(self) -> None:
        check_share("delta", self.delta)

    def __call__(self, study: StoppableHistory, trial: FrozenTrial) -> None:
        """End the run if so."""
        stop_if(self.is_over, study, trial)

    def is_over(self, history: History) -> bool:
        """Whether the last two trials were alike."""
        rows = np.flatnonzero(history.state == TrialState.COMPLETE)[-2:]
        if len(rows) < 2:
            return False
        before, now = history.at(rows, history.space)
        if (np.isnan(before) != np.isnan(now)).any():
            return False
        chosen = [isinstance(one, CategoricalDistribution) for one in history.space.distributions]
        allowed = np.where(chosen, 0.0, self.delta)
        return bool((np.nan_to_num(np.abs(now - before)) <= allowed).all())
