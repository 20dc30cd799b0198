"""The search for the best point: many of the prior, and better and better neighbours of good ones.

Source: Hutter et al. (2011), "Sequential model-based optimization for general algorithm configuration", section 4.3;
ours moves from all of them at once, each to its best neighbour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from hpo.arrays import Array
from hpo.samplers.forest.features import Features
from hpo.samplers.forest.region import Region

__all__ = ["Score", "search"]

Score: TypeAlias = Callable[[Features], Array]
"""How much points are worth, shape (n,)."""

_STARTS = 10
_ROUNDS = 30
_BETTER = 1e-9  # by which a neighbour must be


def search(score: Score, region: Region, good: Array, n_candidates: int, rng: np.random.Generator) -> Array:
    """All points that were looked at, the best one first, shape (k, d); NaN where inactive.

    Args:
        score: What to maximise.
        region: Where to look.
        good: Points near which to look, shape (g, d).
        n_candidates: How many points of the prior to look at.
        rng: Source of randomness.
    """
    drawn = np.concatenate([region.drawn(n_candidates, rng), good])
    active = region.active(drawn)
    values = score(region.features(drawn, active))
    best_drawn = np.argsort(-values[:n_candidates], kind="stable")[:_STARTS]
    starts = np.concatenate([best_drawn, np.arange(n_candidates, len(drawn))])
    looked_at, worth = [np.where(active, drawn, np.nan)], [values]
    points, active, values = drawn[starts], active[starts], values[starts]
    for _ in range(_ROUNDS):
        near, owner = region.neighbours(points, active, rng)
        if not len(near):
            break
        near_active = region.active(near)
        found = score(region.features(near, near_active))
        looked_at.append(np.where(near_active, near, np.nan))
        worth.append(found)
        order = np.lexsort((-found, owner))
        of, first = np.unique(owner[order], return_index=True)
        best = order[first]
        best = best[found[best] > values[of] + _BETTER]
        points, active, values = near[best], near_active[best], found[best]
    order = np.argsort(-np.concatenate(worth), kind="stable")
    return np.concatenate(looked_at)[order]
