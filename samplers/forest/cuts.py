"""Where nodes are parted: at the best of all places, or at the best of one place for each feature, drawn at random.

A cut is worth by how much it reduces the sum of squared errors. With targets whose sum at a node is 0, that is
s² (1 / n_left + 1 / n_right), s the sum of those on the left.
"""

from __future__ import annotations

import math

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.forest.features import ABSENT
from hpo.samplers.forest.growth import Cuts, Level

__all__ = ["best_cuts", "random_cuts"]


def best_cuts(level: Level, rng: np.random.Generator, *, share: float, min_samples_leaf: int) -> Cuts:
    """At the best place of some features, drawn for each node; between two neighbours anywhere.

    Codes of a category are first put in the order of their mean targets, where the best of all ways to part them in two
    is among the cuts (Fisher, 1958). One that no entry has goes to either side.

    Args:
        level: With the numbers' order.
        rng: Source of randomness.
        share: Of features that are looked at.
        min_samples_leaf: How many entries must be on either side.
    """
    q, c, s = level.n_numbers, len(level.n_codes), len(level.size)
    best = np.zeros((q + c, s))
    if q:
        gain = _gains_of_numbers(level, min_samples_leaf)
        best[:q] = np.maximum.reduceat(gain, level.start, axis=1)
    if c:
        by_code, place, present = _gains_of_codes(level, min_samples_leaf)
        cut = by_code.argmax(axis=2)
        best[q:] = np.take_along_axis(by_code, cut[:, :, None], axis=2)[:, :, 0].T
    looked_at = math.ceil(share * (q + c))
    if looked_at < q + c:
        best[np.argsort(rng.random((q + c, s)), axis=0, kind="stable") >= looked_at] = 0.0
    column = best.argmax(axis=0)
    column[best.max(axis=0) <= 0.0] = -1
    threshold = np.full(s, np.inf)
    nodes = np.flatnonzero((column >= 0) & (column < q))
    if len(nodes):
        at_best = gain[np.repeat(column, level.size).clip(0, q - 1), np.arange(gain.shape[1])] == np.repeat(
            best[column.clip(0), np.arange(s)], level.size
        )
        hits = np.flatnonzero(at_best)
        position = hits[np.searchsorted(hits, level.start[nodes])]
        line = 1 + column[nodes]
        low = level.x[column[nodes], level.order[line, position]]
        high = level.x[column[nodes], level.order[line, position + 1]]
        threshold[nodes] = _between(low, high, rng.random(len(nodes)))
    sides = np.zeros((s, int(level.n_codes.max(initial=0))), dtype=np.bool_)
    nodes = np.flatnonzero(column >= q)
    if len(nodes):
        feature = column[nodes] - q
        sides[nodes] = place[nodes, feature] > cut[nodes, feature][:, None]
        sides[nodes] = np.where(present[nodes, feature], sides[nodes], rng.random((len(nodes), sides.shape[1])) < 0.5)
    return Cuts(column, threshold, sides)


def random_cuts(level: Level, rng: np.random.Generator) -> Cuts:
    """At the best of one place for each feature, drawn between the least and the largest value.

    At each node the codes of a category are numbers that are drawn there.

    Source: Geurts et al. (2006), "Extremely randomized trees".
    """
    q, c, s = level.n_numbers, len(level.n_codes), len(level.size)
    entries, at = level.order[0], np.arange(s)
    x = level.x[:, entries]
    drawn = rng.random((s, c, int(level.n_codes.max(initial=0))))
    if c:
        x[q:] = drawn[level.spread(at), np.arange(c)[:, None], x[q:].astype(np.int64)]
    low, high = np.minimum.reduceat(x, level.start, axis=1), np.maximum.reduceat(x, level.start, axis=1)
    threshold = _between(low, high, rng.random(low.shape))
    right = x >= np.repeat(threshold, level.size, axis=1)
    n_right = np.add.reduceat(right.astype(np.int64), level.start, axis=1)
    sums = np.add.reduceat(level.y[entries] * right, level.start, axis=1)
    usable = n_right > 0
    weight = 1.0 / np.where(usable, n_right, 1) + 1.0 / (level.size - n_right)
    gain = np.where(usable, sums * sums * weight, -1.0)
    column = gain.argmax(axis=0)
    cut = threshold[column, at]
    sides = drawn[at, (column - q).clip(0)] >= cut[:, None] if c else np.empty((s, 0), dtype=np.bool_)
    return Cuts(np.where(gain[column, at] >= 0.0, column, -1), cut, sides)


def _gains_of_numbers(level: Level, min_samples_leaf: int) -> Array:
    """What a cut behind each entry is worth, in the order of each number, shape (q, p); 0 where there is none."""
    order = level.order[1:]
    position = np.arange(order.shape[1])
    n_left = position - level.spread(level.start) + 1.0
    n_right = level.spread(level.size) - n_left
    possible = (n_left >= min_samples_leaf) & (n_right >= min_samples_leaf)
    weight = np.where(possible, 1.0 / n_left + 1.0 / np.maximum(n_right, 1.0), 0.0)
    sums = np.cumsum(level.y[order], axis=1)  # those of the nodes before are 0
    gain = sums * sums * weight
    x = np.take_along_axis(level.x[: len(order)], order, axis=1)
    gain[:, :-1][x[:, :-1] == x[:, 1:]] = 0.0
    return np.asarray(gain)


def _gains_of_codes(level: Level, min_samples_leaf: int) -> tuple[Array, IntArray, BoolArray]:
    """What cuts behind the 1st, 2nd, … code are worth, each code's place, and which codes there are, (s, c, codes)."""
    s, c, most = len(level.size), len(level.n_codes), int(level.n_codes.max())
    entries = level.order[0]
    node = level.spread(np.arange(s))
    code = level.x[level.n_numbers :, entries].astype(np.int64)
    cell = (node * c + np.arange(c)[:, None]) * most + code
    counts = np.bincount(cell.ravel(), minlength=s * c * most).reshape(s, c, most).astype(np.float64)
    sums = np.bincount(cell.ravel(), np.tile(level.y[entries], c), s * c * most).reshape(s, c, most)
    present = counts > 0
    means = np.where(present, sums / np.maximum(counts, 1.0), np.inf)
    by_mean = np.argsort(means, axis=2, kind="stable")
    n_left = np.cumsum(np.take_along_axis(counts, by_mean, axis=2), axis=2)
    left = np.cumsum(np.take_along_axis(sums, by_mean, axis=2), axis=2)
    n_right = level.size[:, None, None] - n_left
    possible = (n_left >= min_samples_leaf) & (n_right >= min_samples_leaf)
    gain = np.where(possible, left * left * (1.0 / np.maximum(n_left, 1.0) + 1.0 / np.maximum(n_right, 1.0)), 0.0)
    return gain, np.argsort(by_mean, axis=2, kind="stable"), present


def _between(low: Array, high: Array, u: Array) -> Array:
    """A number in (low, high], or infinity where they are equal; what is absent is parted from all that is there."""
    threshold = np.maximum(high - u * (high - low), np.nextafter(low, high))
    threshold = np.where(low == ABSENT, 0.5 * ABSENT, threshold)
    return np.where(low < high, threshold, np.inf)
