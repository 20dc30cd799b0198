"""Parameters as the axes of kernels.

Three kinds: continuous numbers, numbers in cells (integers, steps, ordered categories) and unordered categories.
A cell is shown by its middle, so that both kinds of numbers lie in [0, 1], where the prior is uniform.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution, NormalDistribution
from hpo.space import Space

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Axes", "axes_of", "cell"]

T = TypeVar("T", bound=np.generic)


@final
@dataclass(frozen=True, eq=False)
class Axes:
    """How the columns of coded rows become the columns of points.

    Args:
        numbers: Columns of numbers, shape (q,).
        edges: For each of these the ends of its cells in [0, 1], or None where it is continuous.
        middles: For each the middles of its cells.
        cell_widths: For each the mean width of its cells, 0 where it is continuous, shape (q,).
        ordered: Columns of ordered categories among the numbers, which are coded by their index.
        continuous, in_cells: Which of the numbers are continuous, and which are not.
        categories: Columns of unordered categories, shape (c,).
        priors: Prior probabilities of each one's choices.
        n_choices: Number of each one's choices, shape (c,).
        cardinality: Number of values of each column, shape (d,).
        only: The coded value of a column that has one alone, NaN elsewhere, shape (d,).
    """

    numbers: IntArray
    edges: tuple[Array | None, ...]
    middles: tuple[Array | None, ...]
    cell_widths: Array
    ordered: frozenset[int]
    continuous: IntArray
    in_cells: tuple[int, ...]
    categories: IntArray
    priors: tuple[Array, ...]
    n_choices: Array
    cardinality: Array
    only: Array

    @cached_property
    def is_finite(self) -> bool:
        """Whether there are only so many configurations, and something to choose."""
        return bool(np.isfinite(self.cardinality).all() and (self.cardinality > 1).any())

    @cached_property
    def are_numbers(self) -> bool:
        """Whether all columns are."""
        return len(self.numbers) == len(self.cardinality)

    @cached_property
    def without_gaps(self) -> list[int]:
        """Columns of numbers without a step."""
        columns: list[int] = np.flatnonzero(np.isinf(self.cardinality)).tolist()
        return columns

    @cached_property
    def hides_gaps(self) -> bool:
        """Whether there is a number with a step that counts as continuous, as its cells are too many."""
        return bool(np.isfinite(self.cardinality[self.numbers[self.continuous]]).any())

    @cached_property
    def are_of_numbers(self) -> BoolArray:
        """Which columns are, shape (d,)."""
        return np.isin(np.arange(len(self.cardinality)), self.numbers)

    @cached_property
    def _are_categories(self) -> BoolArray:
        return np.isin(np.arange(len(self.cardinality)), self.categories)

    def of_numbers(self, points: NDArray[T]) -> NDArray[T]:
        """The columns of numbers, shape (n, q)."""
        return points if self.are_numbers else points[:, self.numbers]

    def rounded(self, points: Array) -> Array:
        """Points, shape (n, d), with every number in its cell's middle; none may be missing."""
        x = points.copy()
        for column, edges, middles in zip(self.numbers, self.edges, self.middles, strict=True):
            if edges is not None and middles is not None:
                x[:, column] = middles[cell(edges, x[:, column])]
        return x

    def spread(self, u: Array) -> Array:
        """Points of the prior, from numbers in [0, 1), shape (n, d); a number may be anywhere within its cell."""
        x = u.copy()
        for column, prior in zip(self.categories, self.priors, strict=True):
            x[:, column] = np.searchsorted(np.cumsum(prior)[:-1], u[:, column], side="right")
        return np.where(np.isnan(self.only), x, self.only)

    def points(self, coded: Array) -> Array:
        """Coded rows, shape (n, d), with every number in its cell's middle; NaN stays."""
        if not self.in_cells:
            return coded
        x = coded.copy()
        for j in self.in_cells:
            column, edges, middles = self.numbers[j], self.edges[j], self.middles[j]
            assert edges is not None
            assert middles is not None
            known = ~np.isnan(x[:, column])
            u = x[known, column]
            x[known, column] = middles[u.astype(np.intp) if column in self.ordered else cell(edges, u)]
        return x

    def coded(self, points: Array) -> Array:
        """The coded rows of points, shape (n, d)."""
        if not self.ordered:
            return points
        x = points.copy()
        for column, edges in zip(self.numbers, self.edges, strict=True):
            if column in self.ordered and edges is not None:
                x[:, column] = np.where(np.isnan(x[:, column]), np.nan, cell(edges, x[:, column]))
        return x

    def at(self, values: IntArray) -> Array:
        """Points with given values of finite axes, shape (n, d); whatever is inactive, -1, becomes the first value."""
        x = np.maximum(values, 0).astype(np.float64)
        for column, middles in zip(self.numbers, self.middles, strict=True):
            if middles is not None:
                x[:, column] = middles[np.maximum(values[:, column], 0)]
        return x

    def choices(self, column: int) -> tuple[Array, Array]:
        """The coordinates of a column with few values, and their prior probabilities; shapes (k,)."""
        for categories, prior in zip(self.categories, self.priors, strict=True):
            if column == categories:
                return np.arange(len(prior), dtype=np.float64), prior
        axis = self.numbers.tolist().index(column)
        edges, middles = self.edges[axis], self.middles[axis]
        if edges is None or middles is None:
            return np.empty(0), np.empty(0)
        return middles, np.diff(edges)

    def bins(self, points: Array, active: BoolArray, most: int) -> IntArray:
        """Each coordinate's cell or category, at most `most` of them, shape (n, d); -1 where inactive."""
        count = np.minimum(self.cardinality, most)
        known = np.where(np.isnan(points), 0.0, points)
        scaled = known * np.where(self._are_categories, 1.0, count)
        bins = np.minimum(np.maximum(scaled, 0.0), count - 1.0).astype(np.int64)
        for j in self.in_cells:
            column, edges = self.numbers[j], self.edges[j]
            if edges is not None and len(edges) <= most + 1:
                bins[:, column] = cell(edges, known[:, column])
        return np.where(active, bins, -1)

    def values(self, points: Array, active: BoolArray) -> IntArray:
        """The bins of finite axes without a limit to their number, shape (n, d): what tells configurations apart."""
        return self.bins(points, active, np.iinfo(np.int32).max)


def cell(edges: Array, u: Array) -> IntArray:
    """The cell that each number in [0, 1] lies in."""
    return np.asarray(np.minimum(np.maximum(edges.searchsorted(u, side="right") - 1, 0), len(edges) - 2))


@lru_cache(maxsize=64)
def axes_of(space: Space) -> Axes:
    """The axes of a space; parameters of one value are none."""
    numbers: list[int] = []
    edges: list[Array | None] = []
    ordered: list[int] = []
    categories: list[int] = []
    priors: list[Array] = []
    for column, distribution in enumerate(space.distributions):
        if distribution.single():
            continue
        if isinstance(distribution, CategoricalDistribution):
            weights = np.array(distribution.weights or (1.0,) * len(distribution.choices))
            weights = weights / weights.sum()
            if not distribution.ordered:
                categories.append(column)
                priors.append(weights)
                continue
            ordered.append(column)
            numbers.append(column)
            ends = np.concatenate([[0.0], np.cumsum(weights)])
            ends[-1] = 1.0
            edges.append(ends)
        elif isinstance(distribution, (FloatDistribution, IntDistribution, NormalDistribution)):
            numbers.append(column)
            edges.append(distribution.edges)
    return Axes(
        np.array(numbers, dtype=np.int64),
        tuple(edges),
        tuple(None if e is None else (e[1:] + e[:-1]) / 2 for e in edges),
        np.array([0.0 if e is None else 1.0 / (len(e) - 1) for e in edges]),
        frozenset(ordered),
        np.array([j for j, e in enumerate(edges) if e is None], dtype=np.int64),
        tuple(j for j, e in enumerate(edges) if e is not None),
        np.array(categories, dtype=np.int64),
        tuple(priors),
        np.array([len(prior) for prior in priors], dtype=np.float64),
        np.array([distribution.cardinality for distribution in space.distributions], dtype=np.float64),
        np.array([d.nearest(d.decode(0.0)) if d.single() else np.nan for d in space.distributions], dtype=np.float64),
    )
