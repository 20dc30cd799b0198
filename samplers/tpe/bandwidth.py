"""How wide kernels are, per kernel and axis, on the unit interval."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from hpo.arrays import Array, BoolArray

__all__ = ["Rule", "between", "neighbour_gap", "smallest", "spread", "widths"]

Rule: TypeAlias = Literal["between", "gap", "scott"]
"""What decides how wide kernels are: `neighbour_gap`, `spread`, or what lies `between` both."""

_TINY = 1e-300
_MOST = 64  # sets of points whose kernels' widths are kept for the next ask


class _Content(NamedTuple):
    """An array by its content, which tells it from others."""

    shape: tuple[int, ...]
    order: Literal["C", "F"]
    data: bytes

    @staticmethod
    def of(x: Array) -> _Content:
        order: Literal["C", "F"] = "F" if x.strides[0] < x.strides[-1] else "C"
        return _Content(x.shape, order, x.tobytes(order))

    def array(self) -> Array:
        return np.frombuffer(self.data).reshape(self.shape, order=self.order)


def widths(rule: Rule, u: Array, weights: Array, d: float) -> Array:
    """By one of the rules, whose arguments the others are, shape (k, q) or (q,); read-only.

    Good trials stay the same over many asks, so the widths are not found out again for points that were there lately.
    """
    return _widths(rule, _Content.of(u), _Content.of(weights), d)


@lru_cache(maxsize=_MOST)
def _widths(rule: Rule, u: _Content, weights: _Content, d: float) -> Array:
    points, w = u.array(), weights.array()
    out = neighbour_gap(points) if rule == "gap" else (spread if rule == "scott" else between)(points, w, d)
    out.flags.writeable = False
    return out


def neighbour_gap(u: Array) -> Array:
    """Larger distance to the next smaller and the next larger value, per column; shape (k, q).

    The ends of the interval count as values. Equal values share: each gets the distance by their number.

    Args:
        u: Shape (k, q); NaN where a kernel lacks the axis, and there NaN comes back.

    Source: Bergstra et al. (2011), as in Hyperopt.
    """
    k, q = u.shape
    x = np.ascontiguousarray(u.T)
    at = x.argsort(axis=1)
    at += k * np.arange(q)[:, None]  # in all of x
    padded = np.empty((q, k + 2))
    padded[:, 0], padded[:, -1] = 0.0, 1.0
    padded[:, 1:-1] = x.take(at)
    missing = np.isnan(padded) if np.count_nonzero(np.isnan(padded[:, -2])) else None  # they come last
    if missing is not None:
        padded[missing] = 1.0
    gaps = padded[:, 1:] - padded[:, :-1]
    widest = np.maximum(gaps[:, :-1], gaps[:, 1:])
    same = gaps[:, 1:-1] == 0.0
    if missing is not None:
        same &= ~missing[:, 2:-1]
    if np.count_nonzero(same):
        widest = _shared(widest, same)
    if missing is not None:
        widest[missing[:, 1:-1]] = np.nan
    out = np.empty(q * k)
    out[at] = widest
    return np.asarray(out.reshape(q, k).T)


def _shared(widest: Array, same: BoolArray) -> Array:
    """Each run's largest width by its length; `same` says which sorted values equal the one before, (q, k - 1)."""
    q, k = widest.shape
    starts = np.ones((q, k), dtype=np.bool_)
    starts[:, 1:] = ~same
    first = np.flatnonzero(starts)
    run = np.cumsum(starts.ravel()) - 1
    length = np.diff(np.append(first, q * k))
    return np.asarray((np.maximum.reduceat(widest.ravel(), first) / length)[run].reshape(q, k))


def spread(u: Array, weights: Array, d: float) -> Array:
    """std · n^(-1/(d + 4)) per column, the same for all kernels, shape (q,); n counts what the weights amount to.

    The normal reference rule: what is best for a density that is normal in d dimensions.

    Args:
        u: Shape (k, q); NaN where a kernel lacks the axis.
        weights: Shape (k,).
        d: Number of axes that kernels have.

    Source: Scott (1992), "Multivariate density estimation", equation 6.42.
    """
    missing = np.isnan(u)
    if not np.count_nonzero(missing):
        total = max(float(weights.sum()), _TINY)
        n = max(total**2 / max(float(weights @ weights), _TINY), 1.0)
        variance = weights @ (u - weights @ u / total) ** 2
        return np.asarray(np.sqrt(variance / total) * n ** (-1 / (d + 4)))
    w, x = np.where(missing, 0.0, weights[:, None]), np.where(missing, 0.0, u)
    totals = np.maximum(w.sum(0), _TINY)
    counts = np.maximum(totals**2 / np.maximum((w**2).sum(0), _TINY), 1.0)
    mean = (w * x).sum(0) / totals
    variance = (w * (x - mean) ** 2).sum(0) / totals
    return np.asarray(np.sqrt(variance) * counts ** (-1 / (d + 4)))


def between(u: Array, weights: Array, d: float) -> Array:
    """The geometric mean of `neighbour_gap` and `spread`, shape (k, q).

    Gaps alone stay wide where the good trials are few, and the spread alone cannot tell clusters apart.
    """
    return np.asarray(np.sqrt(neighbour_gap(u) * spread(u, weights, d)))


def smallest(k: int, exponent: float, floor: float) -> float:
    """The "magic clip": no kernel among `k` is narrower than max(floor, (k + 1)^-exponent).

    Source: Watanabe (2023), arXiv 2304.11127, section 3.3.4.
    """
    return float(max(floor, (k + 1.0) ** -exponent))
