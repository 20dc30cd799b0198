"""What a sampler or pruner may know: a read-only view of one prefix of the log."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.history.columns import Columns
from hpo.history.curve import Curve
from hpo.history.finished import Finished
from hpo.history.fold import Fold
from hpo.history.running import RunningTrial
from hpo.space import Space

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["History"]

S = TypeVar("S")


@final
class History:
    """The finished trials of a prefix as columns in **completion order**, and the running ones' proposals.

    It never changes, and any number of threads may read it while the study goes on. Losses are what is minimised: the
    values, negated where the study maximises. All arrays are read-only.
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
        self.position = position
        """Length of the log that it follows from; 0 in a fold, which knows no now."""
        self._chosen = rows
        self._members: tuple[Hashable, Callable[[IntArray], BoolArray]] | None = None
        # as of now: proposals and reports may follow later
        self._running = tuple([(trial, trial.proposal, len(trial.reports)) for trial in running]) if running else ()
        self.n_running = len(running)
        """How many other trials run, those of other groups too."""
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
        return self._view(self._columns.paused(self._size, self.position))

    @property
    def losses(self) -> Array:
        """Shape (n, m); NaN for trials without values."""
        return self._view(self._columns.losses(self._size))

    @property
    def violation(self) -> Array:
        """Sum of what each trial's constraints exceed 0 by, shape (n,); 0 for feasible ones."""
        return self._view(self._columns.violation(self._size))

    @property
    def feasible(self) -> BoolArray:
        """Which trials are complete and violate no constraint, shape (n,)."""
        mask: BoolArray = (self.state == TrialState.COMPLETE) & (self.violation == 0.0)
        mask.setflags(write=False)
        return mask

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
        return np.stack([space.encode(trial.expected(proposal)) for trial, proposal, _ in self._running])

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
        return [trial.reports.curve(trial.number, inherited=trial.inherited, n=n) for trial, _, n in self._running]

    @property
    def _signs(self) -> list[float]:
        signs: list[float] = self._columns.signs.tolist()
        return signs

    def finished(self, row: int) -> Finished:
        """Everything about the trial of a row of this view, as it was known then."""
        absolute = self._begin + row if self._rows is None else int(self._rows[row])
        return self._columns.finished(absolute, self.position)

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
        """This view, as a trial sees it that has fixed some parameters."""
        if not parameters:
            return self
        history = copy.copy(self)
        history.given = parameters
        return history

    def with_space(self, space: Space) -> History:
        """This view, with other distributions of the same parameters."""
        history = copy.copy(self)
        history.space = space
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
        view.n_running = self.n_running
        return view

    def fold(self, fold: Fold[S]) -> S:
        """A state that is built up from the trials in completion order, at the cost of the new ones only."""
        if self._chosen is not None and self._members is None:
            return fold.advance(fold.initial, self) if len(self) else fold.initial
        members = self._members

        def step(state: S, begin: int, end: int) -> S:
            fresh = History(self._columns, end, self.space, begin=begin)
            return fold.advance(state, fresh if members is None else fresh.cohort(*members))

        group = None if members is None else members[0]
        state: S = self._columns.fold(fold, group, self._size, step)
        return state

    def remember(self, key: Hashable, make: Callable[[], S]) -> S:
        """What `make` returns, which is kept for the next question of that key.

        Args:
            key: Names all that it depends on but the values of rows, such as the object that says which rows.
            make: Must be pure.
        """
        answer: S = self._columns.remember(key, make)
        return answer

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
