"""Which parameters are active, given the values of others: a decision tree over what history shows.

An objective decides by values that it has whether to ask for more parameters. The tree splits on parameters that
all trials at a node had, and its leaves are sets of active parameters. It may also have been changed, to ask for one
parameter more: that is no branch, although earlier trials, which lie elsewhere, lack the parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.model.axes import Axes

__all__ = [
    "BINS",
    "Branch",
    "Leaf",
    "Path",
    "Tree",
    "active_at",
    "deciding",
    "learn",
    "leaves",
    "route",
    "tree_of",
    "unbranched",
]

_SINCE = 5  # trials in succession that all have a parameter, which none had before
_NEARLY_ALL = 0.8
BINS = 16
"""Into which a number falls on whose value other parameters may depend."""


@final
@dataclass(frozen=True, eq=False)
class Leaf:
    """The parameters that trials here have, shape (d,)."""

    active: BoolArray


@final
@dataclass(frozen=True, eq=False)
class Branch:
    """Trials part by the bin of one column.

    Args:
        active: Parameters that all trials here have, shape (d,).
        column: Which.
        children: By bin, in rising order.
        elsewhere: Of categories that no trial has shown: the parameters that all trials have. None for numbers,
            where the nearest bin stands for such a one.
    """

    active: BoolArray
    column: int
    children: Mapping[int, Tree]
    elsewhere: Leaf | None

    def child(self, b: int) -> Tree:
        """Where trials of a bin go."""
        if b in self.children:
            return self.children[b]
        if self.elsewhere is not None:
            return self.elsewhere
        return self.children[min(self.children, key=lambda known: abs(known - b))]


Tree: TypeAlias = Leaf | Branch
Path: TypeAlias = tuple[tuple[int, int], ...]


@lru_cache(maxsize=64)
def unbranched(d: int) -> Leaf:
    """Of trials that have all of d parameters."""
    return Leaf(np.ones(d, dtype=np.bool_))


def tree_of(axes: Axes, points: Array, active: BoolArray) -> Tree:
    """The tree of some trials by their points, of which there is at least one, and what was active; shapes (n, d).

    They are in the order of time.
    """
    if (active == active[0]).all():
        return Leaf(active[0])
    bins = axes.bins(points, active, BINS)
    if not axes.is_finite:  # there nothing is to be tried twice, and what is active tells configurations apart
        active = active | _added(bins, active, axes.cardinality <= BINS)
    return Leaf(active[0]) if (active == active[0]).all() else learn(bins, active, axes.numbers)


def _added(bins: IntArray, active: BoolArray, few: BoolArray) -> BoolArray:
    """The parameters that no trial had up to some time and nearly all have had since, the last ones too; shape (d,).

    Of trials that run side by side some began before that time and ended after it.

    Not those that go with the values of a parameter of `few` values: the objective may well decide by these.
    """
    first, n_with = active.argmax(axis=0), active.sum(axis=0)
    n_since = len(active) - first
    added = (first > 0) & active[-_SINCE:].all(axis=0) & (n_with >= np.maximum(_SINCE, _NEARLY_ALL * n_since))
    for column in np.flatnonzero(added):
        has = active[:, column]
        for decider in np.flatnonzero(few & active.all(axis=0)):
            if not np.isin(bins[has, decider], bins[~has, decider]).any():
                added[column] = False
    return np.asarray(added)


def active_at(tree: Tree, axes: Axes, points: Array) -> BoolArray:
    """The parameters that points have, both of shape (n, d), whatever values stand where they have none."""
    if isinstance(tree, Leaf):
        return np.broadcast_to(tree.active, points.shape)
    return route(tree, axes.bins(points, ~np.isnan(points), BINS))


def learn(bins: IntArray, active: BoolArray, numbers: IntArray) -> Tree:
    """The tree of some trials.

    Args:
        bins: Each value's bin, shape (n, d), n > 0; -1 where inactive.
        active: Shape (n, d).
        numbers: Columns in whose bins near ones are alike.
    """
    patterns, label = np.unique(active, axis=0, return_inverse=True)
    return _grow(bins, label.ravel(), patterns, frozenset(numbers.tolist()))


def _grow(bins: IntArray, label: IntArray, patterns: BoolArray, numbers: frozenset[int]) -> Tree:
    counts = np.bincount(label, minlength=len(patterns))
    present = np.flatnonzero(counts)
    common = Leaf(patterns[counts.argmax()])
    if len(present) == 1:
        return common
    shared = np.asarray(patterns[present].all(axis=0))
    usable = np.flatnonzero(shared & (bins.max(axis=0) > bins.min(axis=0)) & (bins.min(axis=0) >= 0))
    if not len(usable):
        return common
    column = int(usable[_gain(bins[:, usable], np.searchsorted(present, label), len(present)).argmax()])
    at = bins[:, column]
    children = {int(b): _grow(bins[at == b], label[at == b], patterns, numbers) for b in np.unique(at)}
    return Branch(shared, column, children, None if column in numbers else Leaf(shared))


def _gain(bins: IntArray, label: IntArray, n_labels: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Information that each column gives about the label, less the price of its bins as in BIC; shape (d,)."""
    n, d = bins.shape
    width = int(bins.max()) + 1
    code = ((bins + np.arange(d) * width) * n_labels + label[:, None]).ravel()
    counts = np.bincount(code, minlength=d * width * n_labels).reshape(d, width, n_labels).astype(np.float64)
    sizes = counts.sum(axis=2)
    uncertainty = (_x_log_x(sizes) - _x_log_x(counts).sum(axis=2)).sum(axis=1)
    price = 0.5 * np.log(n) * ((sizes > 0).sum(axis=1) - 1) * (n_labels - 1)
    return np.asarray(-uncertainty - price)


def _x_log_x(x: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(x * np.log(np.maximum(x, 1.0)))


def route(tree: Tree, bins: IntArray) -> BoolArray:
    """The parameters that configurations have, shape (n, d), by the bins of all their values, shape (n, d)."""
    out = np.empty(bins.shape, dtype=np.bool_)
    _fill(tree, bins, np.arange(len(bins)), out)
    return out


def _fill(tree: Tree, bins: IntArray, rows: IntArray, out: BoolArray) -> None:
    if isinstance(tree, Leaf):
        out[rows] = tree.active
        return
    at = bins[rows, tree.column]
    for b in set(at.tolist()):
        _fill(tree.child(b), bins, rows[at == b], out)


def deciding(tree: Tree) -> set[int]:
    """The columns that the tree splits on."""
    if isinstance(tree, Leaf):
        return set()
    return {tree.column}.union(*map(deciding, tree.children.values()))


def leaves(tree: Tree, sizes: Sequence[int], path: Path = ()) -> Iterator[tuple[Path, BoolArray]]:
    """The sets of active parameters, with the columns and bins that lead there; `sizes` are the bins per column."""
    if isinstance(tree, Leaf):
        yield path, tree.active
        return
    for b in range(sizes[tree.column]):
        yield from leaves(tree.child(b), sizes, (*path, (tree.column, b)))
