"""The trials that densities are made of, as points, divided into good and bad ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.history import History
from hpo.samplers.tpe.axes import Axes
from hpo.samplers.tpe.record import INFEASIBLE, Record, order_of_several
from hpo.space import Space

__all__ = ["Trials"]


@final
@dataclass(frozen=True, eq=False)
class Trials:
    """The good ones from the best to the worst, then the bad ones in the order of their completion.

    Args:
        points: Shape (n, d); NaN where a trial lacks the axis.
        active: Whether it had the parameter, shape (n, d).
        merit: Sort keys as in `Record`, shape (n, 3 + m).
        rows: In the history, shape (n,).
        n_good: How many are good.
        fulfilled: Which of them fulfil each constraint that some trial violates, shape (constraints, n).
    """

    points: Array
    active: BoolArray
    merit: Array
    rows: IntArray
    n_good: int
    fulfilled: BoolArray

    @staticmethod
    def of(record: Record, history: History, space: Space, axes: Axes, n_good: int) -> Trials | None:
        """The good trials and the sample of all; None if none of them had one of the parameters."""
        several = history.n_objectives > 1
        first = _best_first(record.merit, record.best, n_good)[:n_good] if several else slice(n_good)
        good = record.best[first]
        rest = ~(record.sample[:, None] == good).any(axis=1)
        by_row = np.argsort(record.sample[rest])
        rows = np.concatenate([good, record.sample[rest][by_row]])
        merit = np.concatenate([record.merit[first], record.merits[rest][by_row]])
        points = axes.points(history.at(rows, space))
        some_violate = (merit[:, 0] == INFEASIBLE).any()
        fulfilled = _fulfilled(history, rows) if some_violate else np.empty((0, len(rows)), dtype=np.bool_)
        missing = np.isnan(points)
        if not missing.any():
            return Trials(points, ~missing, merit, rows, len(good), fulfilled)
        has = np.asarray(~missing.all(axis=1))
        if not has.any():
            return None
        active = history.active(rows, space)
        n_good = int(has[: len(good)].sum())
        return Trials(points[has], active[has], merit[has], rows[has], n_good, fulfilled[:, has])

    def where(self, mask: BoolArray, n_good: Callable[[int], int]) -> Trials:
        """Some of them, shape (n,), divided anew; `n_good` says into how many, given how many."""
        merit, rows = self.merit[mask], self.rows[mask]
        wanted = n_good(len(rows))
        order = _best_first(merit, rows, wanted)
        bad = order[wanted:]
        order = np.concatenate([order[:wanted], bad[np.argsort(rows[bad])]])
        chosen = np.flatnonzero(mask)[order]
        return Trials(
            self.points[chosen],
            self.active[chosen],
            self.merit[chosen],
            self.rows[chosen],
            wanted,
            self.fulfilled[:, chosen],
        )

    @property
    def good(self) -> Array:
        return self.points[: self.n_good]

    @property
    def bad(self) -> Array:
        return self.points[self.n_good :]

    @property
    def ranks(self) -> IntArray:
        """Each one's place from the best to the worst, shape (n,)."""
        ranks = np.empty(len(self.rows), dtype=np.int64)
        ranks[_best_first(self.merit, self.rows, self.n_good)] = np.arange(len(self.rows))
        return ranks

    @property
    def losses(self) -> Array:
        """Of the good ones and the best bad one, with one objective, shape (n_good + 1,); inf for what has none."""
        complete = self.merit[:, 0] == 0.0
        losses = np.where(complete, self.merit[:, 3], np.inf)
        return np.append(losses[: self.n_good], losses[self.n_good :].min(initial=np.inf))


def _fulfilled(history: History, rows: IntArray) -> BoolArray:
    """Which of some trials fulfil each constraint that not all of them do, shape (constraints, n).

    A trial without a constraint's value does not violate it.
    """
    constraints = history.constraints.values()
    fulfilled = np.array([~(values[rows] > 0) for values in constraints]).reshape(-1, len(rows))
    return np.asarray(fulfilled[~fulfilled.all(axis=1)])


def _best_first(merit: Array, rows: IntArray, n_good: int) -> IntArray:
    if merit.shape[1] > 4:
        return order_of_several(merit, n_good)
    return np.lexsort((rows, merit[:, 2], merit[:, 1], merit[:, 0]))
