"""The Matérn-5/2 kernel of squared distances."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array

__all__ = ["matern", "squared_distances"]


def squared_distances(a: Array, b: Array) -> Array:
    """Between the rows of `a`, shape (n, f), and `b`, shape (k, f); shape (n, k)."""
    s = (-2.0 * a) @ b.T
    s += (a * a).sum(axis=1)[:, None]
    s += (b * b).sum(axis=1)
    return np.asarray(np.maximum(s, 0.0, out=s))


def matern(s: Array) -> tuple[Array, Array]:
    """k(s) = (1 + √(5s) + 5s/3) exp(-√(5s)) and dk/ds, elementwise; both are finite and smooth at s = 0."""
    r = np.asarray(5.0 * s)
    np.sqrt(r, out=r)
    e = np.asarray(-r)
    np.exp(e, out=e)
    r += 1.0
    r *= e
    k = np.asarray((5.0 / 3.0) * s)
    k *= e
    k += r
    r *= -5.0 / 6.0
    return k, r
