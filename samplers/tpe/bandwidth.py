"""How wide kernels are, per kernel and axis, on the unit interval."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray

__all__ = ["between", "neighbour_gap", "smallest", "spread"]

_TINY = 1e-300


def neighbour_gap(u: Array) -> Array:
    """Larger distance to the next smaller and the next larger value, per column; shape (k, q).

    The ends of the interval count as values. Equal values share: each gets the distance by their number.

    Args:
        u: Shape (k, q); NaN where a kernel lacks the axis, and there NaN comes back.

    Source: Bergstra et al. (2011), as in Hyperopt.
    """
    k, q = u.shape
    x = np.ascontiguousarray(u.T)
    order = np.argsort(x, axis=1)
    padded = np.empty((q, k + 2))
    padded[:, 0], padded[:, -1] = 0.0, 1.0
    padded[:, 1:-1] = np.take_along_axis(x, order, 1)
    missing = np.isnan(padded)
    has_missing = missing.any()
    if has_missing:
        padded[missing] = 1.0
    gaps = padded[:, 1:] - padded[:, :-1]
    widest = np.maximum(gaps[:, :-1], gaps[:, 1:])
    same = (gaps[:, 1:-1] == 0.0) & ~missing[:, 2:-1]
    if same.any():
        widest = _shared(widest, same)
    if has_missing:
        widest[missing[:, 1:-1]] = np.nan
    out = np.empty_like(x)
    np.put_along_axis(out, order, widest, 1)
    return np.asarray(out.T)


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
    """std · n^(-1/(d + 4)) per column, the same for all kernels, shape (k, q); n counts what the weights amount to.

    The normal reference rule: what is best for a density that is normal in d dimensions.

    Args:
        u: Shape (k, q); NaN where a kernel lacks the axis.
        weights: Shape (k,).
        d: Number of axes that kernels have.

    Source: Scott (1992), "Multivariate density estimation", equation 6.42.
    """
    known = ~np.isnan(u)
    w, x = (weights[:, None], u) if known.all() else (np.where(known, weights[:, None], 0.0), np.where(known, u, 0.0))
    total = np.maximum(w.sum(0), _TINY)
    n = np.maximum(total**2 / np.maximum((w**2).sum(0), _TINY), 1.0)
    mean = (w * x).sum(0) / total
    variance = (w * (x - mean) ** 2).sum(0) / total
    return np.broadcast_to(np.sqrt(variance) * n ** (-1 / (d + 4)), u.shape)


def between(u: Array, weights: Array, d: float) -> Array:
    """The geometric mean of `neighbour_gap` and `spread`, shape (k, q).

    Gaps alone stay wide where the good trials are few, and the spread alone cannot tell clusters apart.
    """
    return np.asarray(np.sqrt(neighbour_gap(u) * spread(u, weights, d)))


def smallest(k: int, exponent: float, floor: float) -> float:
    """The "magic clip": no kernel among `k` is narrower than max(floor, (k + 1)^-exponent).

    Source: Watanabe (2023), arXiv 2304.11127, section 3.3.4.
    """
    return max(floor, float((k + 1.0) ** -exponent))
