"""The trials as a table: filtered and sorted as columns, and made into records a page at a time.

Columns have names such as "number", "state", "seconds", "start", "v:0" for the first objective, "p:lr" for the
parameter lr and "a:note" for an attribute; the last ones are not sorted by.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.dashboard.kept import Kept
from hpo.dashboard.paging import whole
from hpo.distributions import token
from hpo.events import TrialState
from hpo.reading.counts import latest
from hpo.reading.records import given, records_of

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot
    from hpo.trial.frozen import FrozenTrial

__all__ = ["SCANNED", "Filter", "Table", "filter_of", "table_of", "text_of"]

SCANNED = 50_000
"""Trials whose attributes and errors a page looks through at most, the newest first."""

_BATCH = 500  # records that are held at a time
_LONGEST = 200  # characters of a search
_MOST = 200  # conditions
_UNFINISHED = (TrialState.RUNNING, TrialState.WAITING)


@final
@dataclass(frozen=True)
class Filter:
    """Which trials, and in which order.

    Args:
        states: Names; empty for all.
        ranges: For each column that is bounded, the least and the largest value.
        choices: For each column, the values as texts that are allowed.
        feasible: Whether only trials that keep their constraints; None for all.
        attributes: Names and values as texts; an empty value stands for any.
        text: What some parameter, attribute or error holds.
        column, descending: What to sort by.
    """

    states: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, float, float], ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    feasible: bool | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    column: str = "number"
    descending: bool = True

    @property
    def is_active(self) -> bool:
        """Whether it leaves any trial out."""
        return bool(
            self.states or self.ranges or self.choices or self.attributes or self.text or self.feasible is not None
        )


@final
@dataclass(frozen=True, eq=False)
class Table:
    """The trials of a study at one moment, unfinished ones behind the finished ones.

    Args:
        study: The study.
        number, state, start, seconds: Of each trial, shape (n,); NaN where something is not known.
        values: Shape (n, m).
        violation: Shape (n,).
        unfinished: The records of the last ones.
    """

    study: Snapshot
    number: IntArray
    state: IntArray
    start: Array
    seconds: Array
    values: Array
    violation: Array
    unfinished: tuple[FrozenTrial, ...]
    _orders: Kept[tuple[IntArray, bool]] = field(default_factory=lambda: Kept(8))

    def __len__(self) -> int:
        return len(self.number)

    def rows(self, asked: Filter) -> tuple[IntArray, bool]:
        """Indices of the trials that a filter lets through, in its order; and whether all were looked through."""
        return self._orders.get((asked, SCANNED), lambda: self._ordered(asked, SCANNED))

    def all_rows(self, asked: Filter) -> IntArray:
        """Indices of the trials that a filter lets through, in its order, however long it takes to look through all."""
        return self._orders.get((asked, len(self)), lambda: self._ordered(asked, len(self)))[0]

    def batches(self, rows: IntArray) -> Iterator[list[FrozenTrial]]:
        """The records of some rows, a few at a time."""
        for begin in range(0, len(rows), _BATCH):
            yield self.trials(rows[begin : begin + _BATCH])

    def trials(self, rows: IntArray) -> list[FrozenTrial]:
        """The records of some rows."""
        n = len(self) - len(self.unfinished)
        finished = iter(records_of(latest(self.study.history), rows[rows < n]))
        return [next(finished) if row < n else self.unfinished[row - n] for row in rows.tolist()]

    def column(self, name: str) -> tuple[Array, tuple[Any, ...] | None]:
        """Its numbers, shape (n,), NaN where a trial has none; of a categorical parameter indices, and the choices."""
        kind, _, rest = name.partition(":")
        if kind == "p":
            return self._parameter(rest)
        if kind == "v":
            return self.values[:, int(rest)], None
        plain: Mapping[str, Array] = {
            "number": self.number.astype(np.float64),
            "state": self.state.astype(np.float64),
            "start": self.start,
            "seconds": self.seconds,
            "violation": self.violation,
        }
        return plain[name], None

    def _parameter(self, name: str) -> tuple[Array, tuple[Any, ...] | None]:
        values, choices = latest(self.study.history).raw(name)
        known = [given(trial) for trial in self.unfinished]
        if choices is None:
            return np.concatenate([values, [_number(one.get(name)) for one in known]]), None
        index = {token(choice): float(i) for i, choice in enumerate(choices)}
        chosen = [index.get(token(one[name]), math.nan) if name in one else math.nan for one in known]
        return np.concatenate([values, chosen]), choices

    def _ordered(self, asked: Filter, most: int) -> tuple[IntArray, bool]:
        mask = np.ones(len(self), dtype=np.bool_)
        if asked.states:
            mask &= np.isin(self.state, [int(TrialState[name]) for name in asked.states])
        if asked.feasible is not None:
            mask &= (self.violation == 0.0) == asked.feasible
        for name, low, high in asked.ranges:
            values, _ = self.column(name)
            mask &= (values >= low) & (values <= high)
        for name, allowed in asked.choices:
            mask &= self._is_one_of(name, allowed)
        rows = np.flatnonzero(mask).astype(np.int64)
        is_whole = True
        if asked.text or asked.attributes:
            newest = rows[np.argsort(-self.number[rows], kind="stable")][:most]
            is_whole = len(newest) == len(rows)
            holds = [_holds(trial, asked) for batch in self.batches(newest) for trial in batch]
            rows = newest[np.array(holds, np.bool_)]
        return self._sorted(rows, asked), is_whole

    def _is_one_of(self, name: str, allowed: Sequence[str]) -> BoolArray:
        values, choices = self.column(name)
        if choices is None:
            wanted = [_number_of(text) for text in allowed]
            return np.isin(values, wanted)
        return np.isin(values, [i for i, choice in enumerate(choices) if text_of(choice) in allowed])

    def _sorted(self, rows: IntArray, asked: Filter) -> IntArray:
        number = self.number[rows]
        if asked.column == "number":
            order = np.argsort(number, kind="stable")
            return rows[order[::-1] if asked.descending else order]
        values, choices = self.column(asked.column)
        key = values[rows]
        if choices is not None:
            rank = np.argsort(np.argsort([text_of(choice) for choice in choices], kind="stable"))
            key = np.where(np.isnan(key), np.nan, rank[np.where(np.isnan(key), 0, key).astype(np.int64)])
        return rows[np.lexsort((number, -key if asked.descending else key))]  # NaN comes last in both


def table_of(study: Snapshot) -> Table:
    """The trials of a study."""
    history = latest(study.history)
    unfinished = tuple(study.get_trials(states=_UNFINISHED))
    n = len(unfinished)
    nothing = np.full(n, np.nan)
    starts = [math.nan if one.datetime_start is None else one.datetime_start.timestamp() for one in unfinished]
    return Table(
        study,
        np.concatenate([history.number, np.array([one.number for one in unfinished], np.int64)]),
        np.concatenate([history.state, np.array([int(one.state) for one in unfinished], np.int8)]).astype(np.int64),
        np.concatenate([history.start, starts]),
        np.concatenate([history.end - history.start, nothing]),
        np.concatenate([history.losses * history.signs + 0.0, np.full((n, len(study.directions)), np.nan)]),
        np.concatenate([history.violation, np.zeros(n)]),
        unfinished,
    )


def filter_of(table: Table, query: Sequence[tuple[str, str]]) -> Filter:
    """What an address asks for by `state=`, `min.p:lr=`, `max.v:0=`, `is.p:kind=`, `attr=a=b`, `q=` and `sort=`.

    Raises:
        ValueError: If there is no such column, or something else than a number.
    """
    if len(query) > _MOST:
        raise ValueError(f"At most {_MOST} conditions can be given, got {len(query)}.")
    states = frozenset(value.upper() for name, value in query if name == "state")
    for state in states:
        if state not in TrialState.__members__:
            known = ", ".join(TrialState.__members__).lower()
            raise ValueError(f"A trial can be {known}, but not {state[:40].lower()!r}.")
    bounds: dict[str, list[float]] = {}
    choices: dict[str, list[str]] = {}
    for name, value in query:
        kind, _, column = name.partition(".")
        if kind in ("min", "max") and value:
            _check(table, column)
            bounds.setdefault(column, [-math.inf, math.inf])[kind == "max"] = _bound(name, value)
        elif kind == "is" and column:
            _check(table, column)
            choices.setdefault(column, []).append(value)
    asked = dict(query)
    sort = asked.get("sort") or "-number"
    _check(table, sort.removeprefix("-"))
    feasible = asked.get("feasible", "")
    if feasible not in ("", "yes", "no"):
        raise ValueError(f"feasible is yes or no, got {feasible[:40]!r}.")
    attributes = [value.partition("=") for name, value in query if name == "attr" and value]
    return Filter(
        states,
        tuple((column, low, high) for column, (low, high) in bounds.items()),
        tuple((column, tuple(allowed)) for column, allowed in choices.items()),
        None if not feasible else feasible == "yes",
        tuple((key.strip(), value.strip()) for key, _, value in attributes),
        asked.get("q", "").strip()[:_LONGEST].casefold(),
        sort.removeprefix("-"),
        sort.startswith("-"),
    )


def text_of(value: Any) -> str:
    """A choice or an attribute as a text that can be searched for."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)


def _check(table: Table, column: str) -> None:
    kind, colon, rest = column.partition(":")
    if column in ("number", "state", "start", "seconds", "violation"):
        return
    if kind == "p" and colon and rest in table.study.history.space:
        return
    if kind == "v" and whole(rest, len(table.study.directions) - 1) is not None:
        return
    raise ValueError(f"There is no column {column[:80]!r}.")


def _bound(name: str, text: str) -> float:
    value = _number_of(text)
    if math.isnan(value):
        raise ValueError(f"{name[:80]} must be a number, got {text[:40]!r}.")
    return value


def _number_of(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan


def _holds(trial: FrozenTrial, asked: Filter) -> bool:
    for key, value in asked.attributes:
        if key not in trial.user_attrs or (value and text_of(trial.user_attrs[key]) != value):
            return False
    return not asked.text or any(asked.text in text.casefold() for text in _texts(trial))


def _texts(trial: FrozenTrial) -> Iterator[str]:
    yield str(trial.number)
    for name, value in (*given(trial).items(), *trial.user_attrs.items()):
        yield f"{name}={text_of(value)}"
    if trial.error is not None:
        yield f"{trial.error.type}: {trial.error.message}"
