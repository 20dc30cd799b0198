"""How much each trial counts."""

from __future__ import annotations

import math

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.model.units import unit_for

__all__ = ["cautious", "expected_improvement", "old_decay"]

_NEW = 25


def expected_improvement(losses: Array, threshold: float) -> Array:
    """What each good loss gains over the best bad one, with mean 1, shape (n,); equal if that cannot be told.

    Source: Watanabe (2023), arXiv 2304.11127, section 3.2.
    """
    if not len(losses):
        return np.empty(0)
    ends = float(losses.min()), float(losses.max()), threshold
    if all(map(math.isfinite, ends)):
        unit = unit_for(max(map(abs, ends)))
        gain = np.maximum(threshold / unit - (losses if unit == 1.0 else losses / unit), 0.0)
        total = float(gain.sum())
        if total > 0:
            return np.asarray(np.maximum(gain * (len(losses) / total), 1e-12))
    return np.ones(len(losses))


def cautious(w: Array, feasible: BoolArray) -> Array:
    """No infeasible trial counts more than the heaviest feasible one, nor all of them more than all feasible ones.

    Args:
        w: Of each trial, with mean 1, shape (n,).
        feasible: Which are, shape (n,).
    """
    if feasible.all() or not feasible.any():
        return w
    limited = np.where(feasible, w, np.minimum(w, w[feasible].max()))
    excess = limited[~feasible].sum() / limited[feasible].sum()
    limited[~feasible] /= max(excess, 1.0)
    return np.asarray(limited * (len(w) / limited.sum()))


def old_decay(n: int) -> Array:
    """1 for the newest 25, falling to 1/n for the oldest, shape (n,); oldest first.

    Source: Bergstra et al. (2013), "Making a science of model search".
    """
    if n < _NEW:
        return np.ones(n)
    return np.concatenate([np.linspace(1.0 / n, 1.0, n - _NEW), np.ones(_NEW)])
