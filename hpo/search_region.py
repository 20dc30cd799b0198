"""What no known point dominates, cut into boxes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from hpo.arrays import Array

__all__ = ["SearchRegion"]


@final
@dataclass(frozen=True, eq=False)
class SearchRegion:
    """The losses that no known point dominates, up to a reference point, as boxes without overlaps.

    There are k + 1 boxes for k points of two objectives, 2k + 1 for three, and some hundreds for 50 points of four.

    Args:
        high: The upper corners, shape (b, m): each is a local upper bound, below which nothing is dominated.
        defining: The points that bound each box from above, one for each objective, shape (b, m, m).

    Sources: Klamroth et al. (2015), "On the representation of the search region in multi-objective optimization";
    Lacour et al. (2017), "A box decomposition algorithm to compute the hypervolume indicator", arXiv 1510.01963.

    Example:
        >>> region = SearchRegion.below(np.array([2.0, 2.0])).without(np.array([0.0, 1.0]))
        >>> region.gain(np.array([1.0, 0.0]))
        1.0
    """

    high: Array
    defining: Array

    @staticmethod
    def below(reference: Array) -> SearchRegion:
        """All that lies below a reference point, shape (m,)."""
        m = len(reference)
        defining = np.where(np.eye(m, dtype=np.bool_), reference, -np.inf)
        return SearchRegion(np.asarray(reference, dtype=np.float64)[None], defining[None])

    @cached_property
    def low(self) -> Array:
        """The lower corners, shape (b, m), some of which are -inf."""
        low = np.full(self.high.shape, -np.inf)
        for j in range(1, self.high.shape[1]):
            low[:, j] = self.defining[:, :j, j].max(axis=1)
        return low

    def without(self, point: Array) -> SearchRegion:
        """What is left beside what a point dominates, shape (m,)."""
        cut = (point < self.high).all(axis=1)
        if not np.count_nonzero(cut):
            return self
        high, defining = self.high[cut], self.defining[cut]
        m = len(point)
        others = defining.copy()
        others[:, range(m), range(m)] = -np.inf
        box, objective = np.nonzero(point >= others.max(axis=1))
        new_high, new_defining = high[box], defining[box]
        each = np.arange(len(box))
        new_high[each, objective] = point[objective]
        new_defining[each, objective] = point
        return SearchRegion(
            np.concatenate([self.high[~cut], new_high]), np.concatenate([self.defining[~cut], new_defining])
        )

    def gain(self, point: Array) -> float:
        """The volume that a point, shape (m,), dominates and no known one does."""
        sides = self.high - np.maximum(self.low, point)
        return float(sides[(sides > 0.0).all(axis=1)].prod(axis=1).sum())

    def dominated(self, reference: Array) -> float:
        """The volume that known points dominate, up to the reference point of the region, shape (m,)."""
        above = self.high[:, 0] < reference[0]  # of other boxes nothing is dominated
        high, low = self.high[above], self.low[above]
        return float(((reference[0] - high[:, 0]) * (high[:, 1:] - low[:, 1:]).prod(axis=1)).sum())
