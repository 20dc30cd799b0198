"""Configurations of a finite space that were tried, and those that were not."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import BoolArray, IntArray
from hpo.history import History
from hpo.samplers.tpe.axes import Axes
from hpo.samplers.tpe.branches import Tree, leaves
from hpo.space import Space

__all__ = ["Tried", "configurations", "names_of"]


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


def names_of(values: IntArray) -> list[bytes]:
    """What tells configurations apart: one name per row of values, shape (n, d); -1 where inactive."""
    return [row.tobytes() for row in np.ascontiguousarray(values, dtype=np.int32)]


def configurations(tree: Tree, cardinality: IntArray, most: int) -> IntArray | None:
    """All values that configurations may have, shape (n, d), -1 where inactive; None for more than `most`."""
    sizes = [int(size) for size in cardinality]
    parts, total = [], 0
    for path, active in leaves(tree, sizes):
        fixed = dict(path)
        free = [column for column in np.flatnonzero(active).tolist() if column not in fixed]
        count = math.prod(sizes[column] for column in free)
        total += count
        if total > most:
            return None
        parts.append(_product(fixed, free, sizes, active, count))
    return np.concatenate(parts)


def _product(fixed: dict[int, int], free: list[int], sizes: list[int], active: BoolArray, count: int) -> IntArray:
    values = np.where(active, 0, -1)[None].repeat(count, axis=0)
    for column, value in fixed.items():
        values[:, column] = value
    shape = [sizes[column] for column in free]
    if free:
        values[:, free] = np.stack(np.unravel_index(np.arange(count), shape), axis=1)
    return values
