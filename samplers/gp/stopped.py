"""Losses of pruned trials, which stopped early: those that they would have had if they had gone on as others did.

Curves fall while a model is trained. Without this a pruned trial would look worse than a bad one that was complete, and
the more so the earlier it was pruned, which says nothing of its parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.events import TrialState
from hpo.history import History

__all__ = ["Changes"]

_MOST = 100  # complete trials that are remembered, the latest ones


@final
@dataclass(frozen=True, eq=False)
class Changes:
    """How losses of complete trials changed from each of their steps to the end.

    Args:
        curves: Of the latest ones: their steps in rising order, and their final losses less those at the steps.
    """

    curves: tuple[tuple[IntArray, Array], ...] = ()

    def after(self, fresh: History) -> tuple[Changes, Array]:
        """With some more trials; and their losses, shape (n, m), as if pruned ones had changed like the median trial.

        A trial is compared with those that ended before it and reported at its last step; with none, or of several
        objectives, its losses stay.
        """
        losses, state = fresh.losses, fresh.state
        is_told = fresh.last_step >= 0
        if fresh.n_objectives > 1 or not is_told.any():
            return self, losses
        known, losses = self, losses.copy()
        for row, curve in enumerate(fresh.curves()):
            if not is_told[row]:
                continue
            if state[row] == TrialState.COMPLETE:
                order = np.argsort(curve.steps, kind="stable")
                with np.errstate(over="ignore", invalid="ignore"):
                    changes = losses[row, 0] - np.array(curve.losses)[order]
                known = Changes((*known.curves, (np.array(curve.steps)[order], changes))[-_MOST:])
            elif state[row] == TrialState.PRUNED:
                losses[row] += known.since(max(curve.steps))
        return known, losses

    def since(self, step: int) -> float:
        """The median change from a step on; 0 where no trial reported there."""
        changes = [float(change[steps.searchsorted(step)]) for steps, change in self.curves if step in steps]
        finite = [change for change in changes if np.isfinite(change)]
        return float(np.median(finite)) if finite else 0.0
