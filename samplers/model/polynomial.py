"""The terms of polynomials of degree one and two.

Their kind says which there are: 0 for a constant and linear terms, 1 for squares too, 2 for products of two coordinates
too.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hpo.arrays import Array, IntArray

__all__ = ["n_terms", "pairs", "terms"]


def n_terms(n: int, kind: int) -> int:
    """How many there are of n coordinates."""
    return 1 + n + (n if kind else 0) + (n * (n - 1) // 2 if kind == 2 else 0)


def terms(z: Array, kind: int) -> Array:
    """Of points, shape (…, n), in the order constant, linear, squares, products; shape (…, n_terms)."""
    n = z.shape[-1]
    columns = np.empty((*z.shape[:-1], n_terms(n, kind)))
    columns[..., 0] = 1.0
    columns[..., 1 : n + 1] = z
    if kind:
        np.square(z, out=columns[..., n + 1 : 2 * n + 1])
    if kind == 2:
        i, j = pairs(n)
        np.multiply(z.take(i, axis=-1), z.take(j, axis=-1), out=columns[..., 2 * n + 1 :])
    return columns


@lru_cache(maxsize=64)
def pairs(n: int) -> tuple[IntArray, IntArray]:
    """Each pair of n things, by the numbers of the first and of the second."""
    found = np.triu_indices(n, 1)
    for indices in found:
        indices.flags.writeable = False  # all callers share them
    return found
