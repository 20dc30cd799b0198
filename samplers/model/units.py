"""Numbers of any magnitude, in units in which their squares, sums and products are numbers too."""

from __future__ import annotations

import math

import numpy as np

from hpo.arrays import Array

__all__ = ["deviation", "median", "unit_for", "unit_of"]


def unit_of(x: Array, most: float = 1e100) -> float:
    """By what to divide numbers before calculating with them: 1 if the largest lies in [1 / most, most].

    Else the largest power of two that is not above it, so that dividing rounds nothing but what is negligible beside
    the largest one. Infinite numbers do not count.
    """
    largest = float(np.abs(x).max(initial=0.0))
    if largest == math.inf:
        largest = float(np.abs(x[np.isfinite(x)]).max(initial=0.0))
    return unit_for(largest, most)


def unit_for(largest: float, most: float = 1e100) -> float:
    """As `unit_of`, by the largest absolute value of the numbers, which is finite."""
    if largest == 0.0 or 1.0 / most <= largest <= most:
        return 1.0
    return math.ldexp(1.0, math.frexp(largest)[1] - 1)


def median(x: Array) -> float:
    """Of finite numbers, shape (n,), n > 0."""
    unit = unit_of(x)
    return unit * float(np.median(x / unit))


def deviation(x: Array) -> float:
    """The standard deviation of finite numbers, shape (n,), n > 0."""
    unit = unit_of(x)
    return unit * float((x / unit).std())
