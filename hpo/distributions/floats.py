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
    def _line(self) -> tuple[float, float, float, float] | None:
        """The bounds, how far apart they are, and 10**digits; None with steps or on a log scale.

        The last is 0 where it is not exact, so that an integer over it would not be the float nearest to the decimal.
        """
        if self.log or self.step is not None:
            return None
        return self.low, self.high, self.high - self.low, 10.0**self._digits if 0 <= self._digits <= 22 else 0.0

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
        if self._line is not None:  # the most frequent case, so without the detour over the scale
            low, high, width, scale = self._line
            value = low + u * width
            value = round(value * scale) / scale if scale else round(value, self._digits)
            return low if value < low else high if value > high else value
        value = self._scale.inverse(u)
        if self.step is not None:
            return self._snapped(value)
        return min(max(float(format(value, self._format)), self.low), self.high)

    def to_external_repr(self, param_value_in_internal_repr: float) -> float:
        return float(param_value_in_internal_repr)
