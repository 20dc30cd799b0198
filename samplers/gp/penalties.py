"""Losses so large that they only say how bad a trial was: those that users give instead of failing.

A loss is one if its gap to the best is a thousand times what the best few of the first trials span. As these were
hardly chosen for being good, the scale does not shrink as the best is approached.
"""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.model.units import unit_of

__all__ = ["penalised"]

_FIRST = 10  # trials, or more until a few of them are better than the worst one
_FEW = 3  # of the best of these, whose span is the scale
_FAR = 1e3


def penalised(losses: Array) -> BoolArray:
    """Which of some trials have a penalty, by their losses in completion order, shape (n,); NaN where there is none.

    Infinite losses are penalties, of the others never the best few of the first ones.
    """
    bad = np.isposinf(losses)
    finite = np.isfinite(losses)
    better = np.flatnonzero(losses < np.fmax.reduce(losses, initial=-np.inf))
    if len(better) < _FEW:
        return bad
    end = max(_FIRST, int(better[_FEW - 1]) + 1)
    unit = unit_of(losses[finite])
    first = losses[:end][finite[:end]] / unit
    if len(first) < _FEW:
        return bad
    best, _, last = np.partition(first, range(_FEW))[:_FEW]
    if not last > best:
        return bad
    losses = losses / unit
    return np.asarray(bad | (losses > losses[finite].min() + _FAR * (last - best)))
