"""What trees learn from: the trials that have ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.history import History
from hpo.samplers.forest.features import Features
from hpo.samplers.model.axes import Axes
from hpo.space import Space

__all__ = ["Known"]


@final
@dataclass(frozen=True, eq=False)
class Known:
    """Trials in completion order, whose parameters all lie in their present domains.

    Args:
        points: Shape (n, d); NaN where a trial lacks the parameter.
        losses: Shape (n, m); NaN for those without.
        violation: Of constraints, shape (n,).
        state: Values of `TrialState`, shape (n,).
    """

    points: Array
    losses: Array
    violation: Array
    state: IntArray

    @staticmethod
    def of(history: History, space: Space, axes: Axes, *, with_failed: bool) -> Known:
        """Those with losses, and those that failed, if they are to be learned from."""
        state, losses = history.state.astype(np.int64), history.losses
        told = ~np.isnan(losses).any(axis=1) & (state <= TrialState.PRUNED)
        if with_failed:
            told |= state == TrialState.FAIL
        rows = np.flatnonzero(told)
        points, active = axes.points(history.at(rows, space)), history.active(rows, space)
        inside = (active == ~np.isnan(points)).all(axis=1) & active.any(axis=1)
        rows = rows[inside]
        return Known(points[inside], losses[rows], history.violation[rows], state[rows])

    def __len__(self) -> int:
        return len(self.points)

    def at(self, rows: IntArray) -> Known:
        """Some of them."""
        return Known(self.points[rows], self.losses[rows], self.violation[rows], self.state[rows])

    @property
    def failed(self) -> BoolArray:
        return np.asarray(self.state == TrialState.FAIL)

    @property
    def pruned(self) -> BoolArray:
        return np.asarray(self.state == TrialState.PRUNED)

    @property
    def active(self) -> BoolArray:
        """Which parameters each has, shape (n, d)."""
        return ~np.isnan(self.points)

    def features(self, axes: Axes) -> Features:
        return Features.of(axes, self.points, self.active)

    def best_first(self) -> IntArray:
        """Rows from good to bad, shape (n,): failed ones last, then by violation, then by the ranks of losses."""
        ranks = np.argsort(np.argsort(self.losses, axis=0, kind="stable"), axis=0, kind="stable").sum(axis=1)
        return np.lexsort((ranks, self.pruned, self.violation, self.failed))

    def at_most(self, n: int) -> Known:
        """So many of them: half of these are the best ones, the rest are spread over all."""
        if len(self) <= n:
            return self
        order = self.best_first()
        best, rest = order[: n // 2], np.sort(order[n // 2 :])
        spread = rest[np.linspace(0, len(rest) - 1, n - len(best)).round().astype(np.int64)]
        return self.at(np.sort(np.concatenate([best, spread])))
