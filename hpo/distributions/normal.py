"""Numbers around a mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import final

from hpo.arrays import Array
from hpo.distributions.arguments import LARGEST_INT, check_whole, checked, freeze, number, on_grid
from hpo.distributions.numeric import NumericDistribution
from hpo.distributions.rounding import decimals, significant
from hpo.distributions.scales import NormalScale

__all__ = ["NormalDistribution"]


@final
@dataclass(frozen=True)
class NormalDistribution(NumericDistribution):
    """Numbers that are believed to lie around `mean`: normal, lognormal, truncated, quantised.

    Args:
        mean, std: Of x, or of log x where `log` is True; std > 0.
        low, high: Bounds of x, inclusive; None for none.
        log: Lognormal: log x ~ N(mean, std²). Values are positive, whatever `low` and `step` are.
        step: Only multiples of `step`, counted from `low` (from 0 without one).
        integer: Values are of type `int`; then bounds and step must be whole, and the step is 1 if it is not given.

    Example:
        >>> NormalDistribution(mean=0.0, std=1.0).decode(0.5)
        0.0
        >>> NormalDistribution(mean=3.0, std=10.0, low=0.0, high=8.0, step=2.0).decode(1.0)
        8.0
        >>> NormalDistribution(mean=100.0, std=15.0, integer=True).decode(0.5)
        100
    """

    mean: float
    std: float
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = None
    integer: bool = False

    def __post_init__(self) -> None:
        mean, std = number(self.mean, "mean"), number(self.std, "std")
        if std <= 0:
            raise ValueError(f"std must be > 0, got {std!r}.")
        low = None if self.low is None else number(self.low, "low")
        high = None if self.high is None else number(self.high, "high")
        step = (1.0 if self.integer else None) if self.step is None else number(self.step, "step")
        if self.integer:
            check_whole(low=low, high=high, step=step)
        if step is not None and step <= 0:
            raise ValueError(f"step must be > 0, got {step!r}.")
        if low is not None and high is not None:
            low, high, _, _ = checked(self, low, high, self.log, step)
        elif high is not None and step is not None:
            high = on_grid(type(self).__name__, 0.0, high, step)
        if self.log:
            low = 0.0 if low is None and step is None else low
            if high is not None and high <= 0:
                raise ValueError(f"A lognormal is positive, so high must be > 0, got {high!r}.")
        freeze(self, mean=mean, std=std, low=low, high=high, log=bool(self.log), step=step, integer=bool(self.integer))
        if self._ends[0] > self._ends[1]:
            raise ValueError(f"A lognormal is positive, and {self!r} has no positive value; widen the bounds.")
        if not self.single() and not self._scale.mass > 1e-280:
            raise ValueError(f"{self!r} has no probability between low and high; widen the bounds or move the mean.")

    @property
    def kind(self) -> str:
        return ("lognormal" if self.log else "normal") + (" int" if self.integer else "")

    @property
    def least(self) -> float | None:
        """The smallest value; None if there is none, and of a continuous lognormal 0, which is just not reached.

        The first step of a lognormal has the probability of all that lies below it, too.
        """
        if not self.log or self.step is None or (self.low is not None and self.low > 0):
            return self.low
        return self._anchor + (math.floor(-self._anchor / self.step) + 1) * self.step

    @property
    def _ends(self) -> tuple[float, float]:
        least = self.least
        return -math.inf if least is None else least, math.inf if self.high is None else self.high

    @cached_property
    def _scale(self) -> NormalScale:
        low, high = -math.inf if self.low is None else self.low, self._ends[1]
        half = 0.0 if self.step is None else self.step / 2
        return NormalScale(self.mean, self.std, low - half, high + half, self.log)

    @cached_property
    def _digits(self) -> int:
        if self.step is not None:
            return decimals(self._anchor, self.step)
        return significant(abs(self.mean) + 8 * self.std)

    def decode(self, u: float) -> float:
        value = self._scale.inverse(u)
        if self.integer:
            return int(self._snapped(min(max(value, -LARGEST_INT), LARGEST_INT)))
        if self.log and self.step is None:
            value = float(f"{value:.13g}")
            return min(max(value, self._ends[0]), self._ends[1])
        return self._snapped(value)

    def standard(self, u: Array) -> tuple[Array, Array]:
        """How many standard deviations above the mean coded values lie, elementwise, and the derivatives by them."""
        return self._scale.standard(u)

    def to_external_repr(self, param_value_in_internal_repr: float) -> float:
        return int(param_value_in_internal_repr) if self.integer else float(param_value_in_internal_repr)
