"""What a surrogate learns from: the finished trials of a history, as arrays that grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.history import History
from hpo.samplers.model.axes import axes_of
from hpo.space import Space

__all__ = ["Observations"]


@final
@dataclass(frozen=True, eq=False)
class Observations:
    """Trials in completion order.

    Args:
        number: Of the trials, shape (n,).
        points: Shape (n, d); NaN where a trial lacks the axis.
        active: Whether it had the parameter, shape (n, d).
        losses: Shape (n, m); +inf for failed trials, if they count.
        pruned: Which were, shape (n,): what they would have become is not known.
        failed: Which did, shape (n,).
        constraints: Values by name, shape (n,); NaN where a trial has none.
        violation: Shape (n,).
    """

    number: IntArray
    points: Array
    active: BoolArray
    losses: Array
    pruned: BoolArray
    failed: BoolArray
    constraints: Mapping[str, Array]
    violation: Array

    def __len__(self) -> int:
        return len(self.points)

    @staticmethod
    def none(d: int, m: int) -> Observations:
        """No observations, of d parameters and m objectives."""
        no = np.zeros(0, dtype=np.bool_)
        return Observations(
            np.empty(0, dtype=np.int64),
            np.empty((0, d)),
            np.empty((0, d), dtype=np.bool_),
            np.empty((0, m)),
            no,
            no,
            {},
            np.empty(0),
        )

    @staticmethod
    def of(history: History, space: Space, losses: Array | None = None, *, with_failed: bool) -> Observations:
        """Of the trials with a loss, whose parameters all lie in their present domains.

        Args:
            history: n trials.
            space: Over which their points lie.
            losses: Theirs, shape (n, m); None for those that they ended with.
            with_failed: Whether failed ones count.
        """
        points = axes_of(space).points(history.over(space))
        active = history.active(np.arange(len(history)), space)
        state, losses = history.state, history.losses if losses is None else losses
        known = ~np.isnan(losses).any(axis=1) & (state <= TrialState.PRUNED)
        failed = state == TrialState.FAIL
        if with_failed:
            known |= failed
        known &= ~(active & np.isnan(points)).any(axis=1)
        return Observations(
            history.number[known],
            points[known],
            active[known],
            np.where(failed[:, None], np.inf, losses)[known],
            (state == TrialState.PRUNED)[known],
            failed[known],
            {name: values[known] for name, values in history.constraints.items()},
            history.violation[known],
        )

    def followed_by(self, other: Observations) -> Observations:
        """These, and then the others."""
        return Observations(
            np.concatenate([self.number, other.number]),
            np.concatenate([self.points, other.points]),
            np.concatenate([self.active, other.active]),
            np.concatenate([self.losses, other.losses]),
            np.concatenate([self.pruned, other.pruned]),
            np.concatenate([self.failed, other.failed]),
            {
                name: np.concatenate([part.constraint(name) for part in (self, other)])
                for name in dict.fromkeys([*self.constraints, *other.constraints])
            },
            np.concatenate([self.violation, other.violation]),
        )

    def at(self, rows: IntArray | slice) -> Observations:
        """Some of them."""
        return Observations(
            self.number[rows],
            self.points[rows],
            self.active[rows],
            self.losses[rows],
            self.pruned[rows],
            self.failed[rows],
            {name: values[rows] for name, values in self.constraints.items()},
            self.violation[rows],
        )

    def placed(self) -> Observations:
        """Without those that failed before they had a parameter: nobody knows where they would have been."""
        nowhere = self.failed & ~self.active.any(axis=1)
        return self.at(np.flatnonzero(~nowhere)) if nowhere.any() else self

    def succeeded(self) -> Observations:
        """Those that did not fail."""
        return self.at(np.flatnonzero(~self.failed)) if self.failed.any() else self

    def best_first(self) -> IntArray:
        """Indices from the best to the worst, shape (n,): by violation, then by the sum of the losses."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.lexsort((self.losses.sum(axis=1), self.violation))

    def constraint(self, name: str) -> Array:
        """The values of a constraint, shape (n,)."""
        return self.constraints.get(name, np.full(len(self), np.nan))
