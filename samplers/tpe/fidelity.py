"""By which step trials are compared that were stopped at different ones."""

from __future__ import annotations

from heapq import nlargest

import numpy as np

from hpo.arrays import Array
from hpo.history import Curve, Fold, History

__all__ = ["enough_step", "losses_at_first"]

_MOST = 256  # of the trials that went farthest, more are not remembered
_NONE: tuple[int, ...] = ()


def enough_step(history: History, n_enough: int) -> int | None:
    """The largest step that so many finished or paused trials have reached; None if there are not so many.

    Source: Falkner et al. (2018), "BOHB: robust and efficient hyperparameter optimization at scale",
    arXiv 1807.01774, where models are made of the results at the largest budget that has enough of them.
    """
    farthest = history.fold(Fold("tpe.farthest", _NONE, _farthest))
    n_enough = min(n_enough, _MOST)
    return farthest[n_enough - 1] if len(farthest) >= n_enough else None


def _farthest(steps: tuple[int, ...], fresh: History) -> tuple[int, ...]:
    """The last steps of the trials that went farthest, largest first."""
    new = fresh.last_step[fresh.last_step >= 0].tolist()
    return tuple(nlargest(_MOST, [*steps, *new]))


def losses_at_first(history: History, step: int) -> Array:
    """What each trial reported when it first reached a step, shape (n, m); NaN before, and in rows after that one."""
    missing = (np.nan,) * history.n_objectives
    return np.array([_loss(curve, step) or missing for curve in history.curves()]).reshape(-1, history.n_objectives)


def _loss(curve: Curve, step: int) -> tuple[float, ...] | None:
    first = curve.first_from(step)
    if first is None or first < curve.inherited:
        return None
    return curve.vectors[first] if curve.vectors else (curve.losses[first],)
