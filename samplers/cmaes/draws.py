"""The random numbers of each trial, which its number addresses."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hpo.arrays import Array
from hpo.key import Key
from hpo.samplers.cmaes.sobol import MOST, scrambled

__all__ = ["drawn", "several"]

_DIGITS = 6
_BLOCK = 2**_DIGITS  # trials whose random numbers are drawn together
_TAIL = 2.0**-32  # half of the distance of its points


def drawn(key: Key, n: int, c: int) -> tuple[Array, Array]:
    """A trial's standard normal numbers, shape (n,), and its probabilities, shape (c,)."""
    if key.number is None or not 0 < n + c <= MOST:
        rng = key.child("cmaes").generator()
        return rng.standard_normal(n), rng.random(c)
    block, at = divmod(key.number, _BLOCK)
    z, u = _block(key.study, f"cmaes {block}", n, c)
    return z[at], u[at]


def several(key: Key, n: int, k: int) -> Array:
    """A trial's standard normal numbers for k points, shape (k, n); the first are those of `drawn`."""
    if key.number is None or n > MOST:
        first, _ = drawn(key, n, 0)
        return np.concatenate([first[None], key.child(f"cmaes points {k}").generator().standard_normal((k - 1, n))])
    block, at = divmod(key.number, _BLOCK)
    return np.asarray(_blocks(key.study, block, n, k)[at])


@lru_cache(maxsize=64)
def _blocks(study: Key, block: int, n: int, k: int) -> Array:
    """For k points of each of some trials in succession, shape (b, k, n)."""
    labels = [f"cmaes {block}", *(f"cmaes {block} point {i}" for i in range(1, k))]
    z = np.stack([_block(study, label, n, 0)[0] for label in labels], axis=1)
    z.flags.writeable = False
    return z


@lru_cache(maxsize=256)
def _block(study: Key, label: str, n: int, c: int) -> tuple[Array, Array]:
    """Numbers of some trials in succession, which lie more evenly than by chance: evolution paths have less noise.

    Source: Teytaud and Gelly (2007), "DCMA: yet another derandomization in covariance-matrix-adaptation".
    """
    from scipy.special import ndtri

    even = scrambled(n + c, _DIGITS, study.child(label).generator())
    z, u = np.asarray(ndtri(np.clip(even[:, :n], _TAIL, 1.0 - _TAIL))), even[:, n:]
    z.flags.writeable = u.flags.writeable = False
    return z, u
