"""The random numbers of each trial, which its number addresses."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hpo.arrays import Array
from hpo.key import Key

__all__ = ["drawn"]

_BLOCK = 64  # trials whose random numbers are drawn together
_MOST_EVEN = 21201  # dimensions that Sobol's sequence has
_TAIL = 2.0**-32  # half of the distance of its points


def drawn(key: Key, n: int, c: int) -> tuple[Array, Array]:
    """A trial's standard normal numbers, shape (n,), and its probabilities, shape (c,)."""
    if key.number is None or not 0 < n + c <= _MOST_EVEN:
        rng = key.child("cmaes").generator()
        return rng.standard_normal(n), rng.random(c)
    block, at = divmod(key.number, _BLOCK)
    z, u = _block(key.study.child(f"cmaes {block}"), n, c)
    return z[at], u[at]


@lru_cache(maxsize=256)
def _block(key: Key, n: int, c: int) -> tuple[Array, Array]:
    """Numbers of some trials in succession, which lie more evenly than by chance: evolution paths have less noise.

    Source: Teytaud and Gelly (2007), "DCMA: yet another derandomization in covariance-matrix-adaptation".
    """
    from scipy.special import ndtri
    from scipy.stats.qmc import Sobol

    even = np.asarray(Sobol(n + c, rng=key.generator()).random(_BLOCK))
    z, u = np.asarray(ndtri(np.clip(even[:, :n], _TAIL, 1.0 - _TAIL))), even[:, n:]
    z.flags.writeable = u.flags.writeable = False
    return z, u
