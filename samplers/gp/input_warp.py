"""A learned change of variable of each number: Kumaraswamy's distribution function on [0, 1].

Source: Snoek et al. (2014), "Input warping for Bayesian optimization of non-stationary functions", with the
distribution of Kumaraswamy (1980) in the place of the beta distribution, because its function is elementary.
"""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array

__all__ = ["warp", "warp_gradient", "warp_slope"]

_EDGE = 1e-7


def warp(x: Array, a: Array, b: Array) -> Array:
    """1 - (1 - x^a)^b, elementwise; x of shape (n, q), a and b of shape (q,), positive."""
    x = np.clip(x, _EDGE, 1.0 - _EDGE)
    return np.asarray(1.0 - (1.0 - x**a) ** b)


def warp_slope(x: Array, a: Array, b: Array) -> Array:
    """The derivative by x."""
    x = np.clip(x, _EDGE, 1.0 - _EDGE)
    return np.asarray(a * b * x ** (a - 1.0) * (1.0 - x**a) ** (b - 1.0))


def warp_gradient(x: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """The derivatives by log a and log b."""
    x = np.clip(x, _EDGE, 1.0 - _EDGE)
    power = x**a
    rest = 1.0 - power
    return a * b * rest ** (b - 1.0) * power * np.log(x), -b * rest**b * np.log(rest)
