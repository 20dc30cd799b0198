"""Many maximisations in boxes at once: L-BFGS with projected steps, vectorised over the starts.

A surrogate's cost is mostly per call, so that evaluating all searches together is what makes them cheap.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray

__all__ = ["Evaluate", "maximise"]

Evaluate = Callable[[Array, IntArray], tuple[Array, Array]]

_MEMORY = 5
_SUFFICIENT = 1e-4


def maximise(
    evaluate: Evaluate,
    x: Array,
    free: BoolArray,
    unit: Array,
    *,
    most: int = 40,
    tolerance: float = 1e-4,
) -> tuple[Array, Array]:
    """Local maxima in [0, 1]^q, one for each start, and the values there.

    Args:
        evaluate: Values, shape (k,), and gradients, shape (k, q), of rows, shape (k, q), which belong to the starts
            of given numbers, shape (k,).
        x: Starts, shape (s, q).
        free: Which coordinates may move, shape (s, q).
        unit: A natural length of each coordinate, shape (q,).
        most: Calls of `evaluate`.
        tolerance: Stop where steps promise less than this.

    Source: Nocedal and Wright (2006), "Numerical optimization", algorithm 7.4, with projection on the box.
    """
    x, s_count = x.copy(), len(x)
    every = np.arange(s_count)
    value, slope = evaluate(x, every)
    scale = unit**2
    S, Y = np.zeros((_MEMORY, *x.shape)), np.zeros((_MEMORY, *x.shape))
    weight = np.zeros((_MEMORY, s_count))  # 1 / sᵀy; 0 where there is nothing to remember
    gamma = np.ones(s_count)
    fresh = np.ones(s_count, dtype=np.bool_)  # whether a new direction is due
    open_ = np.isfinite(value)
    direction, length = np.zeros_like(x), np.ones(s_count)
    for _ in range(most - 1):
        due = open_ & fresh
        if due.any():
            rows = np.flatnonzero(due)
            g = _projected(x[rows], slope[rows], free[rows])
            p = _direction(g, S[:, rows], Y[:, rows], weight[:, rows], gamma[rows], scale)
            p = np.where(g == 0.0, 0.0, p)
            uphill = (p * g).sum(axis=1) > 0.0
            p[~uphill] = (g * scale)[~uphill]
            first = (weight[0, rows] == 0.0) | ~uphill
            reach = np.maximum(np.abs(p / unit).max(axis=1), 1e-300)
            p *= np.minimum(1.0, np.where(first, 0.25, 2.0) / reach)[:, None]
            direction[rows], length[rows] = p, 1.0
            open_[rows] = (p * g).sum(axis=1) > tolerance
        rows = np.flatnonzero(open_)
        if not len(rows):
            break
        trial = np.clip(x[rows] + length[rows, None] * direction[rows], 0.0, 1.0)
        v, d = evaluate(trial, rows)
        step = trial - x[rows]
        gain = (slope[rows] * step).sum(axis=1)
        good = (v >= value[rows] + _SUFFICIENT * gain) & np.isfinite(v)
        kept = rows[good]
        y = slope[kept] - d[good]  # of the negated function
        sy = (step[good] * y).sum(axis=1)
        yy = (y * y * scale).sum(axis=1)
        curved = sy > 1e-10 * np.sqrt(np.maximum((step[good] ** 2 / scale).sum(axis=1) * yy, 1e-300))
        learnt = kept[curved]
        for memory in (S, Y, weight):
            memory[1:, learnt] = memory[:-1, learnt]
        S[0, learnt], Y[0, learnt], weight[0, learnt] = step[good][curved], y[curved], 1.0 / sy[curved]
        gamma[learnt] = sy[curved] / yy[curved]
        open_[kept] = (v[good] - value[kept] > tolerance) | (length[kept] < 1.0)
        x[kept], value[kept], slope[kept] = trial[good], v[good], d[good]
        fresh[rows] = good
        length[rows[~good]] *= 0.3
        open_[rows[~good]] &= length[rows[~good]] > 1e-6
    return x, value


def _projected(x: Array, slope: Array, free: BoolArray) -> Array:
    """The slope without what leads out of the box."""
    out = ((x <= 0.0) & (slope < 0.0)) | ((x >= 1.0) & (slope > 0.0)) | ~free
    return np.where(out, 0.0, slope)


def _direction(g: Array, s: Array, y: Array, weight: Array, gamma: Array, scale: Array) -> Array:
    """The two loops of L-BFGS, in which a weight of 0 leaves a pair out."""
    q, a = g.copy(), np.zeros_like(weight)
    for i in range(len(s)):
        a[i] = weight[i] * (s[i] * q).sum(axis=1)
        q -= a[i][:, None] * y[i]
    q *= gamma[:, None] * scale
    for i in reversed(range(len(s))):
        b = weight[i] * (y[i] * q).sum(axis=1)
        q += (a[i] - b)[:, None] * s[i]
    return q
