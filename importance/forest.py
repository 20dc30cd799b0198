"""Forests over coded values, kept as boxes, which is what exact integrals and exact attributions need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.units import unit_of

__all__ = ["Split", "Tree", "best_split", "extra_trees", "grow_tree", "random_forest", "random_split", "within"]

Split: TypeAlias = Callable[[Array, Array], tuple[int, float] | None]
"""Says at which column and threshold some rows `x`, shape (n, d), with values `y`, shape (n,), are parted."""

_NOTHING = 1e-12  # of a sum of squares; what is smaller comes from rounding


@final
@dataclass(frozen=True)
class Tree:
    """A regression tree: boxes that fill [0, 1]^d, each with a value.

    Args:
        low, high: Corners, shape (k, d).
        value: Shape (k,).
    """

    low: Array
    high: Array
    value: Array

    def predict(self, x: Array) -> Array:
        """Values at points `x`, shape (n, d); shape (n,)."""
        inside = np.ones((len(x), len(self.value)), dtype=np.bool_)
        for j in range(x.shape[1]):
            inside &= within(x[:, j], self.low[:, j], self.high[:, j])
        return np.asarray(self.value[inside.argmax(axis=1)])


def within(x: Array, low: Array, high: Array) -> BoolArray:
    """Which of some numbers lie in which intervals [low, high), shape (n, k); 1 counts to the last one."""
    u = x[:, None]
    return np.asarray((low <= u) & ((u < high) | (high == 1.0)))


def random_forest(
    x: Array,
    y: Array,
    rng: np.random.Generator,
    *,
    n_trees: int,
    max_samples: int,
    min_samples_leaf: int,
    max_depth: int | None = None,
    split: Split | None = None,
) -> list[Tree]:
    """Trees of bootstrap samples, which smooth noise out.

    Args:
        x: Shape (n, d), in [0, 1]; NaN where a row lacks a parameter.
        y: Shape (n,).
        n_trees: How many.
        max_samples: Size of a sample at most.
        min_samples_leaf: Rows in a leaf, at least.
        max_depth: Splits above a leaf, at most; None for any number.
        split: Instead of the best one.

    Source: Breiman (2001), "Random forests"; every split sees all columns.
    """
    size = min(len(x), max_samples)
    samples = (rng.integers(len(x), size=size) for _ in range(n_trees))
    cut = partial(best_split, min_samples_leaf=min_samples_leaf) if split is None else split
    return [grow_tree(x[rows], y[rows], cut, max_depth) for rows in samples]


def extra_trees(x: Array, y: Array, rng: np.random.Generator, *, n_trees: int, max_samples: int) -> list[Tree]:
    """Trees with random thresholds, each of which reproduces its whole sample; arguments as for `random_forest`.

    Samples are all rows, or some of them with the smallest `y` among them.

    Source: Geurts et al. (2006), "Extremely randomized trees".
    """
    trees, least = [], int(y.argmin())
    for _ in range(n_trees):
        rows = np.unique(np.append(rng.permutation(len(x))[:max_samples], least))
        trees.append(grow_tree(x[rows], y[rows], partial(random_split, rng=rng)))
    return trees


def grow_tree(x: Array, y: Array, split: Split, max_depth: int | None = None) -> Tree:
    """A tree whose leaves are what `split` leaves whole, or lie as deep as they may.

    A column is split only where all rows have it: in a branch that takes the parameter. Otherwise its being there
    would stand for the branch, and what is due to the branch be taken for its own.
    """
    d = x.shape[1]
    leaves: list[tuple[Array, Array, float]] = []
    nodes: list[tuple[IntArray, Array, Array, int]] = [(np.arange(len(x)), np.zeros(d), np.ones(d), 0)]
    while nodes:
        rows, low, high, depth = nodes.pop()
        cut = None if depth == max_depth else split(x[rows], y[rows])
        if cut is None:
            leaves.append((low, high, float(y[rows].mean())))
            continue
        column, threshold = cut
        left = x[rows, column] < threshold
        below, above = high.copy(), low.copy()
        below[column] = above[column] = threshold
        nodes += [(rows[left], low, below, depth + 1), (rows[~left], above, high, depth + 1)]
    lows, highs, values = zip(*leaves, strict=True)
    return Tree(np.array(lows), np.array(highs), np.array(values))


def best_split(x: Array, y: Array, *, min_samples_leaf: int) -> tuple[int, float] | None:
    """Column and threshold that reduce the squared error most; None if no split leaves both sides large enough."""
    n = len(y)
    if n < 2 * min_samples_leaf:
        return None
    centred = y - y.sum() / n
    error = float(centred @ centred)
    if error == 0.0:
        return None
    order = np.argsort(x, axis=0, kind="stable")
    sorted_x = x[order, np.arange(x.shape[1])]
    sums = centred[order].cumsum(axis=0)[:-1]  # of the left side
    n_left = np.arange(1.0, n)[:, None]
    gain = sums * sums * (1 / n_left + 1 / (n - n_left))
    gain[(sorted_x[:-1] == sorted_x[1:]) | np.isnan(sorted_x[-1])] = 0.0
    gain[: min_samples_leaf - 1] = gain[n - min_samples_leaf :] = 0.0
    k, column = divmod(int(gain.argmax()), x.shape[1])
    if gain[k, column] <= _NOTHING * error:
        return None
    return column, float((sorted_x[k, column] + sorted_x[k + 1, column]) / 2)


def random_split(x: Array, y: Array, *, rng: np.random.Generator) -> tuple[int, float] | None:
    """The best of one random threshold per column; None if all values are equal, or all rows."""
    n = len(y)
    y = y / unit_of(y, most=1.0)  # where a penalty is in other rows, the squares of these would be 0
    centred = y - y.sum() / n
    low, high = x.min(axis=0), x.max(axis=0)
    usable = low < high  # False also where a row lacks the parameter
    if not usable.any() or float(centred @ centred) <= _NOTHING * float(y @ y):
        return None
    threshold = high - rng.random(len(low)) * (high - low)  # above the lowest, so that both sides have rows
    left = x < threshold
    n_left = left.sum(axis=0)
    usable &= (n_left > 0) & (n_left < n)
    if not usable.any():
        return None
    sums = centred @ left
    gain = np.where(usable, sums * sums / np.where(usable, n_left * (n - n_left), 1), -1.0)
    column = int(gain.argmax())
    return column, float(threshold[column])
