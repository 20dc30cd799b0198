"""How wide kernels are, per kernel and axis, on the unit interval."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array, BoolArray

__all__ = ["neighbour_gap", "scott", "smallest"]


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
    padded[missing] = 1.0
    gaps = padded[:, 1:] - padded[:, :-1]
    widest = np.maximum(gaps[:, :-1], gaps[:, 1:])
    same = (gaps[:, 1:-1] == 0.0) & ~missing[:, 2:-1]
    if same.any():
        widest = _shared(widest, same)
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


def scott(u: Array) -> Array:
    """1.059 · min(std, IQR / 1.34) · n^(-1/5) per column, the same for all kernels; shape (k, q).

    Source: Watanabe (2023), arXiv 2304.11127, section 3.3.3.
    """
    k, q = u.shape
    x = np.sort(u, axis=0)
    n = np.maximum((~np.isnan(x)).sum(0), 1)
    columns = np.arange(q)
    iqr = x[(3 * (n - 1) + 2) // 4, columns] - x[(n - 1) // 4, columns]
    x0 = np.nan_to_num(x)
    mean = x0.sum(0) / n
    std = np.sqrt(np.maximum((x0**2).sum(0) / n - mean**2, 0.0))
    spread = np.where(iqr > 0, np.minimum(std, iqr / 1.34), std)
    return np.broadcast_to(1.059 * spread * n**-0.2, (k, q))


def smallest(k: int, exponent: float, floor: float) -> float:
    """The "magic clip": no kernel among `k` is narrower than max(floor, (k + 1)^-exponent).

    Source: Watanabe (2023), arXiv 2304.11127, section 3.3.4.
    """
    return max(floor, float((k + 1.0) ** -exponent))
