"""Problems of m objectives: the first m - 1 coordinates move along the front, the others away from it.

Source: Deb, Thiele, Laumanns and Zitzler (2005), "Scalable test problems for evolutionary multiobjective optimization".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.fronts.products import products

__all__ = ["DTLZ"]

Array = NDArray[np.float64]


def _sphere(angles: Array) -> Array:
    """Points of the unit sphere, shape (n, k + 1), by angles from 0 to 1."""
    return products(np.cos(angles * np.pi / 2), np.sin(angles * np.pi / 2))


def _plain(away: Array) -> Array:
    return np.asarray(((away - 0.5) ** 2).sum(axis=1, keepdims=True))


def _rugged(away: Array) -> Array:
    """With 11^k - 1 local fronts."""
    z = away - 0.5
    return np.asarray(100 * (away.shape[1] + (z**2 - np.cos(20 * np.pi * z)).sum(axis=1, keepdims=True)))


def _steep(away: Array) -> Array:
    return np.asarray((away**0.1).sum(axis=1, keepdims=True))


def dtlz1(x: Array, m: int) -> Array:
    """The front is a plane."""
    along = x[:, : m - 1]
    return np.asarray(0.5 * (1 + _rugged(x[:, m - 1 :])) * products(along, 1 - along))


def dtlz2(x: Array, m: int) -> Array:
    """The front is a part of a sphere, as of all up to the sixth."""
    return np.asarray((1 + _plain(x[:, m - 1 :])) * _sphere(x[:, : m - 1]))


def dtlz3(x: Array, m: int) -> Array:
    return np.asarray((1 + _rugged(x[:, m - 1 :])) * _sphere(x[:, : m - 1]))


def dtlz4(x: Array, m: int) -> Array:
    """Points crowd at the front's edges."""
    return np.asarray((1 + _plain(x[:, m - 1 :])) * _sphere(x[:, : m - 1] ** 100))


def _curve(x: Array, m: int, g: Array) -> Array:
    """A sphere whose points approach a curve as g approaches 0."""
    angles = (1 + 2 * g * x[:, : m - 1]) / (2 * (1 + g))
    angles[:, 0] = x[:, 0]
    return np.asarray((1 + g) * _sphere(angles))


def dtlz5(x: Array, m: int) -> Array:
    return _curve(x, m, _plain(x[:, m - 1 :]))


def dtlz6(x: Array, m: int) -> Array:
    return _curve(x, m, _steep(x[:, m - 1 :]))


def dtlz7(x: Array, m: int) -> Array:
    """The front has 2^(m - 1) pieces."""
    along = x[:, : m - 1]
    scale = 2 + 9 * x[:, m - 1 :].mean(axis=1, keepdims=True)
    h = m - (along / scale * (1 + np.sin(3 * np.pi * along))).sum(axis=1, keepdims=True)
    return np.hstack([along, scale * h])


DTLZ: dict[str, Callable[[Array, int], Array]] = {
    "dtlz1": dtlz1,
    "dtlz2": dtlz2,
    "dtlz3": dtlz3,
    "dtlz4": dtlz4,
    "dtlz5": dtlz5,
    "dtlz6": dtlz6,
    "dtlz7": dtlz7,
}
