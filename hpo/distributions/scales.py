"""Changes of variable: each scale maps an interval of numbers to [0, 1] so that the prior is uniform there.

A scale has a scalar `inverse`, which every suggestion calls, and a `forward` over arrays, which turns a
column of history into coded values.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hpo.arrays import Array

if TYPE_CHECKING:
    from statistics import NormalDist

__all__ = ["LinearScale", "LogScale", "NormalScale", "Scale", "cells"]

_TINY = 2.0**-54  # of the probability: as far into a tail without an end as the other one resolves
_EDGE = 1e-9  # of the probability: nearer to an end that is infinite derivatives are of no use
_LARGEST = math.log(sys.float_info.max)
_FARTHEST = 8.3  # standard deviations; where Φ reaches 1 in floating point


class Scale(Protocol):
    """A monotone map between an interval and [0, 1]."""

    def forward(self, values: Array) -> Array:
        """Coded values, elementwise; not clipped."""
        ...

    def inverse(self, u: float) -> float:
        """The value at a coded value in [0, 1]."""
        ...


@dataclass(frozen=True, slots=True)
class LinearScale:
    """u = (x - low) / (high - low)."""

    low: float
    high: float

    def forward(self, values: Array) -> Array:
        return (values - self.low) / (self.high - self.low)

    def inverse(self, u: float) -> float:
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class LogScale:
    """The linear scale over log x; 0 < low < high."""

    low: float
    high: float

    def forward(self, values: Array) -> Array:
        low, high = math.log(self.low), math.log(self.high)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (np.log(values) - low) / (high - low)

    def inverse(self, u: float) -> float:
        low, high = math.log(self.low), math.log(self.high)
        return math.exp(low + u * (high - low))


@dataclass(frozen=True, slots=True)
class NormalScale:
    """The distribution function of N(mean, std²) truncated to [low, high], whose ends may be infinite.

    With `log`, of log x. Where the interval lies above the mean its mirror image is used, because
    floating point resolves the lower tail of a normal (down to 1e-308) and not the upper one.
    """

    mean: float
    std: float
    low: float
    high: float
    log: bool = False

    @property
    def mass(self) -> float:
        """Probability of [low, high] under the normal."""
        a, b = self._tails()
        return b - a

    def forward(self, values: Array) -> Array:
        from scipy.special import ndtr

        a, b = self._tails()
        with np.errstate(invalid="ignore", divide="ignore"):
            z = ((np.log(values) if self.log else values) - self.mean) / self.std
        if self._mirrored():
            return np.asarray((b - ndtr(-z)) / (b - a))
        return np.asarray((ndtr(z) - a) / (b - a))

    def inverse(self, u: float) -> float:
        a, b = self._tails()
        mirrored = self._mirrored()
        p = b - u * (b - a) if mirrored else a + u * (b - a)
        if a == 0.0:
            p = max(p, _TINY * b)
        z = _standard().inv_cdf(p) if p < 1.0 else _FARTHEST
        x = self.mean + self.std * (-z if mirrored else z)
        if not self.log:
            return x
        return math.exp(x) if x < _LARGEST else sys.float_info.max

    def standard(self, u: Array) -> tuple[Array, Array]:
        """How many standard deviations above the mean coded values lie, elementwise, and the derivatives by them."""
        from scipy.special import ndtri

        a, b = self._tails()
        mirrored = self._mirrored()
        u = np.clip(u, _EDGE, 1.0 - _EDGE)
        z = ndtri(b - u * (b - a) if mirrored else a + u * (b - a))
        return -z if mirrored else z, (b - a) * math.sqrt(2.0 * math.pi) * np.exp(0.5 * z**2)

    def _mirrored(self) -> bool:
        return self._standard(self.low) > 0

    def _standard(self, value: float) -> float:
        if self.log:
            value = -math.inf if value <= 0 else math.log(value)
        return (value - self.mean) / self.std

    def _tails(self) -> tuple[float, float]:
        """Φ at both ends, of the mirror image where the interval lies above the mean."""
        low, high = self._standard(self.low), self._standard(self.high)
        if low > 0:
            low, high = -high, -low
        return _phi(low), _phi(high)


def cells(low: float, high: float, step: float | None, log: bool) -> Scale:
    """The scale over [low, high], which reaches half a cell beyond both ends where values are stepped."""
    if step is not None and log:
        # The half cell below `low` mirrors the one above it in log x; low - step / 2 may be negative.
        low, high = low / (1 + step / (2 * low)), high + step / 2
    elif step is not None:
        low, high = low - step / 2, high + step / 2
    return LogScale(low, high) if log else LinearScale(low, high)


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@cache
def _standard() -> NormalDist:
    """The standard normal distribution; loaded for the first prior that is normal."""
    from statistics import NormalDist

    return NormalDist()
