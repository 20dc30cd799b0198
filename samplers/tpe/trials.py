"""The trials that densities are made of, as points, divided into good and bad ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.history import History
from hpo.samplers.model.axes import Axes
from hpo.samplers.model.branches import Tree, tree_of
from hpo.samplers.tpe.record import LOSSES, VIOLATION, Record, has_failed, is_complete, order_of_one, order_of_several
from hpo.space import Space

__all__ = ["Trials"]

_ENOUGH = 5  # trials to be divided by themselves
_MOST_PARTS = 8  # that are kept for the next ask


@final
@dataclass(frozen=True, eq=False)
class Trials:
    """The good ones, the best feasible one first, then the bad ones in the order of their completion.

    Constraints have densities of their own, so that good means good by the objectives alone: as soon as a feasible
    trial is known, the good ones are the best feasible ones, and the infeasible ones that are at least as good as one
    of these. Source: Watanabe and Hutter (2022), arXiv 2211.14411. That a trial does not fail may be such a constraint.

    Args:
        points: Shape (n, d); NaN where a trial lacks the axis.
        active: Whether it had the parameter, shape (n, d).
        keys: Sort keys as in `Record`, shape (n, 3 + m).
        rows: In the history, shape (n,).
        n_good: How many are good.
        fulfilled: Which of them fulfil each constraint that some violate and some do not, shape (constraints, n).
        complete: Whether every point has every axis; False if that is not known.
        cautious: Whether the infeasible ones among the good are to count no more than the feasible ones.
    """

    points: Array
    active: BoolArray
    keys: Array
    rows: IntArray
    n_good: int
    fulfilled: BoolArray
    complete: bool = False
    cautious: bool = False

    @staticmethod
    def of(
        record: Record, history: History, space: Space, axes: Axes, n_good: int, *, avoid_failures: bool
    ) -> Trials | None:
        """The good trials and the sample of all; None if none of them had one of the parameters."""
        several = history.n_objectives > 1
        first = _best_first(record.keys, record.best, n_good)[:n_good] if several else slice(n_good)
        good, sample = record.best[first], record.sample
        rest = _without(sample.rows, good)
        rows = np.concatenate([good, sample.rows.take(rest)])
        keys = np.concatenate([record.keys[first], sample.keys.take(rest, axis=0)])
        n_good = len(good)
        if not np.count_nonzero(keys[:, VIOLATION]):
            fulfilled = np.empty((0, len(rows)), dtype=np.bool_)
        else:
            order, n_good = _divided(keys, np.arange(len(rows)), n_good)
            rows, keys = rows[order], keys[order]
            fulfilled = _fulfilled(history, rows)
            if avoid_failures and (failed := has_failed(keys)).any():
                fulfilled = np.concatenate([fulfilled, ~failed[None]])
        points = axes.points(history.at(rows, space))
        missing = np.isnan(points)
        if not np.count_nonzero(missing):
            return Trials(points, ~missing, keys, rows, n_good, fulfilled, complete=True)
        has = np.asarray(~missing.all(axis=1))
        if not has.any():
            return None
        active = history.active(rows, space)
        n_good = int(has[:n_good].sum())
        return Trials(points[has], active[has], keys[has], rows[has], n_good, fulfilled[:, has])

    def where(self, mask: BoolArray, n_good: Callable[[int], int]) -> Trials:
        """Some of them, shape (n,), divided anew; `n_good`, which is hashable, says into how many, given how many."""
        return _part(self, mask.tobytes(), n_good)

    def _where(self, mask: BoolArray, n_good: Callable[[int], int]) -> Trials:
        keys, rows = self.keys[mask], self.rows[mask]
        wanted = n_good(len(rows))
        order, n_chosen = _divided(keys, _best_first(keys, rows, wanted), wanted)
        bad = order[n_chosen:]
        order = np.concatenate([order[:n_chosen], bad[np.argsort(rows[bad])]])
        chosen = np.flatnonzero(mask)[order]
        return Trials(
            self.points[chosen],
            self.active[chosen],
            self.keys[chosen],
            self.rows[chosen],
            n_chosen,
            self.fulfilled[:, chosen],
            self.complete,
            self.cautious,
        )

    @cached_property
    def cautiously(self) -> Trials:
        """The same, but `cautious`."""
        return replace(self, cautious=True)

    def tree(self, axes: Axes) -> Tree:
        """Which parameters are active, given the values of others, as far as the trials show it."""
        return _tree(self, axes)

    def alike(self, given: Array, columns: IntArray, n_good: Callable[[int], int]) -> Trials:
        """Those with given values, shape (d,), of some columns, as far as there are enough of them to be divided.

        The good ones among them tell the most. Where nothing is given, NaN, all are alike.
        """
        known = self
        for column in columns[~np.isnan(given[columns])]:
            here = known.points[:, column] == given[column]
            if here.sum() >= _ENOUGH:
                known = known.where(here, n_good)
        return known

    @property
    def good(self) -> Array:
        return self.points[: self.n_good]

    @property
    def bad(self) -> Array:
        return self.points[self.n_good :]

    @property
    def all_feasible(self) -> bool:
        return not np.count_nonzero(self.keys[:, VIOLATION])

    @property
    def feasible(self) -> BoolArray:
        """Which of the good ones are, shape (n_good,)."""
        return np.asarray(self.keys[: self.n_good, VIOLATION] == 0.0)

    @property
    def ranks(self) -> IntArray:
        """Each one's place from the best to the worst, shape (n,)."""
        ranks = np.empty(len(self.rows), dtype=np.int64)
        ranks[_best_first(self.keys, self.rows, self.n_good)] = np.arange(len(self.rows))
        return ranks

    @property
    def losses(self) -> tuple[Array, float]:
        """Of the good ones, shape (n_good,), and of the best bad one, with one objective; inf for what has none."""
        losses = np.where(is_complete(self.keys), self.keys[:, LOSSES.start], np.inf)
        return losses[: self.n_good], float(losses[self.n_good :].min(initial=np.inf))


@lru_cache(maxsize=_MOST_PARTS)
def _part(known: Trials, mask: bytes, n_good: Callable[[int], int]) -> Trials:
    return known._where(np.frombuffer(mask, dtype=np.bool_), n_good)


@lru_cache(maxsize=_MOST_PARTS)
def _tree(known: Trials, axes: Axes) -> Tree:
    in_time = np.argsort(known.rows)
    return tree_of(axes, known.points[in_time], known.active[in_time])


def _without(sample: IntArray, good: IntArray) -> IntArray:
    """Indices into a rising sample, shape (s,), of what is none of some others."""
    rest = np.ones(len(sample), dtype=np.bool_)
    if len(sample):
        place = sample.searchsorted(good)
        rest[place[sample.take(place, mode="clip") == good]] = False
    return np.flatnonzero(rest)


def _fulfilled(history: History, rows: IntArray) -> BoolArray:
    """Which of some trials fulfil each constraint that some of them do, and some do not, shape (constraints, n).

    A trial without a constraint's value does not violate it.
    """
    constraints = history.constraints.values()
    fulfilled = np.array([~(values[rows] > 0) for values in constraints], dtype=np.bool_).reshape(-1, len(rows))
    return np.asarray(fulfilled[fulfilled.any(axis=1) & ~fulfilled.all(axis=1)])


def _best_first(keys: Array, rows: IntArray, n_good: int) -> IntArray:
    if keys[:, LOSSES].shape[1] > 1:
        return order_of_several(keys, n_good)
    return order_of_one(keys, rows)


def _divided(keys: Array, order: IntArray, n_best: int) -> tuple[IntArray, int]:
    """Indices with the good ones first, and how many they are; feasible ones are good if they are among the `n_best`.

    Args:
        keys: Sort keys, shape (n, 3 + m).
        order: Indices of which the first `n_best` are the best ones, shape (n,).
        n_best: How many.
    """
    feasible = keys[:, VIOLATION] == 0.0
    n_best = min(n_best, len(keys) - int(has_failed(keys).sum()))
    best = order[:n_best][feasible[order[:n_best]]]
    if not len(best) or feasible.all():
        return order, n_best
    levels = _levels(keys)
    as_good = (levels[:, None] <= levels[best]).all(axis=2).any(axis=1)
    good = np.concatenate([best, np.flatnonzero(as_good & is_complete(keys) & ~feasible)])
    return np.concatenate([good, order[~np.isin(order, good)]]), len(good)


def _levels(keys: Array) -> Array:
    """Losses of complete trials, inf for the others, shape (n, m)."""
    return np.where(is_complete(keys)[:, None], keys[:, LOSSES], np.inf)
