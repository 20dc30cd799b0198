"""Configurations of a finite space that were tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.history import Fold, History
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.configurations import names_of
from hpo.space import Space

__all__ = ["Tried"]


@final
@dataclass(frozen=True, eq=False)
class Tried:
    """How often each was, which only grows.

    Args:
        levels: Counts by name in maps of falling size, of which equally large ones are merged: adding one costs
            O(log n) on average, although no map is ever changed.
    """

    levels: tuple[Mapping[bytes, int], ...] = ()

    @staticmethod
    def of(history: History, space: Space, axes: Axes, pending: Array) -> Tried:
        """What finished trials tried, failed ones too, and what running ones try.

        Args:
            history: The trials.
            space: Which is finite.
            axes: Of the space.
            pending: Points of the running trials, shape (p, d); NaN where inactive or unknown.
        """
        finished = history.fold(Fold("model.tried", Tried(), partial(Tried._advance, axes=axes, space=space), space))
        return finished.including(names_of(axes.values(pending, ~np.isnan(pending))))

    def __contains__(self, name: bytes) -> bool:
        return any(name in level for level in self.levels)

    def times(self, values: IntArray) -> IntArray:
        """How often some configurations were tried, shape (n,).

        Args:
            values: Of the configurations, shape (n, d); -1 where inactive.
        """
        times = [sum(level.get(name, 0) for level in self.levels) for name in names_of(values)]
        return np.array(times, dtype=np.int64)

    def including(self, names: Iterable[bytes]) -> Tried:
        """With some more, each as often as it is named."""
        last = Counter(names)
        if not last:
            return self
        levels = list(self.levels)
        while levels and len(levels[-1]) <= len(last):
            last.update(levels.pop())
        return Tried((*levels, last))

    def _advance(self, fresh: History, axes: Axes, space: Space) -> Tried:
        coded = fresh.over(space)
        return self.including(names_of(axes.values(axes.points(coded), ~np.isnan(coded))))
