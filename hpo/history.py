"""What a sampler or pruner may know: a read-only view of one prefix of the log."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar, final

import numpy as np
from numpy.typing import NDArray

from hpo.arrays import Array, BoolArray, IntArray
from hpo.columns import Columns, RunningTrial
from hpo.space import Space

__all__ = ["Curve", "History"]

S = TypeVar("S")


@final
class History:
    """The finished trials of a prefix as columns in **completion order**, and the running ones' proposals.

    Losses are what is minimised: the values, negated where the study maximises. All arrays are read-only.
    """

    def __init__(
        self,
        columns: Columns,
        size: int,
        space: Space,
        running: Sequence[RunningTrial] = (),
        *,
        begin: int = 0,
        rows: IntArray | None = None,
    ) -> None:
        self._columns = columns
        self._size = size
        self._begin = begin
        self._rows = rows
        self._running = tuple((trial, trial.proposal) for trial in running)  # as of now: proposals may follow later
        self.space = space
        """All parameters seen so far, each with its latest distribution."""
        self.given: Mapping[str, Any] = {}
        """What the asking trial has fixed already: queued parameters, and inside the objective those suggested."""

    def __len__(self) -> int:
        return self._size - self._begin if self._rows is None else len(self._rows)

    @property
    def signs(self) -> Array:
        """+1 for each objective to minimise, -1 for each to maximise, shape (m,); losses = signs · values."""
        return self._columns.signs

    @property
    def n_objectives(self) -> int:
        return len(self._columns.signs)

    @property
    def number(self) -> IntArray:
        """Trial numbers, shape (n,)."""
        return self._view(self._columns.number(self._size))

    @property
    def state(self) -> NDArray[np.int8]:
        """Values of `TrialState`, shape (n,): COMPLETE, PRUNED or FAIL."""
        return self._view(self._columns.state(self._size))

    @property
    def losses(self) -> Array:
        """Shape (n, m); NaN for trials without values."""
        return self._view(self._columns.losses(self._size))

    @property
    def violation(self) -> Array:
        """Sum of what each trial's constraints exceed 0 by, shape (n,); 0 for feasible ones."""
        return self._view(self._columns.violation(self._size))

    @property
    def last_step(self) -> IntArray:
        """Largest step that each trial reported at, shape (n,); -1 without reports."""
        return self._view(self._columns.last_step(self._size))

    @property
    def running(self) -> IntArray:
        """Numbers of the running trials, shape (p,)."""
        return np.array([trial.number for trial, _ in self._running], dtype=np.int64)

    def over(self, space: Space) -> Array:
        """Coded values, shape (n, d); NaN where a parameter was inactive or lies outside of its present domain."""
        return self._view(self._columns.over(space, self._size))

    def at(self, rows: IntArray, space: Space) -> Array:
        """`over(space)[rows]`, shape (k, d), at the cost of these rows alone."""
        return self._columns.at(self._absolute(rows), space, self._size)

    def active(self, rows: IntArray, space: Space) -> BoolArray:
        """Whether some rows had each parameter, in its present domain or not; shape (k, d)."""
        return self._columns.active(self._absolute(rows), space, self._size)

    def pending(self, space: Space) -> Array:
        """Coded values that the running trials are expected to try, shape (p, d); NaN where that is not known."""
        if not self._running:
            return np.empty((0, len(space)))
        return np.stack([space.encode(replace(trial, proposal=known).known()) for trial, known in self._running])

    def losses_at(self, step: int) -> Array:
        """Losses that completed trials reported at a step, shape (k,)."""
        rows, losses = self._columns.losses_at(step, self._size)
        if self._rows is not None:
            return losses[np.isin(rows, self._rows)]
        return losses[np.searchsorted(rows, self._begin) :]

    def with_given(self, parameters: Mapping[str, Any]) -> History:
        """The same view, asked by a trial that has fixed some parameters."""
        if not parameters:
            return self
        history = copy.copy(self)
        history.given = parameters
        return history

    def where(self, mask: BoolArray) -> History:
        """The view of those finished trials for which `mask`, shape (n,), is True."""
        rows = np.arange(self._begin, self._size) if self._rows is None else self._rows
        cohort = copy.copy(self)
        cohort._rows = rows[mask]
        return cohort

    def fold(self, key: Hashable, initial: S, advance: Callable[[S, History], S], space: Space) -> S:
        """A state that is built up from the trials in completion order, at the cost of the new ones only.

        Args:
            key: Names the state; the same key must always come with the same `initial` and `advance`.
            initial: The state before the first trial.
            advance: Gives the state after some more trials; must be pure, must not change its argument, and
                must not depend on how the trials are cut into pieces.
            space: What `advance` looks at; another space is another state.
        """
        if self._rows is not None:
            return advance(initial, self) if len(self) else initial

        def step(state: S, begin: int, end: int) -> S:
            return advance(state, History(self._columns, end, self.space, begin=begin))

        state: S = self._columns.fold((key, space), self._size, initial, step)
        return state

    def _absolute(self, rows: IntArray) -> IntArray:
        return rows + self._begin if self._rows is None else self._rows[rows]

    def _view(self, column: NDArray[Any]) -> NDArray[Any]:
        return column[self._begin :] if self._rows is None else column[self._rows]


@final
@dataclass(frozen=True)
class Curve:
    """The reports of the trial that a pruner decides about.

    Args:
        number: The trial's.
        steps: Where it reported, in the order of reporting.
        losses: What, negated where the study maximises.
    """

    number: int
    steps: tuple[int, ...]
    losses: tuple[float, ...]

    @cached_property
    def step(self) -> int:
        """The largest step."""
        return max(self.steps)

    @cached_property
    def best(self) -> float:
        """The smallest loss so far; NaN if all are NaN."""
        return min((loss for loss in self.losses if loss == loss), default=float("nan"))
