"""Integers in an interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

from hpo.distributions.arguments import LARGEST_INT, checked, freeze, integer
from hpo.distributions.numeric import NumericDistribution
from hpo.distributions.scales import Scale, cells

__all__ = ["IntDistribution"]


@final
@dataclass(frozen=True)
class IntDistribution(NumericDistribution):
    """Integers in [low, high], uniform or log-uniform, perhaps in steps.

    Args:
        low, high: Bounds, inclusive, without fractions. `high` is lowered to the last multiple of `step`.
        log: Each integer gets the probability of its cell on the log scale; needs low ≥ 1.
        step: Only low, low + step, low + 2·step, ….
    """

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        step = integer(self.step, "step")
        low, high = integer(self.low, "low"), integer(self.high, "high")
        if max(abs(low), abs(high)) > LARGEST_INT:
            raise ValueError(
                f"Integers are exact up to ±2**53, got {low!r} to {high!r}; suggest a smaller range and shift it."
            )
        _, adjusted, log, _ = checked(self, low, high, self.log, step)
        if log and low < 1:
            raise ValueError(f"low must be ≥ 1 with log=True, got {low!r}.")
        freeze(self, low=low, high=int(adjusted), log=log, step=step)

    @property
    def kind(self) -> str:
        return "int on a log scale" if self.log else "int"

    @cached_property
    def _scale(self) -> Scale:
        return cells(self.low, self.high, self.step, self.log)

    @cached_property
    def _digits(self) -> int:
        return 0

    def decode(self, u: float) -> int:
        value = self.low + round((self._scale.inverse(u) - self.low) / self.step) * self.step
        return self.low if value < self.low else self.high if value > self.high else value

    def to_external_repr(self, param_value_in_internal_repr: float) -> int:
        return int(param_value_in_internal_repr)
