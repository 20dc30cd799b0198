"""Numbers in an interval."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import final

from hpo.distributions.arguments import checked, freeze
from hpo.distributions.numeric import NumericDistribution
from hpo.distributions.rounding import decimals, significant
from hpo.distributions.scales import Scale, cells

__all__ = ["FloatDistribution"]


@final
@dataclass(frozen=True)
class FloatDistribution(NumericDistribution):
    """Numbers in [low, high], uniform or log-uniform, perhaps in steps.

    Args:
        low, high: Bounds, inclusive. `high` is lowered to the last multiple of `step`.
        log: Uniform in log x; needs low > 0.
        step: Only low, low + step, low + 2·step, …; together with `log` these values get the probability
            of their cells on the log scale.

    Example:
        >>> FloatDistribution(1e-5, 1e-1, log=True).decode(0.5)
        0.001
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        low, high, log, step = checked(self, self.low, self.high, self.log, self.step)
        if log and low <= 0:
            raise ValueError(f"low must be > 0 with log=True, got {low!r}.")
        freeze(self, low=low, high=high, log=log, step=step)

    @property
    def kind(self) -> str:
        return "float on a log scale" if self.log else "float"

    @cached_property
    def _scale(self) -> Scale:
        return cells(self.low, self.high, self.step, self.log)

    @cached_property
    def _digits(self) -> int:
        if self.step is not None:
            return decimals(self.low, self.step)
        return significant(max(abs(self.low), abs(self.high)))

    @cached_property
    def _scale_of_digits(self) -> float:
        """10**digits where it is exact, so that an integer over it is the float nearest to the decimal; else 0."""
        return 10.0**self._digits if 0 <= self._digits <= 22 else 0.0

    @cached_property
    def is_plain(self) -> bool:
        """Whether coding is the linear map from [low, high] to [0, 1] and nothing else."""
        return not self.log and self.step is None and self.low < self.high

    @cached_property
    def _format(self) -> str:
        """On a log scale, as many significant digits as coding resolves: 13, fewer where the logarithm is large."""
        low, high = math.log(self.low), math.log(self.high)
        error = 4 * sys.float_info.epsilon * max(abs(low), abs(high), high - low, 1.0)
        return f".{min(13, math.floor(-math.log10(error)))}g"

    def decode(self, u: float) -> float:
        if self.step is not None:
            return self._snapped(self._scale.inverse(u))
        if self.log:
            value = float(format(self._scale.inverse(u), self._format))
        else:  # the most frequent case, so without the detour over the scale
            value = self.low + u * (self.high - self.low)
            scale = self._scale_of_digits
            value = round(value * scale) / scale if scale else round(value, self._digits)
        return self.low if value < self.low else self.high if value > self.high else value

    def to_external_repr(self, param_value_in_internal_repr: float) -> float:
        return float(param_value_in_internal_repr)
