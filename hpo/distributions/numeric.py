"""What distributions of numbers share: a scale, and perhaps a grid of values laid over it.

Continuous values are rounded to about 14 significant digits, so that a coded value and its value map to each
other exactly although floating point does not.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import cached_property
from typing import Any

import numpy as np

from hpo.arrays import Array
from hpo.distributions.base import BaseDistribution
from hpo.distributions.scales import Scale

__all__ = ["NumericDistribution"]

_MOST_CELLS = 2**20


class NumericDistribution(BaseDistribution):
    """A domain of numbers: a scale, perhaps with a grid of values laid over it."""

    low: float | int | None
    high: float | int | None
    log: bool
    step: float | int | None

    @property
    @abstractmethod
    def _scale(self) -> Scale: ...

    @property
    @abstractmethod
    def _digits(self) -> int:
        """Decimals to which values are rounded."""

    @property
    def _ends(self) -> tuple[float, float]:
        return (
            -math.inf if self.low is None else self.low,
            math.inf if self.high is None else self.high,
        )

    @cached_property
    def _anchor(self) -> float:
        """A value of the grid."""
        return 0.0 if self.low is None else self.low

    @property
    def cardinality(self) -> float:
        low, high = self._ends
        if low == high:
            return 1
        if self.step is None or math.isinf(high - low):
            return math.inf
        return round((high - low) / self.step) + 1

    def contains(self, value: Any) -> bool:
        if isinstance(value, str):
            return False
        try:
            return math.isfinite(value) and self._contains(float(value))
        except (TypeError, ValueError, OverflowError):
            return False

    def _contains(self, param_value_in_internal_repr: float) -> bool:
        """Whether `encode` gives a number, said without arrays: trials are checked one value at a time."""
        low, high = self._ends
        if self.step is None or not low <= param_value_in_internal_repr <= high:
            return low <= param_value_in_internal_repr <= high
        steps = (param_value_in_internal_repr - self._anchor) / self.step
        return math.isfinite(steps) and abs(steps - round(steps)) < 1e-8 * max(1.0, abs(steps))

    def encode(self, values: Array) -> Array:
        low, high = self._ends
        inside = (values >= low) & (values <= high)
        if self.step is not None:
            steps = (values - self._anchor) / self.step
            with np.errstate(invalid="ignore"):
                inside &= np.abs(steps - np.rint(steps)) < 1e-8 * np.maximum(1.0, np.abs(steps))
        coded = np.full(values.shape, 0.5) if low == high else self._scale.forward(np.asarray(values, dtype=np.float64))
        return np.where(inside, np.minimum(np.maximum(coded, 0.0), 1.0), np.nan)  # np.clip takes longer

    def nearest(self, value: Any) -> float:
        if isinstance(value, (str, bool)):
            return math.nan
        try:
            number = min(max(float(value), self._ends[0]), self._ends[1])
        except (TypeError, ValueError, OverflowError):
            return math.nan
        if self.single() or number != number:
            return 0.5 if number == number else math.nan
        return min(max(float(self._scale.forward(np.array([number]))[0]), 0.0), 1.0)

    @cached_property
    def edges(self) -> Array | None:
        """Ends of the cells of the values, in coded values, shape (cardinality + 1,), from 0 to 1.

        None for continuous parameters and those of more than 2**20 values.
        """
        if self.step is None or self.single():
            return None
        low, high = float(self.decode(0.0)), float(self.decode(1.0))
        cells = round((high - low) / self.step) + 1
        if cells > _MOST_CELLS:
            return None
        ends = np.arange(1, cells, dtype=np.float64) - 0.5
        inner = self._scale.forward(low + ends * self.step)
        return np.concatenate([[0.0], inner, [1.0]])

    def draw(self, u: float) -> float:
        return u

    def to_internal_repr(self, param_value_in_external_repr: Any) -> float:
        try:
            value = float(param_value_in_external_repr)
        except (TypeError, ValueError):
            value = math.nan
        if value != value or (self.log and value <= 0):
            kind = "a number > 0" if self.log else "a number"
            raise ValueError(f"{self!r} needs {kind}, got {param_value_in_external_repr!r}.")
        return value

    def _snapped(self, value: float) -> float:
        """The nearest value of the grid within the bounds."""
        low, high = self._ends
        if self.step is not None and math.isfinite(value):
            value = self._anchor + round((value - self._anchor) / self.step) * self.step
        return min(max(round(value, self._digits), low), high)
