"""One of a few choices."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import KeysView, Mapping, Sequence, Set, ValuesView
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, final

import numpy as np

from hpo.arrays import Array
from hpo.distributions.arguments import freeze, number
from hpo.distributions.base import BaseDistribution
from hpo.distributions.tokens import token

__all__ = ["CategoricalDistribution"]


@final
@dataclass(frozen=True, eq=False)
class CategoricalDistribution(BaseDistribution):
    """One of a few choices.

    Args:
        choices: Anything that JSON can hold, told apart by value and type: `True` is not `1`, and a tuple
            is the same as a list. Other objects work in memory only and are told apart by their `repr`.
        weights: Prior probability of each choice, up to a factor; equal by default.
        ordered: The choices have an order, which numeric models may use.
    """

    choices: tuple[Any, ...]
    weights: tuple[float, ...] | None = None
    ordered: bool = False

    def __init__(self, choices: Sequence[Any], weights: Sequence[float] | None = None, ordered: bool = False) -> None:
        choices = _in_order(choices)
        if len(choices) == 0:
            raise ValueError("choices must not be empty.")
        if weights is not None:
            weights = tuple(number(w, "weights") for w in weights)
            if len(weights) != len(choices) or min(weights) < 0 or sum(weights) <= 0:
                raise ValueError(
                    f"weights must be {len(choices)} numbers ≥ 0, one per choice and not all 0, got {weights!r}."
                )
        freeze(self, choices=tuple(choices), weights=weights, ordered=bool(ordered))
        if len(set(self.opaque)) < len(self.opaque):
            raise ValueError(
                f"Two choices that JSON cannot hold have one repr, {self.opaque!r}; use their names as choices."
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CategoricalDistribution):
            return NotImplemented
        return (self.tokens, self.weights, self.ordered) == (other.tokens, other.weights, other.ordered)

    def __hash__(self) -> int:
        return hash((self.tokens, self.weights, self.ordered))

    @property
    def kind(self) -> str:
        return "categorical"

    @property
    def cardinality(self) -> int:
        return len(self.choices)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The identity of each choice: its canonical JSON."""
        return tuple(token(choice) for choice in self.choices)

    @cached_property
    def opaque(self) -> list[str]:
        """The choices that JSON cannot hold, as shown."""
        return [t for t in self.tokens if t.startswith("<")]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {t: i for i, t in reversed(list(enumerate(self.tokens)))}  # of equal choices the first

    @cached_property
    def _cumulative(self) -> list[float]:
        weights = self.weights or (1.0,) * len(self.choices)
        return [w / sum(weights) for w in accumulate(weights)]

    def contains(self, value: Any) -> bool:
        return token(value) in self._index

    def encode(self, values: Array) -> Array:
        with np.errstate(invalid="ignore"):
            inside = (values >= 0) & (values < len(self.choices)) & (values == np.floor(values))
        return np.where(inside, values, np.nan)

    def decode(self, u: float) -> Any:
        return self.choices[min(max(int(u), 0), len(self.choices) - 1)]

    def nearest(self, value: Any) -> float:
        return float(self._index.get(token(value), math.nan))

    def draw(self, u: float) -> float:
        if self.weights is None:
            return float(int(u * len(self.choices)))
        return float(min(bisect_right(self._cumulative, u), len(self.choices) - 1))

    def to_internal_repr(self, param_value_in_external_repr: Any) -> float:
        try:
            return float(self._index[token(param_value_in_external_repr)])
        except KeyError:
            raise ValueError(f"{param_value_in_external_repr!r} is not in the choices {self.choices!r}.") from None

    def to_external_repr(self, param_value_in_internal_repr: float) -> Any:
        index = int(param_value_in_internal_repr)
        if not 0 <= index < len(self.choices):
            raise ValueError(f"The choices {self.choices!r} have no index {param_value_in_internal_repr!r}.")
        return self.choices[index]


def _in_order(choices: Any) -> Sequence[Any]:
    """Choices in the order in which they were written; those of a dict are its keys.

    Raises:
        TypeError: If they have no order, as those of a set, or are one text.
    """
    if isinstance(choices, (Mapping, KeysView, ValuesView)):
        return tuple(choices)
    if isinstance(choices, str):
        raise TypeError(f"choices must be a sequence such as a list, got the text {choices!r}; write [{choices!r}].")
    if isinstance(choices, Set):
        raise TypeError(
            f"choices must be a sequence such as a list, got {choices!r}, whose order is another one in each process; "
            "write sorted(…) around it."
        )
    if not isinstance(choices, (Sequence, np.ndarray)):
        raise TypeError(f"choices must be a sequence such as a list, got {choices!r}.")
    return choices  # type: ignore[return-value]
