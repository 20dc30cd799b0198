"""Which trials matter: the best ones in order, and a fair sample of all, both of bounded size.

A sample of the whole history is what keeps the cost of an ask constant. A trial belongs to it if the hash of its
number is among the smallest ones, so that the sample changes slowly and depends on nothing else.

As a rule one trial is new, so what it does not change stays the very object that it was: what was made of it need not
be made again.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, final

import numpy as np
from numpy.typing import NDArray

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.history import History
from hpo.history.finished import Finished, violation
from hpo.pareto import ranking
from hpo.samplers.model.ordering import are_alike
from hpo.samplers.model.units import unit_of
from hpo.samplers.tpe.fidelity import losses_at_first

__all__ = ["LOSSES", "VIOLATION", "Record", "Sample", "has_failed", "is_complete", "order_of_one", "order_of_several"]

VIOLATION = 0
"""The first sort key: 0 where a trial is feasible."""
LOSSES = slice(3, None)
"""The last sort keys."""
_CLASS, _STEP = 1, 2
_AS_COMPLETE, _AS_PRUNED, _AS_FAILED = 0.0, 1.0, 2.0
_COMPLETE, _PRUNED, _FAIL, _PAUSED = TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED
_64_BITS = 2**64 - 1

N = TypeVar("N", int, NDArray[Any])


@final
@dataclass(frozen=True, eq=False)
class Sample:
    """A fair sample of the trials: one object as long as they are the same.

    Args:
        rows: In the history, in rising order, shape (s,).
        hashes: Of their trials' numbers, shape (s,).
        keys: Their sort keys as in `Record`, shape (s, 3 + m).
    """

    rows: IntArray
    hashes: NDArray[np.uint64]
    keys: Array

    @cached_property
    def largest(self) -> int:
        """Of the hashes, of which there is one at least."""
        return int(self.hashes.max())

    def including(self, rows: IntArray, hashes: NDArray[np.uint64], keys: Array, most: int) -> Sample:
        """The sample, of at most so many, with some more trials, which come after those in it."""
        if len(self.rows) == most and min(hashes.tolist()) > self.largest:
            return self
        rows = np.concatenate([self.rows, rows])
        hashes = np.concatenate([self.hashes, hashes])
        keys = np.concatenate([self.keys, keys])
        if len(rows) <= most:
            return Sample(rows, hashes, keys)
        return Sample(rows, hashes, keys).where(np.sort(hashes.argsort(kind="stable")[:most]))

    def where(self, which: BoolArray | IntArray) -> Sample:
        """Some of them, by a mask, or by rising indices."""
        return Sample(self.rows[which], self.hashes[which], self.keys[which])


@final
class Record(NamedTuple):
    """What a prefix of the history leaves behind.

    Args:
        n_best: How many of the best to remember.
        n_sample: How many of all.
        with_failed: Whether failed trials count; they are the worst.
        keys: Sort keys of the best, smallest first, shape (b, 3 + m): violation of the constraints, class
            (complete, pruned, failed), minus the step that a pruned trial reached, losses.
        best: Their rows in the history.
        sample: Of all.
        size: Trials that counted.
        seen: Rows that were looked at.
        n_complete: Feasible trials of the first class.
    """

    n_best: int
    n_sample: int
    with_failed: bool
    keys: Array
    best: IntArray
    sample: Sample
    size: int = 0
    seen: int = 0
    n_complete: int = 0

    @staticmethod
    def empty(n_best: int, n_sample: int, with_failed: bool, n_objectives: int) -> Record:
        """The record of nothing."""
        none = np.empty(0, dtype=np.int64)
        keys = np.empty((0, 3 + n_objectives))
        sample = Sample(none, np.empty(0, dtype=np.uint64), keys)
        return Record(n_best, n_sample, with_failed, keys, none, sample)

    def advance(self, fresh: History, step: int | None = None) -> Record:
        """The record after some more trials; with `step` those that reached it are compared by their losses there."""
        only = fresh.finished(0) if step is None and len(fresh) == 1 else None
        if only is not None and only.state is _COMPLETE:  # as a rule
            rows, (keys, hashes) = np.array([self.seen]), _of_one(only, fresh.signs)
        else:
            state = fresh.state
            counts = state <= (_FAIL if self.with_failed else _PRUNED)
            if step is not None:
                counts = counts | (state == _PAUSED)
            rows = np.flatnonzero(counts) + self.seen
            keys, hashes = _sort_keys(fresh, state, step)[counts], _hash(fresh.number[counts].astype(np.uint64))
        if not len(rows):
            return self._replace(seen=self.seen + len(fresh))
        select = _best_of_one if keys.shape[1] == 4 else _best_of_several
        return Record(
            self.n_best,
            self.n_sample,
            self.with_failed,
            *select(self.keys, self.best, keys, rows, self.n_best),
            self.sample.including(rows, hashes, keys, self.n_sample),
            self.size + len(rows),
            self.seen + len(fresh),
            self.n_complete + len(rows) - int(np.count_nonzero(keys[:, VIOLATION] + keys[:, _CLASS])),
        )

    @property
    def are_alike(self) -> bool:
        """Whether no trial is better than another, and there is one."""
        if not len(self.keys) or self.keys[0].tolist() != self.keys[-1].tolist():  # as a rule, once there are two
            return False
        return are_alike(self.sample.keys)

    def latest(self, history: History) -> Record:
        """Without rows of trials that had paused and went on, for which later rows stand, or will stand."""
        went_on = (history.state == _PAUSED) & ~history.paused
        if not went_on.any():
            return self
        best = ~went_on[self.best]
        sample = self.sample.where(~went_on[self.sample.rows])
        return self._replace(keys=self.keys[best], best=self.best[best], sample=sample)


def _of_one(trial: Finished, signs: Array) -> tuple[Array, NDArray[np.uint64]]:
    """The sort keys and the hash of a complete trial, shapes (1, 3 + m) and (1,)."""
    values = (math.nan,) * len(signs) if trial.values is None else trial.values
    losses = [math.inf if value != value else sign * value for sign, value in zip(signs.tolist(), values, strict=True)]
    keys = np.array([[violation(trial.constraints), _AS_COMPLETE, 0.0, *losses]])
    return keys, np.array([_hash(trial.number)], dtype=np.uint64)


def _sort_keys(history: History, state: NDArray[np.int8], step: int | None) -> Array:
    """Sort keys of each trial, shape (n, 3 + m)."""
    losses = history.losses
    n, m = losses.shape
    complete, pruned = state == _COMPLETE, state == _PRUNED
    if step is not None:
        there = losses_at_first(history, step)
        reached = np.asarray(~np.isnan(there).any(axis=1))
        losses = np.where(reached[:, None], there, losses)
        complete, pruned = reached, (complete | pruned | (state == _PAUSED)) & ~reached
    keys = np.zeros((n, 3 + m))
    keys[:, VIOLATION] = np.fmax(history.violation, 0.0)
    keys[:, LOSSES] = np.where(np.isnan(losses), np.inf, losses)
    if not complete.all():
        keys[:, _CLASS] = np.where(complete, _AS_COMPLETE, np.where(pruned, _AS_PRUNED, _AS_FAILED))
        keys[pruned, _STEP] = -history.last_step[pruned]
        keys[~(complete | pruned), VIOLATION] = np.inf
    return keys


def is_complete(keys: Array) -> BoolArray:
    """Which trials are of the first class, shape (n,)."""
    return np.asarray(keys[:, _CLASS] == _AS_COMPLETE)


def has_failed(keys: Array) -> BoolArray:
    """Which trials did, shape (n,)."""
    return np.asarray(keys[:, _CLASS] == _AS_FAILED)


def _best_of_one(old: Array, old_rows: IntArray, new: Array, rows: IntArray, most: int) -> tuple[Array, IntArray]:
    if len(old) == most and min(new.tolist()) >= old[-1].tolist():
        return old, old_rows
    if len(rows) == 1:  # as a rule
        place = bisect_right(old, new[0].tolist(), key=np.ndarray.tolist)
        before, after = slice(place), slice(place, most - 1)
        return np.concatenate([old[before], new, old[after]]), np.concatenate([old_rows[before], rows, old_rows[after]])
    keys, rows = np.concatenate([old, new]), np.concatenate([old_rows, rows])
    order = order_of_one(keys, rows)[:most]
    return keys[order], rows[order]


def _best_of_several(old: Array, old_rows: IntArray, new: Array, rows: IntArray, most: int) -> tuple[Array, IntArray]:
    """In the order of arrival; cut down whenever twice as many are there as wanted, at the same trials always."""
    keys, all_rows = old, old_rows
    while len(rows):
        room = 2 * most - len(all_rows)
        keys, all_rows = np.concatenate([keys, new[:room]]), np.concatenate([all_rows, rows[:room]])
        new, rows = new[room:], rows[room:]
        if len(all_rows) == 2 * most:
            keep = np.sort(order_of_several(keys, most)[:most])
            keys, all_rows = keys[keep], all_rows[keep]
    return keys, all_rows


def order_of_one(keys: Array, rows: IntArray) -> IntArray:
    """Indices from the best to the worst, with one objective; the earlier ones of equals come first."""
    return np.lexsort((rows, *keys.T[::-1]))


def order_of_several(keys: Array, n_first: int) -> IntArray:
    """Indices from the best to the worst, of which the first `n_first` are chosen with care."""
    order = np.lexsort(keys.T[_STEP::-1])
    complete = order[(is_complete(keys) & (keys[:, VIOLATION] == 0.0))[order]]
    if not len(complete):
        return order
    losses = _measurable(keys[complete, LOSSES])
    return np.concatenate([complete[ranking(losses, n_first)], order[len(complete) :]])


def _measurable(losses: Array) -> Array:
    """Losses, shape (n, m), in units in which volumes are neither too large nor too small for floats."""
    most = 1e300 ** (1.0 / losses.shape[1])
    if all(1.0 / most <= largest <= most for largest in np.abs(losses).max(axis=0, initial=0.0).tolist()):
        return losses  # as nearly always
    return np.asarray(losses / np.array([unit_of(column, most) for column in losses.T]))


def _hash(z: N) -> N:
    """Of a number, or of several ones.

    Source: Steele et al. (2014), "Fast splittable pseudorandom number generators" (the mixer of SplitMix64).
    """
    z = z * 0x9E3779B97F4A7C15 & _64_BITS
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & _64_BITS
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & _64_BITS
    return z ^ (z >> 31)
