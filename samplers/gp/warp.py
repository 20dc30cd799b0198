"""Losses made easier to model, by a rising function whose shape is learned.

Of several functions that one is used under which a Gaussian process makes the losses the likeliest. This is how Snelson
et al. (2003), "Warped Gaussian processes", choose theirs; ours is a logarithm with one parameter.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.samplers.model.units import median, unit_of

__all__ = ["Warp", "finite", "standard", "warps"]

_FLOORS = (1.0, 0.3, 0.1, 0.03)  # in units of the typical gap to the best loss
_TYPICAL = 10  # first losses, which were hardly chosen for being good
_LARGEST = sys.float_info.max
_LEAST = math.ulp(0.0)
_ROOM = 1e-12  # the least one for infinite losses, as a share of the largest finite one; less is what rounding may be


@final
@dataclass(frozen=True)
class Warp:
    """The logarithm of a loss's gap to the best one plus a floor; linear if the floor is infinite.

    Differences among the best losses grow in comparison with those among bad ones, the more so the smaller it is.

    Args:
        floor: In units of the losses, > 0.
    """

    floor: float = np.inf

    def __call__(self, losses: Array) -> tuple[Array, float]:
        """Warped losses, shape (n,), with mean 0 and variance 1, and the sum of the logarithms of the slopes there."""
        unit = unit_of(losses)
        y, log_slope = self._measured_in(unit)._warped(losses / unit)
        return y, log_slope - len(losses) * math.log(unit)

    def inverse(self, y: Array, losses: Array) -> Array:
        """The losses at warped ones, if `losses`, shape (n,), were those that were warped; ±inf beyond all floats."""
        unit = unit_of(losses)
        with np.errstate(over="ignore"):
            return unit * self._measured_in(unit)._unwarped(y, losses / unit)

    def _measured_in(self, unit: float) -> Warp:
        """What the warp is to losses that are divided by a unit."""
        return self if unit == 1.0 else Warp(max(self.floor / unit, _LEAST))

    def _warped(self, losses: Array) -> tuple[Array, float]:
        y = self._raised(losses, float(losses.min()))
        deviation = float(y.std())
        log_slope = -len(y) * float(np.log(deviation if deviation > 0 else 1.0))
        if np.isfinite(self.floor):
            log_slope -= float(np.log(self.floor + (losses - losses.min())).sum())
        return standard(y), log_slope

    def _unwarped(self, y: Array, losses: Array) -> Array:
        best = float(losses.min())
        known = self._raised(losses, best)
        raised = np.asarray(known.mean() + known.std() * y)
        if not np.isfinite(self.floor):
            return raised
        gap = self.floor * np.expm1(raised)
        far = np.isinf(gap)
        gap[far] = np.exp(raised[far] + math.log(self.floor))
        return np.asarray(best + gap)

    def _raised(self, losses: Array, best: float) -> Array:
        """log(1 + (losses - best) / floor), also where the quotient is larger than any float."""
        if not np.isfinite(self.floor):
            return losses
        gap = losses - best
        with np.errstate(over="ignore"):
            raised = np.log1p(gap / self.floor)
        far = np.isinf(raised)
        raised[far] = np.log(gap[far]) - math.log(self.floor)
        return raised


def warps(losses: Array) -> list[Warp]:
    """Those to choose from for some losses, shape (n,), in completion order."""
    unit = unit_of(losses)
    typical = unit * (median(losses[:_TYPICAL] / unit) - float(losses.min()) / unit)
    return [Warp(), *(Warp(part * typical) for part in _FLOORS if 0 < part * typical < np.inf)]


def finite(losses: Array) -> Array:
    """With infinite losses a little outside of the others, if there is room for them among floats."""
    known = losses[np.isfinite(losses)]
    if len(known) == len(losses):
        return losses
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    room = max(0.5 * high - 0.5 * low + 1.0, _ROOM * max(abs(low), abs(high)))
    return np.clip(losses, max(low - room, -_LARGEST), min(high + room, _LARGEST))


def standard(y: Array) -> Array:
    """With mean 0 and variance 1; 0 where all are equal."""
    y = y / unit_of(y)
    centred = y - y.mean()
    deviation = float(np.sqrt((centred**2).mean()))
    return centred / deviation if deviation > 1e-14 * float(np.abs(y).max()) else np.zeros_like(y)
