"""Where a search may go, by points that have a value for every parameter, also for those that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.forest.features import Features
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.branches import Tree, active_at

__all__ = ["Region"]

_STEPS = (0.2, 0.2, 0.2, 0.2)  # standard deviations
_MOST_NEIGHBOURS = 4000  # at a time; ten numbers have about 800, fifty as many as this


@final
@dataclass(frozen=True, eq=False)
class Region:
    """Points of a space, shape (n, d), some of whose values may be given.

    Args:
        axes: What the columns are.
        tree: Which columns are active, given the others' values.
        fixed: Given values, shape (d,); NaN where there is a choice.
    """

    axes: Axes
    tree: Tree
    fixed: Array

    def features(self, points: Array, active: BoolArray) -> Features:
        """What trees see of points, given what is active."""
        return Features.of(self.axes, points, active)

    def active(self, points: Array) -> BoolArray:
        """Which columns of points are active, shape (n, d)."""
        return active_at(self.tree, self.axes, points)

    def drawn(self, n: int, rng: np.random.Generator) -> Array:
        """Points of the prior."""
        return self.rounded(self.axes.spread(rng.random((n, len(self.fixed)))))

    def rounded(self, points: Array) -> Array:
        """Points with every number in its cell's middle, and what is given as it is given."""
        return np.where(np.isnan(self.fixed), self.axes.rounded(points), self.fixed)

    @cached_property
    def _numbers(self) -> IntArray:
        """Columns of numbers that one may choose."""
        numbers = self.axes.numbers
        return numbers[np.isnan(self.fixed[numbers])]

    @cached_property
    def _categories(self) -> tuple[tuple[int, Array], ...]:
        """Columns of categories that one may choose, each with its codes."""
        categories = zip(self.axes.categories.tolist(), self.axes.priors, strict=True)
        return tuple(
            (column, np.flatnonzero(prior > 0).astype(np.float64))
            for column, prior in categories
            if np.isnan(self.fixed[column])
        )

    def neighbours(self, points: Array, active: BoolArray, rng: np.random.Generator) -> tuple[Array, IntArray]:
        """Points that differ in one active value, shape (k, d), and whose neighbours they are, shape (k,).

        A number takes a few normal steps, and is reflected at its bounds; a category takes all of its other codes. What
        is not active is drawn anew, for a choice may bring it along. Of very many neighbours there are some, at random.
        """
        rows, which = np.nonzero(active[:, self._numbers])
        steps = np.repeat(_STEPS, len(rows))
        owners, columns = [np.tile(rows, len(_STEPS))], [np.tile(self._numbers[which], len(_STEPS))]
        moved = points[owners[0], columns[0]] + steps * rng.standard_normal(len(steps))
        values = [np.abs((moved + 1.0) % 2.0 - 1.0)]
        for column, codes in self._categories:
            rows = np.flatnonzero(active[:, column])
            owners.append(np.repeat(rows, len(codes)))
            columns.append(np.full(len(owners[-1]), column))
            values.append(np.tile(codes, len(rows)))
        owner, changed, new_values = np.concatenate(owners), np.concatenate(columns), np.concatenate(values)
        if len(owner) > _MOST_NEIGHBOURS:
            some = np.sort(rng.choice(len(owner), _MOST_NEIGHBOURS, replace=False))
            owner, changed, new_values = owner[some], changed[some], new_values[some]
        every = np.arange(len(owner))
        near = np.where(active[owner], points[owner], self.drawn(len(owner), rng))
        near[every, changed] = new_values
        near = self.rounded(near)
        new = near[every, changed] != points[owner, changed]
        return near[new], owner[new]
