"""The parts of a space by the values of one parameter, and a model of each that knows its own trials alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.likelihood import Hyperparameters
from hpo.samplers.gp.warp import Warp, warps
from hpo.samplers.model.axes import Axes, cell
from hpo.samplers.model.branches import Leaf, tree_of

__all__ = ["Arm", "Arms", "Learn", "Part"]

_MOST = 8  # arms
_FEWEST = 2  # trials that tell the scale of an arm's losses
_WARPED = 10  # trials from which on they may be warped

Learn: TypeAlias = "Callable[[Array, Array, Part, list[Warp]], tuple[Hyperparameters, Warp]]"
"""Hyperparameters, and one of some warps, of losses at features."""


@final
@dataclass(frozen=True, eq=False)
class Part:
    """The features that may differ within an arm.

    Args:
        columns: Among all features, shape (f,); numbers come first.
        numbers: Which of the numbers are among them, shape (q,).
        group: The length scale that each one belongs to, shape (f,).
    """

    columns: IntArray
    numbers: IntArray
    group: IntArray

    @staticmethod
    def of(embedding: Embedding, column: int, active: BoolArray) -> Part:
        """Of trials with some activity, shape (n, d), that agree in one column."""
        axes = embedding.axes
        own = np.concatenate([axes.numbers, axes.categories])
        some: BoolArray = np.asarray(active.any(axis=0))
        sometimes = some & ~np.asarray(active.all(axis=0))
        matters = np.concatenate([some[own] & (own != column), sometimes[embedding.optional]])
        columns = np.flatnonzero(matters[embedding.group])
        _, group = np.unique(embedding.group[columns], return_inverse=True)
        return Part(columns, np.flatnonzero(matters[: embedding.n_numbers]), group)

    @property
    def n_numbers(self) -> int:
        return len(self.numbers)

    @property
    def n_scales(self) -> int:
        """Number of length scales."""
        return int(self.group.max(initial=-1)) + 1


@final
@dataclass(frozen=True, eq=False)
class Arm:
    """What was learned of one value of the parameter that parts a space.

    Args:
        part: Of the features.
        hyper: Of the arm's Gaussian process.
        warp: Of the arm's losses.
        features, losses: From which they were learned, shapes (n, f) and (n,).
    """

    part: Part
    hyper: Hyperparameters
    warp: Warp
    features: Array
    losses: Array


@final
@dataclass(frozen=True, eq=False)
class Arms:
    """How a space parts.

    Args:
        column: The parameter by whose values.
        embedding: Of the features.
        arms: By value, those of which enough is known.
        options: What fits depended on beside the trials.
    """

    column: int
    embedding: Embedding
    arms: Mapping[int, Arm]
    options: Hashable

    @staticmethod
    def of(
        embedding: Embedding,
        points: Array,
        active: BoolArray,
        losses: Array,
        learn: Learn,
        options: Hashable,
        before: Arms | None,
    ) -> Arms | None:
        """Of some trials; None where nothing parts the space.

        Args:
            embedding: Of the features.
            points, active: Of the trials, shape (n, d).
            losses: Shape (n,).
            learn: Fits a model.
            options: What the fit depends on beside the trials.
            before: What was learned of fewer trials: an arm with hardly a new one is not fitted again, unless the
                options are others.
        """
        column = _parting(embedding.axes, points, active, losses)
        if column is None:
            return None
        features = embedding.features(points, active)
        at = _telling(column, embedding)(features)
        is_alike = before is not None and (before.column, before.options) == (column, options)
        known = before.arms if before is not None and is_alike else {}
        found = {}
        for value in np.unique(at).tolist():
            rows = np.flatnonzero(at == value)
            rows = rows[: _fitted_to(len(rows))]
            part = Part.of(embedding, column, active[rows])
            own, y = features[np.ix_(rows, part.columns)], losses[rows]
            if part.n_scales and len(y) >= _FEWEST and y.min() < y.max():
                found[value] = _arm(part, own, y, learn, known.get(value))
        return Arms(column, embedding, found, options)

    def at(self, features: Array) -> IntArray:
        """The arm that each point is in, shape (n,), by its features, shape (n, f)."""
        return self._at(features)

    @cached_property
    def _at(self) -> Callable[[Array], IntArray]:
        return _telling(self.column, self.embedding)


def _fitted_to(n: int) -> int:
    """To how many of an arm's n trials its model is fitted: up to 8 to all of them, then a fifth more each time."""
    size = min(n, 8)
    while size + size // 5 <= n and size >= 8:
        size += size // 5
    return size


def _telling(column: int, embedding: Embedding) -> Callable[[Array], IntArray]:
    """What tells the arm of points, shape (n,), by their features, shape (n, f)."""
    axes = embedding.axes
    if column in axes.categories:
        scale = len(axes.numbers) + axes.categories.tolist().index(column)
        choices = np.flatnonzero(embedding.group == scale)
        corners = slice(choices[0], choices[-1] + 1)
        return lambda features: np.asarray(features[:, corners].argmax(axis=1))
    number = axes.numbers.tolist().index(column)
    edges = axes.edges[number]
    assert edges is not None
    return lambda features: cell(edges, features[:, number])


def _parting(axes: Axes, points: Array, active: BoolArray, losses: Array) -> int | None:
    """The parameter that first decides what others there are; if all are there, the category that tells the most."""
    tree = tree_of(axes, points, active)
    if not isinstance(tree, Leaf):
        return tree.column if axes.cardinality[tree.column] <= _MOST else None
    rank = np.argsort(np.argsort(losses, kind="stable"), kind="stable").astype(np.float64)
    best, least = None, np.inf
    for column in axes.categories.tolist():
        if not active[:, column].all() or axes.cardinality[column] > _MOST:
            continue
        code = points[:, column].astype(np.int64)
        mean = np.bincount(code, rank) / np.maximum(np.bincount(code), 1)
        if (rest := float(((rank - mean[code]) ** 2).sum())) < least:
            best, least = column, rest
    return best


def _arm(part: Part, features: Array, losses: Array, learn: Learn, before: Arm | None) -> Arm:
    if before is not None and np.array_equal(before.features, features) and np.array_equal(before.losses, losses):
        return Arm(part, before.hyper, before.warp, features, losses)
    choices = warps(losses) if len(losses) >= _WARPED else [Warp()]
    return Arm(part, *learn(features, losses, part, choices), features, losses)
