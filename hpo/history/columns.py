"""Finished trials as columns: a few floats per trial, and no object until someone asks for one.

Rows stand in completion order and are only ever appended, so that the first n rows are the knowledge at the
time when n trials had finished; views of it are slices.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hpo.arrays import JSON, Array, BoolArray, IntArray, Report
from hpo.distributions import BaseDistribution, CategoricalDistribution, token
from hpo.events import TrialError, TrialFinished, TrialState
from hpo.space import Space

__all__ = ["Columns", "Finished", "RunningTrial", "finished", "violation"]

_BATCH = 128  # rows that wait as objects before they become columns: few, so that they die young
_NEVER = 2**62
_PAUSED = TrialState.PAUSED
_MEMOS = 64  # spaces, columns and fold states that are kept for the next question


@final
@dataclass(slots=True, eq=False)
class RunningTrial:
    """What the log says so far of a trial that has started and not finished.

    Args:
        number, time, deferred: As in `TrialStarted`.
        space: All parameters that were known when it started; the columns of its proposal.
        proposal: Coded values over `space`; None before they are in the log.
        fixed: Parameters that were queued with it.
        steps, values: Its reports.
        asked: How many of these, without the latest one, had been made when the pruner was last asked.
        user_attrs, system_attrs: What was attached to it.
        worker: Which process runs it, if the log says so.
        resumed: Whether it had paused; then `fixed` are its parameters.
        inherited: How many of its reports a row of its own has, from the time when it paused.
    """

    number: int
    time: float
    space: Space
    deferred: bool = False
    worker: str | None = None
    resumed: bool = False
    inherited: int = 0
    proposal: tuple[float, ...] | None = None
    fixed: Mapping[str, JSON] = field(default_factory=dict)
    steps: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    asked: int = 0
    user_attrs: dict[str, JSON] = field(default_factory=dict)
    system_attrs: dict[str, JSON] = field(default_factory=dict)

    def known(self) -> dict[str, Any]:
        """The values that others may expect it to try: its proposal, and what was fixed."""
        proposed = {} if self.proposal is None else self.space.decode(np.array(self.proposal))
        return proposed | dict(self.fixed)


@dataclass(frozen=True, slots=True)
class Finished:
    """All that is known of one finished trial; shared parts must not be changed."""

    number: int
    state: TrialState
    start: float
    end: float
    values: tuple[float, ...] | None
    parameters: dict[str, Any]
    space: Space
    reports: dict[int, Report]
    user_attrs: Mapping[str, JSON]
    system_attrs: Mapping[str, JSON]
    constraints: Mapping[str, float]
    error: TrialError | None


@dataclass(frozen=True, slots=True)
class _Extras:
    """The parts that most trials lack."""

    user_attrs: Mapping[str, JSON]
    system_attrs: Mapping[str, JSON]
    constraints: Mapping[str, float]
    error: TrialError | None


_NO_EXTRAS = _Extras({}, {}, {}, None)


@final
class _Growing:
    """An array that grows at its end, by half of its size at a time."""

    __slots__ = ("_data", "size")

    def __init__(self, dtype: Any, width: int | None = None) -> None:
        self._data: NDArray[Any] = np.empty((0,) if width is None else (0, width), dtype)
        self.size = 0

    def extend(self, rows: NDArray[Any] | Sequence[float]) -> None:
        size = self.size + len(rows)
        if size > len(self._data):
            grown = np.empty((max(size, len(self._data) * 3 // 2, 64), *self._data.shape[1:]), self._data.dtype)
            grown[: self.size] = self._data[: self.size]
            self._data = grown
        if len(rows) == 1:  # the most frequent case; a slice costs more
            self._data[self.size] = rows[0]
        else:
            self._data[self.size : size] = rows
        self.size = size

    def at(self, row: int) -> Any:
        return self._data[row]

    def take(self, rows: IntArray) -> NDArray[Any]:
        return self._data.take(rows)

    def take_into(self, out: NDArray[Any], rows: IntArray) -> None:
        self._data.take(rows, out=out, mode="clip")  # another mode would fill a copy of `out` first

    def view(self, n: int) -> NDArray[Any]:
        view = self._data[:n]
        view.flags.writeable = False
        return view


@final
class _Parameter:
    """The raw values of one name: numbers, or for categories the rank of the choice's first appearance.

    Two workers that first use a name at the same time may disagree whether it is a number; what does not fit
    the column is kept aside, so that the trial still shows what it used.
    """

    def __init__(self, *, categorical: bool) -> None:
        self.raw = _Growing(np.float64)
        self.choices: list[Any] | None = [] if categorical else None
        self._ids: dict[Any, int] = {}
        self._misfits: dict[int, Any] = {}

    def internal(self, values: Sequence[Any], rows: Sequence[int], distribution: BaseDistribution) -> Sequence[float]:
        if isinstance(distribution, CategoricalDistribution) != (self.choices is not None):
            self._misfits.update(zip(rows, values, strict=True))
            return [np.nan] * len(values)
        return values if self.choices is None else [self._id(value) for value in values]

    def external(self, row: int, distribution: BaseDistribution) -> Any:
        if row in self._misfits:
            return self._misfits[row]
        raw = float(self.raw.at(row))
        return distribution.to_external_repr(raw) if self.choices is None else self.choices[int(raw)]

    def _id(self, value: Any) -> int:
        key = (type(value), value) if isinstance(value, (str, bool, int)) or value is None else token(value)
        known = self._ids.get(key)
        if known is None:
            assert self.choices is not None
            known = self._ids[key] = len(self.choices)
            self.choices.append(value)
        return known

    def coded(self, raw: Array, distribution: BaseDistribution) -> Array:
        """Coded values under any distribution, shape (n,); NaN for what does not lie in its domain."""
        if self.choices is None:
            if isinstance(distribution, CategoricalDistribution):
                return _matched(raw, distribution)
            return distribution.encode(raw)
        if not isinstance(distribution, CategoricalDistribution):
            return np.full(raw.shape, np.nan)
        index = {name: float(i) for i, name in reversed(list(enumerate(distribution.tokens)))}
        lookup = np.array([index.get(token(choice), np.nan) for choice in self.choices] + [np.nan])
        return np.asarray(lookup[np.where(np.isnan(raw), -1, raw).astype(np.intp)])


def _matched(raw: Array, distribution: CategoricalDistribution) -> Array:
    """The index of the choice that equals each number."""
    coded = np.full(raw.shape, np.nan)
    for i, choice in reversed(list(enumerate(distribution.choices))):
        if isinstance(choice, (int, float)) and not isinstance(choice, bool):
            coded[raw == choice] = i
    return coded


@final
class Columns:
    """The finished trials of one study.

    Args:
        signs: +1 for each objective to minimise, -1 for each to maximise, shape (m,); losses = signs · values.
    """

    def __init__(self, signs: Array) -> None:
        self.signs = signs
        self.size = 0
        self._pending: list[tuple[RunningTrial, TrialFinished, Space]] = []
        self._number = _Growing(np.int64)
        self._state = _Growing(np.int8)
        self._losses = _Growing(np.float64, len(signs))
        self._violation = _Growing(np.float64)
        self._constraints: dict[str, _Growing] = {}
        self._last_step = _Growing(np.int64)
        self._start = _Growing(np.float64)
        self._end = _Growing(np.float64)
        self._space = _Growing(np.int32)
        self._spaces: list[Space] = []
        self._space_ids: dict[int, int] = {}
        self._parameters: dict[str, _Parameter] = {}
        self._extras: dict[int, _Extras] = {}
        self._reports: dict[int, tuple[array[int], array[float]]] = {}
        self._at_step: dict[int, tuple[array[int], array[float]]] = {}
        self._coded: dict[tuple[str, BaseDistribution], _Growing] = {}
        self._over: dict[Space, _Growing] = {}
        self._folds: dict[Any, list[tuple[int, Any]]] = {}
        self._inherited: dict[int, int] = {}  # by row of a trial that had paused
        self._pauses: dict[int, int] = {}  # rows of trials that paused, and the log's length when they went on

    def append(self, trial: RunningTrial, event: TrialFinished, space: Space) -> int:
        """Add a finished trial and return its row."""
        self._pending.append((trial, event, space))
        if event.state is _PAUSED:
            self._pauses[self.size] = _NEVER
        self.size += 1
        if len(self._pending) >= _BATCH:
            self._flush()
        return self.size - 1

    def resume(self, row: int, position: int) -> None:
        """Note that a trial that paused goes on, by the event at a position of the log."""
        self._pauses[row] = position

    def paused(self, n: int, position: int) -> BoolArray:
        """Which of the first n rows were of trials that were paused when the log had a length, shape (n,)."""
        mask = np.zeros(n, dtype=np.bool_)
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

    def constraints(self, n: int) -> dict[str, Array]:
        """Each constraint's values, shape (n,), by name in order of first appearance; NaN where a trial has none."""
        self._flush()
        return {name: column.view(n) for name, column in self._constraints.items()}

    def last_step(self, n: int) -> IntArray:
        return self._flushed(self._last_step, n)

    def start(self, n: int) -> Array:
        return self._flushed(self._start, n)

    def end(self, n: int) -> Array:
        return self._flushed(self._end, n)

    def raw(self, name: str, n: int) -> tuple[Array, tuple[Any, ...] | None]:
        """Values as they were used by the first n rows, shape (n,), NaN where inactive; and what was chosen from.

        Of a categorical parameter the values are indices of the second part, in the order of first use; of a
        number, and where nobody used it, the second part is None.
        """
        self._flush()
        parameter = self._parameters.get(name)
        values: Array = np.full(n, np.nan) if parameter is None else parameter.raw.view(n)
        if parameter is None or parameter.choices is None or np.isnan(values).all():
            return values, None
        return values, tuple(parameter.choices[: int(np.nanmax(values)) + 1])

    def reports(self, n: int) -> tuple[IntArray, IntArray, Array]:
        """All reports of the first n rows, one after another: row, step and loss, each shape (k,).

        With several objectives the losses have the shape (k, m).
        """
        self._flush()
        rows, lengths, steps, values = array("q"), array("q"), array("q"), array("d")
        for row, (at, told) in self._reports.items():
            if row < n:
                rows.append(row)
                lengths.append(len(at))
                steps.extend(at)
                values.extend(told)
        owners = np.repeat(np.array(rows, dtype=np.int64), np.array(lengths, dtype=np.int64))
        losses = np.array(values, dtype=np.float64)
        m = len(self.signs)
        signed = self.signs[0] * losses if m == 1 else losses.reshape(-1, m) * self.signs
        return owners, np.array(steps, dtype=np.int64), signed

    def over(self, space: Space, n: int) -> Array:
        """Coded values of the first n rows, shape (n, d); NaN where a parameter was inactive or is now outside."""
        self._flush()
        matrix = _memo(self._over, space, lambda: _Growing(np.float64, len(space)))
        if matrix.size < n:
            old, new = matrix.size, self._number.size
            columns = [self._column(name, space[name])[old:new] for name in space]
            matrix.extend(np.column_stack(columns) if columns else np.empty((new - old, 0)))
        return np.asarray(matrix.view(n))

    def at(self, rows: IntArray, space: Space) -> Array:
        """Coded values of some rows, shape (k, d), without a memo."""
        self._flush()
        coded = np.full((len(space), len(rows)), np.nan)
        plain, low, high = space.plain
        in_one_piece = []
        for column, name in enumerate(space.names):
            parameter = self._parameters.get(name)
            if parameter is None:
                continue
            if plain[column] and parameter.choices is None:  # the most frequent case
                parameter.raw.take_into(coded[column], rows)
                in_one_piece.append(column)
            else:
                coded[column] = parameter.coded(parameter.raw.take(rows), space.distributions[column])
        these = slice(None) if len(in_one_piece) == len(space) else in_one_piece
        values, low, high = coded[these], low[these], high[these]
        inside = (values >= low) & (values <= high)
        coded[these] = np.where(inside, (values - low) / (high - low), np.nan)
        return coded.T

    def active(self, rows: IntArray, space: Space) -> BoolArray:
        """Whether some rows had each parameter, shape (k, d)."""
        active = np.zeros((len(space), len(rows)), dtype=np.bool_)
        for column, raw in self._raw(rows, space):
            active[column] = ~np.isnan(raw)
        return active.T

    def _raw(self, rows: IntArray, space: Space) -> Iterator[tuple[int, Array]]:
        self._flush()
        for column, name in enumerate(space.names):
            if name in self._parameters:
                yield column, self._parameters[name].raw.take(rows)

    def curve(self, row: int) -> tuple[Sequence[int], Sequence[Report]]:
        """Steps and values that the trial of a row reported, in that order."""
        self._flush()
        steps, values = self._reports.get(row, ((), ()))
        m = len(self.signs)
        return steps, values if m == 1 else list(zip(*[iter(values)] * m, strict=True))

    def inherited(self, row: int) -> int:
        """How many of the reports of a row an earlier row of the trial has too, because it had paused."""
        self._flush()
        return self._inherited.get(row, 0)

    def losses_at(self, step: int, n: int) -> tuple[IntArray, Array]:
        """Rows among the first n that completed and reported at `step`, shape (k,), and the losses reported.

        These have the shape (k,), and with several objectives (k, m).
        """
        self._flush()
        rows, losses = self._at_step.get(step, (array("q"), array("d")))
        k, m = bisect_left(rows, n), len(self.signs)
        found = np.array(losses[: k * m])
        return np.array(rows[:k], dtype=np.int64), found if m == 1 else found.reshape(-1, m)

    def fold(self, key: Any, n: int, initial: Any, advance: Callable[[Any, int, int], Any]) -> Any:
        """The state after rows [0, n): the newest remembered one, advanced over the rows since."""
        states = _memo(self._folds, key, list)
        begin, state = next(((k, s) for k, s in reversed(states) if k <= n), (0, initial))
        if begin < n:
            state = advance(state, begin, n)
            states.append((n, state))
            states.sort(key=lambda remembered: remembered[0])
            del states[:-_MEMOS]
        return state

    def spaces(self, n: int) -> tuple[NDArray[np.int32], tuple[Space, ...]]:
        """The first n rows' spaces: indices, shape (n,), into the second part."""
        return self._flushed(self._space, n), tuple(self._spaces)

    def state_at(self, row: int) -> TrialState:
        """The state of the trial of a row."""
        n = self._number.size
        return self._pending[row - n][1].state if row >= n else TrialState(self._state.at(row))

    def finished(self, row: int) -> Finished:
        """Everything about the trial of a row."""
        if row >= self._number.size:
            return finished(*self._pending[row - self._number.size])
        space = self._spaces[self._space.at(row)]
        losses = self._losses.at(row)
        steps, values = self.curve(row)
        extras = self._extras.get(row, _NO_EXTRAS)
        parameters = {name: self._parameters[name].external(row, distribution) for name, distribution in space.items()}
        return Finished(
            int(self._number.at(row)),
            TrialState(self._state.at(row)),
            float(self._start.at(row)),
            float(self._end.at(row)),
            None if np.isnan(losses).any() else tuple((losses * self.signs + 0.0).tolist()),
            parameters,
            space,
            dict(zip(steps, values, strict=True)),
            extras.user_attrs,
            extras.system_attrs,
            extras.constraints,
            extras.error,
        )

    def without(self, number: int) -> Columns:
        """New columns that lack a trial; views of these stay as they are."""
        columns = Columns(self.signs)
        for row in range(self.size):
            trial = self.finished(row)
            if trial.number != number:
                columns._append_finished(trial, self._inherited.get(row, 0))
                if row in self._pauses:
                    columns.resume(columns.size - 1, self._pauses[row])
        return columns

    def is_resumed(self, row: int) -> bool:
        """Whether a row is of a trial that paused and has gone on since."""
        return self._pauses.get(row, _NEVER) != _NEVER

    def _append_finished(self, trial: Finished, inherited: int) -> None:
        running = RunningTrial(trial.number, trial.start, trial.space, inherited=inherited)
        running.steps, running.values = list(trial.reports), list(trial.reports.values())
        event = TrialFinished(
            trial.number,
            trial.state,
            trial.end,
            trial.values,
            trial.space.digest,
            trial.parameters,
            trial.constraints,
            trial.user_attrs,
            trial.system_attrs,
            trial.error,
        )
        self.append(running, event, trial.space)

    def set_attribute(self, row: int, key: str, value: JSON, *, system: bool) -> None:
        """Change an attribute of a finished trial; objects that were handed out before keep the old one."""
        self._flush()
        extras = self._extras.get(row, _NO_EXTRAS)
        user, system_attrs = extras.user_attrs, extras.system_attrs
        if system:
            system_attrs = {**system_attrs, key: value}
        else:
            user = {**user, key: value}
        self._extras[row] = _Extras(user, system_attrs, extras.constraints, extras.error)

    def _flushed(self, column: _Growing, n: int) -> NDArray[Any]:
        self._flush()
        return column.view(n)

    def _column(self, name: str, distribution: BaseDistribution) -> Array:
        column = _memo(self._coded, (name, distribution), lambda: _Growing(np.float64), 64 * _MEMOS)
        n = self._number.size
        if column.size < n:
            parameter = self._parameters.get(name)
            if parameter is None:
                column.extend(np.full(n - column.size, np.nan))
            else:
                column.extend(parameter.coded(parameter.raw.view(n)[column.size :], distribution))
        return np.asarray(column.view(n))

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if not pending:
            return
        begin = self._number.size
        trials, events, spaces = zip(*pending, strict=True)
        number, state, end, values, _, parameters, constraints, *_ = zip(*events, strict=True)
        nothing = (np.nan,) * len(self.signs)
        self._number.extend(np.array(number))
        self._state.extend(np.array(state))
        self._losses.extend(np.array([nothing if given is None else given for given in values]) * self.signs)
        self._violation.extend(np.array([violation(given) if given else 0.0 for given in constraints]))
        self._keep_constraints(begin, constraints)
        self._last_step.extend(np.array([max(trial.steps) if trial.steps else -1 for trial in trials]))
        self._start.extend(np.array([trial.time for trial in trials]))
        self._end.extend(np.array(end))
        self._space.extend(np.array([self._space_id(space) for space in spaces]))
        for row, (trial, event) in enumerate(zip(trials, events, strict=True), begin):
            if trial.user_attrs or trial.system_attrs or any(event[6:10]):  # constraints, attributes, error
                self._keep_extras(row, trial, event)
            if trial.steps:
                self._keep_reports(row, trial, event.state)
        self._keep_parameters(begin, parameters, spaces)

    def _keep_constraints(self, begin: int, given: Sequence[Mapping[str, float]]) -> None:
        for name in dict.fromkeys(name for constraints in given for name in constraints):
            if name not in self._constraints:
                column = self._constraints[name] = _Growing(np.float64)
                column.extend(np.full(begin, np.nan))
        for name, column in self._constraints.items():
            column.extend(np.array([constraints.get(name, np.nan) for constraints in given]))

    def _keep_extras(self, row: int, trial: RunningTrial, event: TrialFinished) -> None:
        user = trial.user_attrs | dict(event.user_attrs)
        system = trial.system_attrs | dict(event.system_attrs)
        self._extras[row] = _Extras(user, system, event.constraints, event.error)

    def _keep_reports(self, row: int, trial: RunningTrial, state: TrialState) -> None:
        if trial.inherited:
            self._inherited[row] = trial.inherited
        if len(self.signs) > 1:
            self._keep_vectors(row, trial, state)
            return
        self._reports[row] = array("q", trial.steps), array("d", trial.values)
        if state is not TrialState.COMPLETE:
            return
        sign = float(self.signs[0])
        for step, value in zip(trial.steps, trial.values, strict=True):
            rows, losses = self._at_step.setdefault(step, (array("q"), array("d")))
            rows.append(row)
            losses.append(sign * value)

    def _keep_vectors(self, row: int, trial: RunningTrial, state: TrialState) -> None:
        """The reports of several objectives, laid end to end."""
        values = np.array(trial.values, dtype=np.float64)
        self._reports[row] = array("q", trial.steps), array("d", values.ravel().tolist())
        if state is not TrialState.COMPLETE:
            return
        for step, losses in zip(trial.steps, (values * self.signs).tolist(), strict=True):
            rows, at_step = self._at_step.setdefault(step, (array("q"), array("d")))
            rows.append(row)
            at_step.extend(losses)

    def _keep_parameters(self, begin: int, given: Sequence[Mapping[str, Any]], spaces: Sequence[Space]) -> None:
        """Spread the rows' parameters over the columns, one group of rows of the same space at a time."""
        groups: dict[int, tuple[Space, list[int]]] = {}
        for i, space in enumerate(spaces):
            groups.setdefault(id(space), (space, []))[1].append(i)
        fresh: dict[str, Any] = {}
        for space, rows in groups.values():
            for name, distribution in space.items():
                parameter = self._parameters.get(name)
                if parameter is None:
                    categorical = isinstance(distribution, CategoricalDistribution)
                    parameter = self._parameters[name] = _Parameter(categorical=categorical)
                    parameter.raw.extend(np.full(begin, np.nan))
                values = parameter.internal([given[i][name] for i in rows], [begin + i for i in rows], distribution)
                if len(groups) == 1:
                    fresh[name] = values
                else:
                    fresh.setdefault(name, np.full(len(given), np.nan))[rows] = values
        absent = np.full(len(given), np.nan)
        for name, parameter in self._parameters.items():
            parameter.raw.extend(fresh.get(name, absent))

    def _space_id(self, space: Space) -> int:
        known = self._space_ids.get(id(space))
        if known is None:
            known = self._space_ids[id(space)] = len(self._spaces)
            self._spaces.append(space)  # kept alive, so that its id stays its own
        return known


def finished(trial: RunningTrial, event: TrialFinished, space: Space) -> Finished:
    """What is known of a running trial that ends with an event, whose parameters have the distributions `space`."""
    return Finished(
        trial.number,
        event.state,
        trial.time,
        event.time,
        event.values,
        dict(event.parameters),
        space,
        dict(zip(trial.steps, trial.values, strict=True)),
        trial.user_attrs | dict(event.user_attrs),
        trial.system_attrs | dict(event.system_attrs),
        event.constraints,
        event.error,
    )


def violation(constraints: Mapping[str, float]) -> float:
    """How far a trial is from feasible: the sum of what its constraints exceed 0 by; 0 if it is feasible."""
    return sum(value for value in constraints.values() if value > 0) if constraints else 0.0


def _memo(memos: dict[Any, Any], key: Any, make: Callable[[], Any], most: int = _MEMOS) -> Any:
    """The remembered value, or a new one in the place of the one unused for longest."""
    value = memos.pop(key, None)
    if value is None:
        value = make()
        if len(memos) >= most:
            del memos[next(iter(memos))]
    memos[key] = value
    return value
