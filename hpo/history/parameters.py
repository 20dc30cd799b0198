"""The values of all parameters over all finished trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.history.growing import Growing
from hpo.history.memo import memo
from hpo.history.parameter import Parameter
from hpo.space import Space

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Parameters"]

_LAYOUTS = 64  # spaces of which it is remembered where their parameters stand
_FEW = 4  # fewer columns than one in so many are looked up one by one


@final
@dataclass(frozen=True, eq=False)
class _Layout:
    """Where the parameters of a space stand in the table.

    Args:
        is_table: Whether they are the columns of the table, in their order.
        are_numbers: Whether all are numbers, in the space and in the table.
        places, columns: Of those that the table has, in the space and in the table, shape (k,).
        linear: Which of these are coded linearly, shape (k,).
        low, high: The bounds of those, shape (l, 1).
    """

    is_table: bool
    are_numbers: bool
    places: IntArray
    columns: IntArray
    linear: BoolArray
    low: Array
    high: Array


@final
class Parameters:
    """Raw values in a table, a row for each trial and a column for each name; NaN where a trial had none.

    The values of a trial stand side by side, as they are mostly written and read together.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, Parameter] = {}  # in the order of their columns
        self._raw = Growing(np.float64, 0)  # some columns at its end may be to spare
        self._layouts: dict[Space, _Layout] = {}

    def add(self, given: Sequence[Mapping[str, Any]], spaces: Sequence[Space]) -> None:
        """Add the rows of some trials that have the parameters of a space each."""
        first = spaces[0]
        layout = self._layout(first)
        if len(layout.columns) == len(first) and all(space is first for space in spaces):  # as a rule
            self._add_alike(given, first, layout)
            return
        begin, groups = self._raw.size, _groups(spaces)
        self._provide({name: alike[0][1] for name, alike in groups.items()})
        rows = np.full((len(given), self._raw.width), np.nan)
        for name, alike in groups.items():
            parameter = self._by_name[name]
            for some, distribution in alike if parameter.choices is None else _one_by_one(alike):
                values = [given[i][name] for i in some]
                internal = parameter.internal(values, [begin + i for i in some], distribution)
                rows[some, parameter.column] = internal
        self._raw.extend(rows)

    def _add_alike(self, given: Sequence[Mapping[str, Any]], space: Space, layout: _Layout) -> None:
        """Add rows of one space whose parameters all have a column."""
        values: list[Sequence[Any]] = [[one[name] for name in space.names] for one in given]
        if not layout.are_numbers:
            at = range(self._raw.size, self._raw.size + len(given))
            columns = zip(space.items(), zip(*values, strict=True), strict=True)
            internal = [self._by_name[name].internal(column, at, one) for (name, one), column in columns]
            values = list(zip(*internal, strict=True))
        if layout.is_table:
            self._raw.extend(values)
            return
        rows = np.full((len(given), self._raw.width), np.nan)
        rows[:, layout.columns] = values
        self._raw.extend(rows)

    def raw(self, name: str, n: int) -> tuple[Array, tuple[Any, ...] | None]:
        """See `Columns.raw`."""
        parameter = self._by_name.get(name)
        if parameter is None:
            return np.full(n, np.nan), None
        values: Array = self._raw.view(n)[:, parameter.column]
        if parameter.choices is None or np.isnan(values).all():
            return values, None
        return values, tuple(parameter.choices[: int(np.nanmax(values)) + 1])

    def external(self, row: int, space: Space) -> dict[str, Any]:
        """The values that a trial used, by name."""
        raw: list[float] = self._raw.at(row)[self._layout(space).columns].tolist()
        values = zip(space.items(), raw, strict=True)
        return {name: self._by_name[name].external(row, value, one) for (name, one), value in values}

    def coded(self, rows: IntArray | slice, space: Space) -> Array:
        """Coded values of some trials, shape (k, d); NaN where one was inactive or lies outside of its domain."""
        layout = self._layout(space)
        raw = self._some(rows, layout)
        if len(layout.low) == len(space):  # as a rule
            return _linear(raw, layout.low, layout.high).T
        coded = np.full((len(space), raw.shape[1]), np.nan)
        coded[layout.places[layout.linear]] = _linear(raw[layout.linear], layout.low, layout.high)
        for i in np.flatnonzero(~layout.linear):
            place = layout.places[i]
            coded[place] = self._by_name[space.names[place]].coded(raw[i], space.distributions[place])
        return coded.T

    def active(self, rows: IntArray, space: Space) -> BoolArray:
        """Whether some trials had each parameter, shape (k, d)."""
        layout = self._layout(space)
        active = np.zeros((len(space), len(rows)), dtype=np.bool_)
        active[layout.places] = ~np.isnan(self._some(rows, layout))
        return active.T

    def lacks(self, rows: IntArray, space: Space) -> bool:
        """Whether one of some trials used no value for a parameter of a space."""
        if not len(rows):
            return False
        table = self._raw.view(self._raw.size)
        return any((known := self._by_name[name]).lacks(rows, table[rows, known.column]) for name in space.names)

    def where(self, mask: BoolArray, new_rows: IntArray) -> Parameters:
        """The table of those rows for which `mask` is True, which become `new_rows`, both of shape (size,)."""
        kept = Parameters()
        kept._by_name = {name: one.where(mask, new_rows) for name, one in self._by_name.items()}
        kept._raw = self._raw.where(mask)
        return kept

    def dump(self) -> tuple[list[Array], list[Any]]:
        """The columns, each shape (n,), and the rest as JSON, for `load`."""
        table = self._raw.view(self._raw.size)
        return list(table.T[: len(self._by_name)]), [[name, one.dump()] for name, one in self._by_name.items()]

    @classmethod
    def load(cls, columns: Sequence[NDArray[Any]], dump: Sequence[Any], n: int) -> Parameters:
        """What was dumped, of n trials.

        Raises:
            ValueError: If its parts do not belong together.
        """
        if any(column.dtype != np.float64 or column.shape != (n,) for column in columns):
            raise ValueError("Some columns of parameters are longer than others, or hold no numbers.")
        loaded = cls()
        for i, (raw, (name, one)) in enumerate(zip(columns, dump, strict=True)):
            loaded._by_name[name] = Parameter.load(i, raw, one)
        loaded._raw = Growing(np.float64, len(columns))
        loaded._raw.take_over(np.column_stack(columns) if columns else np.empty((n, 0)))
        return loaded

    def _provide(self, names: Mapping[str, BaseDistribution]) -> None:
        """Have a column for each name; which kind of values it has, its first distribution says."""
        for name, distribution in names.items():
            if name not in self._by_name:
                categorical = isinstance(distribution, CategoricalDistribution)
                self._by_name[name] = Parameter(len(self._by_name), categorical=categorical)
                self._layouts.clear()
        if len(self._by_name) > self._raw.width:
            self._raw = self._raw.widened(max(len(self._by_name), self._raw.width * 3 // 2))

    def _some(self, rows: IntArray | slice, layout: _Layout) -> Array:
        """Raw values of the parameters that a layout has, shape (k, number of rows)."""
        if isinstance(rows, slice):
            table = self._raw.view(self._raw.size)[rows].T
        elif layout.is_table or _FEW * len(layout.columns) > self._raw.width:
            table = self._raw.take(rows).T
        else:
            return np.asarray(self._raw.view(self._raw.size)[rows[:, None], layout.columns].T)
        return table if layout.is_table else table[layout.columns]

    def _layout(self, space: Space) -> _Layout:
        return memo(self._layouts, space, lambda: self._new_layout(space), _LAYOUTS)

    def _new_layout(self, space: Space) -> _Layout:
        places = [place for place, name in enumerate(space.names) if name in self._by_name]
        known = [self._by_name[space.names[place]] for place in places]
        plain, low, high = space.plain
        linear = [plain[place] and one.choices is None for place, one in zip(places, known, strict=True)]
        bounded = [place for place, is_linear in zip(places, linear, strict=True) if is_linear]
        return _Layout(
            is_table=space.names == tuple(self._by_name) and len(space) == self._raw.width,
            are_numbers=all(one.choices is None for one in known)
            and not any(isinstance(one, CategoricalDistribution) for one in space.distributions),
            places=np.array(places, dtype=np.int64),
            columns=np.array([one.column for one in known], dtype=np.int64),
            linear=np.array(linear, dtype=np.bool_),
            low=low[bounded],
            high=high[bounded],
        )


def _groups(spaces: Sequence[Space]) -> dict[str, list[tuple[list[int], BaseDistribution]]]:
    """The rows of the same distribution, by name in the order of the first row that has it."""
    rows_of: dict[int, tuple[Space, list[int]]] = {}
    for i, space in enumerate(spaces):
        rows_of.setdefault(id(space), (space, []))[1].append(i)
    groups: dict[str, list[tuple[list[int], BaseDistribution]]] = {}
    for space, rows in rows_of.values():
        for name, distribution in space.items():
            groups.setdefault(name, []).append((rows, distribution))
    return groups


def _one_by_one(
    groups: Sequence[tuple[list[int], BaseDistribution]],
) -> Sequence[tuple[list[int], BaseDistribution]]:
    """Groups of rows whose first uses of a choice come in the order of the rows."""
    if len(groups) == 1:
        return groups
    return sorted((([row], distribution) for rows, distribution in groups for row in rows), key=lambda one: one[0])


def _linear(values: Array, low: Array, high: Array) -> Array:
    """Numbers by their place between bounds, shape (l, k), NaN for those outside."""
    coded = np.empty(values.shape)
    np.subtract(values, low, out=coded)
    np.divide(coded, high - low, out=coded)
    outside = (values < low) | (values > high)
    if np.count_nonzero(outside):
        coded[outside] = np.nan
    return coded
