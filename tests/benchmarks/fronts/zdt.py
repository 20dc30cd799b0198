"""Problems of two objectives: the first coordinate moves along the front, the others away from it.

Source: Zitzler, Deb and Thiele (2000), "Comparison of multiobjective evolutionary algorithms: empirical results".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["ZDT"]

Array = NDArray[np.float64]


def _losses(first: Array, g: Array, h: Callable[[Array], Array]) -> Array:
    """f1 and f2 = g·h(f1 / g), shape (n, 2)."""
    return np.stack([first, g * h(first / g)], axis=1)


def _mean(x: Array) -> Array:
    return np.asarray(x[:, 1:].mean(axis=1))


def _root(t: Array) -> Array:
    return np.asarray(1 - np.sqrt(t))


def _square(t: Array) -> Array:
    return np.asarray(1 - t**2)


def zdt1(x: Array) -> Array:
    return _losses(x[:, 0], 1 + 9 * _mean(x), _root)


def zdt2(x: Array) -> Array:
    return _losses(x[:, 0], 1 + 9 * _mean(x), _square)


def zdt3(x: Array) -> Array:
    """Pieces of a front."""
    wave = np.sin(10 * np.pi * x[:, 0])
    return _losses(x[:, 0], 1 + 9 * _mean(x), lambda t: _root(t) - t * wave)


def zdt4(x: Array) -> Array:
    """Many local fronts; all coordinates but the first come from [-5, 5]."""
    away = 10 * x[:, 1:] - 5
    g = 1 + 10 * away.shape[1] + (away**2 - 10 * np.cos(4 * np.pi * away)).sum(axis=1)
    return _losses(x[:, 0], g, _root)


def zdt6(x: Array) -> Array:
    """Points crowd at one end of the front, and far away from it."""
    first = 1 - np.exp(-4 * x[:, 0]) * np.sin(6 * np.pi * x[:, 0]) ** 6
    return _losses(first, 1 + 9 * _mean(x) ** 0.25, _square)


ZDT = {"zdt1": zdt1, "zdt2": zdt2, "zdt3": zdt3, "zdt4": zdt4, "zdt6": zdt6}
