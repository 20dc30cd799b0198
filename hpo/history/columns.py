"""Finished trials as columns: a few floats per trial, and no object until someone asks for one.

Rows stand in completion order and are only ever appended, so that the first n rows are the knowledge at the
time when n trials had finished; views of them are slices. What may happen to a row later, because a paused trial goes
on or an attribute is set, is kept with its position in the log. So whatever is asked of a number of rows and a
position has one answer for ever, and any number of threads may ask while one appends.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import JSON, Array, BoolArray, IntArray, Report
from hpo.events import TrialFinished, TrialState
from hpo.history.dump import Dump, by_row, pairs
from hpo.history.extras import Extras, moved
from hpo.history.finished import Finished, finished, violation
from hpo.history.fold import Fold, Remembered
from hpo.history.growing import Growing
from hpo.history.memo import memo
from hpo.history.parameters import Parameters
from hpo.history.report_table import ReportTable
from hpo.history.running import RunningTrial
from hpo.space import Space

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Columns"]

_BATCH = 128  # rows that wait as objects before they become columns: few, so that they die young
_NEVER = 2**62
_PAUSED = TrialState.PAUSED
_ENDS = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED)
_PLAIN = ("_number", "_state", "_losses", "_violation", "_last_step", "_start", "_end", "_space")  # one for each row
_MEMOS = 64  # spaces, columns and folds that are kept for the next question
_ANSWERS = 4  # other things that are: few, for they may be large, and a cold memory costs more than it saves


@final
class Columns:
    """The finished trials of one study.

    Args:
        signs: +1 for each objective to minimise, -1 for each to maximise, shape (m,); losses = signs · values.
    """

    def __init__(self, signs: Array) -> None:
        self.signs = signs
        self.size = 0
        self.lock = threading.RLock()
        self._pending: list[tuple[RunningTrial, TrialFinished, Space]] = []
        self._number = Growing(np.int64)
        self._state = Growing(np.int8)
        self._losses = Growing(np.float64, len(signs))
        self._violation = Growing(np.float64)
        self._constraints: dict[str, Growing] = {}
        self._last_step = Growing(np.int64)
        self._start = Growing(np.float64)
        self._end = Growing(np.float64)
        self._space = Growing(np.int32)
        self._spaces: list[Space] = []
        self._space_ids: dict[int, int] = {}
        self._parameters = Parameters()
        self._extras = Extras()
        self._reports = ReportTable(signs)
        self._inherited: dict[int, int] = {}  # by row of a trial that had paused
        self._pauses: dict[int, int] = {}  # rows of trials that paused, and the log's length when they went on
        self._over: dict[Space, Growing] = {}
        self._folds: dict[tuple[Fold[Any], object], Remembered] = {}
        self._answers: dict[Hashable, Any] = {}
        with _forking:
            _every.add(self)

    # ---- what the fold of the log adds

    def append(self, trial: RunningTrial, event: TrialFinished, space: Space) -> int:
        """Add a finished trial and return its row."""
        with self.lock:
            self._pending.append((trial, event, space))
            if event.state is _PAUSED:
                self._pauses[self.size] = _NEVER
            self.size += 1
            if len(self._pending) >= _BATCH:
                self._flush()
            return self.size - 1

    def resume(self, row: int, position: int) -> None:
        """Note that a trial that paused goes on, by the event at a position of the log."""
        with self.lock:
            self._pauses[row] = position

    def set_attribute(self, row: int, key: str, value: JSON, position: int, *, system: bool) -> None:
        """Change an attribute of a finished trial, by the event at a position of the log."""
        with self.lock:
            self._extras.change(row, key, value, position, system=system)

    def without(self, numbers: Collection[int]) -> Columns:
        """New columns that lack some trials; views of these stay as they are."""
        columns = Columns(self.signs)  # not with the lock held, for which a thread that forks may be waiting
        with self.lock:
            self._flush()
            mask = ~np.isin(self._number.view(self.size), list(numbers))
            new_rows = np.cumsum(mask) - 1
            columns.size = int(mask.sum())
            for name in _PLAIN:
                setattr(columns, name, getattr(self, name).where(mask))
            columns._constraints = {name: column.where(mask) for name, column in self._constraints.items()}
            columns._spaces, columns._space_ids = list(self._spaces), dict(self._space_ids)
            columns._parameters = self._parameters.where(mask, new_rows)
            complete = self._state.view(self.size) == TrialState.COMPLETE
            columns._reports = self._reports.where(mask, new_rows, complete)
            columns._extras = self._extras.where(mask, new_rows)
            columns._inherited = moved(self._inherited, mask, new_rows)
            columns._pauses = moved(self._pauses, mask, new_rows)
            return columns

    def dump(self, index: Callable[[Space], int]) -> Dump:
        """All of it but what can be made again, for `load`; `index` gives spaces numbers."""
        with self.lock:
            self._flush()
            arrays = {name: getattr(self, name).view(self.size) for name in _PLAIN}
            arrays |= {f"constraint {i}": one.view(self.size) for i, one in enumerate(self._constraints.values())}
            parameters, described = self._parameters.dump()
            arrays |= {f"parameter {i}": column for i, column in enumerate(parameters)}
            arrays |= {"pauses": pairs(self._pauses), "inherited": pairs(self._inherited)}
            values = {
                "constraints": list(self._constraints),
                "parameters": described,
                "used spaces": [index(space) for space in self._spaces],
            }
            return Dump(arrays, {**values, **self._extras.dump()}) | self._reports.dump()

    @classmethod
    def load(cls, signs: Array, dump: Dump, spaces: Sequence[Space]) -> Columns:
        """The columns that were dumped, with the spaces by their numbers.

        Raises:
            ValueError: If its parts do not belong together.
        """
        columns, arrays, values = cls(signs), dump.arrays, dump.values
        for name in _PLAIN:
            getattr(columns, name).take_over(arrays[name])
        for i, name in enumerate(values["constraints"]):
            column = columns._constraints[name] = Growing(np.float64)
            column.take_over(arrays[f"constraint {i}"])
        for i in values["used spaces"]:
            columns._space_id(spaces[i])
        n = columns.size = columns._number.size
        raw = [arrays[f"parameter {i}"] for i in range(len(values["parameters"]))]
        columns._parameters = Parameters.load(raw, values["parameters"], n)
        columns._inherited, columns._pauses = by_row(arrays["inherited"], n), by_row(arrays["pauses"], n)
        columns._reports = ReportTable.load(signs, dump, arrays["_state"] == TrialState.COMPLETE)
        columns._extras = Extras.load(values)
        columns._check()
        return columns

    def __reduce__(self) -> tuple[Any, ...]:
        with self.lock:
            dump = self.dump(lambda space: self._space_ids[id(space)])
            return Columns.load, (self.signs, dump, list(self._spaces))

    def _check(self) -> None:
        columns = [getattr(self, name) for name in _PLAIN]
        if any(column.size != self.size for column in [*columns, *self._constraints.values()]):
            raise ValueError("Some columns are longer than others.")
        spaces, states = self._space.view(self.size), self._state.view(self.size)
        if self.size and not (0 <= spaces.min() <= spaces.max() < len(self._spaces) and np.isin(states, _ENDS).all()):
            raise ValueError("Some rows have no space, or no state.")
        for i, space in enumerate(self._spaces):
            if self._parameters.lacks(np.flatnonzero(spaces == i), space):
                raise ValueError("Some rows lack a parameter of their space.")

    def last_rows(self) -> dict[int, int]:
        """The last row of each trial that is not running now, by number."""
        with self.lock:
            self._flush()
            rows = {int(number): row for row, number in enumerate(self._number.view(self.size).tolist())}
            return {number: row for number, row in rows.items() if self._pauses.get(row, _NEVER) == _NEVER}

    def best(self, *, feasible: bool) -> tuple[float, int] | None:
        """The smallest loss of the complete trials, and its trial's number, the lowest one of equal ones.

        None without such a trial, and with several objectives.
        """
        if len(self.signs) > 1:
            return None
        n = self.size
        rows = np.flatnonzero((self.state(n) == TrialState.COMPLETE) & ~np.isnan(self.losses(n)[:, 0]))
        if feasible:
            rows = rows[self.violation(n)[rows] == 0.0]
        if not len(rows):
            return None
        losses, numbers = self.losses(n)[rows, 0], self.number(n)[rows]
        first = np.lexsort((numbers, losses))[0]
        return float(losses[first]), int(numbers[first])

    # ---- what may be known of a number of rows

    def paused(self, n: int, position: int) -> BoolArray:
        """Which of the first n rows were of trials that were paused when the log had a length, shape (n,)."""
        mask = np.zeros(n, dtype=np.bool_)
        with self.lock:
            mask[[row for row, resumed in self._pauses.items() if row < n and resumed >= position]] = True
        return mask

    def number(self, n: int) -> IntArray:
        return self._flushed(self._number, n)

    def state(self, n: int) -> NDArray[np.int8]:
        return self._flushed(self._state, n)

    def losses(self, n: int) -> Array:
        return self._flushed(self._losses, n)

    def violation(self, n: int) -> Array:
        return self._flushed(self._violation, n)

    def last_step(self, n: int) -> IntArray:
        return self._flushed(self._last_step, n)

    def start(self, n: int) -> Array:
        return self._flushed(self._start, n)

    def end(self, n: int) -> Array:
        return self._flushed(self._end, n)

    def constraints(self, n: int) -> dict[str, Array]:
        """Each constraint's values, shape (n,), by name in order of first appearance; NaN where a trial has none."""
        with self.lock:
            self._flush()
            return {name: column.view(n) for name, column in self._constraints.items()}

    def raw(self, name: str, n: int) -> tuple[Array, tuple[Any, ...] | None]:
        """Values as they were used by the first n rows, shape (n,), NaN where inactive; and what was chosen from.

        Of a categorical parameter the values are indices of the second part, in the order of first use; of a
        number, and where nobody used it, the second part is None.
        """
        with self.lock:
            self._flush()
            return self._parameters.raw(name, n)

    def over(self, space: Space, n: int) -> Array:
        """Coded values of the first n rows, shape (n, d); NaN where a parameter was inactive or is now outside."""
        with self.lock:
            self._flush()
            matrix = memo(self._over, space, lambda: Growing(np.float64, len(space)), _MEMOS)
            if matrix.size < n:
                matrix.extend(self._parameters.coded(slice(matrix.size, None), space))
            return np.asarray(matrix.view(n))

    def at(self, rows: IntArray, space: Space) -> Array:
        """Coded values of some rows, shape (k, d), without a memo."""
        with self.lock:
            self._flush()
            return self._parameters.coded(rows, space)

    def active(self, rows: IntArray, space: Space) -> BoolArray:
        """Whether some rows had each parameter, shape (k, d)."""
        with self.lock:
            self._flush()
            return self._parameters.active(rows, space)

    def spaces(self, n: int) -> tuple[NDArray[np.int32], tuple[Space, ...]]:
        """The first n rows' spaces: indices, shape (n,), into the second part."""
        with self.lock:
            index = self._flushed(self._space, n)
            return index, tuple(self._spaces[: index.max() + 1 if n else 0])

    def curve(self, row: int) -> tuple[Sequence[int], Sequence[Report]]:
        """Steps and values that the trial of a row reported, in that order."""
        with self.lock:
            self._flush()
            return self._reports.of(row)

    def inherited(self, row: int) -> int:
        """How many of the reports of a row an earlier row of the trial has too, because it had paused."""
        with self.lock:
            self._flush()
            return self._inherited.get(row, 0)

    def reports(self, n: int) -> tuple[IntArray, IntArray, Array]:
        """All reports of the first n rows; see `ReportTable.all`."""
        with self.lock:
            self._flush()
            return self._reports.all(n)

    def losses_at(self, step: int, n: int) -> tuple[IntArray, Array]:
        """What the first n rows reported at a step; see `ReportTable.losses_at`."""
        with self.lock:
            self._flush()
            return self._reports.losses_at(step, n)

    def fold(self, fold: Fold[Any], group: object, n: int, advance: Callable[[Any, int, int], Any]) -> Any:
        """The state of a fold after rows [0, n): the nearest remembered one, advanced unless too few rows came since.

        Args:
            fold: Which.
            group: Which part of the trials it sees; None for all.
            n: How many rows.
            advance: The state after [begin, end), from the one after [0, begin).
        """
        with self.lock:
            remembered = memo(self._folds, (fold, group), Remembered, _MEMOS)
            begin, state = remembered.before(n) or (0, fold.initial)
        if begin == n or (fold.n_missing is not None and n - begin < fold.n_missing(state)):
            return state
        state = advance(state, begin, n)  # outside of the lock: two threads may do it both, and get the same
        with self.lock:
            remembered.keep(n, state)
        return state

    def remember(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` returns, which follows from the key and from rows that are there; kept for the next question."""
        with self.lock:
            known = self._answers.get(key)
        if known is None:
            known = make()  # outside of the lock, as in a fold
            with self.lock:
                memo(self._answers, key, lambda: known, _ANSWERS)
        return known

    def state_at(self, row: int) -> TrialState:
        """The state of the trial of a row."""
        with self.lock:
            n = self._number.size
            return self._pending[row - n][1].state if row >= n else TrialState(self._state.at(row))

    def finished(self, row: int, position: int) -> Finished:
        """Everything about the trial of a row when the log had a length."""
        with self.lock:
            n = self._number.size
            known = finished(*self._pending[row - n]) if row >= n else self._finished(row)
            return self._extras.changed(known, row, position)

    def _finished(self, row: int) -> Finished:
        space = self._spaces[self._space.at(row)]
        losses = self._losses.at(row)
        steps, values = self._reports.of(row)
        extra = self._extras.of(row)
        return Finished(
            int(self._number.at(row)),
            TrialState(self._state.at(row)),
            float(self._start.at(row)),
            float(self._end.at(row)),
            None if np.isnan(losses).any() else tuple((losses * self.signs + 0.0).tolist()),
            self._parameters.external(row, space),
            space,
            dict(zip(steps, values, strict=True)),
            extra.user_attrs,
            extra.system_attrs,
            extra.constraints,
            extra.error,
        )

    # ---- from objects to columns, under the lock

    def _flushed(self, column: Growing, n: int) -> NDArray[Any]:
        with self.lock:
            self._flush()
            return column.view(n)

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if not pending:
            return
        begin = self._number.size
        trials, events, spaces = zip(*pending, strict=True)
        number, state, end, values, _, parameters, constraints, *_ = zip(*events, strict=True)
        nothing = (np.nan,) * len(self.signs)
        self._number.extend(number)
        self._state.extend(state)
        self._losses.extend(np.array([nothing if given is None else given for given in values]) * self.signs)
        self._violation.extend([violation(given) if given else 0.0 for given in constraints])
        self._keep_constraints(begin, constraints)
        self._last_step.extend([trial.reports.last for trial in trials])
        self._start.extend([trial.time for trial in trials])
        self._end.extend(end)
        self._space.extend([self._space_id(space) for space in spaces])
        for row, (trial, event) in enumerate(zip(trials, events, strict=True), begin):
            self._extras.add(row, trial, event)
            if trial.reports:
                self._reports.add(row, trial.reports, complete=event.state is TrialState.COMPLETE)
                if trial.inherited:
                    self._inherited[row] = trial.inherited
        self._parameters.add(parameters, spaces)

    def _keep_constraints(self, begin: int, given: Sequence[Mapping[str, float]]) -> None:
        for name in dict.fromkeys(name for constraints in given for name in constraints):
            if name not in self._constraints:
                column = self._constraints[name] = Growing(np.float64)
                column.extend(np.full(begin, np.nan))
        for name, column in self._constraints.items():
            column.extend(np.array([constraints.get(name, np.nan) for constraints in given]))

    def _space_id(self, space: Space) -> int:
        known = self._space_ids.get(id(space))
        if known is None:
            known = self._space_ids[id(space)] = len(self._spaces)
            self._spaces.append(space)  # kept alive, so that its id stays its own
        return known


# ---- forks: a child must not find a lock held by a thread that it does not have, nor columns half extended

_every: weakref.WeakSet[Columns] = weakref.WeakSet()
_held: list[Columns] = []
_forking = threading.RLock()  # by one thread at a time, whose list that is


def _before_fork() -> None:
    _forking.acquire()
    _held.extend(_every)
    for columns in _held:
        columns.lock.acquire()


def _after_fork() -> None:
    while _held:
        _held.pop().lock.release()
    _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
