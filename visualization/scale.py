"""How the axis of values is scaled, so that a few bad trials do not hide what matters."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray

__all__ = ["LARGEST", "Scale", "drawable", "ends_of_decades", "scale_between", "value_scale"]

LARGEST = 1e300
"""Of numbers up to it, sums, differences, and margins beside them are finite; a figure holds no larger ones."""

_POWERS = (-323.0, 308.0)  # of ten that are floats

_DECADES = 2.0  # that the bulk of the values spans before their logarithm is drawn
_DEEP = 3.0  # decades between the best value and the middle one
_FAR = 4.0  # times the distance from the best to the 90 % quantile, beyond which values leave the view
_ENOUGH = 10  # values before any of them may leave the view


def drawable(values: Array) -> BoolArray:
    """Which numbers a figure can hold: those that are finite, and not as large as a penalty of `sys.float_info.max`."""
    return np.asarray(np.abs(values) <= LARGEST)


def ends_of_decades(low: float, high: float) -> tuple[float, float]:
    """The ends of a logarithmic axis, on the axis itself, no further than there are numbers."""
    return max(low, _POWERS[0]), min(high, _POWERS[1])


@final
@dataclass(frozen=True)
class Scale:
    """An axis of values.

    Args:
        is_log: Whether it is logarithmic.
        low, high: Its ends, on the axis itself: logarithms to base 10 if it is logarithmic.
        n_outside: How many values lie beyond its bad end.
    """

    is_log: bool
    low: float
    high: float
    n_outside: int

    def coordinate(self, values: Array) -> Array:
        """Where values stand on the axis."""
        return np.log10(values) if self.is_log else values

    def value(self, coordinate: Array) -> Array:
        """What stands somewhere on the axis."""
        return np.asarray(10.0 ** np.clip(coordinate, *_POWERS)) if self.is_log else coordinate

    def beyond_bad_end(self, share: float, sign: float) -> float:
        """A place that lies a share of the axis beyond its bad end, on the axis."""
        margin = share * (self.high - self.low)
        wider = scale_between(self.low - margin, self.high + margin, is_log=self.is_log)
        return wider.high if sign > 0 else wider.low

    def wider_at_bad_end(self, share: float, sign: float) -> Scale:
        """The axis with room for what stands beyond its bad end."""
        end = self.beyond_bad_end(share, sign)
        return replace(self, high=end) if sign > 0 else replace(self, low=end)

    def holding(self, values: Array, sign: float) -> Scale:
        """The axis for other values too: linear if some are not positive, and `n_outside` counted anew."""
        if self.is_log and values.min(initial=1.0) <= 0:
            return value_scale(values, sign)
        where = self.coordinate(values)
        return replace(self, n_outside=int(np.count_nonzero((where < self.low) | (where > self.high))))


def scale_between(low: float, high: float, *, is_log: bool) -> Scale:
    """The axis with these ends, on the axis itself; a logarithmic one goes no further than there are numbers."""
    return Scale(is_log, *(ends_of_decades(low, high) if is_log else (low, high)), 0)


def value_scale(values: Array, sign: float) -> Scale:
    """The axis that shows some values best.

    It is logarithmic where positive values span decades, and where losses come close to zero. It ends before values
    that are much worse than nine tenths of all.

    Args:
        values: Such as can be drawn, shape (n,).
        sign: +1 where small values are good, -1 where large ones are.
    """
    if not len(values):
        return Scale(False, 0.0, 1.0, 0)
    is_log = _is_log(values, sign)
    loss = sign * (np.log10(values) if is_log else values)
    best, worst = float(loss.min()), float(loss.max())
    bulk = float(np.quantile(loss, 0.9, method="lower"))
    if len(loss) >= _ENOUGH and bulk > best and worst - best > _FAR * (bulk - best):
        worst = best + 1.5 * (bulk - best)
    n_outside = int(np.count_nonzero(loss > worst))
    margins = (0.05 * (worst - best), 0.0 if is_log else 0.1 * abs(best), 0.5)
    margin = next(margin for margin in margins if margin >= sys.float_info.min)  # a browser draws no narrower axis
    low, high = sorted((sign * (best - margin), sign * (worst + margin)))
    return replace(scale_between(low, high, is_log=is_log), n_outside=n_outside)


def _is_log(values: Array, sign: float) -> bool:
    if values.min() <= 0.0:
        return False
    decades = np.log10(values)
    few, many = np.quantile(decades, [0.05, 0.95])
    deep = sign > 0 and np.median(decades) - decades.min() >= _DEEP
    return bool(many - few >= _DECADES or deep) and math.isfinite(decades.min())
