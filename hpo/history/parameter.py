"""What the values of one parameter are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.distributions import BaseDistribution, CategoricalDistribution, token

__all__ = ["Parameter"]


@final
class Parameter:
    """How the values of one name are written as raw values: numbers, or the rank of a choice's first appearance.

    Two workers that first use a name at the same time may disagree whether it is a number; what does not fit
    is kept aside, so that the trial still shows what it used.

    Args:
        column: Where raw values stand in the table.
        categorical: Whether values are choices.
    """

    def __init__(self, column: int, *, categorical: bool) -> None:
        self.column = column
        self.choices: list[Any] | None = [] if categorical else None
        self._ids: dict[Any, int] = {}
        self._misfits: dict[int, Any] = {}

    def internal(self, values: Sequence[Any], rows: Sequence[int], distribution: BaseDistribution) -> Sequence[float]:
        """The raw values of some rows, which are to be added."""
        if isinstance(distribution, CategoricalDistribution) != (self.choices is not None):
            self._misfits.update(zip(rows, values, strict=True))
            return [np.nan] * len(values)
        return values if self.choices is None else [self._id(value) for value in values]

    def external(self, row: int, raw: float, distribution: BaseDistribution) -> Any:
        """The value that the trial of a row used, whose raw value is given."""
        if row in self._misfits:
            return self._misfits[row]
        return distribution.to_external_repr(raw) if self.choices is None else self.choices[int(raw)]

    def lacks(self, rows: IntArray, raw: Array) -> bool:
        """Whether a trial of some rows used no value, given their raw values, shape (k,)."""
        return any(row not in self._misfits for row in rows[np.isnan(raw)].tolist())

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

    def where(self, mask: BoolArray, new_rows: IntArray) -> Parameter:
        """The same of those rows for which `mask` is True, which become `new_rows`, both of shape (size,)."""
        kept = Parameter(self.column, categorical=self.choices is not None)
        kept.choices = None if self.choices is None else list(self.choices)
        kept._ids = dict(self._ids)
        kept._misfits = {int(new_rows[row]): value for row, value in self._misfits.items() if mask[row]}
        return kept

    def dump(self) -> list[Any]:
        """All of it as JSON, for `load`."""
        return [None if self.choices is None else list(self.choices), list(self._misfits.items())]

    @classmethod
    def load(cls, column: int, raw: Array, dump: Any) -> Parameter:
        """What was dumped.

        Raises:
            ValueError: If the raw values, shape (n,), are none of it.
        """
        choices, misfits = dump
        loaded = cls(column, categorical=choices is not None)
        loaded._misfits = dict(misfits)
        if choices is not None:
            loaded.choices = list(choices)
            loaded._ids = {_key(value): i for i, value in reversed(list(enumerate(choices)))}
            used = raw[~np.isnan(raw)]
            if len(used) and not (0 <= used.min() <= used.max() < len(choices)):
                raise ValueError("Some values are no choices.")
        return loaded

    def _id(self, value: Any) -> int:
        key = _key(value)
        known = self._ids.get(key)
        if known is None:
            assert self.choices is not None
            known = self._ids[key] = len(self.choices)
            self.choices.append(value)
        return known


def _key(value: Any) -> Any:
    """What tells choices apart."""
    return (type(value), value) if isinstance(value, (str, bool, int)) or value is None else token(value)


def _matched(raw: Array, distribution: CategoricalDistribution) -> Array:
    """The index of the choice that equals each number."""
    coded = np.full(raw.shape, np.nan)
    for i, choice in reversed(list(enumerate(distribution.choices))):
        if isinstance(choice, (int, float)) and not isinstance(choice, bool):
            coded[raw == choice] = i
    return coded
