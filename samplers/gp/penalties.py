"""Losses so large that they only say how bad a trial was: those that users give instead of failing.

A loss is one if its gap to the best is a thousand times what the best few of the first trials span. These were hardly
chosen for being good, and of trials at nearly the same place only one counts, so that the scale does not shrink as the
best is approached. As long as only one or two trials are that good, they may owe it to chance or to a mistake, and all
others tell more than that they are bad.
"""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.model.units import unit_of

__all__ = ["penalised"]

_FIRST = 10  # places, or more until a few of them are better than the worst one
_LOOKED_AT = 64  # trials at most
_NEAR = 0.05  # in every coordinate: one place
_FEW = 3  # of the best of these, whose span is the scale
_FAR = 1e3


def penalised(points: Array, losses: Array) -> BoolArray:
    """Which of some trials have a penalty; infinite losses are, the best few of the first ones never.

    Args:
        points: In completion order, shape (n, d); NaN where inactive.
        losses: Shape (n,); NaN where there is none.
    """
    bad = np.isposinf(losses)
    finite = np.isfinite(losses)
    if finite.sum() <= _FEW:
        return bad
    unit = unit_of(losses[finite])
    scaled = losses / unit
    best, _, last = np.partition(_of_first_places(points, scaled), range(_FEW))[:_FEW]
    if not best < last < np.inf:
        return bad
    large = finite & (scaled > scaled[finite].min() + _FAR * (last - best))
    return np.asarray(bad | large) if (finite & ~large).sum() >= _FEW else bad


def _of_first_places(points: Array, losses: Array) -> Array:
    """Losses at the first places, shape (k,), k ≥ `_FEW`; infinite where there are too few."""
    worst = np.fmax.reduce(losses)
    points = np.nan_to_num(points[:_LOOKED_AT], nan=-1.0)
    rows: list[int] = []
    n_better = 0
    for row in np.flatnonzero(~np.isnan(losses[:_LOOKED_AT])).tolist():
        if (np.abs(points[rows] - points[row]) < _NEAR).all(axis=1).any():
            continue
        rows.append(row)
        n_better += bool(losses[row] < worst)
        if len(rows) >= _FIRST and n_better >= _FEW:
            break
    return np.concatenate([losses[rows], np.full(_FEW, np.inf)])
