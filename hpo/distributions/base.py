"""What every distribution can do."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any

import numpy as np

from hpo.arrays import Array

__all__ = ["BaseDistribution"]


class BaseDistribution(ABC):
    """The domain of one parameter and the prior over it."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What must stay the same for a name within a study, as a word."""

    @property
    @abstractmethod
    def cardinality(self) -> float:
        """Number of different values; infinite for continuous ones."""

    @abstractmethod
    def contains(self, value: Any) -> bool:
        """Whether `value` can be suggested."""

    @abstractmethod
    def encode(self, values: Array) -> Array:
        """Coded values of internal values, shape (n,); NaN where a value lies outside of the domain.

        The internal value of a number is the number, that of a category its index.
        """

    @abstractmethod
    def decode(self, u: float) -> Any:
        """The nearest value to a coded value."""

    @abstractmethod
    def nearest(self, value: Any) -> float:
        """The coded value that is nearest to a value of another domain; NaN if none is."""

    @abstractmethod
    def draw(self, u: float) -> float:
        """The coded value at probability `u` in [0, 1) under the prior."""

    @abstractmethod
    def to_internal_repr(self, param_value_in_external_repr: Any) -> float:
        """The value as a float: the number itself, or the index of the choice."""

    @abstractmethod
    def to_external_repr(self, param_value_in_internal_repr: float) -> Any:
        """The value that the user sees."""

    def single(self) -> bool:
        """Whether there is only one value."""
        return self.cardinality == 1

    def _contains(self, param_value_in_internal_repr: float) -> bool:
        return not math.isnan(float(self.encode(np.array([param_value_in_internal_repr]))[0]))

    def __getstate__(self) -> dict[str, Any]:
        """The arguments alone: two equal distributions pickle alike, whatever they have been asked before."""
        return self._asdict()

    def _asdict(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
