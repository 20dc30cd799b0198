"""How trees grow: all of them at the same time, level by level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.forest.features import Features
from hpo.samplers.forest.trees import Trees

__all__ = ["Cuts", "Cutting", "Level", "grow", "in_order"]

_NOTHING = 1e-12  # of a mean square; what is smaller comes from rounding
_SHORT = 2**15  # integers below it are sorted by their two bytes


@final
@dataclass(frozen=True, eq=False)
class Level:
    """The nodes of a level that may be parted, each with the entries that came to it.

    An entry is a row in one tree's sample. Those of a node stand together, in the order of the nodes.

    Args:
        x: The entries' features, shape (f, e).
        n_codes: Of each of the last features, which are categories, shape (c,).
        y: Targets of entries, less their node's mean, shape (e,).
        order: Which entries come to the nodes, shape (1 + q, p): the first line in any order within a node, the others
            in that of each number; or the first line alone, if nobody asks for an order.
        start, size: Where each node's entries begin, and how many they are, shape (s,).
    """

    x: Array
    n_codes: IntArray
    y: Array
    order: IntArray
    start: IntArray
    size: IntArray

    @property
    def n_numbers(self) -> int:
        return len(self.x) - len(self.n_codes)

    def spread(self, values: IntArray) -> IntArray:
        """Values of nodes, shape (s,), for each of their entries, shape (p,)."""
        return np.repeat(values, self.size)

    def parted(self, where: BoolArray) -> Level:
        """The level with some of its nodes alone."""
        size = self.size[where]
        return Level(
            self.x, self.n_codes, self.y, self.order[:, np.repeat(where, self.size)], np.cumsum(size) - size, size
        )


@final
@dataclass(frozen=True, eq=False)
class Cuts:
    """Where the nodes of a level are parted.

    Args:
        column: The feature, shape (s,); -1 for none.
        threshold: Of a number, shape (s,).
        sides: Which codes of a category go to the right, shape (s, codes).
    """

    column: IntArray
    threshold: Array
    sides: BoolArray

    def at(self, nodes: BoolArray) -> Cuts:
        return Cuts(self.column[nodes], self.threshold[nodes], self.sides[nodes])

    def goes_right(self, level: Level) -> BoolArray:
        """Which entries of the level, whose nodes are all parted, come to the right child; shape (p,)."""
        column = level.spread(self.column)
        u = level.x[column, level.order[0]]
        right = u >= np.repeat(self.threshold, level.size)
        coded = np.flatnonzero(column >= level.n_numbers)
        node = level.spread(np.arange(len(level.size)))[coded]
        right[coded] = self.sides[node, u[coded].astype(np.int64)]
        return np.asarray(right)


Cutting: TypeAlias = Callable[[Level, np.random.Generator], Cuts]
"""Chooses the cuts of a level."""


def in_order(features: Features, samples: IntArray) -> IntArray:
    """The entries of the samples, shape (t, s), tree by tree in the order of each number, shape (1 + q, t s)."""
    n_trees, size = samples.shape
    numbers = features.x[: features.n_numbers, samples]
    first = size * np.arange(n_trees)[:, None]
    lines = (np.argsort(numbers, axis=2, kind="stable") + first).reshape(-1, samples.size)
    return np.concatenate([np.arange(samples.size)[None], lines])


def grow(
    features: Features,
    y: Array,
    samples: IntArray,
    order: IntArray,
    cutting: Cutting,
    rng: np.random.Generator,
    *,
    min_samples_split: int,
    max_depth: int | None = None,
) -> Trees:
    """Trees that part their samples until targets agree, or too few are left.

    Args:
        features: Of n rows.
        y: Targets of each tree's sample, shape (t, s).
        samples: Rows, shape (t, s).
        order: Lines of entries as of `in_order`, or only the first of them.
        cutting: How nodes are parted.
        rng: Source of randomness.
        min_samples_split: A node of fewer is left whole.
        max_depth: Cuts above a leaf, at most; None for any number.
    """
    x, targets = features.x[:, samples.ravel()], y.ravel()
    sizes = np.full(len(samples), samples.shape[1], dtype=np.int64)
    parts: list[tuple[IntArray, Array, IntArray, IntArray, Array, Array]] = []
    sides: list[BoolArray] = []
    n_nodes, n_sides, depth, grows = 0, 0, 0, True
    while grows:
        starts = np.cumsum(sizes) - sizes
        members = targets[order[0]]
        mean = np.add.reduceat(members, starts) / sizes
        centred = members - np.repeat(mean, sizes)
        variance = np.add.reduceat(centred * centred, starts) / sizes
        residual = np.empty(len(targets))
        residual[order[0]] = centred
        column, threshold = np.zeros(len(sizes), dtype=np.int64), np.full(len(sizes), np.inf)
        left, table = n_nodes + np.arange(len(sizes)), np.full(len(sizes), -1)
        parts.append((column, threshold, left, table, mean, variance))
        n_nodes += len(sizes)
        wanted = (sizes >= min_samples_split) & (variance > _NOTHING * mean * mean)
        grows = depth != max_depth and bool(wanted.any())
        if not grows:
            break
        level = Level(x, features.n_codes, residual, order, starts, sizes).parted(wanted)
        cuts = cutting(level, rng)
        found = cuts.column >= 0
        grows = bool(found.any())
        at, level, cuts = np.flatnonzero(wanted)[found], level.parted(found), cuts.at(found)
        coded = cuts.column >= features.n_numbers
        column[at] = cuts.column
        threshold[at] = np.where(coded, np.inf, cuts.threshold)
        table[at[coded]] = n_sides + cuts.sides.shape[1] * np.arange(coded.sum())
        sides.append(cuts.sides[coded].ravel())
        n_sides += sides[-1].size
        left[at] = n_nodes + 2 * np.arange(len(at))
        if grows:
            order, sizes = _children(level, cuts.goes_right(level))
            depth += 1
    column, threshold, left, table, mean, variance = (np.concatenate(part) for part in zip(*parts, strict=True))
    flat = np.concatenate([np.empty(0, dtype=np.bool_), *sides]).astype(np.int64)
    return Trees(np.arange(len(samples)), depth, column, threshold, left, table, flat, mean, variance)


def _children(level: Level, right: BoolArray) -> tuple[IntArray, IntArray]:
    """The lines of entries, ordered by child, left before right, and the children's sizes."""
    n = len(level.size)
    child = np.empty(level.x.shape[1], dtype=np.int16 if 2 * n < _SHORT else np.int64)
    child[level.order[0]] = 2 * level.spread(np.arange(n)) + right
    n_right = np.add.reduceat(right.astype(np.int64), level.start)
    by_child = np.argsort(child[level.order], axis=1, kind="stable")
    sizes = np.stack([level.size - n_right, n_right], axis=1).ravel()
    return np.take_along_axis(level.order, by_child, axis=1), sizes
