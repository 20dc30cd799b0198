"""Points of a mixed, branching space as vectors, so that one kernel over distances serves all of them.

A number is its coded value. A category is a corner of a simplex, so that different choices are all at the same
distance. It lies between that of a number's two ends, at which choices would tell too little about each other, and
the one that makes two random choices as far apart as two random numbers, at which they would tell too much. A
parameter that a trial lacks stands in the middle of its range, and one more feature says that it is missing: two
trials that lack it do not differ in it, and one that has it differs by a constant that the model learns, beside the
distance to the middle. As all are vectors, every kernel of their distance is positive definite.

Source: Swersky et al. (2014), "Raiders of the lost architecture", arXiv 1409.4011, for the idea.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.axes import Axes

__all__ = ["Embedding"]

_HALF = 0.5
_SPREAD = 1.0 / 6.0  # the mean square of the distance of two numbers from [0, 1]


@final
@dataclass(frozen=True, eq=False)
class Embedding:
    """How points become features.

    Args:
        axes: What the columns of points are.
        optional: One column for each set of parameters that come and go together, shape (o,).
        group: The length scale that each feature belongs to, shape (f,): one for each number, category and member of
            `optional`, in this order. Numbers come first among the features too.
    """

    axes: Axes
    optional: IntArray
    group: IntArray

    @staticmethod
    def of(axes: Axes, active: BoolArray) -> Embedding:
        """For trials with some activity, shape (n, d)."""
        columns = np.concatenate([axes.numbers, axes.categories])
        sometimes = columns[~active[:, columns].all(axis=0)] if len(active) else columns[:0]
        _, first = np.unique(active[:, sometimes], axis=1, return_index=True)
        optional = sometimes[np.sort(first)]
        sizes = np.ones(len(columns) + len(optional), dtype=np.int64)
        sizes[len(axes.numbers) : len(columns)] = [len(prior) for prior in axes.priors]
        return Embedding(axes, optional, np.repeat(np.arange(len(sizes)), sizes))

    @property
    def n_numbers(self) -> int:
        return len(self.axes.numbers)

    @property
    def n_scales(self) -> int:
        """Number of length scales."""
        return len(self.axes.numbers) + len(self.axes.categories) + len(self.optional)

    def features(self, points: Array, active: BoolArray) -> Array:
        """The vectors of points, shape (n, f); what is not active may be anything, also NaN."""
        numbers, (columns, choices, middle, length) = self.axes.numbers, self._corners
        q, c = len(numbers), len(columns)
        features = np.empty((len(points), q + c + len(self.optional)))
        features[:, :q] = self.numbers(points[:, numbers], active)
        features[:, q : q + c] = np.where(active[:, columns], points[:, columns] == choices, middle) * length
        features[:, q + c :] = active[:, self.optional]
        return features

    def numbers(self, values: Array, active: BoolArray) -> Array:
        """The first features of points, those of their numbers, shape (n, q), whose values are given."""
        return np.where(active[:, self.axes.numbers], values, _HALF)

    @cached_property
    def _corners(self) -> tuple[IntArray, Array, Array, Array]:
        """Of each feature of a category, shape (c,): its column, its choice, what stands for none, and its length."""
        sizes = np.array([len(prior) for prior in self.axes.priors], dtype=np.int64)
        choices = np.concatenate([np.arange(k) for k in sizes] or [sizes]).astype(np.float64)
        length = np.array([np.sqrt(_HALF * _edge(int(k))) for k in sizes])
        return np.repeat(self.axes.categories, sizes), choices, np.repeat(1.0 / sizes, sizes), np.repeat(length, sizes)


def _edge(k: int) -> float:
    """The square of the distance of k choices: the geometric mean of 1 and what gives pairs the spread of numbers."""
    return math.sqrt(_SPREAD * k / max(k - 1, 1))
