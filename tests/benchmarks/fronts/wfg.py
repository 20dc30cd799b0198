"""Problems of m objectives whose coordinates are biased, shifted and mixed before they make a shape.

The first k coordinates move along the front, the others away from it; y are coordinates from 0 to 1, t what becomes of
them, the last of which is the distance from the front, and h is the shape.

Source: Huband, Hingston, Barone and While (2006), "A review of multiobjective test problems and a scalable test problem
toolkit", whose names of transformations and shapes are kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.fronts.products import products

__all__ = ["WFG", "n_along"]

Array = NDArray[np.float64]
Shape = Callable[[Array], Array]
Problem = Callable[[Array, int], Array]
"""Losses, shape (n, m), of points in the unit cube, shape (n, d)."""

_BIAS = 0.98 / 49.98


def n_along(m: int) -> int:
    """How many coordinates move along the front of m objectives: k."""
    return max(4, 2 * (m - 1))


def _b_flat(y: Array, a: float, b: float, c: float) -> Array:
    """`a` everywhere between b and c."""
    below = np.minimum(0.0, np.floor(y - b)) * a * (b - y) / b
    above = np.minimum(0.0, np.floor(c - y)) * (1 - a) * (y - c) / (1 - c)
    return np.clip(a + below - above, 0.0, 1.0)


def _b_param(y: Array, u: Array) -> Array:
    """y to a power between 0.02 and 50 that depends on u."""
    return np.asarray(y ** (0.02 + 49.98 * (_BIAS - (1 - 2 * u) * np.abs(np.floor(0.5 - u) + _BIAS))))


def _s_linear(y: Array) -> Array:
    """0 at 0.35."""
    return np.clip(np.abs(y - 0.35) / np.abs(np.floor(0.35 - y) + 0.35), 0.0, 1.0)


def _s_decept(y: Array) -> Array:
    """0 at 0.35, in a narrow valley; both ends are nearly as good and have wide ones."""
    a, b, c = 0.35, 0.001, 0.05
    left = np.floor(y - a + b) * (1 - c + (a - b) / b) / (a - b)
    right = np.floor(a + b - y) * (1 - c + (1 - a - b) / b) / (1 - a - b)
    return np.clip(1 + (np.abs(y - a) - b) * (left + right + 1 / b), 0.0, 1.0)


def _s_multi(y: Array, a: int, b: float) -> Array:
    """0 at 0.35, with about `a` other minima."""
    off = np.abs(y - 0.35) / (2 * (np.floor(0.35 - y) + 0.35))
    return np.clip((1 + np.cos((4 * a + 2) * np.pi * (0.5 - off)) + 4 * b * off**2) / (b + 2), 0.0, 1.0)


def _r_sum(y: Array, weights: Array | None = None) -> Array:
    return np.asarray(np.average(y, axis=1, weights=weights))


def _r_nonsep(y: Array, a: int) -> Array:
    """Each coordinate, and its distances from the next a - 1."""
    total = y.sum(axis=1)
    for step in range(1, a):
        total = total + np.abs(y - np.roll(y, -step, axis=1)).sum(axis=1)
    half = math.ceil(a / 2)
    return np.asarray(total / (y.shape[1] / a * half * (1 + 2 * a - 2 * half)))


def _reduced(y: Array, m: int, k: int, reduce: Callable[[Array], Array]) -> Array:
    """One number for each of m - 1 groups of the first k coordinates, and one for all others, shape (n, m)."""
    groups = [*np.split(y[:, :k], m - 1, axis=1), y[:, k:]]
    return np.stack([reduce(group) for group in groups], axis=1)


def _away(y: Array, k: int, f: Callable[[Array], Array]) -> Array:
    """With the coordinates after the first k transformed."""
    return np.hstack([y[:, :k], f(y[:, k:])])


def _pairs(y: Array, k: int) -> Array:
    """With each pair of the coordinates after the first k made one."""
    pairs = [_r_nonsep(y[:, i : i + 2], 2) for i in range(k, y.shape[1], 2)]
    return np.hstack([y[:, :k], np.stack(pairs, axis=1)])


def _t1(y: Array, m: int, k: int) -> Array:
    biased = _away(y, k, lambda z: _b_flat(_s_linear(z), 0.8, 0.75, 0.85)) ** 0.02
    weights = 2.0 * np.arange(1, y.shape[1] + 1)
    ends = np.linspace(0, k, m, dtype=np.int64)
    slices = [slice(low, high) for low, high in zip(ends, [*ends[1:], y.shape[1]], strict=True)]
    return np.stack([_r_sum(biased[:, at], weights[at]) for at in slices], axis=1)


def _t2(y: Array, m: int, k: int) -> Array:
    return _reduced(_pairs(_away(y, k, _s_linear), k), m, k, _r_sum)


def _t4(y: Array, m: int, k: int) -> Array:
    return _reduced(_s_multi(y, 30, 10.0), m, k, _r_sum)


def _t5(y: Array, m: int, k: int) -> Array:
    return _reduced(_s_decept(y), m, k, _r_sum)


def _all_nonsep(y: Array, m: int, k: int) -> Array:
    return _reduced(y, m, k, lambda group: _r_nonsep(group, group.shape[1]))


def _t6(y: Array, m: int, k: int) -> Array:
    return _all_nonsep(_away(y, k, _s_linear), m, k)


def _after(y: Array) -> Array:
    """The mean of all coordinates behind each but the last, shape (n, d - 1)."""
    sums = np.cumsum(y[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(sums[:, 1:] / np.arange(y.shape[1] - 1, 0, -1))


def _before(y: Array) -> Array:
    """The mean of all coordinates ahead of each but the first, shape (n, d - 1)."""
    return np.asarray(np.cumsum(y, axis=1)[:, :-1] / np.arange(1, y.shape[1]))


def _t7(y: Array, m: int, k: int) -> Array:
    biased = np.hstack([_b_param(y[:, :k], _after(y)[:, :k]), y[:, k:]])
    return _reduced(_away(biased, k, _s_linear), m, k, _r_sum)


def _t8(y: Array, m: int, k: int) -> Array:
    biased = np.hstack([y[:, :k], _b_param(y[:, k:], _before(y)[:, k - 1 :])])
    return _reduced(_away(biased, k, _s_linear), m, k, _r_sum)


def _t9(y: Array, m: int, k: int) -> Array:
    biased = np.hstack([_b_param(y[:, :-1], _after(y)), y[:, -1:]])
    shifted = np.hstack([_s_decept(biased[:, :k]), _s_multi(biased[:, k:], 30, 95.0)])
    return _all_nonsep(shifted, m, k)


def _linear(x: Array) -> Array:
    return products(x, 1 - x)


def _convex(x: Array) -> Array:
    return products(1 - np.cos(x * np.pi / 2), 1 - np.sin(x * np.pi / 2))


def _concave(x: Array) -> Array:
    return products(np.sin(x * np.pi / 2), np.cos(x * np.pi / 2))


def _with_last(shape: Array, last: Array) -> Array:
    return np.hstack([shape[:, :-1], last[:, None]])


def _mixed(x: Array) -> Array:
    """Convex, but for the last objective, which is a slope with waves."""
    first = x[:, 0]
    return _with_last(_convex(x), 1 - first - np.cos(10 * np.pi * first + np.pi / 2) / (10 * np.pi))


def _disconnected(x: Array) -> Array:
    """Convex, but for the last objective, which rises and falls."""
    first = x[:, 0]
    return _with_last(_convex(x), 1 - first * np.cos(5 * np.pi * first) ** 2)


def _problem(transform: Callable[[Array, int, int], Array], shape: Shape, *, degenerate: bool = False) -> Problem:
    def f(y: Array, m: int) -> Array:
        t = transform(y, m, n_along(m))
        distance = t[:, -1:]
        weight = np.ones((1, m - 1))
        weight[:, 1:] = 0.0 if degenerate else 1.0
        x = np.maximum(distance, weight) * (t[:, :-1] - 0.5) + 0.5
        return np.asarray(distance + 2.0 * np.arange(1, m + 1) * shape(x))

    return f


WFG: dict[str, Problem] = {
    "wfg1": _problem(_t1, _mixed),
    "wfg2": _problem(_t2, _disconnected),
    "wfg3": _problem(_t2, _linear, degenerate=True),
    "wfg4": _problem(_t4, _concave),
    "wfg5": _problem(_t5, _concave),
    "wfg6": _problem(_t6, _concave),
    "wfg7": _problem(_t7, _concave),
    "wfg8": _problem(_t8, _concave),
    "wfg9": _problem(_t9, _concave),
}
