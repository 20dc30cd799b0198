"""A quadratic trend of the numbers, each by itself: a kernel that is linear in a few features.

Noise hides bends of a function's size from a process that may bend anywhere. Few coefficients are known soon, and what
they leave the process learns.

Source: Rasmussen and Williams (2006), "Gaussian processes for machine learning", section 2.7.
"""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array

__all__ = ["is_affordable", "n_coefficients", "slope", "trend"]

_TRIALS = 1.5  # for each coefficient, from which on there may be a trend
_MEAN_SQUARE, _MEAN_FOURTH = 1.0 / 3.0, 1.0 / 5.0  # of numbers in [-1, 1]


def n_coefficients(q: int) -> int:
    """How many a trend of q numbers has, and the constant."""
    return 2 * q + 1


def is_affordable(q: int, n: int) -> bool:
    """Whether n trials are enough for a trend of q numbers."""
    return q > 0 and _TRIALS * n_coefficients(q) <= n


def trend(numbers: Array) -> Array:
    """The features of numbers in [0, 1], shape (k, q) → (k, 2 q), with a mean square of 1 in all."""
    z, (linear, square) = 2.0 * numbers - 1.0, _weights(numbers.shape[1])
    return np.concatenate([linear * z, square * z**2], axis=1)


def slope(numbers: Array, by_feature: Array) -> Array:
    """Derivatives by numbers, shape (k, q), of what has some derivatives by their features, shape (k, 2 q)."""
    q = numbers.shape[1]
    z, (linear, square) = 2.0 * numbers - 1.0, _weights(q)
    return np.asarray(2.0 * linear * by_feature[:, :q] + 4.0 * square * z * by_feature[:, q:])


def _weights(q: int) -> tuple[float, float]:
    each = 2.0 * max(q, 1)
    return (each * _MEAN_SQUARE) ** -0.5, (each * _MEAN_FOURTH) ** -0.5
