"""Configurations of a finite space that were tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.history import History
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.configurations import names_of
from hpo.space import Space

__all__ = ["Tried"]


@final
@dataclass(frozen=True, eq=False)
class Tried:
    """A set that only grows.

    Args:
        levels: Its members in sets of falling size, of which equally large ones are merged: adding one costs
            O(log n) on average, although no set is ever changed.
    """

    levels: tuple[frozenset[bytes], ...] = ()

    def __contains__(self, name: bytes) -> bool:
        return any(name in level for level in self.levels)

    def __len__(self) -> int:
        return sum(map(len, self.levels))

    def including(self, names: Iterable[bytes]) -> Tried:
        last = frozenset(name for name in names if name not in self)
        if not last:
            return self
        levels = list(self.levels)
        while levels and len(levels[-1]) <= len(last):
            last |= levels.pop()
        return Tried((*levels, last))

    def advance(self, fresh: History, axes: Axes, space: Space) -> Tried:
        """With what some more trials tried."""
        coded = fresh.over(space)
        return self.including(names_of(axes.values(axes.points(coded), ~np.isnan(coded))))
