"""Where a search may go: the values of each parameter, and which parameters are there given others' values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.model.axes import Axes, cell
from hpo.samplers.model.branches import BINS, Tree, active_at, deciding

__all__ = ["Domain", "sobol"]

_FEW = 16  # values of a parameter that are all compared
_STEPS = np.multiply.outer((1, 2, 4, 8, 16, 64), (-1, 1)).ravel()  # of parameters with more values


@final
@dataclass(frozen=True, eq=False)
class Domain:
    """Points have a value for each axis, also for those that are inactive at the moment, shape (n, d).

    Args:
        axes: What the columns are.
        tree: Which columns are active.
        embedding: Points as features.
        fixed: Given values, shape (d,); NaN where there is a choice.
    """

    axes: Axes
    tree: Tree
    embedding: Embedding
    fixed: Array

    def active(self, points: Array) -> BoolArray:
        """Which columns of points are active, shape (n, d)."""
        return active_at(self.tree, self.axes, points)

    def features(self, points: Array) -> Array:
        return self.embedding.features(points, self.active(points))

    def rounded(self, points: Array) -> Array:
        """Points with every number in its cell's middle, and what is given as it is given."""
        return np.where(np.isnan(self.fixed), self.axes.rounded(points), self.fixed)

    def spread(self, u: Array) -> Array:
        """Points of the prior, from numbers in [0, 1), shape (n, d)."""
        return self.rounded(self.axes.spread(u))

    @cached_property
    def smooth(self) -> BoolArray:
        """Which numbers, in their order, a gradient may move, shape (q,)."""
        decide = deciding(self.tree)
        return np.array(
            [
                column not in decide and np.isnan(self.fixed[column]) and (middles is None or len(middles) > _FEW)
                for column, middles in zip(self.axes.numbers.tolist(), self.axes.middles, strict=True)
            ],
            dtype=np.bool_,
        )

    @cached_property
    def jumps(self) -> tuple[tuple[int, Array], ...]:
        """Columns whose values are compared one by one, each with all of them."""
        columns = [int(column) for column in self.axes.categories]
        middles = dict(zip(self.axes.numbers.tolist(), self.axes.middles, strict=True))
        decide = deciding(self.tree)
        out = []
        for column in (*middles, *columns):
            if not np.isnan(self.fixed[column]):
                continue
            values = middles.get(column)
            if column in columns:
                choices, prior = self.axes.choices(column)
                out.append((column, choices[prior > 0]))
            elif values is not None and len(values) <= _FEW:
                out.append((column, values))
            elif column in decide and values is None:
                out.append((column, (np.arange(BINS) + 0.5) / BINS))
        return tuple(out)

    @cached_property
    def strides(self) -> tuple[tuple[int, Array, Array], ...]:
        """Columns of many values, which are compared with near ones: column, middles, edges."""
        return tuple(
            (int(column), middles, edges)
            for column, middles, edges in zip(self.axes.numbers, self.axes.middles, self.axes.edges, strict=True)
            if middles is not None and edges is not None and len(middles) > _FEW and np.isnan(self.fixed[column])
        )

    def neighbours(self, points: Array) -> tuple[Array, IntArray]:
        """Points that differ in one discrete value, shape (k, d), and whose neighbours they are, shape (k,)."""
        parts, owners = [], []
        active = self.active(points)
        for column, values in self.jumps:
            rows = np.flatnonzero(active[:, column])
            moved = np.repeat(points[rows], len(values), axis=0)
            moved[:, column] = np.tile(values, len(rows))
            parts.append(moved)
            owners.append(np.repeat(rows, len(values)))
        for column, middles, edges in self.strides:
            rows = np.flatnonzero(active[:, column])
            there = cell(edges, points[rows, column]) + _STEPS[:, None]
            inside = (there >= 0) & (there < len(middles))
            owner = rows[inside.nonzero()[1]]
            moved = points[owner]
            moved[:, column] = middles[there[inside]]
            parts.append(moved)
            owners.append(owner)
        if not parts:
            return points[:0], np.empty(0, dtype=np.int64)
        moved, owner = np.concatenate(parts), np.concatenate(owners)
        new = (moved != points[owner]).any(axis=1)
        return moved[new], owner[new]


@lru_cache(maxsize=32)
def sobol(d: int, bits: int) -> Array:
    """The first 2^bits points of Sobol's sequence in d dimensions; to be shifted before use."""
    from scipy.stats.qmc import Sobol

    if d == 0:
        return np.empty((2**bits, 0))
    points = np.asarray(Sobol(d, scramble=False).random_base2(bits))
    points.flags.writeable = False
    return points
