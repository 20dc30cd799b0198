"""What a sampler or pruner may know: a read-only view of one prefix of the log."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar, final

import numpy as np
from numpy.typing import NDArray

from hpo.arrays import Array, BoolArray, IntArray
from hpo.history.columns import Columns, RunningTrial
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
        position: int = 0,
    ) -> None:
        self._columns = columns
        self._size = size
        self._begin = begin
        self._position = position
        self._chosen = rows
        self._members: tuple[Hashable, Callable[[IntArray], BoolArray]] | None = None
        # as of now: proposals and reports may follow later
        self._running = tuple([(trial, trial.proposal, len(trial.steps)) for trial in running])
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
        """Values of `TrialState`, shape (n,): COMPLETE, PRUNED, FAIL or PAUSED.

        A trial that pauses has a row of its own for each time, with the value that it had reached.
        """
        return self._view(self._columns.state(self._size))

    @property
    def paused(self) -> BoolArray:
        """Which rows are of trials that are paused now, shape (n,); the other PAUSED rows are of trials that went on.

        In a fold, which knows no now: those of trials that ever paused.
        """
        return self._view(self._columns.paused(self._size, self._position))

    @property
    def losses(self) -> Array:
        """Shape (n, m); NaN for trials without values."""
        return self._view(self._columns.losses(self._size))

    @property
    def violation(self) -> Array:
        """Sum of what each trial's constraints exceed 0 by, shape (n,); 0 for feasible ones."""
        return self._view(self._columns.violation(self._size))

    @property
    def constraints(self) -> dict[str, Array]:
        """Each constraint's values, shape (n,), by name; at most 0 where it holds, NaN where a trial has none."""
        columns = {name: self._view(column) for name, column in self._columns.constraints(self._size).items()}
        return {name: column for name, column in columns.items() if not np.isnan(column).all()}

    @property
    def last_step(self) -> IntArray:
        """Largest step that each trial reported at, shape (n,); -1 without reports."""
        return self._view(self._columns.last_step(self._size))

    @property
    def start(self) -> Array:
        """When each trial began, in seconds since 1970 (UTC), shape (n,)."""
        return self._view(self._columns.start(self._size))

    @property
    def end(self) -> Array:
        """When each trial ended, in seconds since 1970 (UTC), shape (n,)."""
        return self._view(self._columns.end(self._size))

    @property
    def running(self) -> IntArray:
        """Numbers of the running trials, shape (p,)."""
        return np.array([trial.number for trial, _, _ in self._running], dtype=np.int64)

    @property
    def running_start(self) -> Array:
        """When each running trial began, in seconds since 1970 (UTC), shape (p,)."""
        return np.array([trial.time for trial, _, _ in self._running], dtype=np.float64)

    def over(self, space: Space) -> Array:
        """Coded values, shape (n, d); NaN where a parameter was inactive or lies outside of its present domain."""
        return self._view(self._columns.over(space, self._size))

    def at(self, rows: IntArray, space: Space) -> Array:
        """`over(space)[rows]`, shape (k, d), at the cost of these rows alone."""
        return self._columns.at(self._absolute(rows), space)

    def active(self, rows: IntArray, space: Space) -> BoolArray:
        """Whether some rows had each parameter, in its present domain or not; shape (k, d)."""
        return self._columns.active(self._absolute(rows), space)

    @property
    def spaces(self) -> tuple[NDArray[np.int32], tuple[Space, ...]]:
        """With which distributions each trial was suggested: indices, shape (n,), into the second part."""
        index, spaces = self._columns.spaces(self._size)
        return self._view(index), spaces

    def pending(self, space: Space) -> Array:
        """Coded values that the running trials are expected to try, shape (p, d); NaN where that is not known."""
        if not self._running:
            return np.empty((0, len(space)))
        return np.stack([space.encode(replace(trial, proposal=known).known()) for trial, known, _ in self._running])

    def curve(self, row: int) -> Curve:
        """What the finished trial of a row of this view reported."""
        absolute = int(self._absolute(np.array([row]))[0])
        return self._curve(absolute, int(self._columns.number(self._size)[absolute]))

    def curves(self) -> Iterator[Curve]:
        """What each finished trial reported, those without reports too."""
        rows = range(self._begin, self._size) if self._rows is None else self._rows.tolist()
        return map(self._curve, rows, self.number.tolist())

    def _curve(self, row: int, number: int) -> Curve:
        steps, values = self._columns.curve(row)
        return Curve.of(number, steps, values, self._signs, inherited=self._columns.inherited(row))

    def running_curves(self) -> list[Curve]:
        """What each running trial has reported so far."""
        signs = self._signs
        return [
            Curve.of(trial.number, trial.steps[:n], trial.values[:n], signs, inherited=trial.inherited)
            for trial, _, n in self._running
        ]

    @property
    def _signs(self) -> list[float]:
        signs: list[float] = self._columns.signs.tolist()
        return signs

    def raw(self, name: str) -> tuple[Array, tuple[Any, ...] | None]:
        """A parameter's values as they were used, shape (n,), NaN where it was inactive; and what was chosen from.

        Of a categorical parameter the values are indices of the second part, which holds every choice that was
        ever made, in the order of first use; of a number, and where nobody used it, the second part is None.
        """
        values, choices = self._columns.raw(name, self._size)
        return self._view(values), choices

    def reports(self) -> tuple[IntArray, IntArray, Array]:
        """All reports, trial by trial: which of the n trials, at which step, what loss; each shape (k,).

        With several objectives the losses have the shape (k, m).
        """
        rows, steps, losses = self._columns.reports(self._size)
        if self._rows is None:
            kept = rows >= self._begin
            return rows[kept] - self._begin, steps[kept], losses[kept]
        place = np.full(self._size, -1, dtype=np.int64)
        place[self._rows] = np.arange(len(self._rows))
        kept = place[rows] >= 0
        return place[rows[kept]], steps[kept], losses[kept]

    def losses_at(self, step: int) -> Array:
        """Losses that completed trials reported at a step, shape (k,); with several objectives (k, m)."""
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
        view = copy.copy(self)
        view._chosen, view._members = rows[mask], None
        return view

    def cohort(self, key: Hashable, belongs: Callable[[IntArray], BoolArray]) -> History:
        """The view of the trials, finished and running ones, whose numbers belong to a group.

        Args:
            key: Names the group; with it, folds over the view are remembered.
            belongs: Says of trial numbers, shape (k,), which belong, shape (k,).
        """
        if self._chosen is not None or self._members is not None:
            view = self.where(belongs(self.number))
        else:
            view = copy.copy(self)
            view._members = key, belongs
        if self._running:
            inside = belongs(self.running).tolist()
            view._running = tuple(one for one, is_in in zip(self._running, inside, strict=True) if is_in)
        return view

    def fold(self, key: Hashable, initial: S, advance: Callable[[S, History], S], space: Space) -> S:
        """A state that is built up from the trials in completion order, at the cost of the new ones only.

        Args:
            key: Names the state; the same key must always come with the same `initial` and `advance`.
            initial: The state before the first trial.
            advance: Gives the state after some more trials; must be pure, must not change its argument, and
                must not depend on how the trials are cut into pieces.
            space: What `advance` looks at; another space is another state.
        """
        if self._chosen is not None and self._members is None:
            return advance(initial, self) if len(self) else initial
        members = self._members

        def step(state: S, begin: int, end: int) -> S:
            fresh = History(self._columns, end, self.space, begin=begin)
            return advance(state, fresh if members is None else fresh.cohort(*members))

        group = None if members is None else members[0]
        state: S = self._columns.fold((key, group, space), self._size, initial, step)
        return state

    @property
    def _rows(self) -> IntArray | None:
        """Rows of the columns that are seen; None for all from the first one on."""
        if self._chosen is None and self._members is not None:
            numbers = self._columns.number(self._size)[self._begin :]
            self._chosen = np.flatnonzero(self._members[1](numbers)) + self._begin
        return self._chosen

    def _absolute(self, rows: IntArray) -> IntArray:
        return rows + self._begin if self._rows is None else self._rows[rows]

    def _view(self, column: NDArray[Any]) -> NDArray[Any]:
        return column[self._begin :] if self._rows is None else column[self._rows]


@final
@dataclass(frozen=True)
class Curve:
    """The reports of one trial, such as a pruner decides about.

    Args:
        number: The trial's.
        steps: Where it reported, in the order of reporting.
        losses: What, negated where the study maximises; nothing with several objectives.
        vectors: With several objectives the losses of each report, shape (k, m); nothing with one.
        asked: How many of the reports, without the latest one, had been made when the pruner was last asked.
    """

    number: int
    steps: tuple[int, ...]
    losses: tuple[float, ...]
    asked: int = 0
    vectors: tuple[tuple[float, ...], ...] = ()
    inherited: int = 0

    @staticmethod
    def of(
        number: int,
        steps: Sequence[int],
        values: Sequence[Any],
        signs: Sequence[float],
        asked: int = 0,
        inherited: int = 0,
    ) -> Curve:
        """The curve of reports as they were made; `signs` as in `History`."""
        if len(signs) > 1:
            vectors = tuple([tuple([s * v for s, v in zip(signs, value, strict=True)]) for value in values])
            return Curve(number, tuple(steps), (), asked, vectors, inherited)
        if signs[0] > 0:
            return Curve(number, tuple(steps), tuple(values), asked, (), inherited)
        return Curve(number, tuple(steps), tuple([-value for value in values]), asked, (), inherited)

    @cached_property
    def step(self) -> int:
        """The largest step."""
        return max(self.steps)

    @cached_property
    def best(self) -> float:
        """The smallest loss so far; NaN if all are NaN."""
        total = sum(self.losses)
        if total == total:  # only otherwise can there be a NaN
            return min(self.losses)
        return min((loss for loss in self.losses if loss == loss), default=math.nan)

    @property
    def ideal(self) -> tuple[float, ...]:
        """With several objectives the smallest loss of each so far, shape (m,); NaN for what was always NaN."""
        return tuple(
            min((loss for loss in losses if loss == loss), default=math.nan)
            for losses in zip(*self.vectors, strict=True)
        )

    @property
    def latest(self) -> float:
        """The loss at the largest step."""
        return self.losses[self.steps.index(self.step)]

    def first_from(self, step: int) -> int | None:
        """Index of the first report at `step` or after it; None if there is none."""
        return next((i for i, at in enumerate(self.steps) if at >= step), None)
